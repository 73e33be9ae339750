-- Asked where the manifest took no row: the loads of the partition, and whether one of them
-- is this very load, committed before, with an answer that was lost.
select
    min(start_offset) as first_offset,
    max(end_offset) as last_offset,
    count_if(load_id = :load_id) as own_count
from ops.load_manifest
where
    topic = :topic
    and partition_id = :partition_id;
