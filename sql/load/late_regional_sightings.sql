-- Reads the next few of the other polls that speak of a half hour of which some news is late:
-- its runs are made anew. The answer is the last poll that was read, none where all are.
delete from bronze.record_to_read;

insert into bronze.record_to_read (partition_id, log_offset)

with news as (

    select
        period_start_at,
        region_id,
        min(observed_at) as first_observed_at
    from silver.regional_sighting
    where
        is_news
        and has_readable_intensity
    group by period_start_at, region_id

),

late as (

    select news.period_start_at
    from news
    inner join silver.regional_intensity as known
        on
            news.period_start_at = known.period_start_at
            and news.region_id = known.region_id
    where
        known.is_newest
        and news.first_observed_at <= known.last_observed_at
    group by news.period_start_at

),

final as (

    select
        poll.partition_id,
        poll.log_offset
    from silver.poll
    inner join late
        on
            poll.first_period_start_at <= late.period_start_at
            and poll.last_period_end_at > late.period_start_at
    where
        poll.family = 'regional'
        and poll.outcome = 'ok'
        and not (
            poll.partition_id = :partition_id
            and poll.log_offset between :start_offset and :end_offset
        )
        and (
            poll.partition_id > :read_partition_id
            or (
                poll.partition_id = :read_partition_id
                and poll.log_offset > :read_offset
            )
        )
    group by poll.partition_id, poll.log_offset
    order by poll.partition_id, poll.log_offset
    limit 8

)

select * from final;

insert into silver.regional_sighting (
    period_start_at,
    period_end_at,
    region_id,
    region_name,
    observed_at,
    forecast_gco2_per_kwh,
    intensity_index,
    has_readable_intensity,
    poll_id,
    partition_id,
    log_offset,
    list_number,
    item_number,
    region_number,
    is_news
)
select
    observations.period_start_at,
    observations.period_end_at,
    observations.region_id,
    observations.region_name,
    observations.observed_at,
    observations.forecast_gco2_per_kwh,
    observations.intensity_index,
    observations.has_readable_intensity,
    observations.poll_id,
    observations.partition_id,
    observations.log_offset,
    observations.list_number,
    observations.item_number,
    observations.region_number,
    false as is_news
from silver.regional_observation as observations
where
    observations.has_readable_intensity
    and exists (
        select 1
        from silver.regional_sighting as news
        where
            news.is_news
            and news.has_readable_intensity
            and news.period_start_at = observations.period_start_at
            and news.region_id = observations.region_id
    );

select
    partition_id,
    log_offset
from bronze.record_to_read
order by partition_id desc, log_offset desc
limit 1;
