"""The semantic model as TMDL, Microsoft's text form; indentation is by tabs."""

from collections.abc import Iterator, Sequence
from uuid import NAMESPACE_URL, uuid5

from powerbi.generator.model import Calculated, Column, Measure, Relationship, Table

__all__ = ["database", "expressions", "identity", "model", "relationships", "table"]

PARAMETERS = {
    "Account": (
        "ORGANISATION-ACCOUNT.snowflakecomputing.com",
        "Address of the Snowflake account, as Snowsight shows it: Account, View account details",
    ),
    "Warehouse": ("ANALYST_WH", "Virtual warehouse that answers the report; XS suffices"),
    "Database": ("ENERGY_PROJECT", "Database that GreenPulse feeds"),
    "Role": ("ANALYST", "Role that may read the gold views, and nothing else"),
}
"""What a user sets once: value to begin with, and what it means."""

_PARAMETER = '[IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]'
_OPTIONS = '[Role = Role, Implementation = "2.0", UseHighPrecision = false]'
"""The ADBC driver; whole numbers come as such, else as an account's parameter has it."""
_SOURCE = f"Snowflake.Databases(Account, Warehouse, {_OPTIONS})"


def identity(*names: str) -> str:
    """The same UUID for the same names, so that a new run changes nothing."""
    return str(uuid5(NAMESPACE_URL, "/".join(("greenpulse", "powerbi", *names))))


def database() -> str:
    """``database.tmdl``."""
    return "database GreenPulse\n\tcompatibilityLevel: 1600\n"


def model(tables: Sequence[Table]) -> str:
    """``model.tmdl``; no date tables of Power BI's own, no sums that nobody asked for."""
    lines = [
        "model Model",
        "\tculture: en-GB",
        "\tdefaultPowerBIDataSourceVersion: powerBI_V3",
        "\tdiscourageImplicitMeasures",
        "\tsourceQueryCulture: en-GB",
        "",
        "annotation __PBI_TimeIntelligenceEnabled = 0",
        "",
        *(f"ref table {_quoted(each.name)}" for each in tables),
    ]
    return _text(lines)


def expressions() -> str:
    """``expressions.tmdl``: the parameters."""
    lines = []
    for name, (value, description) in PARAMETERS.items():
        lines += [
            f"/// {description}",
            f'expression {name} = "{value}" meta {_PARAMETER}',
            f"\tlineageTag: {identity('expression', name)}",
            "",
        ]
    return _text(lines)


def relationships(given: Sequence[Relationship]) -> str:
    """``relationships.tmdl``."""
    lines = []
    for each in given:
        lines += [
            f"relationship {identity('relationship', *each.many, *each.one)}",
            f"\tfromColumn: {_reference(each.many)}",
            f"\ttoColumn: {_reference(each.one)}",
            "",
        ]
    return _text(lines)


def table(each: Table) -> str:
    """The file of one table: measures, columns, and where its rows come from."""
    lines = [f"/// {each.description}", f"table {_quoted(each.name)}", *_tag(1, each.name), ""]
    for measure in each.measures:
        lines += [*_measure(each, measure), ""]
    for column in each.columns:
        lines += [*_column(each, column), ""]
    for calculated in each.calculated:
        lines += [*_calculated(each, calculated), ""]
    return _text([*lines, *_partition(each)])


def _measure(owner: Table, measure: Measure) -> Iterator[str]:
    yield f"\t/// {measure.description}"
    yield from _defined("measure", measure.name, measure.expression)
    if measure.format:
        yield f"\t\tformatString: {_value(measure.format)}"
    yield from _tag(2, owner.name, measure.name)


def _column(owner: Table, column: Column) -> Iterator[str]:
    yield f"\t/// {column.description}"
    yield f"\tcolumn {_quoted(column.name)}"
    yield f"\t\tdataType: {column.kind}"
    if column.format:
        yield f"\t\tformatString: {_value(column.format)}"
    yield from _tag(2, owner.name, column.name)
    yield "\t\tsummarizeBy: none"
    yield f"\t\tsourceColumn: {column.source}"
    if column.sorted_by:
        yield f"\t\tsortByColumn: {_quoted(column.sorted_by)}"


def _calculated(owner: Table, column: Calculated) -> Iterator[str]:
    yield f"\t/// {column.description}"
    yield from _defined("column", column.name, column.expression)
    yield f"\t\tdataType: {column.kind}"
    if column.is_hidden:
        yield "\t\tisHidden"
    yield from _tag(2, owner.name, column.name)
    yield "\t\tsummarizeBy: none"


def _partition(each: Table) -> Iterator[str]:
    yield f"\tpartition {_quoted(each.name)} = m"
    yield "\t\tmode: directQuery"
    yield "\t\tsource ="
    lines = (
        "let",
        f"    Source = {_SOURCE},",
        '    Project = Source{[Name = Database, Kind = "Database"]}[Data],',
        '    Gold = Project{[Name = "GOLD", Kind = "Schema"]}[Data],',
        f'    View = Gold{{[Name = "{each.view}", Kind = "View"]}}[Data]',
        "in",
        "    View",
    )
    yield from (f"\t\t\t\t{line}" for line in lines)


def _defined(kind: str, name: str, expression: str) -> Iterator[str]:
    """An object with its expression, on lines of its own where it has several."""
    first, *more = expression.split("\n")
    if not more:
        yield f"\t{kind} {_quoted(name)} = {first}"
        return
    yield f"\t{kind} {_quoted(name)} ="
    yield from (f"\t\t\t{line}" for line in (first, *more))


def _tag(depth: int, *names: str) -> Iterator[str]:
    yield "\t" * depth + f"lineageTag: {identity(*names)}"


def _reference(named: tuple[str, str]) -> str:
    return ".".join(_quoted(part) for part in named)


def _quoted(name: str) -> str:
    return name if name.isalnum() else f"'{name}'"


def _value(text: str) -> str:
    """A property's text: in quotes where it begins with one."""
    return '"' + text.replace('"', '""') + '"' if text.startswith('"') else text


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines).rstrip("\n") + "\n"
