"""Our SQL files as statements for Snowflake's connector, and how their results are read."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import sqlglot
from snowflake.connector import SnowflakeConnection

from greenpulse.warehouse.scripts import load_script

__all__ = ["TAKE_TURNS", "execute", "run_step", "statements_of"]

# An update that changes nothing takes no lock at the stand-in.
TAKE_TURNS = "update ops.load_lease set taken_at = sysdate()"
"""Whoever changes the one row of the lease in a transaction goes on alone, until COMMIT."""

# A path (v:offset) follows a name, a cast (::) a colon: neither is a parameter.
_PARAMETER = re.compile(r"(?<![\w:)\]]):([a-z]\w*)")


def statements_of(script: str) -> list[str]:
    """The statements of ``script``, as they stand, without comments between them."""
    return list(_split(script))


def execute(
    connection: SnowflakeConnection, sql: str, values: Mapping[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    """Run one statement, in which ``:name`` stands for a value; return its rows.

    Values are written into the text by the connector, quoted: binding at the server needs
    types that a SELECT from nothing does not give.
    """
    parameters = None
    if values is not None:
        sql = _PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%"))
        parameters = {name: _value(value) for name, value in values.items()}
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [tuple(row) for row in cursor.fetchall()]


def run_step(
    connection: SnowflakeConnection, step: str, values: Mapping[str, Any]
) -> tuple[Any, ...]:
    """Run ``sql/load/<step>.sql``; the first row of its last statement's answer."""
    rows: list[tuple[Any, ...]] = []
    for statement in _step(step):
        rows = execute(connection, statement, values)
    return rows[0] if rows else ()


@cache
def _step(step: str) -> list[str]:
    return statements_of(load_script(step))


def _split(script: str) -> Iterator[str]:
    tokens: list[Any] = []
    for token in sqlglot.tokenize(script, read="snowflake"):
        if token.token_type is not sqlglot.TokenType.SEMICOLON:
            tokens.append(token)
        elif tokens:
            yield script[tokens[0].start : tokens[-1].end + 1]
            tokens = []
    if tokens:
        yield script[tokens[0].start : tokens[-1].end + 1]


def _value(value: object) -> object:
    # As text with microseconds, so that no session's time zone plays a part.
    return value.isoformat(" ", "microseconds") if isinstance(value, datetime) else value
