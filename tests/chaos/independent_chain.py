"""Reads every object of a bucket without GreenPulse: by aiobotocore, gzip, hashlib and json.

The bucket keeps versions from its first moment on. So an object that was ever changed or
deleted, by whomever, has another version or a delete marker to show for it.
"""

import gzip
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from aiobotocore.session import get_session
from chaos.entries import Entry, Place
from chaos.independent_reader import entry_of_line

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

__all__ = ["Bucket", "ChainReading", "StoredVersion"]

_NO_PREDECESSOR = "0" * 64


@dataclass(frozen=True)
class StoredVersion:
    """One version of an object; where nobody changed it there is no other."""

    key: str
    version_id: str
    created_at: datetime
    etag: str = ""
    """Empty for a delete marker."""


@dataclass
class ChainReading:
    """All lines of all files of a topic, and whatever is not as promised."""

    lines: Place = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    writers: Counter[str] = field(default_factory=Counter)
    """How many files each worker wrote."""

    @property
    def file_count(self) -> int:
        return self.writers.total()


class Bucket:
    """A bucket with versions, as somebody reads it who knows the promised format alone."""

    def __init__(self, client: "S3Client", name: str, prefix: str = "") -> None:
        self.client = client
        self.name = name
        self._prefix = prefix
        self._seen: dict[str, StoredVersion] = {}

    @classmethod
    @asynccontextmanager
    async def at(
        cls, endpoint: str, access_key: str, secret_key: str, name: str, prefix: str
    ) -> AsyncIterator["Bucket"]:
        """The bucket of that name, whether it is there yet or not."""
        async with get_session().create_client(
            "s3",
            endpoint_url=endpoint,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            region_name="us-east-1",
        ) as client:
            yield cls(client, name, prefix)

    async def create(self) -> None:
        """Make it, and let it keep each version of each object."""
        await self.client.create_bucket(Bucket=self.name)
        await self.client.put_bucket_versioning(
            Bucket=self.name, VersioningConfiguration={"Status": "Enabled"}
        )

    async def versions(self) -> list[StoredVersion]:
        """Each version and delete marker of each object, by key, the oldest first."""
        found = []
        pages = self.client.get_paginator("list_object_versions").paginate(Bucket=self.name)
        async for page in pages:
            found += [
                StoredVersion(v["Key"], v["VersionId"], v["LastModified"], v["ETag"])
                for v in page.get("Versions", [])
            ]
            found += [
                StoredVersion(m["Key"], m["VersionId"], m["LastModified"])
                for m in page.get("DeleteMarkers", [])
            ]
        return sorted(found, key=lambda version: (version.key, version.created_at))

    async def changes(self) -> list[str]:
        """What was changed, deleted or taken away since the last look, each in a sentence."""
        versions = await self.versions()
        times = Counter(version.key for version in versions)
        changes = [f"'{key}' has {count} versions" for key, count in times.items() if count > 1]
        changes += [f"'{v.key}' was deleted" for v in versions if not v.etag]
        now = {version.key: version for version in versions}
        for key, before in self._seen.items():
            if now.get(key) != before:
                changes.append(f"'{key}' was {before}, is {now.get(key)}")
        self._seen = now
        return changes

    async def read_chains(self, topic: str) -> ChainReading:
        """Every line of every file of ``topic``; each file and each chain is examined."""
        reading = ChainReading()
        chain = f"{self._prefix}topic={topic}/"
        previous = _End()
        for key in await self._keys():
            if not key.startswith(chain):
                continue
            answer = await self.client.get_object(Bucket=self.name, Key=key)
            body = await answer["Body"].read()
            file = _File(key, body, answer["Metadata"])
            partition = key.removeprefix(chain).partition("/")[0]
            if partition != previous.partition:
                previous = _End(partition)
            try:
                lines = file.lines(topic)
            except (ValueError, OSError, EOFError) as error:
                reading.problems.append(f"'{key}' cannot be read: {error}")
                continue
            reading.problems += file.problems(chain, lines, previous)
            reading.lines += lines
            reading.writers[file.metadata.get("writer", "?")] += 1
            previous = _End(partition, lines[-1].offset, file.sha256)
        return reading

    async def _keys(self) -> list[str]:
        found = []
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
        async for page in pages:
            found += [entry["Key"] for entry in page.get("Contents", [])]
        return sorted(found)


@dataclass(frozen=True)
class _End:
    """Where a chain ends so far."""

    partition: str = ""
    offset: int = -1
    sha256: str = _NO_PREDECESSOR


@dataclass(frozen=True)
class _File:
    key: str
    body: bytes
    metadata: Mapping[str, str]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    def lines(self, topic: str) -> list[Entry]:
        unpacked = gzip.decompress(self.body)
        if not unpacked.endswith(b"\n"):
            message = "its last line is cut off"
            raise ValueError(message)
        return [entry_of_line(line + b"\n", topic) for line in unpacked[:-1].split(b"\n")]

    def problems(self, chain: str, lines: list[Entry], previous: _End) -> list[str]:
        """What the file says of itself and is not so."""
        offsets = [line.offset for line in lines]
        first = previous.offset + 1
        said = {
            "start-offset": str(first),
            "end-offset": str(offsets[-1]),
            "record-count": str(len(lines)),
            "sha256": self.sha256,
            "previous-sha256": previous.sha256,
        }
        problems = [
            f"'{self.key}' says {name} {self.metadata.get(name)}, it is {value}"
            for name, value in said.items()
            if self.metadata.get(name) != value
        ]
        if self.key != f"{chain}{previous.partition}/{first:020d}.ndjson.gz":
            problems.append(f"'{self.key}' lies where offset {first} is due")
        if offsets != list(range(first, first + len(offsets))):
            problems.append(f"'{self.key}' does not hold each offset from {first} on once")
        if {f"partition={line.partition:04d}" for line in lines} != {previous.partition}:
            problems.append(f"'{self.key}' holds lines of another partition")
        return problems
