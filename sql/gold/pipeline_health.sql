-- Grain:    one hour, from the first tick or load on until now
-- Source:   ops.series_hour, ops.pipeline_hour, ops.schedule, ops.now, silver.poll
-- Read by:  dashboards
-- A tick is one (series, scheduled_at), however many polls it has; it is answered where
-- one of them has an answer of 2xx, else failed. Ticks are expected from a series' first
-- one on, by the period that was valid then; in the hour that runs, until now.
-- The freshness is the largest data age within the hour, in seconds.
create or replace view gold.pipeline_health (
    hour_start_at comment 'Start of the hour, UTC',
    ticks_expected comment 'Questions to the API that were due',
    ticks_answered comment 'Questions that were answered',
    ticks_failed comment 'Questions that were asked in vain',
    loads comment 'Loads into the warehouse',
    freshness_seconds comment 'Largest age of the data within the hour, in seconds'
)
copy grants
comment = 'How well the pipeline ran, one row an hour'
as

with moment as (

    select
        now_at,
        date_trunc('hour', now_at) as hour_start_at
    from ops.now

),

ticks_by_hour as (

    select
        hour_start_at,
        sum(ticks_answered) as ticks_answered,
        sum(ticks_failed) as ticks_failed
    from ops.series_hour
    group by hour_start_at

),

first_ticks as (

    select
        series,
        min(first_tick_at) as first_tick_at
    from ops.series_hour
    group by series

),

beginnings as (

    select hour_start_at
    from ticks_by_hour

    union all

    select hour_start_at
    from ops.pipeline_hour
    where loads > 0

),

-- Thirty years at most: a clock that once stood at 1970 hides nothing of today.
first_hour as (

    select
        greatest(
            min(beginnings.hour_start_at),
            dateadd('hour', -262799, max(moment.hour_start_at))
        ) as hour_start_at
    from beginnings
    cross join moment

),

-- Numbered day by day: to number all hours at once would sort 262,800 of them.
days as (

    select row_number() over (order by seq4()) - 1 as day_number
    from table(generator(rowcount => 10950))

),

hours_of_day as (

    select row_number() over (order by seq4()) - 1 as hour_of_day
    from table(generator(rowcount => 24))

),

numbers as (

    select 24 * days.day_number + hours_of_day.hour_of_day as hour_number
    from days
    cross join hours_of_day

),

hours as (

    select
        dateadd('hour', numbers.hour_number, first_hour.hour_start_at) as hour_start_at,
        dateadd('hour', numbers.hour_number + 1, first_hour.hour_start_at) as hour_end_at,
        moment.now_at
    from first_hour
    cross join numbers
    cross join moment
    where numbers.hour_number <= datediff('hour', first_hour.hour_start_at, moment.hour_start_at)

),

-- From when until when a period of a series counts.
periods as (

    select
        schedule.series,
        schedule.period_seconds,
        schedule.offset_seconds,
        iff(
            row_number() over (
                partition by schedule.series
                order by schedule.valid_from
            ) = 1,
            first_ticks.first_tick_at,
            greatest(first_ticks.first_tick_at, schedule.valid_from)
        ) as starts_at,
        lead(schedule.valid_from) over (
            partition by schedule.series
            order by schedule.valid_from
        ) as ends_at
    from ops.schedule
    inner join first_ticks
        on schedule.series = first_ticks.series

),

-- Seconds since 1970 of the part of an hour, end exclusive, in which a period counts.
spans as (

    select
        hours.hour_start_at,
        periods.period_seconds,
        periods.offset_seconds,
        datediff(
            'microsecond',
            '1970-01-01'::timestamp_ntz,
            greatest(hours.hour_start_at, periods.starts_at)
        ) / 1000000 as first_second,
        datediff(
            'microsecond',
            '1970-01-01'::timestamp_ntz,
            least(
                hours.hour_end_at,
                hours.now_at,
                coalesce(periods.ends_at, hours.hour_end_at)
            )
        ) / 1000000 as end_second
    from hours
    inner join periods
        on
            hours.hour_end_at > periods.starts_at
            and hours.hour_start_at < coalesce(periods.ends_at, hours.hour_end_at)

),

