"""Snowflake's SQL as DuckDB understands it: sqlglot, and the few rewrites that it lacks.

1. VARIANT is JSON: DuckDB's own VARIANT has no paths.
2. A cast path (``v:poll.body::string``) reads the value, not its JSON text, so that a
   string loses its quotes and JSON's null becomes null.
3. TO_JSON of a variant is its text, as it stands; TRY_PARSE_JSON is one TRY_CAST.
4. A flatten of an array, as ``f``, gives ``f.value`` and ``f.index``. Where it follows the
   one source of a SELECT, it becomes a column of that source: a lateral join compares
   whole documents in DuckDB, which takes twenty times as long.
5. ``v:partition::bigint`` and ``v:offset::bigint`` are plain columns, which the raw table
   gets here: a search by paths would read every row.
6. Several paths of one column, in a SELECT from one source, are read in one parse.
7. What DuckDB has no like of, stages and COPY GRANTS, is left out.
8. Comments of a CREATE become COMMENT ON statements behind it.
9. A whole NUMBER, as NUMBER(10, 0), is BIGINT: in Python an int, not a Decimal.
"""

import logging

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from greenpulse.warehouse.comments import comment_statements, without_comments
from greenpulse.warehouse.json_paths import (
    PLAIN_COLUMNS,
    cast_path_to_value,
    paths_in_one_parse,
    to_json_to_text,
    try_parse_to_try_cast,
)

__all__ = ["parsed", "to_duckdb", "translated"]

# It warns of statements that it leaves unparsed; those are refused, and said so, anyway.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

_RAW_TABLE = "raw_intensity"
_LONGEST_BIGINT = 18  # digits that surely fit
_ITEMS = """
unnest(list_transform(
    json_transform({array}, '["JSON"]'), lambda v, i: {{'value': v, 'index': i - 1}}
))
"""


def to_duckdb(script: str) -> list[str]:
    """Translate each statement of ``script``; ``:name`` becomes ``$name``.

    >>> to_duckdb("select v:poll.body::string as body from t")
    ["SELECT CAST(v ->> '$.poll.body' AS TEXT) AS body FROM t"]
    """
    return [
        text
        for statement in parsed(script)
        if not _is_stage(statement)
        for text in (translated(statement), *comment_statements(statement))
    ]


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
    tree = without_comments(statement)
    for rewrite in (
        _variant_to_json,
        _whole_number_to_bigint,
        _with_plain_columns,
        cast_path_to_value,
        to_json_to_text,
        try_parse_to_try_cast,
        _flatten_to_fields,
        paths_in_one_parse,
    ):
        tree = tree.transform(rewrite)
    return tree.sql("duckdb", comments=False)


def _is_stage(statement: exp.Expr) -> bool:
    return isinstance(statement, exp.Create) and statement.kind == "STAGE"


def _variant_to_json(node: exp.Expr) -> exp.Expr:
    is_variant = isinstance(node, exp.DataType) and node.this is exp.DataType.Type.VARIANT
    return exp.DataType.build("json") if is_variant else node


def _whole_number_to_bigint(node: exp.Expr) -> exp.Expr:
    is_number = isinstance(node, exp.DataType) and node.this is exp.DataType.Type.DECIMAL
    match [size.name for size in node.expressions] if is_number else []:
        case [precision, "0"] if int(precision) <= _LONGEST_BIGINT:
            return exp.DataType.build("bigint")
    return node


def _with_plain_columns(node: exp.Expr) -> exp.Expr:
    is_definition = isinstance(node, exp.Create) and isinstance(node.this, exp.Schema)
    if is_definition and node.this.this.name.lower() == _RAW_TABLE:
        for name in PLAIN_COLUMNS.values():
            column = exp.ColumnDef(this=exp.to_identifier(name), kind=exp.DataType.build("bigint"))
            node.this.append("expressions", column)
    return node


def _flatten_to_fields(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Select) and node.args.get("from_") is not None:
        joins = node.args.get("joins") or []
        while joins and (items := _flattened(joins[0].this)) is not None:
            source = node.args["from_"].this
            fields = items.as_(joins.pop(0).this.alias)
            inner = exp.select(f"{source.alias_or_name}.*", fields).from_(source.copy())
            node.set("from_", exp.From(this=inner.subquery(source.alias_or_name)))
        return node
    items = _flattened(node)
    if items is None:
        return node
    fields = exp.select(items.as_("item")).subquery()
    rows = exp.select("item.value", "item.index").from_(fields)
    return exp.Lateral(this=rows.subquery(), alias=exp.TableAlias(this=node.args["alias"].this))


def _flattened(source: exp.Expr) -> exp.Expr | None:
    """The items that a flatten gives, one row each; None where ``source`` is no flatten."""
    is_flatten = isinstance(source, exp.Lateral | exp.TableFromRows)
    argument = source.this.this if is_flatten and isinstance(source.this, exp.Explode) else None
    if argument is None:
        return None
    array = argument.expression if isinstance(argument, exp.Kwarg) else argument
    return sqlglot.parse_one(_ITEMS.format(array=array.sql("duckdb")), read="duckdb")
