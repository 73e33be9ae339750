"""A lake read without GreenPulse: the standard library alone, from the promised format."""

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PlainFile", "offsets_and_values", "plain_files", "plain_files_of_folder"]


@dataclass(frozen=True, slots=True)
class PlainFile:
    """A bronze file as anybody can read it."""

    key: str
    body: bytes
    metadata: Mapping[str, str]

    @property
    def start(self) -> int:
        return int(self.key.rpartition("/")[2].removesuffix(".ndjson.gz"))

    @property
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in gzip.decompress(self.body).splitlines()]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def plain_files(objects: Mapping[str, tuple[bytes, Mapping[str, str]]]) -> list[PlainFile]:
    """Bronze files among ``objects`` by key, in order."""
    return [
        PlainFile(key, body, metadata)
        for key, (body, metadata) in sorted(objects.items())
        if key.startswith("topic=")
    ]


def plain_files_of_folder(lake: Path) -> list[PlainFile]:
    """Bronze files of a lake in a folder, in order."""
    objects = {}
    for path in lake.glob("topic=*/partition=*/*.ndjson.gz"):
        sidecar = path.with_name(path.name + ".json")
        metadata = json.loads(sidecar.read_bytes()) if sidecar.exists() else {}
        objects[path.relative_to(lake).as_posix()] = (path.read_bytes(), metadata)
    return plain_files(objects)


def offsets_and_values(files: list[PlainFile]) -> list[tuple[int, object]]:
    """Offset and value of each line of a chain; values as JSON, or bytes where they are none.

    Fails where files do not follow each other without gap and overlap.
    """
    seen: list[tuple[int, object]] = []
    previous = "0" * 64
    due: int | None = None
    for file in files:
        assert due is None or file.start == due, f"{file.key}: {due} is due"
        if file.metadata:
            assert file.metadata["sha256"] == file.sha256
            assert file.metadata["previous-sha256"] == previous
            assert int(file.metadata["record-count"]) == len(file.lines)
        for line in file.lines:
            offset = line["offset"]
            assert isinstance(offset, int)
            seen.append((offset, _value(line)))
        assert file.start <= seen[-len(file.lines)][0]
        due = seen[-1][0] + 1
        previous = file.sha256
    return seen


def _value(line: dict[str, object]) -> object:
    if "poll" in line:
        return line["poll"]
    text = line["value_base64"]
    return text if text is None else base64.b64decode(str(text))
