"""README's commands run as they are written, beside a running worker."""

import re
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from faust.cli.base import cli
from support.recorded_api import serve_recorded
from support.worker_process import WorkerProcess

import greenpulse.main  # noqa: F401 - registers the commands
from greenpulse.version import __version__

PROJECT = Path(__file__).parents[2]
README = (PROJECT / "README.md").read_text()
FAUST_COMMANDS = {
    "agents",
    "clean-versions",
    "completion",
    "livecheck",
    "model",
    "models",
    "reset",
    "send",
    "tables",
}


@pytest.fixture
async def worker(tmp_path: Path, recorded: Path) -> AsyncIterator[WorkerProcess]:
    async with serve_recorded(recorded) as api:
        process = WorkerProcess(tmp_path, api.address, ARCHIVE_WINDOW_SECONDS=1)
        try:
            await process.start()
            await process.has_loaded()
            yield process
        finally:
            await process.kill()


async def test_each_command_of_the_readme_works_as_written(worker: WorkerProcess) -> None:
    lines = re.findall(r"^ {4,}\.venv/bin/greenpulse (.*)$", README, flags=re.MULTILINE)

    ended = {line: await worker.command(*shlex.split(line)) for line in lines}

    assert len(lines) >= 3
    assert {line: (code, stderr) for line, (code, _, stderr) in ended.items()} == dict.fromkeys(
        lines, (0, "")
    )


def test_the_readme_names_every_command() -> None:
    named = set(re.findall(r"`greenpulse ([a-z-]+)", README))

    assert set(cli.commands) - FAUST_COMMANDS <= named


@pytest.mark.parametrize("name", sorted(set(cli.commands) - FAUST_COMMANDS))
def test_every_command_has_an_example_in_its_help(name: str) -> None:
    text = cli.commands[name].help or ""

    assert "Example: greenpulse" in text


def test_both_commands_come_first_in_the_readme() -> None:
    run, test = README.index("    make run"), README.index("    make test")

    assert max(run, test) < README.index("## ")


def test_make_has_a_target_for_each_make_command_of_the_readme() -> None:
    makefile = (PROJECT / "Makefile").read_text()

    targets = set(re.findall(r"`?make ([a-z-]+)", README))

    assert {t for t in targets if f"\n{t}:" not in makefile} == set()


def test_the_readme_is_short_and_carries_the_attribution() -> None:
    assert len(README.splitlines()) <= 150
    assert "National Energy System Operator (NESO)" in README
    assert "creativecommons.org/licenses/by/4.0" in README


def test_the_command_tells_its_own_version_and_purpose() -> None:
    greenpulse = [sys.executable, "-m", "greenpulse"]

    version = subprocess.run([*greenpulse, "--version"], capture_output=True, check=True)
    purpose = subprocess.run([*greenpulse, "--help"], capture_output=True, check=True)

    assert version.stdout.decode().strip().endswith(__version__)
    assert b"carbon intensity" in purpose.stdout
