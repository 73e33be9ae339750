# ruff: noqa: S608 - the names are ours
"""How fast the gold views answer: gold_views.py [--years N] [--rounds N] [--stand-in].

A DuckDB file is filled (gold_years.py) with three years of polls every 10 s; with
``--stand-in`` the stand-in of Snowflake, which works in memory, with a month of them. Each
question is asked 50 times through ``greenpulse query``'s own path, which opens the file, or
a session, anew; shown are median and 99th percentile, and the median of the processor's time
of this process, which tells how much was waiting for a busy machine. Questions are those that
the report asks. A view above the goal is named.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import duckdb
import snowflake.connector
from gold_years import END, TOTALS, fill

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from support.services.fakesnow import FakesnowServer
from support.snowflakes import stand_in_account, stand_in_warehouse

from greenpulse.warehouse.dialect import to_duckdb
from greenpulse.warehouse.duckdb import DuckDBWarehouse
from greenpulse.warehouse.duckdb_load import DuckDBLoadSession
from greenpulse.warehouse.scripts import FILLING_STEP, deployment_scripts
from greenpulse.warehouse.snowflake_load import SnowflakeLoadSession
from greenpulse.warehouse.warehouse import QueryResult

GOAL_MILLISECONDS = 100
LAST_DAY = f"dateadd('hour', -24, '{END}'::timestamp_ntz)"
LAST_MONTH = f"dateadd('day', -30, '{END}'::timestamp_ntz)"

QUESTIONS = {
    "daily_intensity": {"all": "select * from gold.daily_intensity"},
    "data_gaps": {"all": "select * from gold.data_gaps"},
    "forecast_history": {
        "last day": f"select * from gold.forecast_history where period_start_at >= {LAST_DAY}",
    },
    "forecast_skill": {"all": "select * from gold.forecast_skill"},
    "generation_mix": {
        "last day": f"select * from gold.generation_mix where period_start_at >= {LAST_DAY}",
        "month by fuel": f"""
            select fuel, avg(share_percent) as share_percent from gold.generation_mix
            where period_start_at >= {LAST_MONTH} group by fuel
        """,
    },
    "greenest_windows": {"all": "select * from gold.greenest_windows"},
    "half_hourly_intensity": {
        "last day": f"select * from gold.half_hourly_intensity where period_start_at >= {LAST_DAY}",
        "mean of each day": """
            select settlement_date, avg(intensity_gco2_per_kwh) as mean_gco2_per_kwh
            from gold.half_hourly_intensity group by settlement_date
        """,
    },
    "intensity_now": {"all": "select * from gold.intensity_now"},
    "pipeline_health": {
        "last day": f"select * from gold.pipeline_health where hour_start_at >= {LAST_DAY}",
        "all": "select * from gold.pipeline_health",
    },
    "regional_intensity": {
        "last day": f"select * from gold.regional_intensity where period_start_at >= {LAST_DAY}",
    },
}

Ask = Callable[[str], Awaitable[QueryResult]]


async def in_duckdb(years: float, rounds: int, period_seconds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "warehouse.duckdb"
        warehouse = DuckDBWarehouse(path)
        await warehouse.deploy()
        config = {"threads": "1", "memory_limit": "2GB", "temp_directory": f"{folder}/spill"}
        with duckdb.connect(":memory:", config=config) as opened:
            opened.execute(f"attach '{path}' as energy_project")
            opened.execute("use energy_project")

            def run(sql: str) -> None:
                for statement in to_duckdb(sql):
                    opened.execute(statement)

            fill(run, years, period_seconds)
            began = time.perf_counter()
            DuckDBLoadSession(opened).run("pipeline_hours", TOTALS)
            DuckDBLoadSession(opened).run(FILLING_STEP, {"load_id": None})
            counted_seconds = time.perf_counter() - began
            for name in deployment_scripts():
                if name.startswith("silver.") and "create table" in deployment_scripts()[name]:
                    ((rows,),) = opened.execute(f"select count(*) from {name}").fetchall()
                    print(f"{name:34} {rows:>12,} rows")
        print(f"{'file':34} {path.stat().st_size / 2**20:>12,.0f} MiB")
        print(f"{'totals and newest runs anew':34} {counted_seconds:>12,.1f} s\n")
        await measure(warehouse.query, rounds)
        await warehouse.close()


async def at_the_stand_in(years: float, rounds: int, period_seconds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = FakesnowServer(Path(folder))
        server.start()
        warehouse = stand_in_warehouse(server)
        try:
            await warehouse.deploy()
            arguments = stand_in_account(server.port).arguments()
            with snowflake.connector.connect(**arguments) as opened:
                fill(opened.cursor().execute, years, period_seconds)
                SnowflakeLoadSession(opened).run("pipeline_hours", TOTALS)
                SnowflakeLoadSession(opened).run(FILLING_STEP, {"load_id": None})
            await measure(warehouse.query, rounds)
        finally:
            await warehouse.close()
            server.kill()


async def measure(ask: Ask, rounds: int) -> None:
    print("| view | question | rows | median, ms | p99, ms | processor, ms |")
    print("|---|---|---:|---:|---:|---:|")
    slow = set()
    for view in (name for name in deployment_scripts() if name.startswith("gold.")):
        name = view.removeprefix("gold.")
        whole = {"all": f"select * from {view}"}
        for question, sql in QUESTIONS.get(name, whole).items():
            took, busy = [], []
            rows = 0
            for _ in range(rounds):
                began, busy_before = time.perf_counter(), time.process_time()
                rows = len((await ask(sql)).rows)
                took.append(1000 * (time.perf_counter() - began))
                busy.append(1000 * (time.process_time() - busy_before))
            last = statistics.quantiles(took, n=100, method="inclusive")[-1]
            if last >= GOAL_MILLISECONDS:
                slow.add(name)
            print(
                f"| {name} | {question} | {rows:,} | {statistics.median(took):,.0f} "
                f"| {last:,.0f} | {statistics.median(busy):,.0f} |"
            )
    print(f"\nAbove {GOAL_MILLISECONDS} ms: {', '.join(sorted(slow)) or 'none'}.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--years", type=float, help="3, at the stand-in 0.1")
    parser.add_argument("--period", type=int, default=10, help="seconds from poll to poll")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--stand-in", action="store_true", help="at Snowflake's stand-in")
    chosen = parser.parse_args()
    if chosen.stand_in:
        asyncio.run(at_the_stand_in(chosen.years or 0.1, chosen.rounds, chosen.period))
    else:
        asyncio.run(in_duckdb(chosen.years or 3.0, chosen.rounds, chosen.period))
