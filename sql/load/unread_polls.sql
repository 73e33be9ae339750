-- The next few answers of a family, as a range of one partition; no row where there are none.
with next_polls as (

    select
        partition_id,
        log_offset
    from silver.poll
    where
        family = :family
        and outcome = 'ok'
        and (
            partition_id > :read_partition_id
            or (
                partition_id = :read_partition_id
                and log_offset > :read_offset
            )
        )
    order by partition_id, log_offset
    limit 12

)

select
    partition_id,
    min(log_offset) as start_offset,
    max(log_offset) as end_offset
from next_polls
group by partition_id
order by partition_id
limit 1;
