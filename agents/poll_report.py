"""What people and programs get to know of the polling: status, metrics, the console."""

import logging

from greenpulse.clock import Clock, from_rfc3339
from greenpulse.grid.readings import Outcome, Reading
from greenpulse.metrics import Metrics
from greenpulse.records import Poll
from greenpulse.status import PipelineStatus, SeriesStatus

__all__ = ["PollReport"]

log = logging.getLogger(__name__)

_FAILED = (Outcome.NO_ANSWER, Outcome.HTTP_ERROR)


class PollReport:
    """Keeps the status of the source; says on the console when it changes."""

    def __init__(self, clock: Clock, status: PipelineStatus, metrics: Metrics) -> None:
        self._clock = clock
        self._status = status
        self._metrics = metrics

    def on_poll(self, poll: Poll, reading: Reading) -> None:
        """Take note of one poll, before it is sent."""
        self._metrics.polls.labels(poll.series, reading.outcome.value).inc()
        if poll.attempts <= 1:
            # What is asked once more is the same tick.
            result = "asked" if poll.attempts else "missed"
            self._metrics.ticks.labels(poll.series, result).inc()
        series = self._status.series.setdefault(poll.series, SeriesStatus())
        if reading.outcome in _FAILED:
            series.ticks_failed += 1
        else:
            series.ticks_answered += 1
        series.scheduled_at = from_rfc3339(poll.scheduled_at) if poll.scheduled_at else None
        series.status, series.error = poll.status, poll.error
        if poll.answered_at is not None:
            series.answered_at = from_rfc3339(poll.answered_at)
            if poll.requested_at is not None:
                took = (series.answered_at - from_rfc3339(poll.requested_at)).total_seconds()
                # The wall clock may have jumped back in between.
                self._metrics.poll_seconds.labels(poll.series).observe(max(0.0, took))

    def on_given_up(self, poll: Poll) -> None:  # noqa: ARG002 - a poller's callback
        """Count a poll that will never be in the log."""
        self._metrics.dropped_polls.inc()

    def watch(self, trouble: str | None, *, is_leader: bool) -> None:
        """Say what the source's trouble is now, on the console only where it is news.

        Args:
            trouble: The poller's sentence; None while people see something new.
            is_leader: Whether this worker asks; if not, the source is another one's concern.
        """
        part = self._status.parts["source"]
        if not is_leader and self._status.parts["archive"].is_ready:
            self._status.set_ready("source", self._clock.now())
            return
        if trouble is None:
            if not part.is_ready and self._status.series:
                log.info("source_answers")
                self._status.set_ready("source", self._clock.now())
        elif part.reason != trouble:
            log.warning("%s", trouble)
            self._status.set_waiting("source", trouble, self._clock.now())
