"""What the metrics say of the polls of a worker."""

import pytest
from support.manual_clock import ManualClock
from support.saying import poll_saying

from greenpulse.agents.poll_report import PollReport
from greenpulse.grid.readings import read_poll
from greenpulse.metrics import Metrics
from greenpulse.records import Poll
from greenpulse.status import PipelineStatus


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def report(metrics: Metrics, *polls: Poll) -> None:
    told = PollReport(ManualClock(), PipelineStatus(), metrics)
    for poll in polls:
        told.on_poll(poll, read_poll(poll))


def ticks(metrics: Metrics, result: str) -> float | None:
    labels = {"series": "window", "result": result}
    return metrics.registry.get_sample_value("greenpulse_ticks_total", labels)


def test_a_tick_counts_once_however_often_it_is_asked(metrics: Metrics) -> None:
    report(metrics, *(poll_saying(None, status=503, attempts=n) for n in (1, 2, 3)))

    assert (ticks(metrics, "asked"), ticks(metrics, "missed")) == (1, None)
    outcome = {"series": "window", "outcome": "http_error"}
    assert metrics.registry.get_sample_value("greenpulse_polls_total", outcome) == 3


def test_a_tick_that_nobody_asked_is_a_missed_one(metrics: Metrics) -> None:
    missed = poll_saying(None, status=None, answered_at=None, error="not asked", attempts=0)

    report(metrics, missed, missed)

    assert (ticks(metrics, "asked"), ticks(metrics, "missed")) == (None, 2)
