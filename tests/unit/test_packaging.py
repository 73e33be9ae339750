"""What setup.cfg says of the project is what lies on disk."""

import configparser
from pathlib import Path

import greenpulse.agents
import greenpulse.sql

PROJECT = Path(__file__).parents[2]


def configuration() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(PROJECT / "setup.cfg")
    return parser


def test_every_package_on_disk_is_packaged() -> None:
    named = set(configuration()["options"]["packages"].split())

    found = {
        ".".join(file.parent.relative_to(PROJECT).parts)
        for pattern in ("greenpulse/**/__init__.py", "greenpulse/agents/__init__.py")
        for file in PROJECT.glob(pattern)
    }

    assert found | {"greenpulse.sql", "greenpulse.agents"} == named


def test_agents_and_sql_at_the_top_are_those_of_the_package() -> None:
    assert Path(greenpulse.agents.__file__ or "").resolve().parent == PROJECT / "agents"
    assert Path(greenpulse.sql.__file__ or "").resolve().parent == PROJECT / "sql"


def test_every_requirement_has_an_exact_pin_in_the_constraints() -> None:
    options = configuration()
    required = "\n".join(
        [options["options"]["install_requires"], *options["options.extras_require"].values()]
    )
    pinned = {
        line.partition("==")[0].lower().replace("_", "-")
        for line in (PROJECT / "constraints.txt").read_text().splitlines()
    }

    names = {_name(line) for line in required.split("\n") if line.strip()}

    assert names - pinned == set()


def test_what_the_evidence_says_to_pin_is_pinned() -> None:
    required = configuration()["options"]["install_requires"].split()

    assert {"faust-streaming==0.15.3", "mode-streaming==0.7.1", "aiokafka==0.14.0"} <= set(required)


def _name(requirement: str) -> str:
    name = requirement.strip()
    for mark in "<>=!~[;":
        name = name.partition(mark)[0]
    return name.strip().lower().replace("_", "-")
