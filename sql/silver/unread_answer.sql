-- Grain:    one answer that an older version, without the tables for its family, left unread;
--           and one row without a place, which says that they were looked for
-- Source:   silver.poll, by the deployment that makes this table
-- Read by:  the loader; each load reads a few of them, and strikes them off
create table if not exists silver.unread_answer (
    family string comment 'Kind of answer: generation, regional',
    partition_id bigint comment 'Partition of its record',
    log_offset bigint comment 'Offset of its record'
)
comment = 'Answers that an older version left unread, and that loads will read by and by';

insert into silver.unread_answer (family, partition_id, log_offset)

with unread as (

    select
        family,
        partition_id,
        log_offset
    from silver.poll
    where
        outcome = 'ok'
        and (
            (
                family = 'regional'
                and not exists (select 1 from silver.regional_intensity)
            )
            or (
                family = 'generation'
                and not exists (select 1 from silver.generation_mix)
            )
        )

),

final as (

    select *
    from unread

    union all

    select
        null as family,
        null as partition_id,
        null as log_offset

)

select * from final
where not exists (select 1 from silver.unread_answer);
