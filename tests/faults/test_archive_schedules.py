"""Whatever workers do, in whatever order, one chain holds each offset once.

Redelivery cut differently, commits that came too early, rebalances, zombies that freeze
in mid-write and go on when others have taken over, crashes, lost answers, failing stores,
lost metadata and an expiring log, mixed by hypothesis; then the lake is read without
GreenPulse. Two proofs that this finds damage where there is some stand beside it.
"""

import asyncio
from collections.abc import Callable
from random import Random

from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from support.archive_world import Step, World
from support.memory_store import GivesAKeyTwice
from support.naive_archive import NaiveArchive

from greenpulse.errors import GreenpulseError

SCHEDULE_COUNT = 1000

EVENTS = [
    *("deliver", "deliver", "deliver", "deliver again", "skip ahead", "commit"),
    *("flush", "flush", "flush all at once", "open again", "give up", "crash"),
    *("freeze", "freeze behind create", "thaw", "thaw", "lose answers", "fail"),
    *("lose metadata", "produce", "expire"),
]
SCHEDULES = st.lists(
    st.tuples(st.sampled_from(EVENTS), st.integers(0, 2), st.integers(1, 12)),
    min_size=30,
    max_size=60,
)
"""Events, the worker that each befalls, and how much of it."""


@settings(max_examples=SCHEDULE_COUNT, deadline=None)
@given(SCHEDULES)
async def test_any_schedule_gives_one_chain_with_each_offset_once(steps: list[Step]) -> None:
    world = World()

    await world.run(steps)

    await world.check()


def test_without_the_conditional_create_the_same_schedules_do_damage() -> None:
    schedule = first_to_do_damage(lambda: World(conditional=GivesAKeyTwice))

    print("damage by:", *schedule, sep="\n  ")
    assert not is_damaged(World(), schedule)


def test_an_archive_that_believes_the_groups_offset_does_damage() -> None:
    schedule = first_to_do_damage(lambda: World(NaiveArchive))

    print("damage by:", *schedule, sep="\n  ")
    assert not is_damaged(World(), schedule)


def first_to_do_damage(make_world: Callable[[], World]) -> list[Step]:
    """The simplest schedule that hypothesis finds; fails where none of them does damage."""
    return find(
        SCHEDULES,
        lambda steps: is_damaged(make_world(), steps),
        settings=settings(
            max_examples=SCHEDULE_COUNT,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
        ),
        random=Random(1),
    )


def is_damaged(world: World, steps: list[Step]) -> bool:
    async def run_and_check() -> None:
        await world.run(steps)
        await world.check()

    try:
        asyncio.run(run_and_check())
    except (AssertionError, GreenpulseError):
        return True
    return False
