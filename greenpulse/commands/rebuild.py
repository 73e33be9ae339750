"""``rebuild``: the warehouse anew from bronze, proved, then swapped with the old one."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from uuid import uuid4

import click
from rich.console import Console
from rich.progress import Progress

from greenpulse.audit.report import in_words
from greenpulse.commands.rebuild_proof import ProvedPartition
from greenpulse.commands.rebuilding import Rebuilding, Rebuilt
from greenpulse.commands.running import FOUND_WRONG, current_settings, run_to_end
from greenpulse.errors import SettingsError
from greenpulse.lake.claims import Claims
from greenpulse.lake.reader import ChainReader
from greenpulse.parts import closing, open_replacement, open_store
from greenpulse.settings import Settings

__all__ = ["rebuild_command"]


@click.command("rebuild")
@click.option(
    "--drop-old", is_flag=True, help="Only remove what earlier rebuilds left beside the warehouse."
)
def rebuild_command(*, drop_old: bool) -> None:
    """Make the warehouse anew from the lake, and swap it with the old one.

    It is made beside the old one, compared with bronze offset by offset and by content, and
    swapped in one step; where the old one differed is told. The old one is kept until you
    say --drop-old. Workers may run meanwhile. Run it again where it was interrupted.

    It is also the way to another warehouse, once GREENPULSE_WAREHOUSE names it, and the way
    out where a warehouse was lost or is damaged.

    Example: greenpulse rebuild
    """
    settings = current_settings()
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        if drop_old:
            sentences, is_well = run_to_end(_drop_old(settings, progress)), True
        else:
            rebuilt = run_to_end(_rebuild(settings, progress))
            sentences, is_well = list(_sentences(settings, rebuilt)), rebuilt.is_equal
    click.echo("\n".join(sentences))
    if not is_well:
        raise click.exceptions.Exit(FOUND_WRONG)


async def _rebuild(settings: Settings, progress: Progress) -> Rebuilt:
    async with _opened(settings, progress) as rebuilding:
        return await rebuilding.run()


async def _drop_old(settings: Settings, progress: Progress) -> list[str]:
    async with _opened(settings, progress) as rebuilding:
        removed = await rebuilding.drop_old()
    return [f"removed {name}" for name in removed] or ["there is nothing to remove"]


@asynccontextmanager
async def _opened(settings: Settings, progress: Progress) -> AsyncIterator[Rebuilding]:
    replacement, store = open_replacement(settings), open_store(settings)
    async with closing(replacement, store):
        if replacement is None:
            message = (
                "rebuilding the warehouse: GREENPULSE_WAREHOUSE=none; set it to the one that is "
                "to be made"
            )
            raise SettingsError(message)
        loading = progress.add_task("loading", total=None)
        comparing = progress.add_task("comparing", total=None)
        yield Rebuilding(
            replacement,
            ChainReader(store),
            Claims(store),
            new_uuid=uuid4,
            loaded=lambda records: progress.advance(loading, records),
            compared=lambda records: progress.advance(comparing, records),
        )


def _sentences(settings: Settings, rebuilt: Rebuilt) -> Iterator[str]:
    for part in rebuilt.partitions:
        yield from _of_partition(part, has_old=rebuilt.has_old)
    if rebuilt.has_old and not any(part.old_differences for part in rebuilt.partitions):
        yield "the old warehouse had nothing that bronze has not, and nothing otherwise"
    if rebuilt.claim is None:
        yield (
            "nothing was swapped: the new warehouse is not what bronze says; 'greenpulse rebuild "
            "--drop-old' removes it, then run 'greenpulse rebuild' again"
        )
        return
    claim = rebuilt.claim
    yield f"{settings.warehouse} is warehouse '{claim.warehouse_id}' (number {claim.number}) now"
    if rebuilt.kept_as is not None:
        yield (
            f"the old one is kept as {rebuilt.kept_as}; 'greenpulse rebuild --drop-old' removes it"
        )


def _of_partition(part: ProvedPartition, *, has_old: bool) -> Iterator[str]:
    where = f"partition {part.partition}"
    if not part.new_differences:
        offsets = "" if part.in_chain is None else f", offsets {part.in_chain}"
        yield f"{where}: {part.records:,} records{offsets}, as bronze has them"
    yield from (f"{where}: the new {words}" for words in in_words(part.new_differences))
    yield from (f"{where}: the old {words}" for words in in_words(part.old_differences))
    if has_old and part.not_in_old is not None:
        yield f"{where}: the old warehouse had not loaded offsets {part.not_in_old} yet"
