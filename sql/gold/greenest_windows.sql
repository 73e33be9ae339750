-- Grain:    one region and duration, where the forecasts know a whole window
-- Source:   silver.regional_intensity, silver.newest_national_intensity,
--           silver.region_name, ops.now
-- Read by:  dashboards
-- The first window begins with the half hour that contains now. No window spans a half hour
-- without a forecast; of windows with one mean the earliest is taken. Region 18 is Great
-- Britain, by the national forecast.
create or replace view gold.greenest_windows (
    region_id comment 'Number of the region; 18 is Great Britain as a whole',
    region_name comment 'Name of the region',
    duration_minutes comment 'How long the job takes: 30, 60 and so on to 720 minutes',
    starts_at comment 'When to start the job, UTC',
    ends_at comment 'When it is done, UTC',
    mean_gco2_per_kwh comment 'Mean forecast until then, grams of CO2 per kWh',
    saving_percent comment 'How much less than starting now; null where that cannot be said'
)
copy grants
comment = 'When to run a job of a given length in a region: where its electricity is cleanest'
as

with moment as (

    select time_slice(now_at, 30, 'minute')::timestamp_ntz as current_start_at
    from ops.now

),

forecasts as (

    select
        regional_intensity.region_id,
        regional_intensity.period_start_at,
        regional_intensity.forecast_gco2_per_kwh
    from silver.regional_intensity
    inner join moment
        on regional_intensity.period_start_at >= moment.current_start_at
    where
        regional_intensity.is_newest
        and regional_intensity.region_id between 1 and 17
        and regional_intensity.forecast_gco2_per_kwh is not null

    union all

    select
        18 as region_id,
        national.period_start_at,
        national.forecast_gco2_per_kwh
    from silver.newest_national_intensity as national
    inner join moment
        on national.period_start_at >= moment.current_start_at
    where national.forecast_gco2_per_kwh is not null

),

steps as (

    select row_number() over (order by seq4()) - 1 as half_hours_later
    from table(generator(rowcount => 24))

),

-- What follows each half hour, as far as it follows without a hole.
followers as (

    select
        starts.region_id,
        starts.period_start_at as starts_at,
        steps.half_hours_later + 1 as half_hours,
        row_number() over (
            partition by starts.region_id, starts.period_start_at
            order by steps.half_hours_later
        ) as known_half_hours,
        sum(forecasts.forecast_gco2_per_kwh) over (
            partition by starts.region_id, starts.period_start_at
            order by steps.half_hours_later
            rows between unbounded preceding and current row
        ) / (steps.half_hours_later + 1) as mean_gco2_per_kwh
    from forecasts as starts
    cross join steps
    inner join forecasts
        on
            starts.region_id = forecasts.region_id
            and dateadd('minute', 30 * steps.half_hours_later, starts.period_start_at)
            = forecasts.period_start_at

),

windows as (

    select
        followers.region_id,
        followers.half_hours,
        followers.starts_at,
        followers.mean_gco2_per_kwh,
        max(
            iff(followers.starts_at = moment.current_start_at, followers.mean_gco2_per_kwh, null)
        ) over (
            partition by followers.region_id, followers.half_hours
        ) as mean_now_gco2_per_kwh
    from followers
    cross join moment
    where followers.known_half_hours = followers.half_hours
    qualify
        row_number() over (
            partition by followers.region_id, followers.half_hours
            order by followers.mean_gco2_per_kwh, followers.starts_at
        ) = 1

),

final as (

    select
        windows.region_id::number(2, 0) as region_id,
        names.region_name,
        (30 * windows.half_hours)::number(3, 0) as duration_minutes,
        windows.starts_at,
        dateadd('minute', 30 * windows.half_hours, windows.starts_at) as ends_at,
        windows.mean_gco2_per_kwh::float as mean_gco2_per_kwh,
        iff(
            windows.mean_now_gco2_per_kwh > 0,
            100
            * (windows.mean_now_gco2_per_kwh - windows.mean_gco2_per_kwh)
            / windows.mean_now_gco2_per_kwh,
            null
        )::float as saving_percent
    from windows
    inner join silver.region_name as names
        on windows.region_id = names.region_id

)

select * from final;
