"""The simulator over a real socket: headers, faults of the wire, and the command around it."""

import asyncio
import json
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from itertools import count

import aiohttp
import pytest
from support.manual_clock import ManualClock

from greenpulse.clock import Clock
from greenpulse.errors import SettingsError
from greenpulse.grid.simulated.answers import Answers
from greenpulse.grid.simulated.faults import Fault, FaultPlan, Mischief
from greenpulse.grid.simulated.grid import SimulatedGrid
from greenpulse.grid.simulator import Simulator, serve

NOW = datetime(2026, 1, 31, 12, 7, tzinfo=UTC)
COMMAND = (sys.executable, "-c", "from greenpulse.commands.simulate import simulate; simulate()")


@asynccontextmanager
async def asking(
    clock: Clock, *, seed: int = 1, faults: Collection[Fault] = (), port: int = 0
) -> AsyncIterator[aiohttp.ClientSession]:
    """A session at a simulator that runs while the context lasts; it keeps no connection."""
    simulator = Simulator.from_seed(seed, clock, faults)
    connector = aiohttp.TCPConnector(force_close=True)
    async with (
        serve(simulator, "127.0.0.1", port) as bound_port,
        aiohttp.ClientSession(f"http://127.0.0.1:{bound_port}", connector=connector) as session,
    ):
        yield session


async def body_of(session: aiohttp.ClientSession, path: str) -> bytes:
    async with session.get(path) as response:
        return await response.read()


def moment_of(outage: Mischief) -> datetime:
    """A moment within an outage of this kind, some seconds before its end."""
    plan = FaultPlan(1, {Fault.OUTAGE})
    seconds = (NOW + timedelta(seconds=second) for second in count())
    return next(
        moment
        for moment in seconds
        if plan.outage_at(moment) is plan.outage_at(moment + timedelta(seconds=20)) is outage
    )


def seed_of(fault: Fault, mischief: Mischief) -> int:
    """A seed with which the first request goes wrong in this way."""
    return next(s for s in count() if FaultPlan(s, {fault}).mischief(1, NOW) is mischief)


async def test_an_answer_is_marked_as_simulated_and_has_the_headers_of_the_api() -> None:
    async with asking(ManualClock(NOW)) as session, session.get("/intensity") as response:
        assert response.status == 200
        assert response.headers["x-greenpulse-simulated"] == "true"
        assert response.headers["content-type"] == "application/json"
        assert response.headers["date"] == format_datetime(NOW, usegmt=True)
        assert response.headers["access-control-allow-origin"] == "*"
        assert str(uuid.UUID(response.headers["x-amzn-requestid"]))


async def test_the_bytes_are_those_of_the_grid() -> None:
    path = "/intensity/2026-01-31T12:07Z/fw48h"

    async with asking(ManualClock(NOW)) as session:
        body = await body_of(session, path)

    assert body == Answers(SimulatedGrid(1)).at(path, NOW).body


async def test_a_run_can_be_repeated_to_the_request_id() -> None:
    async def run(seed: int) -> list[tuple[str, bytes]]:
        answers = []
        async with asking(ManualClock(NOW), seed=seed, faults={Fault.ERRORS}) as session:
            for _ in range(30):
                async with session.get("/intensity") as response:
                    request_id = response.headers["x-amzn-requestid"]
                    answers.append((request_id, await response.read()))
        return answers

    first, second, other = await run(1), await run(1), await run(2)

    assert first == second
    assert len({request_id for request_id, _ in first + other}) == 60


async def test_an_error_is_marked_as_simulated_too() -> None:
    async with asking(ManualClock(NOW)) as session, session.get("/nowhere") as response:
        assert response.status == 400
        assert response.headers["x-greenpulse-simulated"] == "true"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_only_get_is_answered(method: str) -> None:
    async with (
        asking(ManualClock(NOW)) as session,
        session.request(method, "/intensity") as response,
    ):
        assert response.status == 405
        assert "GET" in await response.text()


async def test_encoded_paths_and_queries_are_read_as_the_api_reads_them() -> None:
    async with asking(ManualClock(NOW)) as session:
        plain = await body_of(session, "/intensity/2026-01-30T00:00+00:00")
        queried = await body_of(session, "/intensity/2026-01-30T00:00Z?any=thing")

    assert plain == queried
    assert b'"from": "2026-01-29T23:30Z"' in plain


async def test_what_is_said_moves_on_with_the_clock() -> None:
    clock = ManualClock(NOW)

    async with asking(clock) as session:
        before = json.loads(await body_of(session, "/intensity"))
        await clock.advance(1800)
        after = json.loads(await body_of(session, "/intensity"))

    assert before["data"][0]["from"] == "2026-01-31T11:30Z"
    assert after["data"][0]["from"] == "2026-01-31T12:00Z"


async def test_a_taken_port_is_said_in_one_sentence(unused_tcp_port: int) -> None:
    async with asking(ManualClock(NOW), port=unused_tcp_port):
        with pytest.raises(SettingsError, match=f"127.0.0.1:{unused_tcp_port}: .*in use.*--port"):
            async with asking(ManualClock(NOW), port=unused_tcp_port):
                pass


