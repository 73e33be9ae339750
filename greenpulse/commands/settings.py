"""``settings``: every setting in force, where it came from, its unit, and why."""

import json
from dataclasses import asdict

import click
from rich.text import Text

from greenpulse.commands.printing import print_table
from greenpulse.commands.running import current_settings

__all__ = ["settings_command"]


@click.command("settings")
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
def settings_command(*, as_json: bool) -> None:
    """Show every setting: value in force, where it came from, unit, why.

    Secrets are shown as ***. Settings are environment variables, or the same names in a
    .env file in the working directory; the environment wins.

    Example: greenpulse settings
    """
    shown = current_settings().shown()
    if as_json:
        rows = [asdict(setting) | {"value": setting.value or None} for setting in shown]
        click.echo(json.dumps(rows, indent=2))
        return
    print_table(
        ["name", "value", "from", "unit", "why"],
        [
            [
                setting.name,
                setting.value or Text("not set", style="dim"),
                setting.origin,
                setting.unit,
                setting.why,
            ]
            for setting in shown
        ],
        whole_columns=1,
    )
