-- Grain:    one poll_id; of several records with one poll_id the first in log order counts
-- Source:   bronze.record, by the loader
-- Read by:  silver.national_observation, the loader (ops.series_hour, ops.pipeline_hour),
--           gold.pipeline_health
-- What is counted are half hours: of the national family those whose intensity is readable,
-- of others all of which the answer speaks. Regions and fuels are read each by itself, where
-- they are loaded: an answer is ok whether or not one of them is readable.
create table if not exists silver.poll (
    poll_id string comment 'Uuid of the exchange',
    family string comment 'Kind of answer: national, generation, regional',
    series string comment 'Which row of questions it belongs to',
    url string comment 'What was asked',
    scheduled_at timestamp_ntz comment 'The tick that it was asked for, UTC, or null',
    requested_at timestamp_ntz comment 'When it was asked, UTC',
    answered_at timestamp_ntz comment 'When the answer was there, UTC',
    status bigint comment 'HTTP status, null where no answer came',
    error string comment 'Why no answer came',
    outcome string comment 'ok: it tells of a half hour; empty, unreadable, http_error, no_answer',
    imported boolean comment 'Whether it came from a file',
    observation_count bigint comment 'Half hours that it tells of; of national ones the readable',
    first_period_start_at timestamp_ntz comment 'First half hour that it speaks of, UTC',
    last_period_end_at timestamp_ntz comment 'End of the last one that it speaks of, UTC',
    partition_id bigint comment 'Partition of its record',
    log_offset bigint comment 'Offset of its record'
)
comment = 'Every question to the API and how it was answered, each once';
