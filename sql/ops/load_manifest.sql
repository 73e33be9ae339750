-- Grain:    one load of one partition; ranges of a partition follow without a gap
-- Source:   the loader, in the transaction that adds the rows
-- Read by:  the loader, greenpulse audit, gold.pipeline_health
create table if not exists ops.load_manifest (
    topic string,
    partition_id bigint,
    start_offset bigint,
    end_offset bigint,
    record_count bigint,
    content_sha256 string,
    stage_file string,
    load_id string,
    loaded_at timestamp_ntz
);
