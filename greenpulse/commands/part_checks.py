"""Checks of broker, lake, warehouse and API: reached, theirs, and as they are wanted."""

from collections.abc import Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Protocol, runtime_checkable
from uuid import uuid4

from greenpulse.broker.log import Log, TopicSpec
from greenpulse.clock import Clock
from greenpulse.commands.checkup import Finding, State, is_creatable
from greenpulse.grid.client import Client
from greenpulse.grid.endpoints import LAST_HALF_HOUR
from greenpulse.grid.readings import is_success
from greenpulse.lake.claims import Claims
from greenpulse.lake.self_test import prove_create_only
from greenpulse.lake.store import Store
from greenpulse.settings import Settings
from greenpulse.topics import topic_specs
from greenpulse.warehouse.warehouse import Warehouse

__all__ = ["check_api", "check_broker", "check_lake", "check_warehouse"]

_SECONDS_A_DAY = 86_400
_API_SECONDS = 8.0
_MOST_SKEW_SECONDS = 5.0


@runtime_checkable
class _ListsTopics(Protocol):
    """A log that can say how its topics are set."""

    async def topics(self) -> Sequence[TopicSpec]:
        """Every topic."""
        ...


async def check_broker(settings: Settings, log: Log) -> list[Finding]:
    """Whether the log is reached and its topics are as they are wanted."""
    wanted = topic_specs(settings.partitions, settings.retention_days * _SECONDS_A_DAY)
    found = {spec.name: len(await log.bounds(spec.name)) for spec in wanted}
    if not any(found.values()):
        sentence = f"{settings.broker} has no topics yet; 'greenpulse worker' makes them"
        return [Finding("broker", State.NOTE, sentence)]
    reached = Finding("broker", State.WELL, f"{settings.broker} is reached")
    return [reached, await _check_topics(log, wanted, found)]


async def _check_topics(log: Log, wanted: Sequence[TopicSpec], found: dict[str, int]) -> Finding:
    for spec in wanted:
        if found[spec.name] not in {0, spec.partitions}:
            sentence = (
                f"{spec.name} has {found[spec.name]} partitions, GREENPULSE_PARTITIONS is "
                f"{spec.partitions}; set it to {found[spec.name]}"
            )
            return Finding("topics", State.WRONG, sentence)
    if isinstance(log, _ListsTopics):
        in_force = {spec.name: spec for spec in await log.topics()}
        for spec in wanted:
            if spec.name in in_force and in_force[spec.name] != spec:
                sentence = (
                    f"{spec.name} keeps its records otherwise than the settings say; the next "
                    "start of 'greenpulse worker' sets it right"
                )
                return Finding("topics", State.NOTE, sentence)
    absent = [name for name, partitions in found.items() if not partitions]
    if absent:
        sentence = f"{', '.join(absent)} is absent; 'greenpulse worker' makes it"
        return Finding("topics", State.NOTE, sentence)
    partitions = wanted[0].partitions
    sentence = f"all {len(wanted)} topics are there, {partitions} partitions each, as wanted"
    return Finding("topics", State.WELL, sentence)


async def check_lake(settings: Settings, store: Store) -> list[Finding]:
    """Whether the store is reached and gives a key away only once.

    The probe of the self-test stays among the claims. In a lake that is not there yet,
    nothing is made.
    """
    folder = settings.lake.path
    if folder is not None and not folder.exists():
        if is_creatable(folder):
            sentence = f"'{folder}' is not there yet; 'greenpulse worker' makes it"
            return [Finding("lake", State.NOTE, sentence)]
        sentence = f"'{folder}' cannot be made by this user; set GREENPULSE_LAKE"
        return [Finding("lake", State.WRONG, sentence)]
    claims = Claims(store)
    lake_id, source = await claims.lake_id(), await claims.source()
    await prove_create_only(store, uuid4)
    kind = "unclaimed" if source is None else source.value
    sentence = f"{settings.lake} is reached, creates a key only once, and is {kind}"
    if lake_id is not None:
        sentence += f" (lake {lake_id})"
    return [Finding("lake", State.WELL, sentence)]


async def check_warehouse(
    settings: Settings, warehouse: Warehouse | None, store: Store
) -> list[Finding]:
    """Whether the warehouse is reached, and is the one that the lake feeds."""
    if warehouse is None:
        return [Finding("warehouse", State.NOTE, "GREENPULSE_WAREHOUSE is none: nothing is loaded")]
    identity = await warehouse.identity()
    if identity is None:
        sentence = f"{settings.warehouse} has not begun; 'greenpulse worker' begins it"
        return [Finding("warehouse", State.NOTE, sentence)]
    claims = Claims(store)
    lake_id, claim = await claims.lake_id(), await claims.warehouse()
    if lake_id is not None and lake_id != identity.lake_id:
        sentence = (
            f"{settings.warehouse} is of lake {identity.lake_id}, and GREENPULSE_LAKE is "
            f"{lake_id}; set GREENPULSE_WAREHOUSE to the lake's own, or to an empty one"
        )
        return [Finding("warehouse", State.WRONG, sentence)]
    if claim is not None and claim.warehouse_id != identity.warehouse_id:
        sentence = (
            f"{settings.warehouse} is warehouse {identity.warehouse_id}, and the lake feeds "
            f"{claim.warehouse_id}; set GREENPULSE_WAREHOUSE to that one"
        )
        return [Finding("warehouse", State.WRONG, sentence)]
    return [Finding("warehouse", State.WELL, f"{settings.warehouse} is reached")]


async def check_api(settings: Settings, clock: Clock) -> list[Finding]:
    """Whether the API answers one question, and whether its clock and ours agree."""
    client = Client(settings.api_url, clock)
    try:
        answer = await client.fetch(LAST_HALF_HOUR, _API_SECONDS)
    finally:
        await client.close()
    if answer.error is not None or answer.status is None:
        sentence = (
            f"{settings.api_url} does not answer ({answer.error}); see whether this machine "
            "has a network, or run 'greenpulse demo', which needs none"
        )
        return [Finding("api", State.WRONG, sentence)]
    if not is_success(answer.status):
        sentence = (
            f"{settings.api_url} answers with status {answer.status}; look at it in a "
            "browser, or try again later"
        )
        return [Finding("api", State.WRONG, sentence)]
    reached = Finding("api", State.WELL, f"{settings.api_url} answers with {answer.status}")
    skew = _check_skew(answer.headers.get("date", ""), answer.answered_at or clock.now())
    return [reached, skew]


def _check_skew(date: str, now: datetime) -> Finding:
    try:
        seconds = (now - parsedate_to_datetime(date)).total_seconds()
    except (ValueError, TypeError):
        return Finding("clock", State.NOTE, "the API names no time to compare this clock with")
    # The header has whole seconds.
    if abs(seconds) <= _MOST_SKEW_SECONDS:
        return Finding("clock", State.WELL, f"this clock and the API's differ by {seconds:.0f} s")
    side = "ahead of" if seconds > 0 else "behind"
    sentence = f"this clock is {abs(seconds):.0f} s {side} the API's; turn on time synchronisation"
    return Finding("clock", State.WRONG, sentence)
