"""A resolver of the system that takes its time."""

import asyncio
import socket
import subprocess
import sys
import threading

import pytest

from greenpulse.grid.resolver import DaemonResolver

WAITS_FOR_A_NAME = """
import asyncio, threading
from greenpulse.grid.resolver import DaemonResolver

async def ask():
    never = threading.Event()
    resolver = DaemonResolver(lambda *_, **__: never.wait())
    try:
        await asyncio.wait_for(resolver.resolve("grid.example"), 0.05)
    except TimeoutError:
        print("left")

asyncio.run(ask())
"""


async def test_names_of_this_machine_are_found() -> None:
    found = await DaemonResolver().resolve("localhost", 6066, socket.AF_INET)

    assert [(result["host"], result["port"]) for result in found] == [("127.0.0.1", 6066)]


@pytest.mark.parametrize("name", ["no-such-grid.invalid", "a..b"])
async def test_names_that_are_none_are_errors(name: str) -> None:
    with pytest.raises((OSError, UnicodeError)):
        await DaemonResolver().resolve(name)


def test_a_process_does_not_wait_for_a_name_when_it_ends() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", WAITS_FOR_A_NAME],
        capture_output=True,
        check=True,
        text=True,
        timeout=30,
    )

    assert ended.stdout == "left\n"


def test_an_answer_that_comes_when_the_loop_is_gone_disturbs_nobody() -> None:
    may_answer, has_answered = threading.Event(), threading.Event()

    def look_up(*_: object, **__: object) -> list[tuple[object, ...]]:
        may_answer.wait(10)
        has_answered.set()
        return []

    async def ask() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(DaemonResolver(look_up).resolve("grid.example"), 0.01)

    asyncio.run(ask())
    may_answer.set()

    assert has_answered.wait(10)
