-- The next few answers that an older version left unread, as a range of one family and
-- partition; no row where there are none.
with next_answers as (

    select
        family,
        partition_id,
        log_offset
    from silver.unread_answer
    where log_offset is not null
    order by family, partition_id, log_offset
    limit 8

)

select
    family,
    partition_id,
    min(log_offset) as start_offset,
    max(log_offset) as end_offset
from next_answers
group by family, partition_id
order by family, partition_id
limit 1;
