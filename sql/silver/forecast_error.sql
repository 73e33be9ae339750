-- Grain:    one half hour and whole hour of lead, where what was measured can be trusted
-- Source:   silver.national_intensity, silver.newest_national_intensity, by the loader
-- Read by:  gold.forecast_skill
-- The newest forecast that was made so many hours before the half hour or earlier. To find
-- it anew takes a look at all runs of all half hours, a hundred times these rows' half hours.
create table if not exists silver.forecast_error (
    period_start_at timestamp_ntz comment 'Start of the half hour, UTC',
    lead_hours bigint comment 'Whole hours before its start, at most 336',
    forecast_gco2_per_kwh float comment 'Newest forecast then, grams of CO2 per kWh',
    error_gco2_per_kwh float comment 'That forecast less what was measured',
    load_id string comment 'The load that wrote this row'
)
comment = 'How wrong the forecasts of each half hour were, by how early they were made';
