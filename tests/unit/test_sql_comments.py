"""What people see of the warehouse in Snowflake or Power BI: comments, types, order."""

from decimal import Decimal
from pathlib import Path

import pytest
from sqlglot import exp
from support.manual_clock import ManualClock
from support.staging import DuckDBRows, body_of, item, poll

from greenpulse.warehouse.dialect import parsed
from greenpulse.warehouse.scripts import deployment_scripts

CREATIONS = {
    name: creation
    for name, script in deployment_scripts().items()
    if isinstance(creation := parsed(script)[0], exp.Create) and "." in name
}
TABLES = [name for name, creation in CREATIONS.items() if creation.kind == "TABLE"]
GOLD = [name for name in CREATIONS if name.startswith("gold.")]
KEYS = {
    "gold.daily_intensity": ("settlement_date",),
    "gold.data_gaps": ("starts_at",),
    "gold.forecast_history": ("period_start_at", "observed_at"),
    "gold.forecast_skill": ("lead_hours",),
    "gold.greenest_windows": ("region_id", "duration_minutes"),
    "gold.generation_mix": ("period_start_at", "fuel"),
    "gold.half_hourly_intensity": ("period_start_at",),
    "gold.intensity_now": ("period_start_at",),
    "gold.pipeline_health": ("hour_start_at",),
    "gold.regional_intensity": ("period_start_at", "region_id"),
}


def comment_of(node: exp.Expr) -> str:
    found = next(node.find_all(exp.CommentColumnConstraint, exp.SchemaCommentProperty), None)
    return found.this.name if found else ""


@pytest.mark.parametrize("name", CREATIONS)
def test_every_object_says_what_it_is(name: str) -> None:
    assert comment_of(CREATIONS[name].args["properties"])


@pytest.mark.parametrize("name", [*TABLES, *GOLD])
def test_every_column_says_what_it_is(name: str) -> None:
    columns = CREATIONS[name].this.expressions

    assert columns
    for column in columns:
        assert comment_of(column), column.name


@pytest.mark.parametrize("name", GOLD)
def test_no_column_of_gold_stands_under_the_name_of_another(name: str) -> None:
    # The names of a view's columns stand apart from its SELECT: they must not drift.
    creation = CREATIONS[name]
    names = [column.name for column in creation.this.expressions]
    final = creation.expression.ctes[-1]

    assert final.alias == "final"
    assert final.this.named_selects == names


@pytest.mark.parametrize("name", [name for name in CREATIONS if CREATIONS[name].kind == "VIEW"])
def test_a_view_that_is_made_anew_stays_readable_for_those_who_may(name: str) -> None:
    assert list(CREATIONS[name].find_all(exp.CopyGrantsProperty))


@pytest.mark.parametrize("name", GOLD)
def test_a_count_in_gold_has_a_type_that_power_bi_takes_for_a_whole_number(name: str) -> None:
    # INTEGER and BIGINT are NUMBER(38, 0) in Snowflake, a decimal in Power BI.
    final = CREATIONS[name].expression.ctes[-1].this
    for column in final.expressions:
        for call in column.find_all(exp.Count, exp.Sum, exp.DateDiff, exp.Ceil, exp.RowNumber):
            assert call.find_ancestor(exp.Cast), column.alias
        for cast in column.find_all(exp.Cast):
            kind = cast.to.sql("snowflake")
            assert not kind.startswith(("INT", "BIGINT", "DECIMAL(38")), column.alias


def test_the_keys_of_gold_are_never_null(tmp_path: Path, clock: ManualClock) -> None:
    rows = DuckDBRows(tmp_path / "warehouse.duckdb", clock)
    hole = [
        item(f"2026-02-05T{start}Z", f"2026-02-05T{end}Z", None, None, None)
        for start, end in (("18:00", "18:30"), ("20:00", "20:30"))
    ]
    foretold = item("2026-02-05T21:00Z", "2026-02-05T21:30Z", 137, None, "low")
    measured = item("2026-02-05T21:00Z", "2026-02-05T21:30Z", 137, 130, "low")
    rows.load_polls(
        poll("holes", "2026-02-05T20:10:00Z", body_of(*hole)),
        poll("failed", None, None, scheduled_at="2026-02-05T20:20:00Z"),
        poll("foretold", "2026-02-05T20:30:00Z", body_of(foretold)),
        poll("measured", "2026-02-05T22:00:00Z", body_of(measured)),
    )
    mix = {"generationmix": [{"fuel": "wind", "perc": None}], "intensity": {}}
    region = {"from": "2026-02-05T21:00Z", "to": "2026-02-05T21:30Z", "regionid": 13} | mix
    for family in ("regional", "generation"):
        said = poll(family, "2026-02-05T21:00:00Z", body_of(region), family=family)
        rows.load_polls(said)
    rows.set_now("2026-02-05 21:05:00")

    assert set(KEYS) == set(GOLD)
    for name, key in KEYS.items():
        found = rows.select(f"select {', '.join(key)} from {name}")  # noqa: S608 - of this file
        assert found, name
        assert not any(None in row for row in found), name
        assert len(set(found)) == len(found), name
    rows.close()


def test_counts_are_whole_numbers_in_duckdb_too(tmp_path: Path, clock: ManualClock) -> None:
    rows = DuckDBRows(tmp_path / "warehouse.duckdb", clock)
    rows.load_polls(poll("one", "2026-02-05T20:10:00Z", body_of()))
    rows.set_now("2026-02-05 20:30:00")

    row = rows.rows_of("select * from gold.pipeline_health")[0]

    assert {type(row[name]) for name in row if name.startswith("ticks")} == {int}
    assert not any(isinstance(value, Decimal) for value in row.values())
    rows.close()
