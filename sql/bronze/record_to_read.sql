-- Grain:    one record that the load under way reads; no row outside of a load
-- Source:   the loader
-- Read by:  bronze.record, so that a load parses these records alone
create table if not exists bronze.record_to_read (
    partition_id bigint,
    log_offset bigint
);
