-- Grain:    one whole hour of lead
-- Source:   silver.forecast_error
-- Read by:  dashboards
-- As of: of each half hour, the newest forecast made at least so many hours before its start
-- is compared with what was measured, once that can be trusted (revisable or settled).
create or replace view gold.forecast_skill (
    lead_hours comment 'How many hours before the half hour the forecast was made, or earlier',
    half_hours comment 'How many half hours are compared',
    mean_absolute_error_gco2_per_kwh comment 'By how much forecasts were wrong, on average',
    bias_gco2_per_kwh comment 'By how much they were too high, on average; below 0 too low',
    root_mean_square_error_gco2_per_kwh comment 'As the first, but large errors weigh more'
)
copy grants
comment = 'How good the forecasts were, by how early they were made'
as

with final as (

    select
        lead_hours::number(4, 0) as lead_hours,
        count(*)::number(10, 0) as half_hours,
        avg(abs(error_gco2_per_kwh))::float as mean_absolute_error_gco2_per_kwh,
        avg(error_gco2_per_kwh)::float as bias_gco2_per_kwh,
        sqrt(avg(error_gco2_per_kwh * error_gco2_per_kwh))::float
            as root_mean_square_error_gco2_per_kwh
    from silver.forecast_error
    group by lead_hours

)

select * from final;
