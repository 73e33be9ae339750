"""Snowflake's paths into a VARIANT, on DuckDB's JSON: rewrites of one syntax tree node."""

from collections.abc import Iterator, Sequence

from sqlglot import exp

__all__ = [
    "PLAIN_COLUMNS",
    "cast_path_to_value",
    "paths_in_one_parse",
    "to_json_to_text",
    "try_parse_to_try_cast",
]

PLAIN_COLUMNS = {"$.partition": "partition_id", "$.offset": "log_offset"}
"""Paths of the raw table's v that are columns of their own on DuckDB."""

_FEWEST_PATHS = 2

# The function that reads a list of paths, and the name under which its list stands.
_READERS = {
    exp.JSONExtract: ("json_extract", "json"),
    exp.JSONExtractScalar: ("json_extract_string", "value"),
}


def cast_path_to_value(node: exp.Expr) -> exp.Expr:
    """Let a cast path (``v:poll.body::string``) read the value, not its JSON text.

    A string loses its quotes, and JSON's null becomes null. ``v:offset::bigint`` and the
    like become plain columns.
    """
    if not (isinstance(node, exp.Cast) and isinstance(node.this, exp.JSONExtract)):
        return node
    source, path = node.this.this, node.this.expression
    is_of_raw = isinstance(source, exp.Column) and source.name.lower() == "v"
    plain = PLAIN_COLUMNS.get(_text(path)) if is_of_raw else None
    if plain is not None:
        return exp.column(plain, table=source.args.get("table"))
    node.set("this", exp.JSONExtractScalar(this=source, expression=path))
    return node


def to_json_to_text(node: exp.Expr) -> exp.Expr:
    """Let TO_JSON of a variant be its text, as it stands."""
    return exp.cast(node.this, "text") if isinstance(node, exp.JSONFormat) else node


def try_parse_to_try_cast(node: exp.Expr) -> exp.Expr:
    """Let TRY_PARSE_JSON parse once, not first to see whether it can."""
    if isinstance(node, exp.ParseJSON) and node.args.get("safe"):
        return exp.TryCast(this=node.this, to=exp.DataType.build("json"))
    return node


def paths_in_one_parse(node: exp.Expr) -> exp.Expr:
    """Let a SELECT from one source read the paths of a column together.

    DuckDB parses the document anew for each path; for a dozen of them this takes ten
    times the time and memory of one list of paths.
    """
    if not _is_plain_select_from_one_source(node):
        return node
    for column in dict.fromkeys(extract.this for extract in _extracts(node)):
        for kind, (reader, suffix) in _READERS.items():
            extracts = [e for e in _extracts(node) if type(e) is kind and e.this == column]
            if len(extracts) >= _FEWEST_PATHS:
                _read_together(node, extracts, reader, f"{column.name}_{suffix}")
    return node


def _read_together(select: exp.Expr, extracts: Sequence[exp.Expr], reader: str, name: str) -> None:
    paths = list(dict.fromkeys(_text(extract.expression) for extract in extracts))
    column = extracts[0].this.copy()
    texts = exp.array(*(exp.Literal.string(path) for path in paths))
    source = select.args["from_"].this
    inner = exp.select("*", exp.func(reader, column, texts).as_(name)).from_(source.copy())
    select.set("from_", exp.From(this=inner.subquery(source.alias_or_name)))
    for extract in extracts:
        number = paths.index(_text(extract.expression))
        extract.replace(
            exp.Bracket(
                this=exp.column(name),
                expressions=[exp.Literal.number(number + 1)],
                offset=1,
            )
        )


def _is_plain_select_from_one_source(node: exp.Expr) -> bool:
    # What is grouped or sorted by a path must go on reading that very path.
    return (
        isinstance(node, exp.Select)
        and node.args.get("from_") is not None
        and not any(node.args.get(part) for part in ("joins", "group", "order", "distinct"))
        and not node.is_star
    )


def _extracts(select: exp.Expr) -> Iterator[exp.Expr]:
    """Paths of bare columns that ``select`` itself reads, not a subquery of it."""
    for part in select.args["expressions"]:
        for extract in part.find_all(*_READERS):
            if isinstance(extract.this, exp.Column) and extract.parent_select is select:
                yield extract


def _text(path: exp.Expr) -> str:
    return path.sql("duckdb").strip("'")
