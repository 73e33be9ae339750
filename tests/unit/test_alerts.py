"""Each alert fires when it should, and not before, as Prometheus itself evaluates it."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ALERTS = Path(__file__).parents[2] / "monitoring" / "prometheus" / "alerts.yml"

A = 'job="greenpulse",instance="a:6066"'
B = 'job="greenpulse",instance="b:6066"'

Series = Mapping[str, str]
"""Samples every minute, in promtool's notation, by series."""

FIRES: dict[str, Series] = {
    "GreenPulseWorkerAbsent": {f"up{{{A}}}": "1 0x30"},
    "GreenPulseNoWorker": {f"greenpulse_ready{{{A}}}": "0x30", f"greenpulse_ready{{{B}}}": "0x30"},
    "GreenPulseUnready": {f"greenpulse_ready{{{A}}}": "0x30", f"greenpulse_ready{{{B}}}": "1x30"},
    "GreenPulsePartAway": {f'greenpulse_part_ready{{{A},part="source"}}': "0x30"},
    "GreenPulseStandsStill": {f"greenpulse_watchdog_silence_seconds{{{A}}}": "45x30"},
    "GreenPulseRebalancesOften": {f"greenpulse_rebalances_total{{{A}}}": "0+1x30"},
    "GreenPulseNoLeader": {
        f"greenpulse_leader{{{A}}}": "0x30",
        f"greenpulse_leader{{{B}}}": "0x30",
    },
    "GreenPulseTwoLeaders": {
        f"greenpulse_leader{{{A}}}": "1x30",
        f"greenpulse_leader{{{B}}}": "1x30",
    },
    "GreenPulseStale": {f"greenpulse_freshness_seconds{{{A}}}": "0+60x30"},
    "GreenPulseTicksMissed": {
        f'greenpulse_ticks_total{{{A},series="intensity",result="missed"}}': "0+1x30"
    },
    "GreenPulsePollsDropped": {f"greenpulse_dropped_polls_total{{{A}}}": "0x20 1x10"},
    "GreenPulsePollsWait": {f"greenpulse_waiting_polls_bytes{{{A}}}": "20000000x30"},
    "GreenPulsePartitionStandsStill": {f'greenpulse_partition_open{{{A},partition="0"}}': "0x30"},
    "GreenPulsePartitionUnowned": {
        f'greenpulse_partition_open{{{A},partition="0"}}': "1x30",
        f'greenpulse_partition_open{{{B},partition="1"}}': "1x10 stale",
    },
    "GreenPulseNotArchived": {
        f'greenpulse_archive_lag_records{{{A},partition="0"}}': "5x30",
        f'greenpulse_chain_tail_offset{{{A},partition="0"}}': "99x30",
    },
    "GreenPulseArchiveLagGrows": {
        f'greenpulse_archive_lag_records{{{A},partition="0"}}': "10000+100x30",
        f'greenpulse_chain_tail_offset{{{A},partition="0"}}': "99+6x30",
    },
    "GreenPulseLogExpires": {
        f'greenpulse_log_start_offset{{{A},partition="0"}}': "101x30",
        f'greenpulse_chain_tail_offset{{{A},partition="0"}}': "99x30",
    },
    "GreenPulseStoreFails": {
        f'greenpulse_store_failures_total{{{A},operation="create"}}': "0+1x30"
    },
    "GreenPulseLoadLagGrows": {f'greenpulse_load_lag_records{{{A},partition="0"}}': "2000x30"},
    "GreenPulseUnreadableRecords": {
        f'greenpulse_unreadable_records_total{{{A},partition="0"}}': "0x20 3x10"
    },
}
"""What makes an alert fire within half an hour."""

