-- Grain:    one half hour that the API spoke of
-- Source:   silver.national_intensity
-- Read by:  dashboards, gold.intensity_now, gold.data_gaps
-- The newest observation is in force, as a whole, null included. An actual is shown as the
-- intensity once it is no longer the carried-over value of the period before.
create or replace view gold.half_hourly_intensity (
    period_start_at comment 'Start of the half hour, UTC',
    period_end_at comment 'End of the half hour, UTC',
    settlement_date comment 'Day of the half hour in Great Britain',
    settlement_period comment 'Number of the half hour in that day, from 1 to 46, 48 or 50',
    forecast_gco2_per_kwh comment 'Forecast, grams of CO2 per kWh',
    actual_gco2_per_kwh comment 'Measured, grams of CO2 per kWh, null where not given',
    actual_status comment 'How far to trust it: missing, suspect, provisional, revisable, settled',
    intensity_gco2_per_kwh comment 'The measured value once it can be trusted, else the forecast',
    intensity_index comment 'The API''s word, from very low to very high',
    observed_at comment 'Since when these values stand, UTC',
    last_observed_at comment 'When they were last seen, UTC'
)
copy grants
comment = 'Carbon intensity of Great Britain, one row a half hour, newest word of the API'
as

with newest_runs as (

    select *
    from silver.national_intensity
    qualify
        row_number() over (
            partition by period_start_at
            order by revision_number desc
        ) = 1

),

judged as (

    select
        *,
        convert_timezone('UTC', 'Europe/London', period_start_at) as local_start_at,
        case
            when actual_gco2_per_kwh is null then 'missing'
            when actual_gco2_per_kwh = 0 and forecast_gco2_per_kwh > 25 then 'suspect'
            when last_observed_at <= dateadd('minute', 12, period_end_at) then 'provisional'
            when last_observed_at <= dateadd('hour', 24, period_end_at) then 'revisable'
            else 'settled'
        end as actual_status
    from newest_runs

),

-- A settlement day is a local day: its periods are counted from local midnight.
final as (

    select
        period_start_at,
        period_end_at,
        local_start_at::date as settlement_date,
        (
            datediff(
                'minute',
                convert_timezone('Europe/London', 'UTC', date_trunc('day', local_start_at)),
                period_start_at
            ) / 30 + 1
        )::number(2, 0) as settlement_period,
        forecast_gco2_per_kwh,
        actual_gco2_per_kwh,
        actual_status,
        iff(
            actual_status in ('revisable', 'settled'),
            actual_gco2_per_kwh,
            forecast_gco2_per_kwh
        ) as intensity_gco2_per_kwh,
        intensity_index,
        observed_at,
        last_observed_at
    from judged

)

select * from final;
