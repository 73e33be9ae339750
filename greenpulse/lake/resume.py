"""Where the archive of a partition goes on: what the chain and the log say together."""

from greenpulse.errors import (
    BrokerUnavailable,
    ChainBroken,
    LogMismatch,
    PermanentError,
    TransientError,
)
from greenpulse.lake.claims import Claims
from greenpulse.lake.files import FILE_WAY_OUT, NO_PREDECESSOR
from greenpulse.lake.keys import BronzeKey
from greenpulse.lake.lines import bronze_line
from greenpulse.lake.origin import Bounds, Origin
from greenpulse.lake.ranges import OffsetRange, not_covered
from greenpulse.lake.reading import StoredFile, read_file
from greenpulse.lake.store import Store
from greenpulse.lake.tail import last_key
from greenpulse.lake.writer import ChainEnd

__all__ = [
    "BEGIN_ANEW",
    "find_end",
    "first_readable",
    "next_readable",
    "refuse_recreated",
    "same_lake",
]

BEGIN_ANEW = (
    "run 'greenpulse audit --complete', stop all workers, delete the greenpulse topics and the "
    "consumer group, take a new lake prefix and a new warehouse, then 'greenpulse import' the "
    "old bronze files"
)


async def find_end(
    store: Store, origin: Origin, claims: Claims, topic: str, partition: int
) -> ChainEnd:
    """Where the chain ends, once it is known to stem from this log.

    A chain without files is begun here: its base is claimed, so that two workers cannot
    begin two chains while the log expires.

    Raises:
        LogMismatch: the log's record at the chain's end is not the one in the file, or
            the log ends before the chain does.
        ChainBroken: the last file is damaged, or not what the log has, though the one before
            it is.
        TransientError: store or log cannot be reached.
    """
    bounds = await _bounds(origin, topic, partition)
    key = await last_key(store, topic, partition, near=bounds.end)
    if key is None:
        base = await claims.claim_base(topic, partition, bounds.first)
        await _refuse_shorter(origin, topic, partition, base - 1)
        return ChainEnd(base - 1, NO_PREDECESSOR)
    tail = await read_file(store, key)
    if tail is None:
        message = f"reading '{key}': it was listed a moment ago and is gone"
        raise ChainBroken(message)
    await _refuse_shorter(origin, topic, partition, tail.file.end_offset)
    await _compare(store, origin, tail)
    return ChainEnd(tail.file.end_offset, tail.file.sha256)


async def first_readable(
    origin: Origin, claims: Claims, topic: str, partition: int, wanted: int
) -> int:
    """As ``next_readable``, where nothing before it is lost but what was accepted.

    Raises:
        PermanentError: offsets before it cannot be read any more, and nobody has accepted
            that loss.
        TransientError: store or log cannot be reached.
    """
    readable = await next_readable(origin, topic, partition, wanted)
    if readable == wanted:
        return wanted
    lost = not_covered(
        OffsetRange(wanted, readable - 1), await claims.accepted_gaps(topic, partition)
    )
    if lost is not None:
        message = (
            f"reading partition {partition} of '{topic}': the log no longer has offsets "
            f"{lost.first} to {lost.last}, and no bronze file holds them; to declare them lost "
            f"for ever, run 'greenpulse accept-gap {partition} {lost.first} {lost.last}'"
        )
        raise PermanentError(message)
    return readable


async def next_readable(origin: Origin, topic: str, partition: int, wanted: int) -> int:
    """The first offset from ``wanted`` on that the log has, or will give next.

    Raises:
        TransientError: the log cannot be reached.
    """
    records = await origin.read(topic, partition, wanted, limit_records=1)
    if records:
        return records[0].offset
    return max(wanted, (await _bounds(origin, topic, partition)).first)


async def same_lake(claims: Claims, lake_id: str | None) -> str | None:
    """The lake's uuid, which still has to be ``lake_id`` where that is known.

    Raises:
        PermanentError: it is another one, or gone, and the files of the chains with it.
        TransientError: the store cannot be reached.
    """
    found = await claims.lake_id()
    if lake_id is not None and found != lake_id:
        message = (
            f"reading 'claims/lake': it is {found or 'gone'}, and was {lake_id} when this worker "
            "began, so the lake was emptied or made anew: put its files back from a copy; or, to "
            "begin anew from what the log still has, stop all workers, take a new lake prefix and "
            "a new warehouse, and start them again"
        )
        raise PermanentError(message)
    return found


async def refuse_recreated(origin: Origin, topic: str, partition: int, identity: str) -> None:
    """See that records fetched since the topic had ``identity`` are of the chain's own log.

    Raises:
        LogMismatch: the topic was deleted and made anew; offsets say nothing any more.
    """
    try:
        identity_now = await origin.identity(topic)
    except TransientError:
        # A log that is away keeps nobody from writing what it gave before.
        return
    if identity_now != identity:
        message = (
            f"archiving partition {partition} of '{topic}': the topic was deleted and made anew, "
            f"so chain and log are not of one origin; {BEGIN_ANEW}"
        )
        raise LogMismatch(message)


async def _bounds(origin: Origin, topic: str, partition: int) -> Bounds:
    bounds = (await origin.bounds(topic)).get(partition)
    if bounds is None:
        message = f"reading partition {partition} of '{topic}': the log has no such partition yet"
        raise BrokerUnavailable(message)
    return bounds


async def _refuse_shorter(origin: Origin, topic: str, partition: int, chain_end: int) -> None:
    # Asked after the chain was read: others may append and archive at this moment.
    end = (await _bounds(origin, topic, partition)).end
    if end <= chain_end:
        log_side = f"the log at {end - 1}" if end else "the log holds nothing"
        message = (
            f"opening partition {partition} of '{topic}': the chain in the lake ends at offset "
            f"{chain_end}, {log_side}, so they are not of one origin; {BEGIN_ANEW}"
        )
        raise LogMismatch(message)


async def _compare(store: Store, origin: Origin, tail: StoredFile) -> None:
    """See that the log's record at the end of ``tail`` is its last line, where it is there."""
    if await _agrees(origin, tail) is not False:
        return
    key = BronzeKey(tail.file.topic, tail.file.partition, tail.file.start_offset)
    differs = (
        f"opening partition {key.partition} of '{key.topic}': offset {tail.file.end_offset} is "
        f"another record in the log than in '{key}'"
    )
    before = await last_key(
        store, key.topic, key.partition, near=key.start_offset, before=key.start_offset
    )
    previous = None if before is None else await read_file(store, before)
    if previous is not None and await _agrees(origin, previous):
        message = f"{differs}, though the file before it is of this log; {FILE_WAY_OUT}"
        raise ChainBroken(message)
    message = f"{differs}, so they are not of one origin; {BEGIN_ANEW}"
    raise LogMismatch(message)


async def _agrees(origin: Origin, stored: StoredFile) -> bool | None:
    """Whether the log has the last line of ``stored``, too; None: it has expired there."""
    topic, partition, offset = stored.file.topic, stored.file.partition, stored.file.end_offset
    records = await origin.read(topic, partition, offset, limit_records=1)
    if not records or records[0].offset != offset:
        return None
    return bronze_line(topic, partition, records[0]) == stored.content.lines[-1]
