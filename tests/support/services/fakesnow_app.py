# ruff: noqa: ANN401 - fakesnow is not there to be checked
"""The stand-in of Snowflake, run by fakesnow's own Python: ``python fakesnow_app.py PORT``.

Stock fakesnow 0.12.1, but for where it differs from Snowflake in what our tests look at:

- an error that it did not foresee is an error of SQL, not HTTP 500, which the connector
  would repeat, statement and all; a lost race is Snowflake's number for it, 000625;
- NULL as a timestamp stays NULL over HTTP;
- ``REMOVE @stage/file`` is understood;
- a session that ends is rolled back, and a POST to ``/idle`` ends those that are left, as
  Snowflake does after five minutes where one is in the way of another;
- ``ALTER DATABASE … SWAP WITH``, ``… RENAME TO`` and ``DROP DATABASE`` give other names to
  databases, which sessions see that begin later; ``SHOW DATABASES`` has these names, and no
  other column;
- there are no roles: GRANT is taken and does nothing, and so is WITH MANAGED ACCESS;
- a POST to ``/empty`` begins anew, with no database and no staged file.

Each statement that came is a line of JSON in ``statements.jsonl``, with its query tag.
"""

import contextlib
import json
import re
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

import fakesnow.arrow
import fakesnow.cursor
import fakesnow.instance
import fakesnow.server
import pyarrow as pa
import snowflake.connector.errors
import uvicorn
from fakesnow.transforms import stage as stages
from starlette.responses import JSONResponse
from starlette.routing import Route

_BUSY = 625
_UNFORESEEN = 1003
# The last two are of its own catalogue, where two create the same object at once.
_RACES = ("onflict", "Failed to commit", "Duplicate key")
_NO_OBJECT = 2003
_DATABASE = re.compile(
    r"(?P<verb>create|drop|alter|show) databases?(?: if not exists| if exists| like)?\b\s*"
    r"(?P<name>[\w'%]*)(?: (?P<change>swap with|rename to) (?P<other>\w+))?",
    re.IGNORECASE,
)
_lock = threading.Lock()
_databases: dict[str, str] = {}
"""Under which name the engine has a database, by the name that clients see."""
_engine_names: set[str] = set()
"""All that were ever given: what is dropped stays there, unseen."""
_execute = fakesnow.cursor.FakeSnowflakeCursor.execute
_connect = fakesnow.instance.FakeSnow.connect
_timestamps = fakesnow.arrow.timestamp_to_sf_struct


def execute(self: Any, command: str, *arguments: Any, **options: Any) -> Any:
    with _lock, Path("statements.jsonl").open("a") as log:
        log.write(json.dumps({"session": id(self._conn), "sql": command}) + "\n")
    words = command.split()
    if words[:1] and words[0].lower() == "remove":
        folder, _, name = words[1].lstrip("@").rpartition("/")
        database, schema = self._conn.database, folder.split(".")[0]
        path = Path(
            stages.LOCAL_BUCKET_PATH, database, schema.upper(), folder.split(".")[-1].upper()
        )
        for staged in (*path.glob(name),):
            staged.unlink()
        command = f"SELECT '{name}' AS \"name\", 'removed' AS \"result\""
    if words[:1] and words[0].lower() == "grant":
        command = "select 'Statement executed successfully.' as \"status\""
    command = command.removesuffix(" with managed access")
    if found := _DATABASE.match(command):
        command = on_databases(command, **found.groupdict())
    try:
        return _execute(self, command, *arguments, **options)
    except snowflake.connector.errors.Error:
        raise
    except Exception as error:
        text = str(error)
        is_race = any(words in text for words in _RACES)
        number = _BUSY if is_race else _UNFORESEEN
        raise snowflake.connector.errors.ProgrammingError(
            msg=text.splitlines()[0], errno=number, sqlstate="57014"
        ) from error


def on_databases(command: str, verb: str, name: str, change: str | None, other: str) -> str:
    """The statement that the engine is given in place of ``command``."""
    name = name.upper()
    if verb.lower() == "create":
        return re.sub(name, engine_name(name), command, count=1, flags=re.IGNORECASE)
    if verb.lower() == "show":
        names = " union all ".join(f"select '{known}' as \"name\"" for known in _databases)
        return f"{names} order by 1"
    if name not in _databases or (change == "swap with" and other.upper() not in _databases):
        raise snowflake.connector.errors.ProgrammingError(
            msg=f"Database '{name}' does not exist or not authorized.",
            errno=_NO_OBJECT,
            sqlstate="02000",
        )
    if change == "swap with":
        both = _databases[other.upper()], _databases[name]
        _databases[name], _databases[other.upper()] = both
    elif change == "rename to":
        _databases[other.upper()] = _databases.pop(name)
    else:
        del _databases[name]
    return "select 'Statement executed successfully.' as \"status\""


def engine_name(name: str) -> str:
    """The engine's name of a database; a new one's where that is new."""
    if name not in _databases:
        _databases[name] = f"{name}_{len(_engine_names)}" if name in _engine_names else name
        _engine_names.add(_databases[name])
    return _databases[name]


def connect(self: Any, database: str | None = None, *arguments: Any, **options: Any) -> Any:
    return _connect(self, database and engine_name(database.upper()), *arguments, **options)


def timestamps(column: Any) -> pa.StructArray:
    nulls = pa.array(column.is_null().to_pylist())
    epoch = pa.scalar(0, pa.int64()).cast(column.type)
    made = _timestamps(column.fill_null(epoch))
    fields = [made.field(number) for number in range(made.type.num_fields)]
    return pa.StructArray.from_arrays(fields, fields=list(made.type), mask=nulls)


def end_session(token: str) -> None:
    connection = fakesnow.server.sessions.pop(token, None)
    if connection is not None:
        # It raises where there is nothing to roll back.
        with contextlib.suppress(Exception):
            connection._duck_conn.rollback()  # noqa: SLF001 - there is no other way


class Sessions(dict[str, Any]):
    """Sessions by token; one that is deleted is rolled back."""

    def __delitem__(self, token: str) -> None:
        end_session(token)


def empty_stages() -> None:
    for folder in Path(stages.LOCAL_BUCKET_PATH).iterdir():
        shutil.rmtree(folder)


async def empty(_request: Any) -> JSONResponse:
    for token in list(fakesnow.server.sessions):
        end_session(token)
    fakesnow.server.shared_fs = fakesnow.server.FakeSnow()
    _databases.clear()
    _engine_names.clear()
    empty_stages()
    return JSONResponse({"success": True})


async def idle(_request: Any) -> JSONResponse:
    for token in list(fakesnow.server.sessions):
        end_session(token)
    return JSONResponse({"success": True})


fakesnow.cursor.FakeSnowflakeCursor.execute = execute
fakesnow.instance.FakeSnow.connect = connect
fakesnow.arrow.timestamp_to_sf_struct = timestamps
fakesnow.server.sessions = Sessions()
fakesnow.server.app.router.routes += [
    Route("/idle", idle, methods=["POST"]),
    Route("/empty", empty, methods=["POST"]),
]

if __name__ == "__main__":
    uvicorn.run(fakesnow.server.app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
