"""Silver of years, made by SQL, in a warehouse of any engine: what gold_views.py asks.

Nothing is loaded: rows are written as loads would leave them. Each half hour up to 48 hours
ahead has national runs, one for each half hour in which its forecast changed, the last two
with what was measured; regions have fewer (below), and fuels one share each. Polls come by
the heartbeat alone, every tenth hour fails for five minutes, and a half hour a month was
never spoken of. The hourly totals are counted by the load's own step.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

__all__ = ["END", "NATIONAL_RUNS", "REGIONAL_RUNS", "TOTALS", "fill"]

END = datetime(2026, 1, 1, 0, 17)  # noqa: DTZ001 - as the warehouse has it
NATIONAL_RUNS = 98
REGIONAL_RUNS = 12
"""Of each half hour and region. In truth they are as many as the national ones; nobody
fills a benchmark with 90 million rows twice."""

_HALF_HOUR = timedelta(minutes=30)
_HORIZON = timedelta(hours=48)
_LOAD = timedelta(minutes=5)

_NUMBERS = """
select row_number() over (order by seq4()) - 1 as number
from table(generator(rowcount => {count}))
"""

_STATEMENTS = (
    "create or replace view ops.now as select '{end}'::timestamp_ntz as now_at",
    "insert into ops.schedule select 'intensity', {period_seconds}, 0, '{begin}'::timestamp_ntz",
    """
    insert into silver.poll
    with numbers as ({polls}),
    ticks as (
        select
            number,
            dateadd('second', number * {period_seconds}, '{begin}'::timestamp_ntz) as asked_at
        from numbers
    )
    select
        'poll ' || number, 'national', 'intensity', 'http://127.0.0.1/intensity',
        asked_at, asked_at, dateadd('millisecond', 80, asked_at), 200, null,
        iff(hour(asked_at) % 10 = 3 and minute(asked_at) < 5, 'no_answer', 'ok'),
        false, 1, time_slice(asked_at, 30, 'minute'),
        dateadd('minute', 30, time_slice(asked_at, 30, 'minute')), 0, number
    from ticks
    """,
    """
    insert into silver.national_intensity (
        period_start_at, period_end_at, observed_at, last_observed_at, forecast_gco2_per_kwh,
        actual_gco2_per_kwh, intensity_index, poll_id, revision_number, is_newest, load_id
    )
    with halves as ({halves}),
    revisions as ({national_runs}),
    runs as (
        select
            halves.number,
            revisions.number as revision,
            dateadd('minute', 30 * halves.number, '{begin}'::timestamp_ntz) as start_at
        from halves cross join revisions
        where halves.number % 1440 <> 7
    ),
    observed as (
        select *, dateadd('minute', 30 * (revision - 96), start_at) as observed_at from runs
    )
    select
        start_at, dateadd('minute', 30, start_at), observed_at,
        dateadd('minute', 30, observed_at), 100 + number % 150 + revision % 7,
        iff(revision > 95, 101 + number % 150, null), 'moderate', 'poll ' || number,
        revision + 1, revision = {national_last} or dateadd('minute', 30, observed_at) > '{end}',
        'load'
    from observed
    where observed_at <= '{end}'
    order by observed_at
    """,
    """
    insert into silver.forecast_error (
        period_start_at, lead_hours, forecast_gco2_per_kwh, error_gco2_per_kwh, load_id
    )
    with halves as ({past_halves}),
    leads as ({leads})
    select
        dateadd('minute', 30 * halves.number, '{begin}'::timestamp_ntz), leads.number,
        150 + halves.number % 90, (halves.number + leads.number) % (5 + leads.number) - 2, 'load'
    from halves cross join leads
    order by halves.number
    """,
    """
    insert into silver.regional_intensity (
        period_start_at, period_end_at, region_id, region_name, observed_at, last_observed_at,
        forecast_gco2_per_kwh, intensity_index, poll_id, revision_number, is_newest, load_id
    )
    with halves as ({halves}),
    regions as (select distinct region_id, region_name from silver.region),
    revisions as ({regional_runs}),
    runs as (
        select
            halves.number,
            regions.region_id,
            regions.region_name,
            revisions.number as revision,
            dateadd('minute', 30 * halves.number, '{begin}'::timestamp_ntz) as start_at
        from halves cross join regions cross join revisions
    ),
    observed as (
        select *, dateadd('hour', 4 * (revision - {regional_last}) - 1, start_at) as observed_at
        from runs
    )
    select
        start_at, dateadd('minute', 30, start_at), region_id, region_name,
        observed_at, dateadd('hour', 4, observed_at), (number + region_id + revision) % 300,
        'moderate', 'poll ' || number, revision + 1,
        revision = {regional_last} or dateadd('hour', 4, observed_at) > '{end}', 'load'
    from observed
    where observed_at <= '{end}'
    order by observed_at
    """,
    """
    insert into silver.generation_mix (
        period_start_at, period_end_at, fuel, share_percent, observed_at, poll_id, partition_id,
        log_offset, load_id
    )
    with halves as ({past_halves}),
    fuels as ({fuels}),
    shares as (
        select
            halves.number,
            fuels.number as fuel,
            dateadd('minute', 30 * halves.number, '{begin}'::timestamp_ntz) as start_at
        from halves cross join fuels
    )
    select
        start_at, dateadd('minute', 30, start_at), 'fuel ' || fuel, (number + fuel) % 40,
        dateadd('minute', 40, start_at), 'poll ' || number, 1, number, 'load'
    from shares
    order by number
    """,
    """
    insert into ops.load_manifest
    with loads as ({loads})
    select
        'greenpulse.polls', 0, number * 30, number * 30 + 29, 30, '', '', 'load',
        dateadd('second', number * 300, '{begin}'::timestamp_ntz)
    from loads
    """,
)

TOTALS: Mapping[str, Any] = {
    "partition_id": 0,
    "start_offset": -1,
    "end_offset": -1,
    "loaded_at": END,
}
"""Values of the step ``pipeline_hours`` with which a load without polls counts all hours."""


def fill(run: Callable[[str], object], years: float, period_seconds: int) -> None:
    """Fill a deployed, empty warehouse.

    Args:
        run: Runs one statement in Snowflake's dialect.
        years: How long before ``END`` it begins.
        period_seconds: From poll to poll.
    """
    begin = (END - timedelta(days=round(365.25 * years))).replace(minute=0)
    span = END - begin
    counts = {
        "polls": span // timedelta(seconds=period_seconds),
        "halves": (span + _HORIZON) // _HALF_HOUR,
        "past_halves": span // _HALF_HOUR,
        "national_runs": NATIONAL_RUNS,
        "regional_runs": REGIONAL_RUNS,
        "fuels": 9,
        "leads": 49,
        "loads": span // _LOAD,
    }
    values = {name: _NUMBERS.format(count=count) for name, count in counts.items()}
    for statement in _STATEMENTS:
        text = statement.format(
            **values,
            begin=begin,
            end=END,
            period_seconds=period_seconds,
            national_last=NATIONAL_RUNS - 1,
            regional_last=REGIONAL_RUNS - 1,
        )
        run(text)
