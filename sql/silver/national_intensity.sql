-- Grain:    one run of equal values of a half hour, in order of observation
-- Source:   silver.national_observation, by the loader
-- Read by:  gold.half_hourly_intensity
-- A repeat adds no row, it moves last_observed_at. Revisions count the runs of a half hour
-- from 1; poll_id names the poll that said so first.
create table if not exists silver.national_intensity (
    period_start_at timestamp_ntz comment 'Start of the half hour, UTC',
    period_end_at timestamp_ntz comment 'End of the half hour, UTC',
    observed_at timestamp_ntz comment 'When these values were first seen, UTC',
    last_observed_at timestamp_ntz comment 'When they were last seen, UTC',
    forecast_gco2_per_kwh float comment 'Forecast, grams of CO2 per kWh',
    actual_gco2_per_kwh float comment 'Measured, grams of CO2 per kWh, null where not given',
    intensity_index string comment 'The API''s word, from very low to very high',
    poll_id string comment 'The poll that said so first',
    revision_number bigint comment '1 for what was said first, then counting',
    load_id string comment 'The load that wrote this row'
)
comment = 'What the API said of each half hour, and when it changed its mind';
