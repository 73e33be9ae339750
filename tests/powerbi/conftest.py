"""The project as it is committed, and the views that it stands on."""

import shutil
from pathlib import Path

import pytest
from support.gold_views import deployed
from support.powerbi_project import Project, read_project

COMMITTED = Path(__file__).parents[2] / "powerbi"


@pytest.fixture(scope="session")
def gold(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The views of ``sql/gold``."""
    return deployed(tmp_path_factory.mktemp("gold"))


@pytest.fixture(scope="session")
def folder() -> Path:
    """Where the project's files lie."""
    return COMMITTED


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
