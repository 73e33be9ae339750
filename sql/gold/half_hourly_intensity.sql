-- Grain:    one half hour that the API spoke of
-- Source:   silver.national_intensity
-- Read by:  dashboards, gold.intensity_now, gold.data_gaps
-- The newest observation is in force, as a whole, null included. An actual is shown as the
-- intensity once it is no longer the carried-over value of the period before.
create or replace view gold.half_hourly_intensity as

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
        )::bigint as settlement_period,
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
