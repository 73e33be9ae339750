-- Grain:    one load of one partition; ranges of a partition follow without a gap
-- Source:   the loader, in the transaction that adds the rows
-- Read by:  the loader (ops.pipeline_hour, too), greenpulse audit
create table if not exists ops.load_manifest (
    topic string comment 'Topic of the log',
    partition_id bigint comment 'Partition of the topic',
    start_offset bigint comment 'First offset of the load',
    end_offset bigint comment 'Last offset of the load, inclusive',
    record_count bigint comment 'Records of the load, offsets may be missing',
    content_sha256 string comment 'Hash of the loaded lines, uncompressed, in hex',
    stage_file string comment 'Name of the staged file',
    load_id string comment 'Uuid of the load',
    loaded_at timestamp_ntz comment 'When the load began, UTC'
)
comment = 'Which offsets are loaded, one row a load of a partition';
