"""No agent of GreenPulse, nor what Faust is told, allows what Faust does to data by itself.

What that is shows in tests/kafka/test_faust_*.py and tests/unit/test_broker_faust_dangers.py.
"""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import faust
import pytest
from faust.types.enums import ProcessingGuarantee
from mode.supervisors import CrashingSupervisor

from greenpulse.errors import SettingsError
from greenpulse.main import build
from greenpulse.records import POLLS_TOPIC
from greenpulse.settings import Settings

AGENTS = {
    "greenpulse.archive",
    "greenpulse.load",
    "greenpulse.track.files",
    "greenpulse.track.latest",
    "greenpulse.track.loads",
}
BROKERS = ["embedded:///nowhere/log.sqlite", "kafka://127.0.0.1:1"]


class Unacknowledged:
    """What ``noack()`` makes of a stream: events that Faust does not acknowledge; none here."""

    is_read = False

    async def events(self) -> AsyncIterator[object]:
        self.is_read = True
        for event in list[object]():
            yield event


class Stream:
    """One that can be read in no other way."""

    def __init__(self) -> None:
        self.unacknowledged = Unacknowledged()

    def noack(self) -> Unacknowledged:
        return self.unacknowledged


@pytest.fixture(params=BROKERS, ids=["embedded", "kafka"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> faust.App:
    settings = {"GREENPULSE_DATA": str(tmp_path), "GREENPULSE_BROKER": request.param}
    return build(Settings.read(settings, {}))


def test_each_agent_is_there(app: faust.App) -> None:
    # By autodiscovery, one that cannot be imported would be missing without an error.
    assert set(app.agents) == AGENTS
    assert app.conf.autodiscover is False


@pytest.mark.parametrize("name", sorted(AGENTS))
async def test_no_agent_lets_faust_acknowledge(app: faust.App, name: str) -> None:
    stream = Stream()

    await cast("Any", app.agents[name]).fun(stream)

    assert stream.unacknowledged.is_read


def test_agents_do_one_thing_at_a_time(app: faust.App) -> None:
    assert {cast("Any", agent).concurrency for agent in app.agents.values()} == {1}


def test_nobody_but_the_archive_reads_the_polls(app: faust.App) -> None:
    # A batch is done only once every agent that reads it has acknowledged it.
    readers = Counter(
        name for agent in app.agents.values() for name in cast("Any", agent.channel).topics
    )

    assert readers[POLLS_TOPIC] == 1


def test_every_topic_is_read_raw(app: faust.App) -> None:
    # What Faust cannot decode it acknowledges at once, before what is held.
    channels = [cast("Any", agent.channel) for agent in app.agents.values()]

    assert {(channel.value_type, channel.value_serializer) for channel in channels} == {
        (bytes, "raw")
    }


def test_faust_neither_waits_for_held_events_nor_goes_on_after_a_failure(app: faust.App) -> None:
    told = cast("Any", app.conf)

    assert told.stream_wait_empty is False
    assert told.agent_supervisor is CrashingSupervisor
    assert told.processing_guarantee is ProcessingGuarantee.AT_LEAST_ONCE
    assert told.consumer_auto_offset_reset == "earliest"


@pytest.mark.parametrize(
    "name",
    [
        "STREAM_WAIT_EMPTY",
        "AGENT_SUPERVISOR",
        "PROCESSING_GUARANTEE",
        "CONSUMER_AUTO_OFFSET_RESET",
    ],
)
def test_no_environment_may_change_that(name: str) -> None:
    with pytest.raises(SettingsError, match=f"GREENPULSE_FAUST_{name}: .*unset it"):
        Settings.read({f"GREENPULSE_FAUST_{name}": "1"}, {})
