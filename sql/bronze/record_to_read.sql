-- Grain:    one record that the load under way reads; no row outside of a load
-- Source:   the loader
-- Read by:  bronze.record, so that a load parses these records alone
create table if not exists bronze.record_to_read (
    partition_id bigint comment 'Partition of the record',
    log_offset bigint comment 'Offset of the record'
)
comment = 'Records that the load under way reads, none outside of a load';
