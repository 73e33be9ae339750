-- Grain:    one half hour and fuel, as its newest observation has it
-- Source:   silver.share_observation, by the loader
-- Read by:  gold.generation_mix
-- Of observations at one moment the last in log order counts, hence the place in the log.
create table if not exists silver.generation_mix (
    period_start_at timestamp_ntz comment 'Start of the half hour, UTC',
    period_end_at timestamp_ntz comment 'End of the half hour, UTC',
    fuel string comment 'Source of the electricity, in the API''s word',
    share_percent float comment 'Its share of the electricity, null where not given',
    observed_at timestamp_ntz comment 'When this was said last, UTC',
    poll_id string comment 'The poll that said so',
    partition_id bigint comment 'Partition of its record',
    log_offset bigint comment 'Offset of its record',
    load_id string comment 'The load that wrote this row'
)
comment = 'What electricity was made from in each half hour, newest word of the API';
