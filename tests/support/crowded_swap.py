"""Puts a successor into its place on a file system that has no room for another name.

``python -m support.crowded_swap FOLDER WAREHOUSE_ID``: ``FOLDER`` holds a successor and may
take few files. Prints the refusal, and what lies there; makes room, tries again, and prints
what lies there then.
"""

import asyncio
import itertools
import sys
from pathlib import Path

from greenpulse.errors import SettingsError
from greenpulse.warehouse.rebuild_duckdb import DuckDBReplacement


def fill(folder: Path) -> None:
    for number in itertools.count():
        try:
            (folder / str(number)).touch()
        except OSError:
            return


def names(folder: Path) -> str:
    return " ".join(sorted(path.name for path in folder.iterdir() if not path.name.isdecimal()))


async def swap(folder: Path, warehouse_id: str) -> None:
    replacement = DuckDBReplacement(folder / "warehouse.duckdb")
    try:
        await replacement.swap(warehouse_id, 2)
    finally:
        await replacement.close()


if __name__ == "__main__":
    folder, warehouse_id = Path(sys.argv[1]), sys.argv[2]
    fill(folder)
    try:
        asyncio.run(swap(folder, warehouse_id))
    except SettingsError as refusal:
        sys.stdout.write(f"{refusal}\n{names(folder)}\n")
    for path in folder.glob("[0-9]*"):
        path.unlink()
    asyncio.run(swap(folder, warehouse_id))
    sys.stdout.write(f"{names(folder)}\n")
