# ruff: noqa: S608 - the names are those of our views
"""Power BI's DirectQuery on the gold views: every view, at the stand-in, by Power BI's driver."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pyarrow as pa
import pytest
from adbc_driver_manager import Error
from support.direct_query import DirectQuery, direct_query, kind_of, quoted, view_named
from support.gold_views import deployed
from support.grid_day import loads_of_a_day, periods_of_a_day
from support.manual_clock import ManualClock
from support.services.fakesnow import FakesnowServer
from support.snowflakes import stand_in_warehouse

from greenpulse.warehouse.scripts import deployment_scripts

NOW = datetime(2026, 2, 5, 21, 20, tzinfo=UTC)
LONGEST = 18  # digits of a whole number in Power BI
VIEWS = [name.removeprefix("gold.") for name in deployment_scripts() if name.startswith("gold.")]


@pytest.fixture(scope="module")
def server(fakesnow_of_this_process: FakesnowServer) -> FakesnowServer:
    """The stand-in with a day and a half of polls, at a moment that stands still."""
    server = fakesnow_of_this_process
    server.empty()

    async def fill() -> None:
        warehouse = stand_in_warehouse(server, ManualClock(NOW))
        await warehouse.deploy()
        await warehouse.set_schedule(periods_of_a_day(NOW))
        for load in loads_of_a_day(NOW):
            await warehouse.load(load)
        await warehouse.close()

    asyncio.run(fill())
    with direct_query(server.port) as session:
        session.table(
            "create or replace view ops.now as"
            f" select '{NOW:%Y-%m-%d %H:%M:%S}'::timestamp_ntz as now_at"
        )
    return server


@pytest.fixture
def power_bi(server: FakesnowServer) -> Iterator[DirectQuery]:
    with direct_query(server.port) as session:
        yield session


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Power BI's type of each column of each view."""
    return deployed(tmp_path_factory.mktemp("gold"))


def columns_of(kinds: dict[str, str], *wanted: str) -> list[str]:
    return [name for name, kind in kinds.items() if kind in wanted]


