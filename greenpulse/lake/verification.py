"""Walks a whole chain and tells what does not fit, file by file."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from greenpulse.errors import ChainBroken
from greenpulse.lake.claims import Claims
from greenpulse.lake.files import NO_PREDECESSOR, metadata_of, read_body, sha256_of
from greenpulse.lake.keys import BronzeKey
from greenpulse.lake.listing import bronze_keys
from greenpulse.lake.store import Store
from greenpulse.records import BronzeFile

__all__ = ["ChainPart", "refuse_broken", "verify_chain"]

_PROVED = (
    "start-offset",
    "end-offset",
    "record-count",
    "sha256",
    "first-appended-at",
    "last-appended-at",
    "missing-offsets",
)


@dataclass(slots=True)
class ChainPart:
    """What a chain has for a run of offsets: one file, or none where a file is absent.

    Parts come in offset order. ``offsets`` and ``lines`` belong together; both are empty
    for an absent file and for one that cannot be read.
    """

    first_offset: int
    last_offset: int
    """Inclusive. Of a file that cannot be read: what its metadata or the next key says."""
    file: BronzeFile | None = None
    """As its body tells it; None where it is absent or cannot be read."""
    offsets: Sequence[int] = ()
    lines: Sequence[bytes] = ()
    """Each ended by LF."""
    problems: list[str] = field(default_factory=list)
    """One sentence each; empty where all fits."""


async def verify_chain(store: Store, topic: str, partition: int) -> AsyncIterator[ChainPart]:
    """Read every file of a chain and prove what can be proved from the chain alone.

    Bodies are hashed and read line by line; metadata is compared with the body, and the
    predecessor's hash with the predecessor's body. Absent metadata is no problem, since
    body and chain are the truth. A forged last file, or a last file that was taken away,
    shows only beside the log or the warehouse: compare ``offsets`` and ``lines``.

    Nothing is written, and no claim is needed; where the base is claimed, files that are
    absent before the first one have an exact range.

    Raises:
        StoreUnavailable: the store cannot be reached.
    """
    base = await Claims(store).base(topic, partition)
    last: _Examined | None = None
    async for key in bronze_keys(store, topic, partition):
        examined = await _examine(store, key)
        if last is None:
            absent = _check_first(examined, base)
        else:
            absent = _check_link(last, examined)
            yield last.part
        if absent is not None:
            yield absent
        last = examined
    if last is not None:
        yield last.part


async def refuse_broken(store: Store, topic: str, partition: int) -> None:
    """Verify a whole chain.

    Raises:
        ChainBroken: names the first offsets that do not fit, and why.
    """
    async for part in verify_chain(store, topic, partition):
        if part.problems:
            message = (
                f"verifying partition {partition} of '{topic}', offsets {part.first_offset} to "
                f"{part.last_offset}: {'; '.join(part.problems)}"
            )
            raise ChainBroken(message)


@dataclass(slots=True)
class _Examined:
    """A part, what its file says of the one before, and what the next one must say of it."""

    key: BronzeKey
    part: ChainPart
    sha256: str
    previous_sha256: str | None
    """None where there is no metadata."""
    is_end_known: bool = True


async def _examine(store: Store, key: BronzeKey) -> _Examined:
    stored = await store.read(str(key))
    start = key.start_offset
    if stored is None:
        part = ChainPart(start, start, problems=[f"'{key}' was listed and cannot be found"])
        return _Examined(key, part, "", None, is_end_known=False)
    previous_sha256 = stored.metadata.get("previous-sha256")
    try:
        content = await asyncio.to_thread(read_body, key, stored.body)
    except ChainBroken as error:
        end = _number(stored.metadata.get("end-offset"), least=start)
        part = ChainPart(start, start if end is None else end, problems=[str(error)])
        sha256 = sha256_of(stored.body)
        return _Examined(key, part, sha256, previous_sha256, is_end_known=end is not None)
    file = content.described(previous_sha256 or "", stored.metadata.get("writer", ""))
    part = ChainPart(start, content.end_offset, file, content.offsets, content.lines)
    part.problems += _compare(stored.metadata, file)
    return _Examined(key, part, content.sha256, previous_sha256)


def _compare(metadata: Mapping[str, str], file: BronzeFile) -> list[str]:
    if not metadata:
        return []
    told = metadata_of(file)
    return [
        f"'{file.key}': its metadata says {name} {metadata.get(name)}, its body {told.get(name)}"
        for name in _PROVED
        if metadata.get(name) != told.get(name)
    ]


def _check_first(first: _Examined, base: int | None) -> ChainPart | None:
    """Compare with where the chain begins; the part that is absent before, if any."""
    start = first.part.first_offset
    if base is not None and start > base:
        return _absent(base, start - 1)
    if base is not None and start < base:
        first.part.problems.append(f"'{first.key}': the chain begins at offset {base}")
    elif first.previous_sha256 not in {None, NO_PREDECESSOR}:
        first.part.problems.append(f"'{first.key}': the file before it is absent")
    return None


def _check_link(last: _Examined, next_one: _Examined) -> ChainPart | None:
    """Compare two neighbours; the part that is absent between them, if any."""
    start = next_one.part.first_offset
    if not last.is_end_known:
        last.part.last_offset = max(last.part.first_offset, start - 1)
    due = last.part.last_offset + 1
    if start > due:
        return _absent(due, start - 1)
    if start < due:
        next_one.part.problems.append(f"'{next_one.key}': it begins within '{last.key}'")
    elif next_one.previous_sha256 not in {None, last.sha256}:
        last.part.problems.append(
            f"'{last.key}': its sha256 {last.sha256} is not the one that '{next_one.key}' follows"
        )
    return None


def _absent(first_offset: int, last_offset: int) -> ChainPart:
    problem = f"no bronze file holds offsets {first_offset} to {last_offset}"
    return ChainPart(first_offset, last_offset, problems=[problem])


def _number(text: str | None, *, least: int) -> int | None:
    if text is None or not (text.isascii() and text.isdecimal()):
        return None
    return int(text) if int(text) >= least else None
