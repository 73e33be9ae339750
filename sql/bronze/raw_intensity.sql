-- Grain:    one record of the polls topic, whatever it is
-- Source:   bronze files, by the loader; v is the bronze line
-- Read by:  bronze.record; greenpulse audit
-- On DuckDB the dialect adds the plain columns partition_id and log_offset, and reads
-- them wherever v:partition and v:offset stand.
create table if not exists bronze.raw_intensity (
    v variant comment 'The bronze line: topic, partition, offset, appended_at, key, poll'
)
comment = 'Every record of the log, once, as it was archived';
