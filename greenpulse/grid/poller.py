"""Asks the API what the schedule says, and lets each tick leave its poll."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from uuid import uuid4

from greenpulse.clock import Clock
from greenpulse.errors import SourceMismatch
from greenpulse.grid.agenda import Agenda
from greenpulse.grid.answer import Answer
from greenpulse.grid.backoff import backoff_seconds
from greenpulse.grid.client import Client
from greenpulse.grid.clock_jumps import ClockJumps, sentence_of_jump
from greenpulse.grid.outbox import Outbox
from greenpulse.grid.questions import Question, poll_of
from greenpulse.grid.readings import Outcome, Reading, read_poll
from greenpulse.grid.schedule import Series, attempt_seconds
from greenpulse.grid.source import Source
from greenpulse.grid.trouble import trouble_of
from greenpulse.records import Poll

__all__ = ["Poller"]

_LOGGER = logging.getLogger(__name__)

# A sleep is never longer: so soon a jump of the wall clock, the end of a suspension or a
# change of the leader is noticed.
_LONGEST_SLEEP_SECONDS = 1.0
_DRAIN_SECONDS = 5.0
_TOO_MANY_REQUESTS = 429
_FIRST_SERVER_ERROR = 500


class Poller:
    """Polls while this worker is the leader.

    The families are asked side by side, one question of a family at a time. Each exchange
    leaves a Poll, and so does each missed tick; Agenda says which are. A series other than
    the heartbeat repeats a question that failed, after a backoff that holds nothing.

    Args:
        client: The API.
        schedule: All series, the heartbeat among them.
        clock: Decides what is due.
        emit: Sends a poll to the log and returns when it is acknowledged; raises
            TransientError where it is to be sent again.
        worker: Names this worker in its polls.
        source_guard: Claims the lake's source, True for simulated; raises SourceMismatch
            where it is the other one, StoreUnavailable where it cannot tell now.
        source_known: Whether the answers in the log are simulated; None where none tells.
        newest_known: Newest tick of a series that any worker is known to have made.
        on_poll: Called with every poll that is made, before it is sent.
        on_given_up: Called with every poll that will not be sent.
        backoff: Seconds to wait after the n-th failure of a question.
        new_poll_id: Names an exchange.
    """

    def __init__(  # noqa: PLR0913 - each is a thing that the poller must not know itself
        self,
        client: Client,
        schedule: Iterable[Series],
        clock: Clock,
        emit: Callable[[Poll], Awaitable[None]],
        *,
        worker: str,
        source_guard: Callable[[bool], Awaitable[None]],
        source_known: Callable[[], bool | None] = lambda: None,
        newest_known: Callable[[str], datetime | None] = lambda _: None,
        on_poll: Callable[[Poll, Reading], None] = lambda _poll, _reading: None,
        on_given_up: Callable[[Poll], None] = lambda _: None,
        backoff: Callable[[int], float] = backoff_seconds,
        new_poll_id: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self._client = client
        self._lanes: dict[str, list[Series]] = {}
        for series in schedule:
            self._lanes.setdefault(series.family, []).append(series)
        self._attempt_seconds = _attempt_seconds_of(self._lanes)
        self._clock = clock
        self._emit = emit
        self._worker = worker
        self._source = Source(source_guard, source_known)
        self._newest_known = newest_known
        self._on_poll = on_poll
        self._backoff = backoff
        self._new_poll_id = new_poll_id
        self._heartbeat_trouble: str | None = None
        self._refusal: str | None = None
        self._is_over = asyncio.Event()
        self._has_ended = asyncio.Event()
        self._has_ended.set()
        self.outbox = Outbox(self._lanes, self._send, clock, on_given_up=on_given_up)

    @property
    def trouble(self) -> str | None:
        """Why people see nothing new of the grid, in one sentence; None while they do."""
        trouble = self._refusal or self._heartbeat_trouble
        if trouble is None and self.outbox.waits_for is not None:
            return f"The answers of the API wait in memory: {self.outbox.waits_for}"
        return trouble

    @property
    def has_refused(self) -> bool:
        """Whether polling has stopped for good, since the answers are not of this lake."""
        return self._refusal is not None

    async def run(self, is_leader: Callable[[], bool]) -> None:
        """Poll whenever ``is_leader`` says so, until ``stop`` or a refusal."""
        self._has_ended.clear()
        try:
            async with asyncio.TaskGroup() as group:
                sender = group.create_task(self.outbox.run())
                followers = [self._follow(lane, is_leader) for lane in self._lanes.values()]
                asking = [group.create_task(each) for each in (*followers, self._watch_clock())]
                try:
                    await self._is_over.wait()
                finally:
                    for task in asking:
                        task.cancel()
                    await asyncio.wait(asking)
                    await self.outbox.drain(_DRAIN_SECONDS)
                    sender.cancel()
        finally:
            self._has_ended.set()

    async def stop(self) -> None:
        """Cut off and record what is under way, send what is held, and end ``run``.

        Returns within a second while the log takes what it is given, else within six.
        """
        self._is_over.set()
        await self._has_ended.wait()

    async def _follow(self, lane: list[Series], is_leader: Callable[[], bool]) -> None:
        agenda: Agenda | None = None
        while True:
            seconds = _LONGEST_SLEEP_SECONDS
            if not is_leader():
                agenda, self._heartbeat_trouble = None, None
            else:
                now, monotonic = self._clock.now(), self._clock.monotonic()
                if agenda is None:
                    agenda = Agenda(lane, now, self._newest_known)
                for missed in agenda.look(now, monotonic):
                    self._leave(missed, Answer(None, error="not asked: the worker came too late"))
                question = agenda.take(monotonic)
                if question is not None:
                    await self._ask(question, agenda)
                    continue
                seconds = min(seconds, agenda.seconds_to_wait(now, monotonic))
            await self._clock.sleep(seconds)

    async def _watch_clock(self) -> None:
        jumps = ClockJumps(self._clock.now(), self._clock.monotonic())
        while True:
            await self._clock.sleep(_LONGEST_SLEEP_SECONDS)
            if jump := jumps.look(self._clock.now(), self._clock.monotonic()):
                _LOGGER.warning("%s", sentence_of_jump(jump))

    async def _ask(self, question: Question, agenda: Agenda) -> None:
        requested_at = self._clock.now()
        try:
            answer = await self._client.fetch(question.path, self._attempt_seconds)
        except asyncio.CancelledError:
            self._leave(question, Answer(requested_at, error="cut off: polling stops"))
            raise
        poll, reading = self._leave(question, answer)
        if _may_improve(poll, reading):
            agenda.repeat(question, self._clock.monotonic() + self._backoff(question.attempt))

    def _leave(self, question: Question, answer: Answer) -> tuple[Poll, Reading]:
        """Put the poll of ``question`` on its way, and say what it means."""
        poll = poll_of(
            question,
            answer,
            poll_id=self._new_poll_id(),
            url=self._client.url_of(question.path),
            worker=self._worker,
        )
        reading = read_poll(poll)
        if question.series.is_heartbeat and question.attempt and not self._is_over.is_set():
            self._heartbeat_trouble = trouble_of(self._client.base_url, poll, reading)
        self._on_poll(poll, reading)
        self.outbox.put(poll)
        return poll, reading

    async def _send(self, poll: Poll) -> None:
        try:
            await self._source.admit(poll)
        except SourceMismatch as error:
            # What is of the other kind goes nowhere; nothing more of it is asked for.
            self._refusal = f"Polling has stopped: {error}"
            self._is_over.set()
            return
        await self._emit(poll)


def _may_improve(poll: Poll, reading: Reading) -> bool:
    """Whether the same question may be answered better a little later."""
    if reading.outcome is Outcome.HTTP_ERROR:
        status = poll.status or 0
        return status >= _FIRST_SERVER_ERROR or status == _TOO_MANY_REQUESTS
    return reading.outcome is not Outcome.OK


def _attempt_seconds_of(lanes: dict[str, list[Series]]) -> float:
    heartbeats = [s.period_seconds for lane in lanes.values() for s in lane if s.is_heartbeat]
    return attempt_seconds(min(heartbeats, default=float("inf")))
