-- Counts anew the hours that the range has news of, for gold.pipeline_health.
--
-- An hour is counted from all of its polls and loads, never added to: what comes late, twice
-- or in another order counts once. Where a load was never counted (one of an older version),
-- all hours are.
delete from ops.hour_to_count;

insert into ops.hour_to_count (hour_start_at)

with counted as (

    select coalesce(sum(loads), 0) as loads
    from ops.pipeline_hour

),

made as (

    select count(*) as loads
    from ops.load_manifest

),

-- One row where this load is not the only one to count, else none.
uncounted as (

    select made.loads
    from made
    inner join counted
        on made.loads <> counted.loads + 1

),

polls as (

    select
        scheduled_at,
        answered_at
    from silver.poll
    where
        partition_id = :partition_id
        and log_offset between :start_offset and :end_offset

    union all

    select
        poll.scheduled_at,
        poll.answered_at
    from silver.poll
    cross join uncounted

),

moments as (

    select scheduled_at as happened_at
    from polls

    union all

    select answered_at
    from polls

    union all

    select :loaded_at::timestamp_ntz

    union all

    select load_manifest.loaded_at
    from ops.load_manifest
    cross join uncounted

    union all

    select series_hour.hour_start_at
    from ops.series_hour
    cross join uncounted

    union all

    select pipeline_hour.hour_start_at
    from ops.pipeline_hour
    cross join uncounted

),

final as (

    select date_trunc('hour', happened_at) as hour_start_at
    from moments
    where happened_at is not null
    group by date_trunc('hour', happened_at)

)

select * from final;

delete from ops.series_hour
where hour_start_at in (select hour_start_at from ops.hour_to_count);

insert into ops.series_hour (
    hour_start_at,
    series,
    first_tick_at,
    ticks_answered,
    ticks_failed
)

with span as (

    select
        min(hour_start_at) as starts_at,
        dateadd('hour', 1, max(hour_start_at)) as ends_at
    from ops.hour_to_count

),

ticks as (

    select
        poll.series,
        poll.scheduled_at,
        max(iff(poll.outcome in ('no_answer', 'http_error'), 0, 1)) as is_answered
    from silver.poll
    inner join span
        on
            poll.scheduled_at >= span.starts_at
            and poll.scheduled_at < span.ends_at
    where not poll.imported
    group by poll.series, poll.scheduled_at

),

ticks_by_hour as (

    select
        date_trunc('hour', scheduled_at) as hour_start_at,
        series,
        min(scheduled_at) as first_tick_at,
        sum(is_answered) as ticks_answered,
        sum(1 - is_answered) as ticks_failed
    from ticks
    group by date_trunc('hour', scheduled_at), series

),

final as (

    select ticks_by_hour.*
    from ticks_by_hour
    inner join ops.hour_to_count as wanted
        on ticks_by_hour.hour_start_at = wanted.hour_start_at

)

select * from final;

delete from ops.pipeline_hour
where hour_start_at in (select hour_start_at from ops.hour_to_count);

insert into ops.pipeline_hour (
    hour_start_at,
    loads,
    first_answered_at,
    last_answered_at,
    longest_wait_seconds
)

with span as (

    select
        min(hour_start_at) as starts_at,
        dateadd('hour', 1, max(hour_start_at)) as ends_at
    from ops.hour_to_count

),

answers as (

    select
        date_trunc('hour', poll.answered_at) as hour_start_at,
        poll.answered_at,
        datediff(
            'millisecond',
            lag(poll.answered_at) over (
                partition by date_trunc('hour', poll.answered_at)
                order by poll.answered_at
            ),
            poll.answered_at
        ) / 1000 as wait_seconds
    from silver.poll
    inner join span
        on
            poll.answered_at >= span.starts_at
            and poll.answered_at < span.ends_at
    where poll.outcome = 'ok'

),

answers_by_hour as (

    select
        hour_start_at,
        min(answered_at) as first_answered_at,
        max(answered_at) as last_answered_at,
        max(wait_seconds) as longest_wait_seconds
    from answers
    group by hour_start_at

),

loads_by_hour as (

    select
        date_trunc('hour', manifest.loaded_at) as hour_start_at,
        count(*) as loads
    from ops.load_manifest as manifest
    inner join span
        on
            manifest.loaded_at >= span.starts_at
            and manifest.loaded_at < span.ends_at
    group by date_trunc('hour', manifest.loaded_at)

),

final as (

    select
        wanted.hour_start_at,
        coalesce(loads_by_hour.loads, 0) as loads,
        answers_by_hour.first_answered_at,
        answers_by_hour.last_answered_at,
        answers_by_hour.longest_wait_seconds
    from ops.hour_to_count as wanted
    left join loads_by_hour
        on wanted.hour_start_at = loads_by_hour.hour_start_at
    left join answers_by_hour
        on wanted.hour_start_at = answers_by_hour.hour_start_at
    where
        loads_by_hour.loads is not null
        or answers_by_hour.last_answered_at is not null

)

select * from final;

delete from ops.hour_to_count;
