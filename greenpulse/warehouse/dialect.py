"""Snowflake's SQL as DuckDB understands it: sqlglot, and the few rewrites that it lacks.

1. VARIANT is JSON: DuckDB's own VARIANT has no paths.
2. A cast path (``v:poll.body::string``) reads the value, not its JSON text, so that a
   string loses its quotes and JSON's null becomes null.
3. A lateral flatten of an array becomes a lateral unnest; of its columns there are
   ``value`` and ``index``.
4. ``v:partition::bigint`` and ``v:offset::bigint`` are plain columns, which the raw table
   gets here: a search by paths would read every row.
5. What DuckDB has no like of, stages, is left out.
"""

import logging

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

__all__ = ["parsed", "to_duckdb", "translated"]

# It warns of statements that it leaves unparsed; those are refused, and said so, anyway.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

_RAW_TABLE = "raw_intensity"
_PLAIN_COLUMNS = {"$.partition": "partition_id", "$.offset": "log_offset"}


def to_duckdb(script: str) -> list[str]:
    """Translate each statement of ``script``; ``:name`` becomes ``$name``.

    >>> to_duckdb("select v:poll.body::string as body from t")
    ["SELECT CAST(v ->> '$.poll.body' AS TEXT) AS body FROM t"]
    """
    return [translated(statement) for statement in parsed(script) if not _is_stage(statement)]


def parsed(script: str) -> list[exp.Expr]:
    """Read the statements of ``script`` in Snowflake's dialect.

    Raises:
        ValueError: it is no SQL; the message is one line.
    """
    try:
        statements = sqlglot.parse(script, read="snowflake")
    except (SqlglotError, RecursionError) as error:
        message = str(error).splitlines()[0]
        raise ValueError(message) from error
    return [
        statement
        for statement in statements
        if statement is not None and not isinstance(statement, exp.Semicolon)
    ]


def translated(statement: exp.Expr) -> str:
    """Write one parsed statement in DuckDB's dialect."""
    tree = statement
    for rewrite in (_variant_to_json, _with_plain_columns, _cast_path_to_value, _flatten_to_unnest):
        tree = tree.transform(rewrite)
    return tree.sql("duckdb", comments=False)


def _is_stage(statement: exp.Expr) -> bool:
    return isinstance(statement, exp.Create) and statement.kind == "STAGE"


def _variant_to_json(node: exp.Expr) -> exp.Expr:
    is_variant = isinstance(node, exp.DataType) and node.this is exp.DataType.Type.VARIANT
    return exp.DataType.build("json") if is_variant else node


def _with_plain_columns(node: exp.Expr) -> exp.Expr:
    is_definition = isinstance(node, exp.Create) and isinstance(node.this, exp.Schema)
    if is_definition and node.this.this.name.lower() == _RAW_TABLE:
        for name in _PLAIN_COLUMNS.values():
            column = exp.ColumnDef(this=exp.to_identifier(name), kind=exp.DataType.build("bigint"))
            node.this.append("expressions", column)
    return node


def _cast_path_to_value(node: exp.Expr) -> exp.Expr:
    if not (isinstance(node, exp.Cast) and isinstance(node.this, exp.JSONExtract)):
        return node
    source, path = node.this.this, node.this.expression
    is_of_raw = isinstance(source, exp.Column) and source.name.lower() == "v"
    plain = _PLAIN_COLUMNS.get(path.sql("duckdb").strip("'")) if is_of_raw else None
    if plain is not None:
        return exp.column(plain, table=source.args.get("table"))
    node.set("this", exp.JSONExtractScalar(this=source, expression=path))
    return node


def _flatten_to_unnest(node: exp.Expr) -> exp.Expr:
    if not (isinstance(node, exp.Join) and isinstance(node.this, exp.Lateral)):
        return node
    flatten = node.this.this
    if not isinstance(flatten, exp.Explode):
        return node
    argument = flatten.this
    array = argument.expression if isinstance(argument, exp.Kwarg) else argument
    items = f"json_transform({array.sql('duckdb')}, '[\"JSON\"]')"
    rows = f"select unnest({items}) as value, generate_subscripts({items}, 1) - 1 as index"
    lateral = exp.Lateral(
        this=exp.Subquery(this=sqlglot.parse_one(rows, read="duckdb")),
        alias=exp.TableAlias(this=exp.to_identifier(node.this.alias)),
    )
    return exp.Join(this=lateral, kind="CROSS")
