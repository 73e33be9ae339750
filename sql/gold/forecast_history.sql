-- Grain:    one change of the forecast of a half hour, made before the half hour was over
-- Source:   silver.national_intensity
-- Read by:  dashboards, people who ask what was foretold when
-- Only the forecast is compared, with the last one that the API gave: a null is no forecast.
create or replace view gold.forecast_history (
    period_start_at comment 'Start of the half hour, UTC',
    observed_at comment 'When this forecast was first seen, UTC',
    lead_minutes comment 'Minutes from then to the start, below 0 within the half hour',
    forecast_gco2_per_kwh comment 'Forecast, grams of CO2 per kWh'
)
copy grants
comment = 'Every forecast of each half hour, in the order in which they were made'
as

with forecasts as (

    select
        period_start_at,
        observed_at,
        forecast_gco2_per_kwh,
        lag(forecast_gco2_per_kwh) over (
            partition by period_start_at
            order by revision_number
        ) as last_forecast_gco2_per_kwh
    from silver.national_intensity
    where
        forecast_gco2_per_kwh is not null
        and observed_at < period_end_at

),

final as (

    select
        period_start_at,
        observed_at,
        (datediff('microsecond', observed_at, period_start_at) / 60000000)::float as lead_minutes,
        forecast_gco2_per_kwh
    from forecasts
    where forecast_gco2_per_kwh is distinct from last_forecast_gco2_per_kwh

)

select * from final;