@pytest.mark.parametrize("mischief", [Mischief.RESET, Mischief.REFUSED])
async def test_in_an_outage_connections_are_reset(mischief: Mischief) -> None:
    """Also while they are to be refused: one that was open before is cut."""
    async with asking(ManualClock(moment_of(mischief)), faults={Fault.OUTAGE}) as session:
        with pytest.raises(aiohttp.ClientConnectionError):
            await body_of(session, "/intensity")


async def test_in_an_outage_connections_are_refused_until_it_is_over() -> None:
    clock = ManualClock(moment_of(Mischief.REFUSED))

    async with asking(clock, faults={Fault.OUTAGE}) as session:
        await clock.advance(1)
        with pytest.raises(aiohttp.ClientConnectorError):
            await body_of(session, "/intensity")
        await clock.advance(180)
        body = await body_of(session, "/intensity")

    assert json.loads(body)["data"]


async def test_in_an_outage_an_answer_may_take_five_seconds() -> None:
    clock = ManualClock(moment_of(Mischief.SLOW))

    async with asking(clock, faults={Fault.OUTAGE}) as session:
        asked = asyncio.create_task(body_of(session, "/intensity"))
        while not clock.has_sleeper(for_seconds=5):
            await asyncio.sleep(0)
        await clock.advance(4)
        is_early = asked.done()
        await clock.advance(1)
        body = await asked

    assert not is_early
    assert json.loads(body)["data"]


async def test_in_an_outage_there_may_be_silence() -> None:
    clock = ManualClock(moment_of(Mischief.SILENT))

    async with asking(clock, faults={Fault.OUTAGE}) as session:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(body_of(session, "/intensity"), 0.2)


async def test_in_an_outage_everything_may_fail() -> None:
    clock = ManualClock(moment_of(Mischief.SERVER_ERROR))

    async with asking(clock, faults={Fault.OUTAGE}) as session:
        for path in ("/intensity", "/generation", "/regional"):
            async with session.get(path) as response:
                assert response.status == 500
                assert "Requested resource not found." in await response.text()


async def test_an_answer_may_be_cut_off_in_mid_body() -> None:
    seed = seed_of(Fault.GARBAGE, Mischief.CUT_OFF)

    async with asking(ManualClock(NOW), seed=seed, faults={Fault.GARBAGE}) as session:
        with pytest.raises(aiohttp.ClientPayloadError):
            await body_of(session, "/regional/intensity/2026-01-31T12:07Z/fw48h")


async def test_an_answer_may_be_over_4_mebibytes() -> None:
    seed = seed_of(Fault.GARBAGE, Mischief.TOO_LARGE)

    async with asking(ManualClock(NOW), seed=seed, faults={Fault.GARBAGE}) as session:
        body = await body_of(session, "/intensity")

    assert len(body) > 4 * 1024 * 1024


@asynccontextmanager
async def simulate(*options: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The command as a process, once it answers, and its address."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "--port", "0", *options, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        line = (await process.stdout.readline()).decode()
        yield process, line.split(" on ")[1].split(";")[0]
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def fetch(url: str) -> tuple[dict[str, str], bytes]:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        headers = {name.lower(): value for name, value in response.headers.items()}
        return headers, await response.read()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_command_with_0_and_at_once(number: signal.Signals) -> None:
    async with simulate() as (process, address):
        await fetch(f"{address}/intensity")

        process.send_signal(number)

        assert await asyncio.wait_for(process.wait(), 60) == 0


async def test_time_starts_and_runs_as_asked() -> None:
    start_at = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)

    async with simulate("--start", "2026-03-29T00:00Z", "--speed", "3600") as (_, address):
        first, _ = await fetch(f"{address}/intensity")
        second, _ = await fetch(f"{address}/intensity")

    times = [parsedate_to_datetime(headers["date"]) for headers in (first, second)]
    assert start_at < times[0] < times[1]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--faults", "fire"), "'fire' is no fault"),
        (("--start", "yesterday"), "want a moment, such as 2026-01-31T12:00Z"),
    ],
)
async def test_what_cannot_be_done_is_one_sentence_and_2(
    options: tuple[str, str], sentence: str
) -> None:
    process = await asyncio.create_subprocess_exec(*COMMAND, *options, stderr=subprocess.PIPE)

    _, said = await process.communicate()

    assert process.returncode == 2
    assert sentence in said.decode()
    assert said.decode().count("\n") == 1


async def test_the_command_listens_where_it_is_told() -> None:
    async with simulate("--host", "127.0.0.2") as (_, address):
        headers, _ = await fetch(f"{address}/intensity")

    assert address.startswith("http://127.0.0.2:")
    assert "x-greenpulse-simulated" in headers


async def test_a_taken_port_ends_the_command_with_2() -> None:
    async with simulate() as (_, address):
        port = address.rsplit(":", 1)[1]
        process = await asyncio.create_subprocess_exec(
            *COMMAND, "--port", port, stderr=subprocess.PIPE
        )
        _, said = await process.communicate()

    assert process.returncode == 2
    assert f"127.0.0.1:{port}" in said.decode()
    assert "Traceback" not in said.decode()
