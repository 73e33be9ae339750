"""``query``: what people see, what programs read, and that nothing but reading is possible."""

import csv
import io
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from support.small_way import SmallWay

from greenpulse.commands.query import query_command
from greenpulse.commands.query_formats import as_csv, as_json
from greenpulse.commands.query_parquet import as_parquet
from greenpulse.warehouse.warehouse import QueryResult

ODD = QueryResult(
    ["n", "d", "t", "z", "j", "f", "b", "l", "u", "s", "n", "e", "w"],
    [
        "BIGINT",
        "DECIMAL(38,10)",
        "TIMESTAMP",
        "TIMESTAMP WITH TIME ZONE",
        "JSON",
        "DOUBLE",
        "BLOB",
        "INTEGER[]",
        "UUID",
        "INTERVAL",
        "VARCHAR",
        "VARCHAR",
        "DATE",
    ],
    [
        (
            2**60 + 1,
            Decimal("0.1000000000"),
            datetime(2026, 1, 31, 12, 0, 0, 5),  # noqa: DTZ001 - as the engine gives it
            datetime(2026, 1, 31, 12, tzinfo=UTC),
            '{"a": [1.50, null]}',
            float("nan"),
            b"\x00\xff",
            [1, None, 2],
            UUID(int=7),
            timedelta(seconds=90),
            'été, "quoted"\nand broken',
            "",
            date(2026, 1, 31),
        ),
        (None,) * 13,
    ],
)


def run_query(*arguments: str, **options: str) -> Result:
    result = CliRunner().invoke(query_command, list(arguments), **options)  # type: ignore[arg-type]  # CliRunner's options are many
    assert "Traceback" not in result.output
    return result


@pytest.fixture(scope="module")
def loaded_way(tmp_path_factory: pytest.TempPathFactory) -> SmallWay:
    way = SmallWay(tmp_path_factory.mktemp("loaded") / "data")
    way.append_polls(3)
    way.archive()
    way.load()
    return way


@pytest.fixture
def warehouse(loaded_way: SmallWay, working_directory: Path) -> Path:
    shutil.copytree(loaded_way.folder, working_directory / "data")
    return working_directory / "data" / "warehouse.duckdb"


def test_json_keeps_every_digit_every_null_and_json_itself() -> None:
    text = "".join(as_json(ODD))

    rows = json.loads(text, parse_float=str)
    assert rows[0] == {
        "n": 2**60 + 1,
        "d": "0.1000000000",
        "t": "2026-01-31T12:00:00.000005",
        "z": "2026-01-31T12:00:00+00:00",
        "j": {"a": ["1.50", None]},
        "f": "NaN",
        "b": "AP8=",
        "l": [1, None, 2],
        "u": "00000000-0000-0000-0000-000000000007",
        "s": "90.0",
        "n_2": 'été, "quoted"\nand broken',
        "e": "",
        "w": "2026-01-31",
    }
    assert set(rows[1].values()) == {None}
    assert len(text.splitlines()) == 2


def test_no_rows_are_an_empty_array() -> None:
    assert json.loads("".join(as_json(QueryResult(["n"], ["BIGINT"], [])))) == []


def test_csv_has_a_header_crlf_and_tells_null_from_an_empty_text() -> None:
    text = "".join(as_csv(QueryResult(["a", "b,c"], ["VARCHAR"] * 2, [("", None), ('"', "1\n2")])))

    assert text == 'a,"b,c"\r\n"",\r\n"""","1\n2"\r\n'


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_any_text_comes_back_from_csv(rows: list[tuple[str, str]]) -> None:
    text = "".join(as_csv(QueryResult(["a", "b"], ["VARCHAR"] * 2, rows)))

    assert list(csv.reader(io.StringIO(text, newline=""), strict=True))[1:] == [
        list(row) for row in rows
    ]


def test_parquet_has_the_columns_types_and_values_of_the_query() -> None:
    table = pq.read_table(io.BytesIO(as_parquet(ODD)))

    assert table.schema.field("d").type == pa.decimal128(38, 10)
    assert table.schema.field("t").type == pa.timestamp("us")
    assert table.schema.field("z").type == pa.timestamp("us", tz="UTC")
    assert table.column("n").to_pylist() == [2**60 + 1, None]
    assert table.column("n_2").to_pylist() == ['été, "quoted"\nand broken', None]
    assert table.column("u").to_pylist() == [UUID(int=7), None]
    assert table.column("l").to_pylist() == [[1, None, 2], None]


@pytest.mark.usefixtures("warehouse")
def test_a_table_shows_null_and_every_character() -> None:
    long_text = "x" * 300
    result = run_query(f"select null as nothing, '' as empty, '{long_text}' as long")

    assert result.exit_code == 0
    header, _, row, count = result.stdout.splitlines()
    assert header.split() == ["nothing", "empty", "long"]
    assert row.split() == ["NULL", long_text]
    assert count == "(1 row)"


@pytest.mark.usefixtures("warehouse")
def test_control_characters_are_shown_and_not_obeyed() -> None:
    result = run_query("select 'a\x1b[31mred' as c")

    assert "a\\x1b[31mred" in result.stdout


@pytest.mark.usefixtures("warehouse")
def test_names_are_as_interface_and_snowflake_write_them() -> None:
    result = run_query(
        "SELECT V:poll.poll_id::string AS id, V:offset AS o "
        "FROM ENERGY_PROJECT.BRONZE.RAW_INTENSITY ORDER BY V:offset::bigint",
        "--format",
        "json",
    )

    assert [row["id"] for row in json.loads(result.stdout)] == ["poll-0", "poll-1", "poll-2"]


@pytest.mark.usefixtures("warehouse")
def test_a_dash_reads_the_query_from_stdin() -> None:
    result = run_query("-", "--format", "csv", input="select 1 as one\n")

    assert result.stdout_bytes == b"one\r\n1\r\n"


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize(
    "sql",
    [
        "delete from bronze.raw_intensity",
        "insert into ops.identity select 'a', 'b'",
        "create table t as select 1",
        "copy (select 1) to 'out.csv'",
        "select * from read_text('secret')",
        "select * from 'secret'",
        "select * from glob('*')",
        "select content from read_blob('secret')",
        "attach 'other.duckdb'",
        "set memory_limit = '1GB'",
        "pragma database_list",
        "install httpfs",
        "select 1; drop table bronze.raw_intensity",
        "with t as (delete from bronze.raw_intensity returning *) select * from t",
        "select getenv('HOME')",
        "select * from nowhere",
        "select",
        "",
    ],
)
def test_what_is_no_plain_select_is_refused_in_one_sentence(sql: str) -> None:
    Path("secret").write_text("secret", encoding="utf-8")

    result = run_query(sql)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert run_query(
        "select count(*) as n from bronze.raw_intensity", "--format", "csv"
    ).stdout == ("n\n3\n")
    assert {path.name for path in Path().iterdir()} == {"data", "secret"}


@pytest.mark.usefixtures("working_directory")
def test_without_a_warehouse_there_is_nothing_to_ask() -> None:
    absent = run_query("select 1")
    none = CliRunner().invoke(query_command, ["select 1"], env={"GREENPULSE_WAREHOUSE": "none"})

    assert (absent.exit_code, none.exit_code) == (2, 2)
    assert "start 'greenpulse worker'" in absent.stderr
    assert "GREENPULSE_WAREHOUSE is none" in none.stderr
    assert list(Path().iterdir()) == []
