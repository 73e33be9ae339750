-- Grain:    one run of equal values of a half hour, in order of observation
-- Source:   silver.national_observation, by the loader
-- Read by:  gold.half_hourly_intensity
-- A repeat adds no row, it moves last_observed_at. Revisions count the runs of a half hour
-- from 1; poll_id names the poll that said so first.
create table if not exists silver.national_intensity (
    period_start_at timestamp_ntz,
    period_end_at timestamp_ntz,
    observed_at timestamp_ntz,
    last_observed_at timestamp_ntz,
    forecast_gco2_per_kwh float,
    actual_gco2_per_kwh float,
    intensity_index string,
    poll_id string,
    revision_number bigint,
    load_id string
);
