"""The SQL files of ``sql/``, in the order in which they apply; Snowflake's dialect."""

from importlib.resources import files

__all__ = [
    "FILLING_STEP",
    "SCHEMAS",
    "account_script",
    "deployment_scripts",
    "grants_script",
    "load_script",
    "successor_script",
]

SCHEMAS = ("bronze", "ops", "silver", "gold")
"""Folders of ``sql/`` that are schemas; each may name objects of those before it."""

FILLING_STEP = "newest_national_run"
"""The step that, with no ``load_id``, mends what loads of an older version did not keep."""

_DATABASE = "energy_project"


def deployment_scripts() -> dict[str, str]:
    """Texts that create what is absent, by object (``silver.poll``), in order.

    Folder by folder; in each the schema itself (``silver``), then tables, then views, by
    name. A view may name those before it.
    """
    scripts = {}
    for schema in SCHEMAS:
        scripts[schema] = f"create schema if not exists {schema};\n"
        texts = {
            file.name.removesuffix(".sql"): file.read_text("utf-8")
            for file in files("greenpulse.sql").joinpath(schema).iterdir()
            if file.name.endswith(".sql")
        }
        for name in sorted(texts, key=lambda name: (_is_view(texts[name]), name)):
            scripts[f"{schema}.{name}"] = texts[name]
    return scripts


def account_script() -> str:
    """What ACCOUNTADMIN runs once at Snowflake, before anything is deployed there."""
    return _text("snowflake", "account")


def grants_script(database: str = _DATABASE) -> str:
    """What the deploying role grants at Snowflake, behind the deployment, in ``database``."""
    return _text("snowflake", "grants").replace(_DATABASE, database)


def successor_script(database: str) -> str:
    """What makes ``database`` at Snowflake, empty, beside the one whose place it will take."""
    return _text("snowflake", "successor").replace(_DATABASE, database)


def load_script(step: str) -> str:
    """Text of one step of the load's transaction (``sql/load/<step>.sql``)."""
    return _text("load", step)


def _text(folder: str, name: str) -> str:
    return files("greenpulse.sql").joinpath(folder, f"{name}.sql").read_text("utf-8")


def _is_view(script: str) -> bool:
    return "create or replace view" in script
