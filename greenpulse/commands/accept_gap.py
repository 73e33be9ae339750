"""``accept-gap``: the way out where the log has lost what was not archived yet."""

import click

from greenpulse.commands.running import CouldNotDo, current_settings, run_to_end
from greenpulse.errors import SettingsError
from greenpulse.lake.claims import Claims
from greenpulse.lake.gaps import Gaps
from greenpulse.lake.ranges import OffsetRange, not_covered
from greenpulse.parts import closing, open_log, open_store
from greenpulse.records import POLLS_TOPIC
from greenpulse.settings import Settings

__all__ = ["accept_gap_command"]

_END_OF_OFFSETS = 1 << 63


def _number(_context: click.Context, parameter: click.Parameter, value: str) -> int:
    """Read a whole number from 0 up; anything else is one sentence, as with all commands."""
    if value.isascii() and value.isdecimal() and int(value) < _END_OF_OFFSETS:
        return int(value)
    message = (
        f"reading {parameter.human_readable_name} '{value}': want a whole number from 0 up, as "
        "in 'greenpulse accept-gap 0 120 179'"
    )
    raise CouldNotDo(message)


# Unknown options are arguments here, so that -1 is a number that is refused as one.
@click.command("accept-gap", context_settings={"ignore_unknown_options": True})
@click.argument("partition", callback=_number)
@click.argument("first", callback=_number)
@click.argument("last", callback=_number)
def accept_gap_command(partition: int, first: int, last: int) -> None:
    """Declare offsets that the log no longer has, and no file holds, as lost for ever.

    A partition whose log expired before it was archived stands still and names them. Once
    they are accepted, a running worker goes on by itself within seconds; the next bronze
    file carries them as missing-offsets, and 'greenpulse audit' lists them. What the log
    still has is never accepted as lost. It cannot be taken back.

    Example: greenpulse accept-gap 0 120 179
    """
    if last < first:
        message = f"accepting offsets {first} to {last}: LAST is below FIRST"
        raise CouldNotDo(message)
    for sentence in run_to_end(_accept(current_settings(), partition, OffsetRange(first, last))):
        click.echo(sentence)


async def _accept(settings: Settings, partition: int, wanted: OffsetRange) -> list[str]:
    log, store = open_log(settings), open_store(settings)
    async with closing(log, store):
        bounds = await log.bounds(POLLS_TOPIC)
        if partition not in bounds:
            known = f"it has 0 to {len(bounds) - 1}" if bounds else "it has no polls yet"
            message = (
                f"accepting a gap in partition {partition} of the log {settings.broker}: {known}"
            )
            raise SettingsError(message)
        gaps = Gaps(store, log, Claims(store), POLLS_TOPIC, partition)
        return await _accept_in(gaps, partition, bounds[partition].end, wanted)


async def _accept_in(gaps: Gaps, partition: int, log_end: int, wanted: OffsetRange) -> list[str]:
    """Accept ``wanted`` and say what was, and what is now; or refuse and say what would fit."""
    where = f"partition {partition}"
    if not_covered(wanted, await gaps.accepted()) is None:
        return [f"{where}: {_offsets(wanted)} accepted as lost already; nothing was changed"]
    chain_end = await gaps.chain_end()
    stopping = None if chain_end is None else await gaps.stopping(chain_end)
    fits = stopping is not None and stopping.first == wanted.first and wanted.last <= stopping.last
    if chain_end is None or stopping is None or not fits:
        reason = await _reason(gaps, chain_end, log_end, wanted)
        way_out = "the log has all that the chain wants next"
        if stopping is not None:
            way_out = f"what would fit: {_command(partition, stopping)}"
        message = f"accepting {wanted} of {where} as lost: {reason}; {way_out}"
        raise SettingsError(message)
    await gaps.accept(wanted)
    goes_on = await gaps.next_in_log(wanted.first)
    rest = await gaps.stopping(chain_end)
    sentences = [
        f"{where}: the chain ends at offset {chain_end}, the log goes on at {goes_on}",
        f"{where}: {_offsets(wanted)} accepted as lost for ever from now on",
        f"{where}: the next bronze file carries them as missing-offsets",
    ]
    if rest is not None:
        sentences.append(f"{where}: {_offsets(rest)} lost, too: run {_command(partition, rest)}")
    return sentences


async def _reason(gaps: Gaps, chain_end: int | None, log_end: int, wanted: OffsetRange) -> str:
    """Why ``wanted`` is no gap that stops the chain."""
    if chain_end is None:
        return "the lake has no chain of it"
    if wanted.first <= chain_end:
        return f"the chain has all offsets up to {chain_end}"
    if wanted.first >= log_end:
        return f"the log ends at offset {log_end - 1}"
    kept = await gaps.next_in_log(wanted.first)
    if kept <= wanted.last:
        return f"the log has offset {kept}"
    return f"this is not where the chain stands still, behind offset {chain_end}"


def _command(partition: int, gap: OffsetRange) -> str:
    return f"'greenpulse accept-gap {partition} {gap.first} {gap.last}'"


def _offsets(gap: OffsetRange) -> str:
    if gap.count == 1:
        return f"offset {gap.first} is"
    return f"offsets {gap.first} to {gap.last} are"
