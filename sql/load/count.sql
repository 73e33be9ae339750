-- Last in the transaction: the rows of the range, their offsets, each counted once, and
-- how many of the rows are no Poll.
select
    count(*) as row_count,
    count(distinct v:offset::bigint) as offset_count,
    0 as unreadable_count
from bronze.raw_intensity
where
    v:partition::bigint = :partition_id
    and v:offset::bigint between :start_offset and :end_offset;
