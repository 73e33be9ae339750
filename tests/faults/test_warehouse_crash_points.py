"""A loader that dies at any statement leaves all of its load or nothing."""

import asyncio
import subprocess
import sys
from pathlib import Path

from support.staging import batch

from greenpulse.records import POLLS_TOPIC
from greenpulse.warehouse.duckdb import DuckDBWarehouse

TESTS = Path(__file__).parent.parent


async def rows_of(warehouse: DuckDBWarehouse) -> dict[str, object]:
    """What a load of the offsets 0 to 9 leaves, if it is there once."""
    result = await warehouse.query(
        """
        select
            (select listagg(v:offset::string, ' ') within group (order by v:offset::bigint)
                from bronze.raw_intensity) as raw_offsets,
            (select count(*) from bronze.record_to_read) as records_to_read,
            (select count(*) from ops.hour_to_count) as hours_to_count,
            (select sum(ticks_answered)::bigint from ops.series_hour) as ticks,
            (select sum(loads)::bigint from ops.pipeline_hour) as loads,
            (select count(*) || ' ' || count(distinct poll_id) from silver.poll) as polls,
            (select max(revision_number) || ' ' || count(*) from silver.national_intensity)
                as runs,
            (select sum(record_count) from ops.load_manifest) as records
        """
    )
    return dict(zip(result.columns, result.rows[0], strict=True))


async def loaded_again(path: Path) -> tuple[bool, dict[str, object]]:
    """Whether the load was there already, and the rows after loading it again."""
    warehouse = DuckDBWarehouse(path)
    ends = await warehouse.manifest_ends(POLLS_TOPIC)
    load = await warehouse.load(batch(start_offset=5))
    was_there = load is None
    assert was_there == (ends == {0: 9})
    rows = await rows_of(warehouse)
    await warehouse.close()
    return was_there, rows


def test_a_load_killed_before_any_statement_is_made_up_for(tmp_path: Path) -> None:
    template = tmp_path / "template.duckdb"

    async def prepare() -> None:
        warehouse = DuckDBWarehouse(template)
        await warehouse.deploy()
        await warehouse.load(batch(start_offset=0))
        await warehouse.close()

    asyncio.run(prepare())

    outcome = subprocess.run(
        [sys.executable, "-m", "support.dying_loader", template, tmp_path],
        cwd=TESTS,
        check=True,
        capture_output=True,
        text=True,
    )

    deaths = int(outcome.stdout)
    found = [asyncio.run(loaded_again(tmp_path / f"{n}.duckdb")) for n in range(1, deaths + 2)]
    # All die before COMMIT has returned, but for the one that dies while it closes the file.
    assert [was_there for was_there, _ in found] == [False] * (deaths - 1) + [True, True]
    assert deaths > 10
    whole = {
        "raw_offsets": "0 1 2 3 4 5 6 7 8 9",
        "records_to_read": 0,
        "hours_to_count": 0,
        "ticks": 10,
        "loads": 2,
        "polls": "10 10",
        "runs": "4 4",
        "records": 10,
    }
    assert [rows for _, rows in found] == [whole] * (deaths + 1)
