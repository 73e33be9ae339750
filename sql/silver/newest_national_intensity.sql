-- Grain:    one half hour that the API spoke of
-- Source:   silver.newest_national_run
-- Read by:  gold.half_hourly_intensity, gold.intensity_now, gold.daily_intensity,
--           gold.data_gaps, gold.greenest_windows, the loader (silver.forecast_error)
-- The newest observation is in force, as a whole, null included. An actual is shown as the
-- intensity once it is no longer the carried-over value of the period before.
create or replace view silver.newest_national_intensity
copy grants
comment = 'Newest word of the API on each half hour, and how far to trust what it measured'
as

with judged as (

    select
        *,
        case
            when actual_gco2_per_kwh is null then 'missing'
            when actual_gco2_per_kwh = 0 and forecast_gco2_per_kwh > 25 then 'suspect'
            when last_observed_at <= dateadd('minute', 12, period_end_at) then 'provisional'
            when last_observed_at <= dateadd('hour', 24, period_end_at) then 'revisable'
            else 'settled'
        end as actual_status
    from silver.newest_national_run

),

final as (

    select
        period_start_at,
        period_end_at,
        convert_timezone('UTC', 'Europe/London', period_start_at)::date as settlement_date,
        observed_at,
        last_observed_at,
        forecast_gco2_per_kwh,
        actual_gco2_per_kwh,
        actual_status,
        iff(
            actual_status in ('revisable', 'settled'),
            actual_gco2_per_kwh,
            forecast_gco2_per_kwh
        ) as intensity_gco2_per_kwh,
        intensity_index,
        load_id
    from judged

)

select * from final;
