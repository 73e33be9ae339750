"""The project as it is committed, and as it will be once gold has every promised view."""

import shutil
from pathlib import Path

import pytest
from support.gold_views import PROMISED, deployed
from support.powerbi_project import Project, read_project

from powerbi.generator.project import write_project

COMMITTED = Path(__file__).parents[2] / "powerbi"


@pytest.fixture(scope="session")
def gold(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The views of ``sql/gold``, and those that are promised."""
    return {**PROMISED, **deployed(tmp_path_factory.mktemp("gold"))}


@pytest.fixture(scope="session", params=["committed", "with every view"])
def folder(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    gold: dict[str, dict[str, str]],
) -> Path:
    """Where the project's files lie."""
    if request.param == "committed":
        return COMMITTED
    whole = tmp_path_factory.mktemp("project")
    write_project(whole, gold)
    return whole


@pytest.fixture
def project(folder: Path) -> Project:
    return read_project(folder)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the committed project, to be broken."""
    for name in COMMITTED.glob("GreenPulse*"):
        if name.is_dir():
            shutil.copytree(name, tmp_path / name.name)
        else:
            shutil.copy(name, tmp_path)
    return tmp_path
