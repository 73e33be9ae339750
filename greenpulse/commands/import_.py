"""``import``: recorded polls into the polls topic, all lines of a call or none."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

import click
from rich.console import Console
from rich.progress import Progress

from greenpulse.broker.log import Log
from greenpulse.broker.refusals import MAX_MESSAGE_BYTES
from greenpulse.commands.line_files import lines_of
from greenpulse.commands.message_spool import MessageSpool
from greenpulse.commands.recorded_polls import RecordedPoll, read_recorded
from greenpulse.commands.running import current_settings, run_to_end
from greenpulse.errors import BrokerUnavailable
from greenpulse.lake.claims import Claims, Source
from greenpulse.parts import open_log, open_store
from greenpulse.records import POLLS_TOPIC
from greenpulse.settings import Settings
from greenpulse.topics import topic_specs

__all__ = ["import_command"]

# A bronze line holds a message in base64 where it is no JSON: such a line is only skipped,
# but it has to be read for that.
_MAX_LINE_BYTES = 2 * MAX_MESSAGE_BYTES
_APPEND_RECORDS = 1_000
_APPEND_BYTES = 8 << 20


@dataclass(slots=True)
class _Kinds:
    """Real and simulated answers do not go into one lake."""

    of_lake: Source | None

    def refusal(self, is_simulated: bool | None) -> str | None:  # noqa: FBT001 - a verdict, with None
        """Why a poll cannot go with the lake or the lines before it; None where it can."""
        if is_simulated is None:
            return None
        kind = Source.SIMULATED if is_simulated else Source.REAL
        if self.of_lake is None:
            self.of_lake = kind
        if kind is self.of_lake:
            return None
        return (
            f"it is a {kind.value} answer, and the lake, or a line before, holds "
            f"{self.of_lake.value} ones; set GREENPULSE_DATA (or GREENPULSE_LAKE, _BROKER and "
            "_WAREHOUSE) to another place"
        )


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def import_command(files: Sequence[str]) -> None:
    """Append recorded polls to the polls topic, in the order of files and lines.

    A FILE holds Poll objects or bronze lines, one a line, plain or gzipped; - is stdin.
    Of a Poll, family, url, answered_at, status and body are needed. A bronze line without
    a Poll is counted and skipped. One bad line, and nothing of the call is appended.

    Importing again changes nothing but the log: the first poll of a poll_id counts.

    Example: greenpulse import recorded-2026-01.ndjson.gz
    """
    settings = current_settings()
    click.echo(run_to_end(_import(settings, files)))


async def _import(settings: Settings, files: Sequence[str]) -> str:
    with MessageSpool() as spool, _progress() as progress:
        kinds = _Kinds(await _source_of_lake(settings))
        skipped = await asyncio.to_thread(_check, files, spool, kinds, progress)
        log = open_log(settings)
        try:
            await _append(log, settings, spool, progress)
        finally:
            await log.close()
        return _sentence(spool.count, skipped, len(files))


async def _source_of_lake(settings: Settings) -> Source | None:
    store = open_store(settings)
    try:
        return await Claims(store, uuid4).source()
    finally:
        await store.close()


def _check(files: Sequence[str], spool: MessageSpool, kinds: _Kinds, progress: Progress) -> int:
    """Read every line into ``spool``; return how many bronze lines hold no poll.

    Raises:
        SettingsError: a file cannot be read, or a line is wrong; names it.
    """
    skipped = 0
    task = progress.add_task("checking", total=None)
    for file in files:
        for line in lines_of(file, max_bytes=_MAX_LINE_BYTES):
            progress.advance(task)
            try:
                poll = read_recorded(line.text)
            except ValueError as error:
                raise line.refusal(str(error)) from error
            if poll is None:
                skipped += 1
                continue
            refusal = _refusal_of_size(poll) or kinds.refusal(poll.is_simulated)
            if refusal:
                raise line.refusal(refusal)
            spool.add(poll.family, poll.value)
    return skipped


def _refusal_of_size(poll: RecordedPoll) -> str | None:
    size_bytes = len(poll.family.encode()) + len(poll.value)
    return "it is over the 16 MiB of a message" if size_bytes > MAX_MESSAGE_BYTES else None


async def _append(log: Log, settings: Settings, spool: MessageSpool, progress: Progress) -> None:
    await log.ensure_topics(topic_specs(settings.partitions, settings.retention_days))
    task = progress.add_task("appending", total=spool.count)
    appended = 0
    for batch in spool.batches(
        settings.partitions, max_records=_APPEND_RECORDS, max_bytes=_APPEND_BYTES
    ):
        try:
            await log.append(POLLS_TOPIC, batch)
        except BrokerUnavailable as error:
            message = (
                f"{error}; {appended} of {spool.count} polls are appended: run the same import "
                "again, it counts none of them twice"
            )
            raise BrokerUnavailable(message) from error
        appended += len(batch)
        progress.update(task, completed=appended)


def _progress() -> Progress:
    console = Console(stderr=True)
    return Progress(console=console, transient=True, disable=not console.is_terminal)


def _sentence(count: int, skipped: int, files: int) -> str:
    from_where = "1 file" if files == 1 else f"{files} files"
    sentence = f"imported {count} poll{'' if count == 1 else 's'} from {from_where}"
    if skipped:
        sentence += f"; skipped {skipped} bronze line{'' if skipped == 1 else 's'} without a poll"
    return sentence
