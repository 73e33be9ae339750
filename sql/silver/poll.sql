-- Grain:    one poll_id; of several records with one poll_id the first in log order counts
-- Source:   bronze.record, by the loader
-- Read by:  silver.national_observation, gold.intensity_now, gold.pipeline_health
-- The observations are those of any family: readable items of the body.
create table if not exists silver.poll (
    poll_id string,
    family string,
    series string,
    url string,
    scheduled_at timestamp_ntz,
    requested_at timestamp_ntz,
    answered_at timestamp_ntz,
    status bigint,
    error string,
    outcome string,
    imported boolean,
    observation_count bigint,
    first_period_start_at timestamp_ntz,
    last_period_end_at timestamp_ntz,
    partition_id bigint,
    log_offset bigint
);
