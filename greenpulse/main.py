"""The composition root: from settings to parts, from parts to agents and pages.

``build`` is the only place that knows all of them; to read it from top to bottom is to
follow the way of the data.
"""

import os
import platform
import socket
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import click
import faust
from faust.cli.base import cli
from faust.web.base import BlueprintManager
from mode import Service

from greenpulse.agents import archive, load, poll, track
from greenpulse.agents.archive_desk import ArchiveDesk
from greenpulse.agents.follow import Following
from greenpulse.agents.load_desk import LoadDesk
from greenpulse.agents.poll_report import PollReport
from greenpulse.agents.watch import Cleaning, Watching
from greenpulse.broker.assignor import Assignor
from greenpulse.broker.embedded import embedded_url
from greenpulse.broker.embedded_log import EmbeddedLog
from greenpulse.broker.kafka import Transport as KafkaTransport
from greenpulse.broker.log import RECORD_BYTES
from greenpulse.clock import SystemClock
from greenpulse.commands.accept_gap import accept_gap_command
from greenpulse.commands.audit import audit_command
from greenpulse.commands.cost import cost_command
from greenpulse.commands.demo import demo
from greenpulse.commands.doctor import doctor_command
from greenpulse.commands.import_ import import_command
from greenpulse.commands.query import query_command
from greenpulse.commands.rebuild import rebuild_command
from greenpulse.commands.running import current_settings
from greenpulse.commands.settings import settings_command
from greenpulse.commands.simulate import simulate
from greenpulse.commands.sql import sql_command
from greenpulse.commands.worker import Worker
from greenpulse.grid.client import Client
from greenpulse.grid.poller import Poller
from greenpulse.grid.schedule import build_schedule
from greenpulse.lake.archive import Archive
from greenpulse.lake.claims import Claims, Source
from greenpulse.lake.measured_store import MeasuredStore
from greenpulse.lake.proved_store import ProvedStore
from greenpulse.lake.reader import ChainReader
from greenpulse.lake.rotation import RotationPolicy
from greenpulse.metrics import Metrics
from greenpulse.parts import closing, kafka_connection, open_log, open_store, open_warehouse
from greenpulse.preparation import open_loader, prepare
from greenpulse.records import POLLS_TOPIC
from greenpulse.settings import Settings
from greenpulse.status import PipelineStatus
from greenpulse.topics import GROUP
from greenpulse.version import __version__
from greenpulse.watchdog import Advance, Watchdog
from greenpulse.web.live import LiveView
from greenpulse.web.pages import Pages

if TYPE_CHECKING:
    from faust.web.drivers.aiohttp import Web

__all__ = ["build", "current_app", "run"]

_CONTACT = "(archives carbon intensity; ask whoever runs this worker)"
_STANDSTILL_SECONDS = 60.0
_ABOUT = """Stream the carbon intensity of Great Britain's electricity into a lake and a warehouse.

Settings are environment variables, or lines of a .env file: see 'greenpulse settings'. The
options below are Faust's own.
"""

_Step = Callable[[], Awaitable[None]]

for _command in (
    accept_gap_command,
    audit_command,
    cost_command,
    demo,
    doctor_command,
    import_command,
    query_command,
    rebuild_command,
    settings_command,
    simulate,
    sql_command,
):
    cli.add_command(_command)

_built: list[tuple[Settings, faust.App]] = []


def current_app() -> faust.App:
    """The app of this process's settings, built once for each; nothing is touched yet."""
    settings = current_settings()
    for known, app in _built:
        if known == settings:
            return app
    _built.append((settings, build(settings)))
    return _built[-1][1]


def run() -> None:
    """The ``greenpulse`` command: ``greenpulse X`` is ``faust -A greenpulse X``."""
    cli.help = _ABOUT
    cli.params = [option for option in cli.params if option.name != "version"]
    click.version_option(__version__)(cli)
    # In place, since Faust looks for -A in this very list.
    sys.argv[1:1] = ["-A", "greenpulse"]
    cli(prog_name="greenpulse")


