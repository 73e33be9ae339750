-- Reads the records of the range, and adds those whose poll_id is new.
delete from bronze.record_to_read;

insert into bronze.record_to_read (partition_id, log_offset)
select
    v:partition::bigint as partition_id,
    v:offset::bigint as log_offset
from bronze.raw_intensity
where
    v:partition::bigint = :partition_id
    and v:offset::bigint between :start_offset and :end_offset;

insert into silver.poll (
    poll_id,
    family,
    series,
    url,
    scheduled_at,
    requested_at,
    answered_at,
    status,
    error,
    outcome,
    imported,
    observation_count,
    first_period_start_at,
    last_period_end_at,
    partition_id,
    log_offset
)

with records as (

    select *
    from bronze.record
    qualify row_number() over (partition by poll_id order by log_offset) = 1

),

answers as (

    select
        partition_id,
        log_offset,
        is_empty
    from bronze.record_answer

),

items as (

    select
        partition_id,
        log_offset,
        count(*) as observation_count,
        min(period_start_at) as first_period_start_at,
        max(period_end_at) as last_period_end_at
    from bronze.record_item
    group by partition_id, log_offset

),

final as (

    select
        records.poll_id,
        records.family,
        records.series,
        records.url,
        records.scheduled_at,
        records.requested_at,
        records.answered_at,
        records.status,
        records.error,
        case
            when records.status is null or records.error is not null then 'no_answer'
            when records.status not between 200 and 299 then 'http_error'
            when answers.is_empty then 'empty'
            when items.observation_count is null then 'unreadable'
            else 'ok'
        end as outcome,
        records.imported,
        coalesce(items.observation_count, 0) as observation_count,
        items.first_period_start_at,
        items.last_period_end_at,
        records.partition_id,
        records.log_offset
    from records
    left join answers
        on
            records.partition_id = answers.partition_id
            and records.log_offset = answers.log_offset
    left join items
        on
            records.partition_id = items.partition_id
            and records.log_offset = items.log_offset
    left join silver.poll as known
        on records.poll_id = known.poll_id
    where known.poll_id is null

)

select * from final;
