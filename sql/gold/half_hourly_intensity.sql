-- Grain:    one half hour that the API spoke of
-- Source:   silver.newest_national_intensity
-- Read by:  dashboards, gold.intensity_now
-- A settlement day is a local day: its periods are counted from local midnight.
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

with final as (

    select
        period_start_at,
        period_end_at,
        settlement_date,
        (
            datediff(
                'minute',
                convert_timezone('Europe/London', 'UTC', settlement_date::timestamp_ntz),
                period_start_at
            ) / 30 + 1
        )::number(2, 0) as settlement_period,
        forecast_gco2_per_kwh,
        actual_gco2_per_kwh,
        actual_status,
        intensity_gco2_per_kwh,
        intensity_index,
        observed_at,
        last_observed_at
    from silver.newest_national_intensity

)

select * from final;