WELL: Series = {
    f"up{{{A}}}": "1x30",
    f"greenpulse_ready{{{A}}}": "1x30",
    f'greenpulse_part_ready{{{A},part="source"}}': "1x30",
    f"greenpulse_watchdog_silence_seconds{{{A}}}": "1x30",
    f"greenpulse_rebalances_total{{{A}}}": "0 1x10 2x20",
    f"greenpulse_leader{{{A}}}": "1x30",
    f"greenpulse_freshness_seconds{{{A}}}": "9x30",
    f'greenpulse_ticks_total{{{A},series="intensity",result="asked"}}': "0+6x30",
    f'greenpulse_ticks_total{{{A},series="intensity",result="missed"}}': "1x30",
    f"greenpulse_dropped_polls_total{{{A}}}": "0x30",
    f"greenpulse_waiting_polls_bytes{{{A}}}": "0x30",
    f'greenpulse_partition_open{{{A},partition="0"}}': "1x30",
    # A partition that moves to another worker in between.
    f'greenpulse_partition_open{{{A},partition="1"}}': "1x10 stale",
    f'greenpulse_partition_open{{{B},partition="1"}}': "_x10 1x20",
    f'greenpulse_archive_lag_records{{{A},partition="0"}}': "5x30",
    f'greenpulse_chain_tail_offset{{{A},partition="0"}}': "99+6x30",
    f'greenpulse_log_start_offset{{{A},partition="0"}}': "0x30",
    f'greenpulse_store_failures_total{{{A},operation="create"}}': "2x30",
    f'greenpulse_load_lag_records{{{A},partition="0"}}': "5x30",
    f'greenpulse_unreadable_records_total{{{A},partition="0"}}': "3x30",
}

# A case names no worker that is ready, but for those that are about that.
_ONLY_WITHOUT_A_WORKER = "GreenPulseNoWorker"


@pytest.fixture(scope="module")
def promtool() -> str:
    named = os.environ.get("GREENPULSE_TEST_PROMTOOL")  # noqa: TID251 - a test may ask
    found = named or shutil.which("promtool")
    if found is None:
        pytest.skip("install promtool (it comes with Prometheus) or set GREENPULSE_TEST_PROMTOOL")
    return found


def evaluate(
    promtool: str, folder: Path, series: Series, fires: Mapping[str, int]
) -> subprocess.CompletedProcess[str]:
    """Let Prometheus see ``series`` for half an hour; each alert fires so often at its end."""
    expression = 'count by (alertname) (ALERTS{alertstate="firing"}) or vector(0)'
    test = {
        "rule_files": [str(ALERTS)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": s, "values": v} for s, v in series.items()],
                "promql_expr_test": [
                    {"expr": expression, "eval_time": "29m", "exp_samples": _samples(fires)}
                ],
            }
        ],
    }
    file = folder / "alerts_test.yml"
    file.write_text(yaml.safe_dump(test))
    return subprocess.run(
        [promtool, "test", "rules", str(file)], capture_output=True, text=True, check=False
    )


def _samples(fires: Mapping[str, int]) -> list[dict[str, Any]]:
    alerts = [{"labels": f'{{alertname="{a}"}}', "value": n} for a, n in fires.items()]
    return [*alerts, {"labels": "{}", "value": 0}]


def test_every_alert_has_a_case() -> None:
    groups = yaml.safe_load(ALERTS.read_text())["groups"]

    assert {rule["alert"] for group in groups for rule in group["rules"]} == set(FIRES)


def test_while_all_is_well_no_alert_fires(promtool: str, tmp_path: Path) -> None:
    result = evaluate(promtool, tmp_path, WELL, {})

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("alert", sorted(FIRES))
def test_an_alert_fires_for_what_it_is_for_and_no_other_does(
    promtool: str, tmp_path: Path, alert: str
) -> None:
    fires = {_ONLY_WITHOUT_A_WORKER: 1, alert: 1}
    if any(name.startswith("greenpulse_ready{") for name in FIRES[alert]):
        fires = {alert: 1}
    if alert == _ONLY_WITHOUT_A_WORKER:
        fires["GreenPulseUnready"] = 2

    result = evaluate(promtool, tmp_path, FIRES[alert], fires)

    assert result.returncode == 0, result.stderr
