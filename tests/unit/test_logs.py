import asyncio
import json
import logging
from collections.abc import Iterator

import pytest

from greenpulse import logs


@pytest.fixture(autouse=True)
def root() -> Iterator[logging.Logger]:
    """The root logger, put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    root.handlers[:], root.level = handlers, level


def fail() -> None:
    try:
        write()
    except OSError:
        logging.getLogger("greenpulse").exception("file_not_written key=%r", "a/b")


def write() -> None:
    message = "the disk is full"
    raise OSError(message)


def test_a_failure_is_one_line_with_its_cause_and_without_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(level="info", style="text", is_terminal=True)

    fail()

    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("error   file_not_written key='a/b': the disk is full")


def test_for_debugging_the_traceback_follows(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(level="debug", style="text", is_terminal=True)

    fail()

    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_programs_get_one_json_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(level="info", style="", is_terminal=False)

    fail()

    (line,) = capsys.readouterr().err.splitlines()
    fields = json.loads(line)
    assert fields["level"] == "error"
    assert fields["message"] == "file_not_written key='a/b': the disk is full"


def test_frameworks_are_heard_only_when_something_is_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(level="info", style="text", is_terminal=True)

    logging.getLogger("faust.app").info("Starting...")
    logging.getLogger("greenpulse.agents.poll").info("[^--Polling]: Starting...")
    logging.getLogger("faust.app").warning("something is wrong")

    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("something is wrong")


def test_what_a_stop_cuts_off_is_no_news(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(level="info", style="text", is_terminal=True)

    logging.getLogger("asyncio").error("callback failed", exc_info=asyncio.CancelledError())

    assert capsys.readouterr().err == ""


def test_what_a_framework_says_again_and_again_is_said_once_a_minute(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(level="info", style="text", is_terminal=True)

    for node in range(300):
        logging.getLogger("aiokafka").error("Unable to connect to node %d", node)
        logging.getLogger("greenpulse.agents").info("file_written first=%d", node)

    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if "Unable to connect" in line] == lines[:1]
    assert len(lines) == 301
