"""``doctor``: is each part reached, and as it should be; one sentence each."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace

import click
from rich.text import Text

from greenpulse.clock import Clock, SystemClock
from greenpulse.commands.broker_check import check_broker
from greenpulse.commands.checkup import (
    Finding,
    State,
    check_disk,
    check_faust,
    check_python,
)
from greenpulse.commands.cost_check import check_cost, loads_of_last_day
from greenpulse.commands.part_checks import check_api, check_lake, check_warehouse
from greenpulse.commands.printing import print_table
from greenpulse.commands.running import FOUND_WRONG, CouldNotDo, current_settings, run_to_end
from greenpulse.errors import GreenpulseError, TransientError
from greenpulse.parts import closing, open_log, open_store, open_warehouse
from greenpulse.settings import Settings

__all__ = ["doctor_command"]

_PATIENCE_SECONDS = 15.0
_STYLES = {State.WELL: "green", State.NOTE: "yellow", State.WRONG: "bold red"}

_Check = Callable[[], Awaitable[list[Finding]]]


@click.command("doctor")
@click.option("--json", "is_json", is_flag=True, help="One JSON object, for programs.")
def doctor_command(*, is_json: bool) -> None:
    """See whether each part is reached and as it should be; what is wrong, with the way out.

    It asks the API once, and leaves a probe among the claims of the lake; what is not there
    yet, it does not make. Exit code 1: something is wrong; 2: something is not
    reached.

    Example: greenpulse doctor
    """
    findings = run_to_end(_examine(current_settings(), SystemClock()))
    is_well = all(finding.state is not State.WRONG for finding in findings)
    if is_json:
        report = {"is_well": is_well, "findings": [asdict(finding) for finding in findings]}
        click.echo(json.dumps(report, indent=2))
    else:
        print_table(
            ["part", "state", "took", "finding"],
            [
                [
                    finding.part,
                    Text(finding.state.value, style=_STYLES[finding.state]),
                    "" if finding.seconds is None else f"{finding.seconds * 1000:.0f} ms",
                    finding.sentence,
                ]
                for finding in findings
            ],
            whole_columns=3,
        )
    if not all(finding.is_reached for finding in findings):
        raise click.exceptions.Exit(CouldNotDo.exit_code)
    if not is_well:
        raise click.exceptions.Exit(FOUND_WRONG)


async def _examine(settings: Settings, clock: Clock) -> list[Finding]:
    findings = [*check_python(), check_faust(), check_disk(settings)]
    log, store, warehouse = open_log(settings), open_store(settings), open_warehouse(settings)
    checks: dict[str, _Check] = {
        "broker": lambda: check_broker(settings, log),
        "lake": lambda: check_lake(settings, store),
        "warehouse": lambda: check_warehouse(settings, warehouse, store),
        "api": lambda: check_api(settings, clock),
    }
    async with closing(log, store, warehouse):
        for part, check in checks.items():
            findings += await _timed(part, check, clock)
        well = {finding.part for finding in findings if finding.state is State.WELL}
        paid = warehouse if "warehouse" in well else None
        real = await loads_of_last_day(settings, paid, clock)
    return [*findings, check_cost(settings, real)]


async def _timed(part: str, check: _Check, clock: Clock) -> list[Finding]:
    """What ``check`` finds, and how long it took; its failure is a finding, too."""
    begun = clock.monotonic()
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            first, *more = await check()
    except TimeoutError:
        sentence = f"no answer within {_PATIENCE_SECONDS:g} s; see whether it runs and is reachable"
        return [Finding(part, State.WRONG, sentence, is_reached=False)]
    except GreenpulseError as error:
        is_reached = not isinstance(error, TransientError)
        return [Finding(part, State.WRONG, str(error), is_reached=is_reached)]
    return [replace(first, seconds=round(clock.monotonic() - begun, 4)), *more]
