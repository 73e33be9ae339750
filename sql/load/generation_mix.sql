-- Lets what the answers say of the generation mix stand, where nothing newer is known.
insert into silver.generation_mix (
    period_start_at,
    period_end_at,
    fuel,
    share_percent,
    observed_at,
    poll_id,
    partition_id,
    log_offset,
    load_id
)

with news as (

    select *
    from silver.share_observation
    qualify
        row_number() over (
            partition by period_start_at, fuel
            order by
                observed_at desc,
                partition_id desc,
                log_offset desc,
                list_number desc,
                item_number desc,
                share_number desc
        ) = 1

),

final as (

    select
        news.period_start_at,
        news.period_end_at,
        news.fuel,
        news.share_percent,
        news.observed_at,
        news.poll_id,
        news.partition_id,
        news.log_offset,
        :load_id as load_id
    from news
    left join silver.generation_mix as known
        on
            news.period_start_at = known.period_start_at
            and news.fuel = known.fuel
    where
        known.observed_at is null
        or known.observed_at < news.observed_at
        or (
            known.observed_at = news.observed_at
            and (
                known.partition_id < news.partition_id
                or (
                    known.partition_id = news.partition_id
                    and known.log_offset < news.log_offset
                )
            )
        )

)

select * from final;

-- New rows take the place of older ones.
delete from silver.generation_mix
using (

    select
        period_start_at,
        fuel
    from silver.generation_mix
    where load_id = :load_id

) as renewed
where
    generation_mix.load_id <> :load_id
    and generation_mix.period_start_at = renewed.period_start_at
    and generation_mix.fuel = renewed.fuel;

delete from bronze.record_to_read;
