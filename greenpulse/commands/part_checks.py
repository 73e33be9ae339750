"""Checks of lake, warehouse and API: reached, theirs, and as they are wanted."""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Protocol, runtime_checkable
from uuid import uuid4

from greenpulse.clock import Clock
from greenpulse.commands.checkup import Finding, State, is_creatable
from greenpulse.grid.client import Client
from greenpulse.grid.endpoints import LAST_HALF_HOUR
from greenpulse.grid.readings import is_success
from greenpulse.lake.claims import Claims
from greenpulse.lake.self_test import prove_create_only
from greenpulse.lake.store import Store
from greenpulse.settings import Settings
from greenpulse.warehouse.warehouse import Warehouse

__all__ = ["check_api", "check_lake", "check_warehouse"]

_API_SECONDS = 8.0
_MOST_SKEW_SECONDS = 5.0


@runtime_checkable
class _HasServer(Protocol):
    """A store behind a server, which may have no place for the lake yet."""

    async def server(self) -> str | None:
        """What it calls itself; None where there is no place yet."""
        ...


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
    server = ""
    if isinstance(store, _HasServer):
        name = await store.server()
        if name is None:
            sentence = (
                f"{settings.lake} has no bucket yet; 'greenpulse worker' makes it, if this user "
                "has s3:CreateBucket"
            )
            return [Finding("lake", State.NOTE, sentence)]
        server = f" at {settings.s3_endpoint or 'AWS'} ({name})"
    claims = Claims(store)
    lake_id, source = await claims.lake_id(), await claims.source()
    await prove_create_only(store, uuid4)
    kind = "unclaimed" if source is None else source.value
    sentence = f"{settings.lake}{server} is reached, creates a key only once, and is {kind}"
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
    claims = Claims(store)
    lake_id, claim = await claims.lake_id(), await claims.warehouse()
    if identity is None and claim is not None:
        sentence = (
            f"{settings.warehouse} is new, and the lake feeds {claim.warehouse_id} already; "
            "set GREENPULSE_WAREHOUSE to that one, or run 'greenpulse rebuild' where it is lost "
            "for ever"
        )
        return [Finding("warehouse", State.WRONG, sentence)]
    if identity is None:
        sentence = f"{settings.warehouse} has not begun; 'greenpulse worker' begins it"
        return [Finding("warehouse", State.NOTE, sentence)]
    if lake_id is not None and lake_id != identity.lake_id:
        sentence = (
            f"{settings.warehouse} is of lake {identity.lake_id}, and GREENPULSE_LAKE is "
            f"{lake_id}; set GREENPULSE_WAREHOUSE to the lake's own, or to an empty one"
        )
        return [Finding("warehouse", State.WRONG, sentence)]
    if claim is not None and claim.warehouse_id != identity.warehouse_id:
        sentence = (
            f"{settings.warehouse} is warehouse {identity.warehouse_id}, and the lake feeds "
            f"{claim.warehouse_id}; set GREENPULSE_WAREHOUSE to that one, or run 'greenpulse "
            "rebuild'"
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