def build(settings: Settings) -> faust.App:
    """Put the worker together; nothing is connected, created or started yet."""
    clock, status, metrics, view = SystemClock(), PipelineStatus(), Metrics(), LiveView()
    worker_name = f"{socket.gethostname()}-{os.getpid()}"
    broker = open_log(settings)
    store = ProvedStore(MeasuredStore(open_store(settings), clock, metrics), uuid4)
    claims = Claims(store, uuid4)
    app = _app(settings)
    if settings.broker.scheme == "kafka":
        # Under kafka:// Faust knows its own driver, which delivers no batches.
        connection = kafka_connection(settings)
        transport = KafkaTransport(app.conf.broker, app, connection=connection)
        app.transport = app.producer_transport = transport
    # One file on its way and half of the next, so that there is always one to write: what a
    # partition costs of memory while the lake is away, beside the last fetch of about 1 MiB.
    largest_file = settings.archive_max_bytes + RECORD_BYTES * settings.archive_max_records
    cast("Any", app.transport).max_held_bytes = largest_file * 3 // 2

    async def claim_source(is_simulated: bool) -> None:  # noqa: FBT001 - the poller's callback
        await claims.claim_source(Source.SIMULATED if is_simulated else Source.REAL)

    report = PollReport(clock, status, metrics)
    schedule = build_schedule(settings.poll_seconds)
    client = Client(settings.api_url, clock, user_agent=f"GreenPulse/{__version__} {_CONTACT}")
    poller = Poller(
        client,
        schedule,
        clock,
        poll.Sender(app, partitions=settings.partitions).emit,
        worker=worker_name,
        source_guard=claim_source,
        source_known=lambda: view.source_is_simulated,
        newest_known=view.newest_scheduled_at,
        on_poll=report.on_poll,
        on_given_up=report.on_given_up,
    )
    keeper = Archive(
        store,
        broker,
        clock,
        topic=POLLS_TOPIC,
        writer=worker_name,
        rotation=RotationPolicy(
            settings.archive_window_seconds,
            settings.archive_max_records,
            settings.archive_max_bytes,
        ),
        verify="full" if settings.lake_verify == "full" else "tail",
    )
    following = Following(broker, view.add, clock)
    archive.attach(app, ArchiveDesk(app, keeper, clock, status, metrics))
    warehouse = open_warehouse(settings)
    if warehouse is not None:
        opened = partial(
            open_loader,
            warehouse,
            ChainReader(store),
            claims,
            schedule=schedule,
            clock=clock,
            new_uuid=uuid4,
        )
        desk = LoadDesk(opened, clock, status, metrics, load_seconds=settings.load_seconds)
        load.attach(app, desk)
    track.attach(app, status, partitions=settings.partitions)
    poll.attach(app, poller, client, report, following.is_whole)
    watchdog = Watchdog(_STANDSTILL_SECONDS, clock.monotonic)
    watching = Watching(
        app,
        broker=broker,
        archive=keeper,
        status=status,
        clock=clock,
        watchdog=watchdog,
        advance=Advance(
            3 * settings.archive_window_seconds + _STANDSTILL_SECONDS,
            opens_slowly=settings.lake_verify == "full",
        ),
    )
    _start_with(app, following)
    _start_with(app, watching)
    if isinstance(broker, EmbeddedLog):
        _start_with(app, Cleaning(broker, keeper, status, clock, days=settings.retention_days))
    _measure(metrics, poller, watchdog)
    _mount(app, Pages(view, status, metrics, clock, __version__))
    preparation = partial(prepare, settings, broker, store, claims)

    async def release() -> None:
        async with closing(broker, store):
            pass

    app.conf.Worker = _worker_of(settings, preparation, release)
    return app


def _app(settings: Settings) -> faust.App:
    """Faust as GreenPulse needs it."""
    return faust.App(
        GROUP,
        origin="greenpulse",
        env_prefix="GREENPULSE_FAUST",
        broker=_broker_url(settings),
        datadir=settings.data / "faust",
        store="memory://",
        # All agents are noack(): waiting for held events would hang the stop for ever.
        stream_wait_empty=False,
        # An agent that fails ends the worker; what it held is read again (fail-stop).
        agent_supervisor="mode.supervisors.CrashingSupervisor",
        PartitionAssignor=Assignor,
        topic_partitions=settings.partitions,
        # They are there before Faust starts (greenpulse/preparation.py), and to create them
        # again would want a right that not every user of a Kafka has.
        topic_allow_declare=False,
        table_standby_replicas=0,
        broker_commit_interval=2.0,
        broker_session_timeout=15.0,
        broker_heartbeat_interval=3.0,
        consumer_auto_offset_reset="earliest",
        web_bind=settings.web_host,
        web_port=settings.web_port,
        web_tables_enabled=False,
        web_router_enabled=False,
        web_graph_enabled=False,
        web_metrics_enabled=False,
        web_stats_enabled=False,
        # Logging is the worker's (greenpulse/logs.py); prints of libraries stay prints.
        worker_redirect_stdouts=False,
        autodiscover=False,
    )


def _broker_url(settings: Settings) -> str:
    if settings.broker.path is not None:
        return embedded_url(settings.broker.path)
    return f"kafka://{settings.broker.location.replace(',', ';kafka://')}"


def _start_with(app: faust.App, service: Service) -> None:
    # Faust takes a service as well as a class of one; its annotation knows of the class only.
    app.service(cast("Any", service))


def _measure(metrics: Metrics, poller: Poller, watchdog: Watchdog) -> None:
    """Let the metrics ask, at each scrape, what nobody tells them."""
    metrics.build.info({"version": __version__, "python": platform.python_version()})
    metrics.waiting_polls_bytes.set_function(lambda: poller.outbox.held_bytes)
    metrics.silence_seconds.set_function(lambda: watchdog.silence_seconds)


def _mount(app: faust.App, pages: Pages) -> None:
    """Serve our pages and none of Faust's: those show what is private, or nothing."""
    app.web.blueprints = BlueprintManager()
    cast("Web", app.web).web_app.add_routes(pages.routes())


def _worker_of(settings: Settings, prepare: _Step, release: _Step) -> Any:  # noqa: ANN401 - Faust's setting wants a symbol or a class
    """Faust builds its worker itself: what ours needs to know travels in a class."""
    needs = {
        "settings": settings,
        "prepare": staticmethod(prepare),
        "release": staticmethod(release),
    }
    return type("Worker", (Worker,), needs)
