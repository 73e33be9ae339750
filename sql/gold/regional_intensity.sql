-- Grain:    one half hour and region that the API spoke of
-- Source:   silver.regional_intensity, silver.region_name
-- Read by:  dashboards
-- The newest observation is in force, as a whole, null included. A region has one name,
-- though the API has had several for some.
create or replace view gold.regional_intensity (
    period_start_at comment 'Start of the half hour, UTC',
    period_end_at comment 'End of the half hour, UTC',
    region_id comment 'Number of the region; 18 is Great Britain as a whole',
    region_name comment 'Name of the region',
    forecast_gco2_per_kwh comment 'Forecast, grams of CO2 per kWh, can be negative',
    intensity_index comment 'The API''s word, from very low to very high',
    observed_at comment 'Since when these values stand, UTC',
    last_observed_at comment 'When they were last seen, UTC'
)
copy grants
comment = 'Carbon intensity of the regions, one row a half hour, newest word of the API'
as

with final as (

    select
        runs.period_start_at,
        runs.period_end_at,
        runs.region_id::number(2, 0) as region_id,
        coalesce(names.region_name, runs.region_name) as region_name,
        runs.forecast_gco2_per_kwh,
        runs.intensity_index,
        runs.observed_at,
        runs.last_observed_at
    from silver.regional_intensity as runs
    left join silver.region_name as names
        on runs.region_id = names.region_id
    where runs.is_newest

)

select * from final;