-- The small number keeps a tick on the boundary from being lost to rounding.
expected_by_hour as (

    select
        hour_start_at,
        sum(
            greatest(
                ceil((end_second - offset_seconds) / period_seconds - 0.0001)
                - ceil((first_second - offset_seconds) / period_seconds - 0.0001),
                0
            )
        ) as ticks_expected
    from spans
    group by hour_start_at

),

-- In the hour that runs, what was answered until now: a clock may have been ahead.
answers_of_this_hour as (

    select
        moment.hour_start_at,
        polls.answered_at,
        datediff(
            'millisecond',
            lag(polls.answered_at) over (order by polls.answered_at),
            polls.answered_at
        ) / 1000 as wait_seconds
    from silver.poll as polls
    inner join moment
        on
            polls.answered_at >= moment.hour_start_at
            and polls.answered_at <= moment.now_at
    where polls.outcome = 'ok'

),

hours_with_answers as (

    select
        pipeline_hour.hour_start_at,
        pipeline_hour.first_answered_at,
        pipeline_hour.last_answered_at,
        pipeline_hour.longest_wait_seconds
    from ops.pipeline_hour
    inner join moment
        on pipeline_hour.hour_start_at < moment.hour_start_at
    where pipeline_hour.last_answered_at is not null

    union all

    select
        hour_start_at,
        min(answered_at) as first_answered_at,
        max(answered_at) as last_answered_at,
        max(wait_seconds) as longest_wait_seconds
    from answers_of_this_hour
    group by hour_start_at

),

-- The first answer of an hour ends a wait that began in an earlier one.
waits_by_hour as (

    select
        hour_start_at,
        last_answered_at,
        greatest(
            coalesce(longest_wait_seconds, 0),
            coalesce(
                datediff(
                    'millisecond',
                    lag(last_answered_at) over (order by hour_start_at),
                    first_answered_at
                ) / 1000,
                0
            )
        ) as longest_wait_seconds
    from hours_with_answers

),

-- What was answered before the first hour counts as its beginning.
answers_by_hour as (

    select
        greatest(waits_by_hour.hour_start_at, first_hour.hour_start_at) as hour_start_at,
        max(waits_by_hour.last_answered_at) as last_answered_at,
        max(
            iff(
                waits_by_hour.hour_start_at >= first_hour.hour_start_at,
                waits_by_hour.longest_wait_seconds,
                null
            )
        ) as longest_wait_seconds
    from waits_by_hour
    cross join first_hour
    group by greatest(waits_by_hour.hour_start_at, first_hour.hour_start_at)

),

joined as (

    select
        hours.hour_start_at,
        least(hours.hour_end_at, hours.now_at) as seen_until,
        coalesce(expected_by_hour.ticks_expected, 0) as ticks_expected,
        coalesce(ticks_by_hour.ticks_answered, 0) as ticks_answered,
        coalesce(ticks_by_hour.ticks_failed, 0) as ticks_failed,
        coalesce(pipeline_hour.loads, 0) as loads,
        answers_by_hour.longest_wait_seconds,
        max(answers_by_hour.last_answered_at) over (
            order by hours.hour_start_at
            rows between unbounded preceding and current row
        ) as last_answered_at
    from hours
    left join expected_by_hour
        on hours.hour_start_at = expected_by_hour.hour_start_at
    left join ticks_by_hour
        on hours.hour_start_at = ticks_by_hour.hour_start_at
    left join ops.pipeline_hour
        on hours.hour_start_at = pipeline_hour.hour_start_at
    left join answers_by_hour
        on hours.hour_start_at = answers_by_hour.hour_start_at

),

final as (

    select
        hour_start_at,
        ticks_expected::number(10, 0) as ticks_expected,
        ticks_answered::number(10, 0) as ticks_answered,
        ticks_failed::number(10, 0) as ticks_failed,
        loads::number(10, 0) as loads,
        greatest(
            coalesce(longest_wait_seconds, 0),
            datediff('millisecond', last_answered_at, seen_until) / 1000
        )::float as freshness_seconds
    from joined

)

select * from final;
