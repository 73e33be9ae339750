"""Snowflake's SQL on DuckDB: each rewrite, by what it answers."""

from datetime import datetime
from typing import Any

import duckdb
import pytest

from greenpulse.warehouse.dialect import to_duckdb

SUMMER_NOON = datetime(2026, 7, 1, 11)  # noqa: DTZ001 - noon in London; naive, UTC


def rows(sql: str, **values: object) -> list[tuple[Any, ...]]:
    """What DuckDB answers to ``sql``, written in Snowflake's dialect."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'America/New_York'")
        connection.execute(
            """
            create table t as
            select '{"a": "text", "n": 183, "z": null, "o": {"x": [1]}, "list": [{"v": "p"}, 7]}'
                ::json as v
            """
        )
        (statement,) = to_duckdb(sql)
        return connection.execute(statement, values).fetchall()


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("v:a::string", "text"),
        ("v:n::string", "183"),
        ("v:n::bigint", 183),
        ("v:z::string", None),
        ("v:absent::string", None),
        ("v:o.x::string", "[1]"),
        ("to_json(v:a)", '"text"'),
        ("to_json(v:n)", "183"),
        ("to_json(v:z)", "null"),
        ("to_json(v:absent)", None),
        ("to_json(v:o)", '{"x":[1]}'),
        ("try_parse_json('{')", None),
        ("parse_json('{\"q\": 1}'):q::bigint", 1),
        ("iff(startswith(to_json(v:a), '\"'), 'a text', 'another')", "a text"),
        ("try_cast('x' as float)", None),
        ("regexp_like('2026', '[0-9]{3}')", False),
        ("regexp_replace('aXbX', 'X', '-')", "a-b-"),
        ("datediff('minute', '2026-01-01'::date, '2026-01-02'::date)", 1440),
        ("convert_timezone('UTC', '2026-07-01T12:00:00+01:00'::timestamp_tz)", SUMMER_NOON),
        (
            "convert_timezone('Europe/London', 'UTC', '2026-07-01 12:00:00'::timestamp_ntz)",
            SUMMER_NOON,
        ),
        ("try_cast('soon' as timestamp_tz)", None),
        ("typeof(183.0::number(10, 0))", "BIGINT"),
        ("typeof(0.5::number(10, 1))", "DECIMAL(10,1)"),
        ("typeof(1::number(38, 0))", "DECIMAL(38,0)"),
    ],
)
def test_an_expression_means_what_it_means_in_snowflake(expression: str, answer: object) -> None:
    assert rows(f"select {expression} from t") == [(answer,)]  # noqa: S608 - of this file


def test_many_paths_of_one_column_are_read_alike() -> None:
    found = rows(
        """
        select v:a::string, to_json(v:a), v:n::float, to_json(v:n), v:z::string, to_json(v:z),
            v:o.x::string, v:a::string
        from t
        where v:n::bigint = 183
        """
    )

    assert found == [("text", '"text"', 183.0, "183", None, "null", "[1]", "text")]


def test_a_path_in_a_subquery_stays_there() -> None:
    found = rows(
        """
        select v:a::string, v:n::string, v:o.x::string, (select max(v:n::bigint) from t) from t
        """
    )

    assert found == [("text", "183", "[1]", 183)]


@pytest.mark.parametrize(
    "sql",
    [
        "select v:a::string, v:n::string, v:z::string, count(*) from t group by 1, v:n::string, 3",
        "select distinct v:a::string, v:n::string, v:z::string, 1 from t order by v:a::string",
    ],
)
def test_paths_that_are_grouped_or_sorted_by_are_read_one_by_one(sql: str) -> None:
    assert rows(sql) == [("text", "183", None, 1)]


@pytest.mark.parametrize(
    "source",
    [
        "t, lateral flatten(input => t.v:list) as f",
        "t, lateral flatten(t.v:list) f",
        "t cross join lateral flatten(input => t.v:list) as f",
        "t, table(flatten(input => t.v:list)) as f",
        "(select 1 as one) as u cross join t, lateral flatten(input => t.v:list) as f",
    ],
)
def test_a_flatten_gives_each_value_and_its_index(source: str) -> None:
    sql = f"select f.index, f.value:v::string, to_json(f.value) from {source}"  # noqa: S608 - as above

    assert rows(sql) == [(0, "p", '{"v":"p"}'), (1, None, "7")]


def test_a_flatten_of_a_flatten_and_a_condition() -> None:
    found = rows(
        """
        select outer_one.index, inner_one.value::string
        from (select parse_json('[[1, 2], [3]]') as lists) as t,
            lateral flatten(input => t.lists) as outer_one,
            lateral flatten(input => outer_one.value) as inner_one
        where inner_one.index = 0
        """
    )

    assert found == [(0, "1"), (1, "3")]


def test_a_flatten_of_nothing_gives_no_row() -> None:
    assert rows("select f.value from t, lateral flatten(input => t.v:absent) as f") == []


def test_parameters_have_names() -> None:
    assert rows("select :first_number + :second", first_number=1, second=2) == [(3,)]


def test_the_raw_table_has_plain_columns_and_is_searched_by_them() -> None:
    (creation,) = to_duckdb("create table if not exists bronze.raw_intensity (v variant)")
    (search,) = to_duckdb(
        "select v:offset::bigint from bronze.raw_intensity r where r.v:partition::int = :p"
    )

    with duckdb.connect() as connection:
        connection.execute("create schema bronze")
        connection.execute(creation)
        connection.execute("insert into bronze.raw_intensity values ('{}', 3, 41)")
        assert connection.execute(search, {"p": 3}).fetchall() == [(41,)]


def test_a_stage_is_nothing_on_duckdb() -> None:
    assert to_duckdb("create stage if not exists bronze.energy_stage; select 1;") == ["SELECT 1"]


def test_what_is_no_sql_is_told_in_one_line() -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        to_duckdb("select from where")


def test_comments_are_said_apart() -> None:
    with duckdb.connect() as connection:
        for statement in to_duckdb(
            """
            create schema s;
            create table if not exists s.t (a bigint comment 'It''s a', b string) comment = 'T; t';
            create or replace view s.v (b, a comment 'Mine') copy grants comment = 'V'
            as select b, a from s.t;
            """
        ):
            connection.execute(statement)
        said = connection.execute(
            """
            select comment from duckdb_tables()
            union all select comment from duckdb_views() where schema_name = 's'
            union all select concat(table_name, '.', column_name, ' ', comment)
            from duckdb_columns() where schema_name = 's'
            """
        ).fetchall()

    texts = sorted(text for (text,) in said)
    assert texts == ["T; t", "V", "t.a It's a", "t.b ", "v.a Mine", "v.b "]
