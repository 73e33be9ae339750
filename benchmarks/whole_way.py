"""The whole way on one machine: start to first row, answer to row, and what idling costs.

    python benchmarks/whole_way.py [SECONDS]

Starts a simulator and a worker on embedded defaults, watches for SECONDS (default 180), and
prints: seconds from the start of ``greenpulse worker`` to the first row that a query returns;
median, 99th percentile and maximum of the seconds from a poll's answer to its committed row;
CPU and memory of the worker over the last minute.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

import duckdb

LATENCIES = """
    select date_diff('millisecond', p.answered_at, m.loaded_at) / 1000.0
    from silver.poll p
    join ops.load_manifest m
        on p.partition_id = m.partition_id and p.log_offset between m.start_offset and m.end_offset
    where p.answered_at is not null
"""
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def main(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = (sys.executable, "-m", "greenpulse")
        simulator = subprocess.Popen(
            [*command, "simulate", "--port", "0"], stdout=subprocess.PIPE, text=True, cwd=folder
        )
        assert simulator.stdout is not None
        found = re.search(r"http://[\d.:]+", simulator.stdout.readline())
        assert found is not None
        environment = os.environ | {  # noqa: TID251 - settings of the worker it starts
            "GREENPULSE_API_URL": found.group(),
            "GREENPULSE_WEB_PORT": "6167",
        }
        begin = time.perf_counter()
        worker = subprocess.Popen([*command, "worker"], cwd=folder, env=environment)
        try:
            warehouse = folder / "data" / "warehouse.duckdb"
            while not query(warehouse, "select 1 from bronze.raw_intensity limit 1"):
                time.sleep(0.05)
            print(f"start to first row     {time.perf_counter() - begin:.2f} s")
            time.sleep(max(0.0, seconds - 60))
            cpu_before, at = cpu_seconds(worker.pid), time.perf_counter()
            time.sleep(60)
            share = (cpu_seconds(worker.pid) - cpu_before) / (time.perf_counter() - at)
            print(f"CPU of the worker      {share:.1%} of a core over 60 s")
            print(f"memory of the worker   {memory_mib(worker.pid)}")
        finally:
            worker.terminate()
            worker.wait()
            simulator.terminate()
            simulator.wait()
        latencies = sorted(float(row[0]) for row in query(warehouse, LATENCIES))
        cuts = quantiles(latencies, n=100)
        print(
            f"answer to row          median {cuts[49]:.1f} s, p99 {cuts[98]:.1f} s,"
            f" maximum {latencies[-1]:.1f} s, of {len(latencies)} polls"
        )


def query(file: Path, sql: str) -> list[tuple[Any, ...]]:
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            return connection.execute(sql).fetchall()
    except duckdb.Error:
        return []


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def memory_mib(pid: int) -> str:
    status = Path(f"/proc/{pid}/status").read_text()
    now, peak = (re.search(rf"{name}:\s+(\d+)", status) for name in ("VmRSS", "VmHWM"))
    assert now is not None
    assert peak is not None
    return f"{int(now[1]) / 1024:.0f} MiB, peak {int(peak[1]) / 1024:.0f} MiB"


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 180.0)
