-- Grain:    one hour in which something was loaded, or answered with outcome ok
-- Source:   silver.poll, ops.load_manifest, by the loader
-- Read by:  gold.pipeline_health, gold.intensity_now, which so read few polls; the loader
-- The loads of all hours are as many as the manifest has rows: else some hour was not
-- counted, and the next load counts all of them.
create table if not exists ops.pipeline_hour (
    hour_start_at timestamp_ntz comment 'Start of the hour, UTC',
    loads bigint comment 'Loads that began within the hour',
    first_answered_at timestamp_ntz comment 'The first good answer within the hour, UTC',
    last_answered_at timestamp_ntz comment 'The last good answer within the hour, UTC',
    longest_wait_seconds float comment 'Longest time between two of them, in seconds'
)
comment = 'Loads and good answers, one row an hour';
