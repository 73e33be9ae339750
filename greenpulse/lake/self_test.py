"""Whether a store gives a key away only once, tried before it is trusted."""

import asyncio
from collections.abc import Callable
from uuid import UUID

from greenpulse.errors import SettingsError, StoreUnavailable
from greenpulse.lake.store import Store

__all__ = ["prove_create_only"]

_WRITERS = 16
_ATTEMPTS = 5


async def prove_create_only(store: Store, new_uuid: Callable[[], UUID]) -> None:
    """Let sixteen writers create one fresh key at once: just one may succeed, and last.

    Where none did while an answer failed, nothing is proved: again with another key.

    Args:
        store: Retries no request of its own accord.
        new_uuid: Gives a fresh uuid at each call.

    Raises:
        SettingsError: the store is not to be trusted with a chain.
        StoreUnavailable: it did not answer, five times over.
    """
    failure: StoreUnavailable | None = None
    for _ in range(_ATTEMPTS):
        failure = await _try_once(store, f"claims/probe-{new_uuid()}")
        if failure is None:
            return
    if failure is not None:
        raise failure


async def _try_once(store: Store, key: str) -> StoreUnavailable | None:
    """One round; the failure where it proves nothing."""
    bodies = [f'{{"writer":{writer}}}'.encode() for writer in range(_WRITERS)]
    answers = await asyncio.gather(
        *(store.create(key, body) for body in bodies), return_exceptions=True
    )
    failure: StoreUnavailable | None = None
    for answer in answers:
        if isinstance(answer, StoreUnavailable):
            failure = answer
        elif isinstance(answer, BaseException):
            raise answer
    winners = [body for body, answer in zip(bodies, answers, strict=True) if answer is True]
    if len(winners) > 1:
        raise _refused(
            key, f"{len(winners)} of {_WRITERS} writers of one key were told that they won"
        )
    if not winners:
        if failure is None:
            raise _refused(key, "a key that nobody had created was said to exist")
        return failure
    stored = await store.read(key)
    if stored is None or stored.body != winners[0]:
        raise _refused(key, "what the one winner wrote is not what lies there")
    return None


def _refused(key: str, reason: str) -> SettingsError:
    message = (
        f"creating '{key}': {reason}; GREENPULSE_LAKE must name a store that creates a key only "
        "once: a folder of this machine, AWS S3, or MinIO"
    )
    return SettingsError(message)
