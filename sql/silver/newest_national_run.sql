-- Grain:    one half hour that the API spoke of
-- Source:   silver.national_intensity, by the loader
-- Read by:  silver.newest_national_intensity
-- Its newest run. To find it among all runs takes a look at about a hundred of each half
-- hour: of three years five million, where these are fifty thousand.
create table if not exists silver.newest_national_run (
    period_start_at timestamp_ntz comment 'Start of the half hour, UTC',
    period_end_at timestamp_ntz comment 'End of the half hour, UTC',
    observed_at timestamp_ntz comment 'When these values were first seen, UTC',
    last_observed_at timestamp_ntz comment 'When they were last seen, UTC',
    forecast_gco2_per_kwh float comment 'Forecast, grams of CO2 per kWh',
    actual_gco2_per_kwh float comment 'Measured, grams of CO2 per kWh, null where not given',
    intensity_index string comment 'The API''s word, from very low to very high',
    load_id string comment 'The load that wrote the run'
)
comment = 'What the API said last of each half hour';
