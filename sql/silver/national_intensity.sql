-- Grain:    one run of equal values of a half hour, in order of observation
-- Source:   silver.national_observation, by the loader
-- Read by:  the loader (silver.newest_national_run), gold.forecast_history
-- A repeat adds no row, it moves last_observed_at. Revisions count the runs of a half hour
-- from 1; poll_id names the poll that said so first. Of about a hundred runs of a half hour
-- one is in force: is_newest finds it without looking at the others.
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
    is_newest boolean comment 'Whether nothing else was said since',
    load_id string comment 'The load that wrote this row'
)
comment = 'What the API said of each half hour, and when it changed its mind';

-- Rows of a version that did not say it.
update silver.national_intensity
set is_newest = (national_intensity.revision_number = newest.revision_number)
from (

    select
        period_start_at,
        max(revision_number) as revision_number
    from silver.national_intensity
    group by period_start_at

) as newest
where
    national_intensity.is_newest is null
    and national_intensity.period_start_at = newest.period_start_at;
