"""The SQL files of ``sql/``, in the order in which they apply; Snowflake's dialect."""

from importlib.resources import files

__all__ = ["SCHEMAS", "deployment_scripts", "load_script"]

SCHEMAS = ("bronze", "ops", "silver", "gold")
"""Folders of ``sql/`` that are schemas; each may name objects of those before it."""


def deployment_scripts() -> dict[str, str]:
    """Texts that create what is absent, by object (``silver.poll``), in order.

    The order is that of the folders and, within one, of the names. A schema's own script
    comes first, under its name (``silver``).
    """
    scripts = {}
    for schema in SCHEMAS:
        scripts[schema] = f"create schema if not exists {schema};\n"
        folder = files("greenpulse.sql").joinpath(schema)
        for file in sorted(folder.iterdir(), key=lambda file: file.name):
            if file.name.endswith(".sql"):
                scripts[f"{schema}.{file.name.removesuffix('.sql')}"] = file.read_text("utf-8")
    return scripts


def load_script(step: str) -> str:
    """Text of one step of the load's transaction (``sql/load/<step>.sql``)."""
    return files("greenpulse.sql").joinpath("load", f"{step}.sql").read_text("utf-8")
