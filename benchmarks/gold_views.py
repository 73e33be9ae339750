"""How fast the gold views answer: gold_views.py [--years N] [--period SECONDS] [--rounds N].

A DuckDB file is filled by SQL with three years of polls every 10 s, of half hours with six
revisions each and a hole a month, and of loads every 5 minutes, one partition each. Each
question is asked 20 times through ``greenpulse query``'s own path, which opens the file
anew; shown are median and 99th percentile, and the median of the processor's time, which
tells how much of it was waiting for a busy machine. Questions are those that the report asks.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import duckdb

from greenpulse.warehouse.duckdb import DuckDBWarehouse

GOAL_MILLISECONDS = 100
END = "2026-01-01 00:17:00"

QUESTIONS = {
    "intensity_now": "select * from gold.intensity_now",
    "half_hourly_intensity, last day": f"""
        select * from gold.half_hourly_intensity
        where period_start_at >= dateadd('hour', -24, '{END}'::timestamp_ntz)
    """,  # noqa: S608 - constants
    "half_hourly_intensity, mean of each day": """
        select settlement_date, avg(intensity_gco2_per_kwh) as mean_gco2_per_kwh
        from gold.half_hourly_intensity group by settlement_date
    """,
    "data_gaps": "select * from gold.data_gaps",
    "pipeline_health, last day": f"""
        select * from gold.pipeline_health
        where hour_start_at >= dateadd('hour', -24, '{END}'::timestamp_ntz)
    """,  # noqa: S608 - constants
}

FILL = """
create or replace view ops.now as select timestamp '{end}' as now_at;

insert into ops.schedule values ('intensity', {period}, 0, timestamp '{begin}');

insert into silver.poll
select
    'poll ' || tick, 'national', 'intensity', 'http://127.0.0.1/intensity',
    asked_at, asked_at, asked_at + interval 80 milliseconds, 200, null, 'ok', false, 1,
    time_bucket(interval 30 minutes, asked_at),
    time_bucket(interval 30 minutes, asked_at) + interval 30 minutes,
    0, tick
from (
    select tick, timestamp '{begin}' + to_seconds(tick * {period}) as asked_at
    from range(datediff('second', timestamp '{begin}', timestamp '{end}') // {period}) ticks(tick)
);

insert into silver.national_intensity
select
    start_at, start_at + interval 30 minutes,
    start_at + interval 30 minutes * (revision - 4),
    start_at + interval 30 minutes * (revision - 3) - interval 10 seconds,
    100 + number % 150 + revision, if(revision > 4, 101 + number % 150, null), 'moderate',
    'poll ' || number, revision, revision = 6, 'load'
from (
    select number, timestamp '{begin}' + to_minutes(30 * number) as start_at
    from range(datediff('minute', timestamp '{begin}', timestamp '{end}') // 30 + 1) halves(number)
    where number % 1440 <> 7
), range(1, 7) revisions(revision);

insert into ops.load_manifest
select
    'greenpulse.polls', 0, load * 30, load * 30 + 29, 30, '', '', 'load',
    timestamp '{begin}' + to_seconds(load * 300)
from range(datediff('second', timestamp '{begin}', timestamp '{end}') // 300) loads(load);
"""


def fill(path: Path, years: float, period_seconds: int) -> None:
    with duckdb.connect(path, config={"threads": "1", "memory_limit": "2GB"}) as connection:
        begin = connection.execute(
            "select timestamp '2026-01-01' - to_days($days)", {"days": round(365.25 * years)}
        ).fetchall()[0][0]
        connection.execute(FILL.format(begin=begin, end=END, period=period_seconds))
        for table in ("silver.poll", "silver.national_intensity", "ops.load_manifest"):
            ((rows,),) = connection.execute(f"select count(*) from {table}").fetchall()  # noqa: S608 - of this file
            print(f"{table:42} {rows:>12,} rows")
    print(f"{'file':42} {path.stat().st_size / 2**20:>12,.0f} MiB")


async def main(years: float, period_seconds: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "warehouse.duckdb"
        warehouse = DuckDBWarehouse(path)
        await warehouse.deploy()
        fill(path, years, period_seconds)
        for name, question in QUESTIONS.items():
            took, busy = [], []
            rows = 0
            for _ in range(rounds):
                began, busy_before = time.perf_counter(), time.process_time()
                rows = len((await warehouse.query(question)).rows)
                took.append(1000 * (time.perf_counter() - began))
                busy.append(1000 * (time.process_time() - busy_before))
            median, last = (
                statistics.median(took),
                statistics.quantiles(took, n=100, method="inclusive")[-1],
            )
            verdict = "" if last < GOAL_MILLISECONDS else f"   above {GOAL_MILLISECONDS} ms"
            print(
                f"{name:42} {median:>8,.0f} ms, p99 {last:>8,.0f} ms, "
                f"processor {statistics.median(busy):>8,.0f} ms, {rows:,} rows{verdict}"
            )
        await warehouse.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--years", type=float, default=3.0)
    parser.add_argument("--period", type=int, default=10, help="seconds from poll to poll")
    parser.add_argument("--rounds", type=int, default=20)
    chosen = parser.parse_args()
    asyncio.run(main(chosen.years, chosen.period, chosen.rounds))
