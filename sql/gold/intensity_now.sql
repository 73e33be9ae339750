-- Grain:    one row, whatever is known
-- Source:   gold.half_hourly_intensity, silver.newest_national_intensity,
--           ops.pipeline_hour, ops.now
-- Read by:  dashboards
-- A half hour is complete to our knowledge when the API spoke of it after its end: what was
-- foretold of it before is no news of it. An answer from the future, given while a clock
-- was wrong, does not pass for fresh. Fresh by is_fresh is what loads bring as files come;
-- where they come every 300 s, it is so for half a minute behind a load, if at all: there
-- data_age_seconds tells what is old.
create or replace view gold.intensity_now (
    now_at comment 'The moment of the query, UTC',
    period_start_at comment 'Start of the half hour that contains now, UTC',
    period_end_at comment 'End of the half hour that contains now, UTC',
    forecast_gco2_per_kwh comment 'Forecast of this half hour, grams of CO2 per kWh',
    intensity_index comment 'The API''s word for this half hour',
    last_period_start_at comment 'Start of the last complete half hour, UTC',
    last_period_end_at comment 'End of the last complete half hour, UTC',
    last_forecast_gco2_per_kwh comment 'Its forecast, grams of CO2 per kWh',
    last_actual_gco2_per_kwh comment 'Its measured value, grams of CO2 per kWh',
    last_actual_status comment 'How far to trust the measured value',
    last_intensity_gco2_per_kwh comment 'The measured value once it can be trusted, else forecast',
    last_intensity_index comment 'The API''s word for it',
    data_age_seconds comment 'Seconds since the newest answer of the API that is loaded',
    is_fresh comment 'At most 60 s old, last half hour known; seldom so with loads every 300 s'
)
copy grants
comment = 'Carbon intensity of Great Britain now, and in the last complete half hour, one row'
as

with moment as (

    select
        now_at,
        time_slice(now_at, 30, 'minute')::timestamp_ntz as current_start_at
    from ops.now

),

current_half_hour as (

    select half_hours.*
    from gold.half_hourly_intensity as half_hours
    inner join moment
        on half_hours.period_start_at = moment.current_start_at

),

-- Which one it is, first: what else is known of it is then read of this one alone.
last_start as (

    select max(half_hours.period_start_at) as period_start_at
    from silver.newest_national_intensity as half_hours
    inner join moment
        on half_hours.period_end_at <= moment.now_at
    where half_hours.last_observed_at >= half_hours.period_end_at

),

last_half_hour as (

    select half_hours.*
    from gold.half_hourly_intensity as half_hours
    inner join last_start
        on half_hours.period_start_at = last_start.period_start_at

),

newest_answer as (

    select max(last_answered_at) as answered_at
    from ops.pipeline_hour

),

joined as (

    select
        moment.now_at,
        moment.current_start_at as period_start_at,
        dateadd('minute', 30, moment.current_start_at) as period_end_at,
        current_half_hour.forecast_gco2_per_kwh,
        current_half_hour.intensity_index,
        last_half_hour.period_start_at as last_period_start_at,
        last_half_hour.period_end_at as last_period_end_at,
        last_half_hour.forecast_gco2_per_kwh as last_forecast_gco2_per_kwh,
        last_half_hour.actual_gco2_per_kwh as last_actual_gco2_per_kwh,
        last_half_hour.actual_status as last_actual_status,
        last_half_hour.intensity_gco2_per_kwh as last_intensity_gco2_per_kwh,
        last_half_hour.intensity_index as last_intensity_index,
        (datediff('millisecond', newest_answer.answered_at, moment.now_at) / 1000)::float
            as data_age_seconds
    from moment
    cross join newest_answer
    left join current_half_hour
        on true
    left join last_half_hour
        on true

),

final as (

    select
        now_at,
        period_start_at,
        period_end_at,
        forecast_gco2_per_kwh,
        intensity_index,
        last_period_start_at,
        last_period_end_at,
        last_forecast_gco2_per_kwh,
        last_actual_gco2_per_kwh,
        last_actual_status,
        last_intensity_gco2_per_kwh,
        last_intensity_index,
        data_age_seconds,
        coalesce(
            abs(data_age_seconds) <= 60
            and last_period_end_at >= dateadd('minute', -75, now_at),
            false
        ) as is_fresh
    from joined

)

select * from final;
