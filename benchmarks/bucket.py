"""A bucket of the real MinIO, as somebody sees it who knows none of the programs."""

import gzip
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import botocore.session
from heartbeats import HEARTBEAT_NUMBER

__all__ = ["Bucket", "Contents", "StoredFile", "aws_variables"]

_LOOK_SECONDS = 0.25
_GZIP = b"\x1f\x8b"
_REGION = "us-east-1"


@dataclass(frozen=True)
class StoredFile:
    """An object as a listing shows it."""

    key: str
    written_at: float
    """MinIO's own time of the write, in seconds of the clock of this machine."""


@dataclass(frozen=True)
class Contents:
    """Which heartbeats lie in the files of a bucket."""

    files: Sequence[tuple[StoredFile, Sequence[int]]]
    """The files that hold any, oldest first, with the numbers of the heartbeats."""
    distinct: int
    doubled: int
    """How many lie there beyond the first time."""

    def held_at(self, count: int) -> float:
        """When ``count`` different heartbeats lay there."""
        seen: set[int] = set()
        for file, numbers in self.files:
            seen.update(numbers)
            if len(seen) >= count:
                return file.written_at
        message = f"want {count} heartbeats, got {len(seen)}"
        raise AssertionError(message)


def aws_variables(endpoint: str, access_key: str, secret_key: str) -> dict[str, str]:
    """How S3 clients, each in its own way, are told where to go, and as whom."""
    return {
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": secret_key,
        "AWS_REGION": _REGION,
        "AWS_DEFAULT_REGION": _REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_ALLOW_HTTP": "true",
    }


class Bucket:
    """The bucket ``name``, which is made here."""

    def __init__(self, endpoint: str, access_key: str, secret_key: str, name: str) -> None:
        self.name = name
        self._client = _client(endpoint, access_key, secret_key)
        self._client.create_bucket(Bucket=name)

    def files(self, prefix: str = "") -> list[StoredFile]:
        """All objects under ``prefix``, oldest first."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix=prefix
        )
        found = [
            StoredFile(entry["Key"], entry["LastModified"].timestamp())
            for page in pages
            for entry in page.get("Contents", ())
        ]
        return sorted(found, key=lambda file: file.written_at)

    def wait_until_still(
        self, still_seconds: float, on_change: Callable[[], None], *, enough: int | None = None
    ) -> None:
        """Wait until no object came for ``still_seconds``, or until ``enough`` are there.

        Args:
            still_seconds: How long the silence must be, at the beginning, too.
            on_change: Called soon after each change.
            enough: So many objects.
        """
        count, changed = 0, time.monotonic()
        while time.monotonic() - changed < still_seconds:
            time.sleep(_LOOK_SECONDS)
            found = len(self.files())
            if found != count:
                count, changed = found, time.monotonic()
                on_change()
            if enough is not None and count >= enough:
                return

    def contents(self) -> Contents:
        """Read every object."""
        held = [(file, self._heartbeats(file)) for file in self.files()]
        times = Counter(number for _, numbers in held for number in numbers)
        return Contents(
            [(file, numbers) for file, numbers in held if numbers],
            distinct=len(times),
            doubled=times.total() - len(times),
        )

    def metadata(self, key: str) -> Mapping[str, str]:
        """The user metadata of an object."""
        answer: Mapping[str, str] = self._client.head_object(Bucket=self.name, Key=key)["Metadata"]
        return answer

    def _heartbeats(self, file: StoredFile) -> list[int]:
        body = self._client.get_object(Bucket=self.name, Key=file.key)["Body"].read()
        text = gzip.decompress(body) if body.startswith(_GZIP) else body
        return [int(number) for number in HEARTBEAT_NUMBER.findall(text)]


def _client(endpoint: str, access_key: str, secret_key: str) -> Any:  # noqa: ANN401
    """Botocore makes its methods when it runs, from a description of S3: no type knows them."""
    return botocore.session.get_session().create_client(
        "s3",
        region_name=_REGION,
        endpoint_url=endpoint,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
    )
