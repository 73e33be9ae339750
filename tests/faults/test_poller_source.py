"""Nothing simulated reaches a real lake, and nothing real a simulated one."""

import pytest
from support.manual_clock import ManualClock
from support.polling import nothing_but_heartbeats, polling
from support.scripted_api import Reply, ScriptedApi
from support.taken_polls import TakenPolls

from greenpulse.errors import SourceMismatch, StoreUnavailable

SIMULATED = {"X-GreenPulse-Simulated": "true"}


class LakeOf:
    """A lake of one kind of answers; ``asked`` has what it was asked for."""

    def __init__(self, *, is_simulated: bool | None) -> None:
        self._is_simulated = is_simulated
        self.asked: list[bool] = []

    async def claim(self, is_simulated: bool) -> None:  # noqa: FBT001 - the poller's contract
        self.asked.append(is_simulated)
        if self._is_simulated is None:
            self._is_simulated = is_simulated
        if self._is_simulated != is_simulated:
            message = "claiming 'claims/source': this lake is of the other kind; take another lake"
            raise SourceMismatch(message)


class LakeAway(LakeOf):
    """Cannot say what it is while ``is_away``."""

    is_away = True

    async def claim(self, is_simulated: bool) -> None:  # noqa: FBT001 - the poller's contract
        if self.is_away:
            message = "claiming 'claims/source': no store"
            raise StoreUnavailable(message)
        await super().claim(is_simulated)


@pytest.mark.parametrize("headers", [{}, SIMULATED], ids=["real", "simulated"])
async def test_the_lake_is_asked_once_before_the_first_answer_reaches_it(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock, headers: dict[str, str]
) -> None:
    api.replies["*"] = Reply(headers=headers)
    lake = LakeOf(is_simulated=None)

    newest_known = nothing_but_heartbeats(clock)
    async with polling(
        api.address, clock, polls, newest_known=newest_known, source_guard=lake.claim
    ):
        for times in (1, 2, 3):
            await polls.until_polled("intensity", times)
            await clock.advance(10)

    assert lake.asked == [bool(headers)]


@pytest.mark.parametrize(
    ("reply", "lake"),
    [
        (Reply(headers=SIMULATED), LakeOf(is_simulated=False)),
        (Reply(headers=SIMULATED, status=500), LakeOf(is_simulated=False)),
        (Reply(), LakeOf(is_simulated=True)),
    ],
    ids=["simulated", "simulated failure", "real"],
)
async def test_answers_of_the_other_kind_go_nowhere_and_end_polling(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock, reply: Reply, lake: LakeOf
) -> None:
    api.replies["*"] = reply

    async with polling(api.address, clock, polls, source_guard=lake.claim) as poller:
        while not poller.has_refused:
            await clock.advance(1)
        asked = len(api.asked)
        await clock.advance(60)

    assert polls.all == []
    assert asked == len(api.asked)
    assert poller.trouble == (
        "Polling has stopped: claiming 'claims/source': this lake is of the other kind; "
        "take another lake"
    )


async def test_a_server_that_turns_into_a_simulator_is_found_out(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    lake = LakeOf(is_simulated=None)

    newest_known = nothing_but_heartbeats(clock)
    async with polling(
        api.address, clock, polls, newest_known=newest_known, source_guard=lake.claim
    ) as poller:
        await polls.until_polled("intensity", 1)
        api.replies["*"] = Reply(headers=SIMULATED)
        while not poller.has_refused:
            await clock.advance(10)

    assert len(polls.all) == 1


async def test_failures_that_do_not_tell_their_kind_are_recorded_without_a_claim(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    api.replies["*"] = Reply(status=502)
    lake = LakeOf(is_simulated=True)

    newest_known = nothing_but_heartbeats(clock)
    async with polling(
        api.address, clock, polls, newest_known=newest_known, source_guard=lake.claim
    ):
        await polls.until_polled("intensity", 1)

    assert lake.asked == []


async def test_while_the_lake_cannot_say_what_it_is_polls_are_held_and_none_is_lost(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    lake = LakeAway(is_simulated=False)

    newest_known = nothing_but_heartbeats(clock)
    async with polling(
        api.address, clock, polls, newest_known=newest_known, source_guard=lake.claim
    ) as poller:
        for times in (1, 2, 3):
            await api.until_asked("/intensity", times)
            await clock.advance(10)
        held, trouble = list(polls.all), poller.trouble
        lake.is_away = False
        await clock.advance(6)
        await polls.until_polled("intensity", 3)

    assert held == []
    assert trouble == "The answers of the API wait in memory: claiming 'claims/source': no store"
    assert polls.ticks_of("intensity")[:3] == ["12:00:00", "12:00:10", "12:00:20"]


@pytest.mark.parametrize(
    ("known", "is_sent"), [(False, True), (True, False), (None, False)], ids=str
)
async def test_while_the_lake_is_away_the_log_takes_more_of_the_kind_that_it_has(
    api: ScriptedApi,
    polls: TakenPolls,
    clock: ManualClock,
    known: bool | None,  # noqa: FBT001 - a parameter of the test
    is_sent: bool,  # noqa: FBT001 - likewise
) -> None:
    lake = LakeAway(is_simulated=False)

    newest_known = nothing_but_heartbeats(clock)
    async with polling(
        api.address,
        clock,
        polls,
        newest_known=newest_known,
        source_guard=lake.claim,
        source_known=lambda: known,
    ) as poller:
        for times in (1, 2, 3):
            await api.until_asked("/intensity", times)
            await clock.advance(10)
        trouble, taken = poller.trouble, bool(polls.all)

    assert taken == is_sent
    assert (trouble is None) == is_sent