def all_rows(power_bi: DirectQuery, view: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = power_bi.table(f"select * from {view_named(view)}").to_pylist()
    assert rows
    return [{name.lower(): value for name, value in row.items()} for row in rows]


def literal(moment: date) -> str:
    """A time as Power Query writes it."""
    is_day = not isinstance(moment, datetime)
    return f"CAST('{moment}' AS {'DATE' if is_day else 'TIMESTAMP'})"


@pytest.mark.parametrize("view", VIEWS)
def test_every_column_arrives_in_the_type_that_the_model_has(
    power_bi: DirectQuery, model: dict[str, dict[str, str]], view: str
) -> None:
    names = ",\n    ".join(map(quoted, model[view]))

    found = power_bi.table(f"select {names}\nfrom {view_named(view)}\nlimit 1000001 offset 0")

    assert found.num_rows > 0
    arrived = {field.name.lower(): kind_of(field.type) for field in found.schema}
    assert arrived == model[view]


@pytest.mark.parametrize("view", VIEWS)
def test_no_column_arrives_as_a_decimal_that_power_bi_has_no_type_for(
    server: FakesnowServer, view: str
) -> None:
    # NUMBER(38, 0), Snowflake's own type of a count, is decimal128(38, 0): no whole number.
    with direct_query(server.port, is_precise=True) as power_bi:
        found = power_bi.table(f"select * from {view_named(view)}")

    decimals = {field.name: field.type for field in found.schema if pa.types.is_decimal(field.type)}
    assert {name: kind for name, kind in decimals.items() if kind.precision > LONGEST} == {}


@pytest.mark.parametrize("view", VIEWS)
def test_a_visual_sums_up_its_groups(
    power_bi: DirectQuery, model: dict[str, dict[str, str]], view: str
) -> None:
    key = (columns_of(model[view], "string", "dateTime") or [*model[view]])[0]
    number = columns_of(model[view], "int64", "double")[-1]

    found = power_bi.rows(
        f"""
        select {quoted(key)}, "C1", "C2", "C3"
        from (
            select {quoted(key)},
                sum({quoted(number)}) as "C1",
                max({quoted(number)}) as "C2",
                count(*) as "C3"
            from {view_named(view)}
            group by {quoted(key)}
        ) as "ITBL"
        where not "C1" is null
        order by {quoted(key)} nulls first
        """
    )

    groups: dict[Any, list[Any]] = {}
    for row in all_rows(power_bi, view):
        groups.setdefault(row[key], []).append(row[number])
    expected = [
        (group, sum(there), max(there), len(values))
        for group, values in sorted(groups.items(), key=lambda found: (found[0] is not None, found))
        if (there := [value for value in values if value is not None])
    ]
    assert [row[0] for row in found] == [row[0] for row in expected]
    assert [row[1:] for row in found] == [pytest.approx(row[1:]) for row in expected]


@pytest.mark.parametrize("view", VIEWS)
def test_a_table_shows_the_first_rows_of_its_order(
    power_bi: DirectQuery, model: dict[str, dict[str, str]], view: str
) -> None:
    column = columns_of(model[view], "dateTime", "int64")[0]

    found = power_bi.table(
        f"""
        select {quoted(column)} from (
            select {quoted(column)} from {view_named(view)} group by {quoted(column)}
        ) as "ITBL"
        order by {quoted(column)} desc
        limit 3
        """
    )

    values = {row[column] for row in all_rows(power_bi, view)}
    assert found.column(0).to_pylist() == sorted(values, reverse=True)[:3]


@pytest.mark.parametrize("view", VIEWS)
def test_a_slicer_filters_by_each_column(
    power_bi: DirectQuery, model: dict[str, dict[str, str]], view: str
) -> None:
    rows = all_rows(power_bi, view)
    for column in columns_of(model[view], "dateTime", "string"):
        value = sorted(row[column] for row in rows if row[column] is not None)[len(rows) // 3]
        if isinstance(value, date):
            lower, upper = literal(value), literal(value + timedelta(days=1))
            condition = f"{quoted(column)} >= {lower} and {quoted(column)} < {upper}"
        else:
            condition = f"{quoted(column)} = '{value}' and {quoted(column)} is not null"

        found = power_bi.rows(f'select count(*) as "C1" from {view_named(view)} where {condition}')

        assert found == [(sum(fits(row[column], value) for row in rows),)], column


def fits(value: Any, wanted: Any) -> bool:  # noqa: ANN401 - a value of any column
    if value is None or not isinstance(wanted, date):
        return bool(value == wanted)
    return bool(wanted <= value < wanted + timedelta(days=1))


@pytest.mark.parametrize("view", VIEWS)
def test_distinct_values_are_counted_with_nothing_as_one_of_them(
    power_bi: DirectQuery, model: dict[str, dict[str, str]], view: str
) -> None:
    counts = ",\n".join(
        f"count(distinct {quoted(column)})"
        f" + max(case when {quoted(column)} is null then 1 else 0 end) as {quoted(column)}"
        for column in model[view]
    )

    found = power_bi.rows(f"select {counts} from {view_named(view)}")

    rows = all_rows(power_bi, view)
    assert found == [tuple(len({row[column] for row in rows}) for column in model[view])]


@pytest.mark.parametrize("view", VIEWS)
def test_an_axis_of_time_is_counted_by_day_and_hour(
    power_bi: DirectQuery, model: dict[str, dict[str, str]], view: str
) -> None:
    for column in columns_of(model[view], "dateTime"):
        moment = f"CAST({quoted(column)} AS TIMESTAMP)"
        found = power_bi.rows(
            f"""
            select "DAY", "HOUR", count(*) as "C1", max("NEXT") as "C2", min("AGE") as "C3"
            from (
                select CAST({moment} AS DATE) as "DAY",
                    extract(hour from {moment}) as "HOUR",
                    dateadd(day, 1, {moment}) as "NEXT",
                    datediff(minute, {moment}, CAST('2026-03-01 00:00:00' AS TIMESTAMP)) as "AGE"
                from {view_named(view)}
                where not {quoted(column)} is null
            ) as "ITBL"
            group by "DAY", "HOUR"
            """
        )

        groups: dict[tuple[date, int], list[datetime]] = {}
        for row in all_rows(power_bi, view):
            if row[column] is not None:
                at = as_moment(row[column])
                groups.setdefault((at.date(), at.hour), []).append(at)
        expected = {
            (*group, len(at), max(at) + timedelta(days=1), minutes_until_march(max(at)))
            for group, at in groups.items()
        }
        assert {(*row[:3], as_moment(row[3]), row[4]) for row in found} == expected, column


def as_moment(value: date) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return moment.replace(tzinfo=None)


def minutes_until_march(moment: datetime) -> int:
    return (datetime(2026, 3, 1) - moment.replace(second=0, microsecond=0)) // timedelta(minutes=1)  # noqa: DTZ001 - UTC, as it comes


def test_a_column_that_is_absent_is_one_refusal(power_bi: DirectQuery) -> None:
    with pytest.raises(Error, match="NOPE"):
        power_bi.rows(f'select "NOPE" from {view_named("intensity_now")}')

    assert power_bi.rows(f'select count(*) as "C1" from {view_named("intensity_now")}') == [(1,)]


def test_a_view_is_described_with_types_that_say_how_long_a_number_is(
    power_bi: DirectQuery,
) -> None:
    schema = power_bi.connection.adbc_get_table_schema("PIPELINE_HEALTH", db_schema_filter="GOLD")

    loads = schema.field("LOADS").metadata
    assert loads[b"DATA_TYPE"] == b"NUMBER(10,0)"


def test_the_navigator_is_what_the_stand_in_cannot_show(power_bi: DirectQuery) -> None:
    # It lists what there is by RESULT_SCAN, and asks several things at once on one connection.
    with pytest.raises(Error, match=r"RESULT_SCAN|busy with another call"):
        power_bi.connection.adbc_get_objects(depth="tables")
