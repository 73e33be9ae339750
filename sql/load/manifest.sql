-- Adds the load's row where its range follows the last one of its partition; else nothing.
insert into ops.load_manifest (
    topic,
    partition_id,
    start_offset,
    end_offset,
    record_count,
    content_sha256,
    stage_file,
    load_id,
    loaded_at
)
select
    :topic,
    :partition_id,
    :start_offset,
    :end_offset,
    :record_count,
    :content_sha256,
    :stage_file,
    :load_id,
    :loaded_at
where :start_offset - 1 = coalesce(
    (
        select max(end_offset)
        from ops.load_manifest
        where topic = :topic and partition_id = :partition_id
    ),
    :start_offset - 1
);
