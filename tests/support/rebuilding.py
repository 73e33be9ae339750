"""``rebuild`` as a user runs it, and what it left in a small way."""

import asyncio
from pathlib import Path

import duckdb
from click.testing import CliRunner, Result
from support.small_way import SmallWay

from greenpulse.commands.rebuild import rebuild_command
from greenpulse.lake.claims import Claims
from greenpulse.lake.folder import FolderStore

__all__ = ["claims_of", "files_of", "rebuild", "refusal_of_rebuild", "rows_of", "uuid_of"]


def rebuild(*options: str, environ: dict[str, str] | None = None) -> Result:
    result = CliRunner().invoke(rebuild_command, list(options), env=environ)
    assert "Traceback" not in result.output
    return result


def refusal_of_rebuild(*options: str, environ: dict[str, str] | None = None) -> str:
    """The one sentence of a refusal."""
    result = rebuild(*options, environ=environ)
    assert (result.exit_code, result.stdout) == (2, "")
    (sentence,) = result.stderr.splitlines()
    return sentence


def rows_of(path: Path, sql: str) -> list[tuple[object, ...]]:
    """What a DuckDB file answers."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def uuid_of(path: Path) -> str:
    """Which warehouse a DuckDB file is."""
    ((warehouse_id,),) = rows_of(path, "select warehouse_id from ops.identity")
    return str(warehouse_id)


def files_of(way: SmallWay) -> set[str]:
    """All that lies beside the warehouse, by name."""
    return {path.name for path in way.folder.iterdir()} - {"lake", "log.sqlite"}


def claims_of(way: SmallWay) -> list[str]:
    """Uuids of the warehouses that the lake has fed."""
    claims = asyncio.run(Claims(FolderStore(way.lake)).warehouses())
    assert [claim.number for claim in claims] == list(range(1, len(claims) + 1))
    return [claim.warehouse_id for claim in claims]
