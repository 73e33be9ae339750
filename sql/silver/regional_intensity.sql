-- Grain:    one run of equal values of a half hour and region, in order of observation
-- Source:   silver.regional_observation, by the loader
-- Read by:  gold.regional_intensity, gold.greenest_windows
-- A repeat adds no row, it moves last_observed_at. Revisions count the runs of a half hour
-- and region from 1; poll_id names the poll that said so first. Of about a hundred runs of
-- a half hour one is in force: is_newest finds it without looking at the others.
create table if not exists silver.regional_intensity (
    period_start_at timestamp_ntz comment 'Start of the half hour, UTC',
    period_end_at timestamp_ntz comment 'End of the half hour, UTC',
    region_id bigint comment 'Number of the region, 18 is Great Britain',
    region_name string comment 'Name of the region, as that poll said it',
    observed_at timestamp_ntz comment 'When these values were first seen, UTC',
    last_observed_at timestamp_ntz comment 'When they were last seen, UTC',
    forecast_gco2_per_kwh float comment 'Forecast, grams of CO2 per kWh, can be negative',
    intensity_index string comment 'The API''s word, from very low to very high',
    poll_id string comment 'The poll that said so first',
    revision_number bigint comment '1 for what was said first, then counting',
    is_newest boolean comment 'Whether nothing else was said since',
    load_id string comment 'The load that wrote this row'
)
comment = 'What the API said of each half hour in each region, and when it changed its mind';
