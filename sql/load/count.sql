-- Last in the transaction: the rows of the range, and their offsets, each counted once.
select
    count(*) as row_count,
    count(distinct v:offset::bigint) as offset_count
from bronze.raw_intensity
where
    v:partition::bigint = :partition_id
    and v:offset::bigint between :start_offset and :end_offset;
