"""``audit``: log, chain and warehouse hold the same records, each once, or it says where not."""

import json
from collections.abc import Callable

import click
from rich.console import Console
from rich.progress import Progress

from greenpulse.audit.comparison import Difference, Kind, Place
from greenpulse.audit.log_side import LogSide
from greenpulse.audit.partition_audit import PartitionAudit, Promised
from greenpulse.audit.report import AuditReport, as_json, as_sentences
from greenpulse.audit.warehouse_rows import loaded_ranges, rows_without_place
from greenpulse.audit.warehouse_side import WarehouseSide
from greenpulse.broker.log import Log
from greenpulse.commands.running import FOUND_WRONG, current_settings, run_to_end
from greenpulse.lake.claims import Claims
from greenpulse.lake.reader import ChainReader
from greenpulse.parts import closing, open_log, open_store, open_warehouse
from greenpulse.records import POLLS_TOPIC
from greenpulse.settings import Settings
from greenpulse.topics import GROUP
from greenpulse.warehouse.warehouse import Warehouse

__all__ = ["audit_command"]


@click.command("audit")
@click.option("--json", "is_json", is_flag=True, help="One JSON object, for programs.")
@click.option("--complete", is_flag=True, help="What is not archived or not loaded yet is a fault.")
def audit_command(*, is_json: bool, complete: bool) -> None:
    """Prove that log, lake and warehouse hold the same records, each once.

    Every offset is looked at and every hash is computed anew. Exit code 1: something is
    missing, extra, doubled or altered; the partition, the place and the exact offsets are
    named. It writes nothing, and is right beside a running worker.

    Example: greenpulse audit --complete
    """
    settings = current_settings()
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("comparing", total=None)
        report = run_to_end(_audit(settings, lambda records: progress.advance(task, records)))
    if complete:
        _count_lag(report)
    if is_json:
        click.echo(json.dumps(as_json(report), indent=2))
    else:
        click.echo("\n".join(as_sentences(report)))
    if not report.agrees:
        raise click.exceptions.Exit(FOUND_WRONG)


async def _audit(settings: Settings, advance: Callable[[int], None]) -> AuditReport:
    warehouse, store, log = open_warehouse(settings), open_store(settings), open_log(settings)
    async with closing(warehouse, store, log):
        return await _Audit(settings, warehouse, Claims(store), ChainReader(store), log).run(
            advance
        )


class _Audit:
    def __init__(
        self,
        settings: Settings,
        warehouse: Warehouse | None,
        claims: Claims,
        chain: ChainReader,
        log: Log,
    ) -> None:
        self._settings = settings
        self._warehouse = warehouse
        self._claims = claims
        self._chain = chain
        self._log = log
        self._report = AuditReport()

    async def run(self, advance: Callable[[int], None]) -> AuditReport:
        warehouse = self._warehouse
        loaded = await loaded_ranges(warehouse) if warehouse else {}
        with_rows = await warehouse.raw_partitions() if warehouse else []
        acknowledged = await self._log.committed(GROUP, POLLS_TOPIC)
        with_chain = await self._chain.partitions(POLLS_TOPIC)
        with_log = await self._log.bounds(POLLS_TOPIC)
        await self._look_at_identities()
        self._note_absent(has_log=bool(with_log), has_chain=bool(with_chain))
        await self._note_strangers()
        for partition in sorted({*loaded, *with_rows, *with_chain, *with_log} - {None}):
            audit = PartitionAudit(
                partition,
                LogSide(self._log, partition),
                self._chain.verify(POLLS_TOPIC, partition),
                WarehouseSide(warehouse, partition, loaded.get(partition)) if warehouse else None,
                promised=Promised(
                    await self._claims.base(POLLS_TOPIC, partition),
                    acknowledged.get(partition, 0),
                    await self._claims.accepted_gaps(POLLS_TOPIC, partition),
                ),
                advance=advance,
            )
            self._report.partitions.append(await audit.run())
        return self._report

    async def _look_at_identities(self) -> None:
        """See that lake and warehouse are each other's, as both of them say."""
        if self._warehouse is None:
            self._report.notes.append("GREENPULSE_WAREHOUSE=none: only log and chain are compared")
            return
        identity = await self._warehouse.identity()
        lake_id, claim = await self._claims.lake_id(), await self._claims.warehouse()
        if identity is None and claim is not None:
            self._report.problems.append(
                f"the warehouse {self._settings.warehouse} is new, and the lake feeds "
                f"'{claim.warehouse_id}' already; set GREENPULSE_WAREHOUSE to that one, or run "
                "'greenpulse rebuild' where it is lost for ever"
            )
            return
        if identity is None:
            self._report.notes.append(f"the warehouse {self._settings.warehouse} has not begun")
            return
        if lake_id is not None and identity.lake_id != lake_id:
            self._report.problems.append(
                f"the warehouse is of lake '{identity.lake_id}', and this is lake '{lake_id}'; set "
                "GREENPULSE_WAREHOUSE to the lake's own, or to an empty one"
            )
        if claim is not None and identity.warehouse_id != claim.warehouse_id:
            self._report.problems.append(
                f"the lake feeds warehouse '{claim.warehouse_id}', and this is "
                f"'{identity.warehouse_id}'; set GREENPULSE_WAREHOUSE to that one, or run "
                "'greenpulse rebuild'"
            )
        strays = await rows_without_place(self._warehouse)
        if strays:
            names = "row names" if strays == 1 else "rows name"
            self._report.problems.append(f"{strays} {names} no partition or no offset")

    def _note_absent(self, *, has_log: bool, has_chain: bool) -> None:
        if not has_log:
            self._report.notes.append(f"the log {self._settings.broker} has not begun")
        if not has_chain:
            self._report.notes.append(f"the lake {self._settings.lake} holds no bronze file yet")

    async def _note_strangers(self) -> None:
        """Name what another program has put among the chains; nobody reads it."""
        strangers = await self._chain.strangers(POLLS_TOPIC)
        if strangers:
            files = "a file" if len(strangers) == 1 else f"{len(strangers):,} files"
            self._report.notes.append(
                f"the lake {self._settings.lake} has {files} of another program, such as "
                f"'{strangers[0]}': nobody reads them; give that program a place of its own"
            )


def _count_lag(report: AuditReport) -> None:
    """Make faults of what is not archived and what is not loaded yet."""
    report.is_lag_a_fault = True
    for part in report.partitions:
        for place, lag, reason in (
            (Place.CHAIN, part.not_archived, "not archived yet"),
            (Place.WAREHOUSE, part.not_loaded, "not loaded yet"),
        ):
            if lag is not None:
                part.differences.append(Difference(place, Kind.MISSING, lag, reason))
