"""Records of the polls topic: polls as a worker writes them, and everything else that may come."""

import json
from collections.abc import Callable, Iterator
from random import Random
from uuid import UUID

__all__ = ["POISON", "Message", "huge_messages", "poll"]

Message = tuple[bytes | None, bytes | None]
"""Key and value."""

FAMILIES = ("national", "generation", "regional")
_BIG_BYTES = 3 * 1024 * 1024
_LARGEST_BYTES = 16 * 1024 * 1024 - 1024
"""Of key and value; 16 MiB are promised to pass."""


def poll(random: Random, number: int, **changes: object) -> Message:
    """A poll of about 550 bytes; ``number`` and the random poll_id make it like no other."""
    family = random.choice(FAMILIES)
    minute = number % 60
    half_hour = {
        "from": f"2026-01-31T12:{minute:02d}Z",
        "to": f"2026-01-31T13:{minute:02d}Z",
        "intensity": {"forecast": random.randint(30, 400), "actual": None, "index": "moderate"},
    }
    fields = {
        "poll_id": str(UUID(int=random.getrandbits(128), version=4)),
        "family": family,
        "series": "intensity",
        "url": "http://127.0.0.1/intensity",
        "scheduled_at": f"2026-01-31T12:{minute:02d}:00.000000Z",
        "requested_at": f"2026-01-31T12:{minute:02d}:00.010000Z",
        "answered_at": f"2026-01-31T12:{minute:02d}:00.150000Z",
        "status": 200,
        "headers": {"content-type": "application/json", "x-greenpulse-simulated": "chaos"},
        "body": json.dumps({"data": [half_hour]}),
        "error": None,
        "attempts": 1,
        "worker": f"chaos-{number}",
    }
    value = json.dumps(fields | changes, separators=(",", ":"))
    return family.encode(), value.encode()


def _with_value(value: bytes | None) -> Callable[[Random, int], Message]:
    return lambda random, _: (random.choice(FAMILIES).encode(), value)


def _with_key(key: bytes | None) -> Callable[[Random, int], Message]:
    return lambda random, number: (key, poll(random, number)[1])


def _with(**changes: object) -> Callable[[Random, int], Message]:
    return lambda random, number: poll(random, number, **changes)


POISON: dict[str, Callable[[Random, int], Message]] = {
    "no JSON": _with_value(b"<html>502 Bad Gateway</html>"),
    "cut off": lambda random, number: (b"national", (poll(random, number)[1] or b"")[:-9]),
    "tombstone": _with_value(None),
    "empty value": _with_value(b""),
    "null": _with_value(b"null"),
    "number": _with_value(b"183"),
    "string": _with_value(b'"poll"'),
    "array": _with_value(b'[{"poll_id":1}]'),
    "empty object": _with_value(b"{}"),
    "name twice": _with_value(b'{"body":1,"body":2}'),
    "name twice inside": _with_value(b'{"body":{"a":[{"b":1,"b":2}]}}'),
    "no UTF-8": _with_value(b'{"body":"\xff\xfe"}'),
    "surrogate in UTF-8": _with_value(b'{"body":"\xed\xa0\x80"}'),
    "lone surrogate": _with_value(b'{"body":"\\ud800"}'),
    "byte order mark": _with_value(b'\xef\xbb\xbf{"body":1}'),
    "NaN": _with_value(b'{"status":NaN}'),
    "1e999": _with_value(b'{"status":1e999}'),
    "long integer": _with_value(b'{"status":123456789012345678901234567890}'),
    "spaces": _with_value(b' { "status" : 1.50e+2 }\t'),
    "CR LF inside": _with_value(b'{\r\n"status":200\r\n}'),
    "line separators": _with_value('{"body":"\u2028\u2029\u0085"}'.encode()),
    "escaped NUL": _with(body="\0"),
    "NUL": _with_value(b'{"body":"\0"}'),
    "deep": _with_value(b'{"a":' * 300 + b"1" + b"}" * 300),
    "null key": _with_key(None),
    "empty key": _with_key(b""),
    "no UTF-8 key": _with_key(b"\xff\xfe"),
    "odd key": _with_key(b'",\r\n\0\\"poll":{}}\n'),
    "long key": _with_key(b"k" * 5000),
    "fields of other types": _with(poll_id=7, family=[], status="200", answered_at={}),
    "fields absent": _with_value(b'{"poll_id":"only"}'),
    "time of no calendar": _with(answered_at="99999-99-99T99:99:99Z"),
    "body no JSON": _with(body="<html>"),
    "poll_id again": _with(poll_id="4be2a1f0-0000-4000-8000-000000000001"),
}
"""Each kind of record that is no usual poll, by its name."""


def huge_messages(random: Random) -> Iterator[Message]:
    """Again and again: a large poll, a large value that is none, and the largest of both."""
    while True:
        for size_bytes in (_BIG_BYTES, _LARGEST_BYTES):
            key, usual = poll(random, 0, body="")
            room = size_bytes - len(key or b"") - len(usual or b"")
            # Half of it can be compressed.
            yield poll(random, 0, body=random.randbytes(room // 4).hex() + "x" * (room // 2 - 9))
            yield b"national", random.randbytes(size_bytes // 2) + bytes(size_bytes // 2 - 9)
