"""``audit`` as a user runs it, and a small way to do harm to."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.small_way import SmallWay

from greenpulse.commands.audit import audit_command


@pytest.fixture(scope="module")
def whole_way(tmp_path_factory: pytest.TempPathFactory) -> SmallWay:
    """Partition 0 has four full files of ten, partition 1 two and a half, 2 is empty."""
    way = SmallWay(tmp_path_factory.mktemp("whole") / "data")
    way.append_polls(40, partition=0)
    way.append_polls(23, partition=1)
    way.append([b"no poll", None], partition=1)
    way.archive()
    way.load()
    return way


@pytest.fixture
def way(whole_way: SmallWay, working_directory: Path) -> SmallWay:
    """The same, to do harm to; the default settings find it."""
    shutil.copytree(whole_way.folder, working_directory / "data")
    return SmallWay(working_directory / "data")


def audit(*options: str, environ: dict[str, str] | None = None) -> Result:
    result = CliRunner().invoke(audit_command, list(options), env=environ)
    assert "Traceback" not in result.output
    return result


def differences() -> list[tuple[int, str, str, int, int]]:
    """What ``audit --json`` finds: partition, place, kind, first and last offset."""
    result = audit("--json")
    report: dict[str, Any] = json.loads(result.stdout)
    found = [
        (part["partition"], d["place"], d["kind"], d["first"], d["last"])
        for part in report["partitions"]
        for d in part["differences"]
    ]
    assert result.exit_code == (1 if found or report["problems"] else 0)
    assert report["agrees"] is (result.exit_code == 0)
    return found
