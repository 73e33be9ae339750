"""What the documents name is there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from greenpulse.metrics import Metrics

TESTS = Path(__file__).parents[1]
FAILURES = (TESTS.parent / "docs" / "failures.md").read_text()
TEST_NAME = re.compile(r"`([a-z0-9_/]+\.py)::(\w+)`")
ROWS = [
    [cell.strip() for cell in line.split("|")[1:-1]]
    for line in FAILURES.splitlines()
    if line.startswith("| ") and not line.startswith("| what breaks")
]


@cache
def names_in(file: str) -> set[str]:
    """Names of the tests that pytest would collect from a file, read from its source."""
    path = TESTS / file
    if not path.exists():
        return set()
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        node.name
        for node in ast.parse(path.read_text()).body
        if isinstance(node, functions) and node.name.startswith("test_")
    }


@pytest.mark.parametrize(("file", "name"), sorted(set(TEST_NAME.findall(FAILURES))), ids=str)
def test_every_test_that_proves_a_failure_harmless_exists(file: str, name: str) -> None:
    assert name in names_in(file)


def test_every_failure_says_what_happens_then_and_is_proved() -> None:
    assert len(ROWS) > 40
    for row in ROWS:
        assert len(row) == 5, row
        breaks, _, then, _, proofs = row
        assert breaks, row
        assert then, row
        assert TEST_NAME.findall(proofs), row
        assert not TEST_NAME.sub("", proofs).strip(), row


def test_every_metric_that_a_failure_shows_in_is_exported() -> None:
    exported = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in Metrics().registry.collect()
    }

    assert set(re.findall(r"greenpulse_\w+", FAILURES)) <= exported
