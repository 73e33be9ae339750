"""What ``greenpulse query`` accepts: one SELECT over the warehouse's own tables and views.

The check is made on the syntax tree. The engine is sealed as well, so that what might slip
through here still cannot write, read a file, or change a setting.
"""

from sqlglot import exp

from greenpulse.errors import SettingsError
from greenpulse.warehouse.dialect import parsed

__all__ = ["checked_select"]

_SELECTS = (exp.Select, exp.SetOperation, exp.Subquery)
_CHANGES = (exp.DML, exp.DDL, exp.Command, exp.Into)
_ROW_FUNCTIONS = (exp.Explode, exp.Generator)


def checked_select(sql: str) -> exp.Expr:
    """Read ``sql``, in Snowflake's dialect.

    Raises:
        SettingsError: it is not exactly one SELECT (or WITH … SELECT) over tables and
            views by name; one sentence.
    """
    try:
        statements = parsed(sql)
    except ValueError as error:
        raise _refusal(str(error)) from error
    if len(statements) != 1:
        problem = f"want one SELECT, got {len(statements)} statements"
        raise _refusal(problem)
    (statement,) = statements
    if not isinstance(statement, _SELECTS):
        problem = f"want a SELECT, got {_first_word(sql)!r}; a query only reads"
        raise _refusal(problem)
    for node in statement.walk():
        _refuse_what_reaches_out(node)
    return statement


def _refuse_what_reaches_out(node: exp.Expr) -> None:
    if isinstance(node, _CHANGES) and not isinstance(node, _SELECTS):
        problem = f"it holds {node.key.upper()}; a query only reads"
        raise _refusal(problem)
    is_named = isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier)
    is_source = isinstance(node, exp.Table | exp.TableFromRows | exp.Lateral)
    if is_source and not is_named and not isinstance(node.this, _ROW_FUNCTIONS):
        problem = f"{node.sql('snowflake')} is no table or view of the warehouse"
        raise _refusal(problem)


def _first_word(sql: str) -> str:
    return next(iter(sql.split()), "")


def _refusal(problem: str) -> SettingsError:
    return SettingsError(f"reading the query: {problem}")
