"""Comments in a CREATE statement of Snowflake's, as statements of their own for DuckDB."""

from collections.abc import Iterator

from sqlglot import exp

__all__ = ["comment_statements", "without_comments"]


def without_comments(statement: exp.Expr) -> exp.Expr:
    """``statement`` without the properties and comments that DuckDB has no place for."""
    if not isinstance(statement, exp.Create | exp.Alter):
        return statement
    bare = statement.copy()
    if isinstance(bare, exp.Create):
        bare.set("properties", None)
    for column in list(bare.find_all(exp.ColumnDef)):
        column.set("constraints", [c for c in column.args["constraints"] if not _is_comment(c)])
    return bare


def comment_statements(statement: exp.Expr) -> Iterator[str]:
    """DuckDB's statements that say of an object and its columns what ``statement`` says."""
    if not isinstance(statement, exp.Create):
        return
    schema = statement.this
    name = (schema.this if isinstance(schema, exp.Schema) else schema).sql("duckdb")
    for comment in statement.find_all(exp.SchemaCommentProperty):
        yield f"COMMENT ON {statement.kind} {name} IS {comment.this.sql('duckdb')}"
    for column in _columns(statement):
        for constraint in column.args["constraints"]:
            if _is_comment(constraint):
                text = constraint.kind.this.sql("duckdb")
                yield f"COMMENT ON COLUMN {name}.{column.name} IS {text}"


def _columns(creation: exp.Create) -> Iterator[exp.ColumnDef]:
    if isinstance(creation.this, exp.Schema):
        for column in creation.this.expressions:
            if isinstance(column, exp.ColumnDef):
                yield column


def _is_comment(constraint: exp.Expr) -> bool:
    return isinstance(constraint.args.get("kind"), exp.CommentColumnConstraint)
