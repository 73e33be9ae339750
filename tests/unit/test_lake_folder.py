"""What holds for a lake in a folder beyond the contract of stores."""

import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from greenpulse.errors import SettingsError, StoreUnavailable
from greenpulse.lake.folder import FolderStore
from greenpulse.lake.store import StoredObject

KEY = "topic=greenpulse.polls/partition=0000/00000000000000000000.ndjson.gz"


def all_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def files_in(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


async def test_reading_an_absent_lake_makes_nothing(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "data" / "lake")

    await store.keys("")
    await store.read(KEY)

    assert all_in(tmp_path) == []


async def test_metadata_lies_in_a_json_file_beside_the_body_and_nothing_else_does(
    tmp_path: Path,
) -> None:
    await FolderStore(tmp_path).create(KEY, b"body", {"writer": "worker-1"})

    assert files_in(tmp_path) == [KEY, f"{KEY}.json"]
    assert json.loads((tmp_path / f"{KEY}.json").read_bytes()) == {"writer": "worker-1"}


async def test_losing_a_key_leaves_no_file_behind(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    await store.create(KEY, b"first")

    await store.create(KEY, b"second", {"writer": "second"})

    assert files_in(tmp_path) == [KEY]


@pytest.mark.parametrize("sidecar", [None, b"", b"{", b"[]", b'{"end-offset": 4}', b"\xff"])
async def test_a_body_whose_sidecar_is_absent_or_torn_has_no_metadata(
    tmp_path: Path, sidecar: bytes | None
) -> None:
    store = FolderStore(tmp_path)
    await store.create(KEY, b"body", {"writer": "worker-1"})
    path = tmp_path / f"{KEY}.json"
    path.unlink()
    if sidecar is not None:
        path.write_bytes(sidecar)

    assert await store.read(KEY) == StoredObject(b"body", {})
    assert await store.keys("topic=") == [KEY]


async def test_a_sidecar_without_its_body_is_no_object_and_stays_as_it_is(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    await store.create(KEY, b"body", {"writer": "first"})
    (tmp_path / KEY).unlink()

    found = (await store.read(KEY), await store.keys(""))
    is_created = await store.create(KEY, b"another", {"writer": "second"})

    assert found == (None, [])
    assert is_created
    assert await store.read(KEY) == StoredObject(b"another", {"writer": "first"})


@pytest.mark.parametrize(
    "key", ["", "/", "a/", "/a", "a//b", "../a", "a/../../b", "a/./b", ".incoming/a", "a.json", "ä"]
)
async def test_a_key_that_could_leave_the_lake_or_hide_in_it_is_refused(
    tmp_path: Path, key: str
) -> None:
    store = FolderStore(tmp_path / "lake")

    with pytest.raises(ValueError, match="want a key of plain names"):
        await store.create(key, b"body")
    with pytest.raises(ValueError, match="want a key of plain names"):
        await store.read(key)
    assert all_in(tmp_path) == []


@pytest.mark.parametrize("prefix", ["../", "/etc/", "a/../../"])
async def test_no_listing_leaves_the_lake(tmp_path: Path, prefix: str) -> None:
    with pytest.raises(ValueError, match="want a key of plain names"):
        await FolderStore(tmp_path / "lake").keys(prefix)


def test_of_four_processes_with_eight_writers_each_one_wins_each_key(tmp_path: Path) -> None:
    keys = 40
    command = [sys.executable, "-m", "support.folder_race", str(tmp_path / "lake")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}  # noqa: TID251 - a child's
    racers = [
        subprocess.Popen(
            [*command, f"writer-{number}", str(keys)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        for number in range(4)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"

    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    printed = [racer.communicate()[0] for racer in racers]

    won = sorted(int(number) for line in printed for number in line.split())
    assert won == list(range(keys))
    for number in range(keys):
        body = (tmp_path / "lake" / "race" / f"{number:04d}").read_text()
        sidecar = json.loads((tmp_path / "lake" / "race" / f"{number:04d}.json").read_bytes())
        assert sidecar == {"writer": body}


async def test_a_body_is_on_disk_before_it_has_its_name_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, link = os.fsync, os.link

    def noting_fsync(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        steps.append("sync folder" if is_folder else "sync file")
        fsync(descriptor)

    def noting_link(source: Path, target: Path) -> None:
        steps.append(f"name {target.name[20:]}")
        link(source, target)

    store = FolderStore(tmp_path)
    await store.create(KEY.replace("0.nd", "1.nd"), b"body")
    monkeypatch.setattr(os, "fsync", noting_fsync)
    monkeypatch.setattr(os, "link", noting_link)

    await store.create(KEY, b"body", {"writer": "worker-1"})

    assert steps == [
        "sync file",
        "name .ndjson.gz",
        "sync file",
        "name .ndjson.gz.json",
        "sync folder",
    ]


async def test_what_a_killed_writer_left_is_swept_away_after_an_hour(tmp_path: Path) -> None:
    incoming = tmp_path / ".incoming"
    incoming.mkdir()
    for name, mtime in (("old", 1_000_000), ("young", 1_003_000), ("newest", 1_003_601)):
        (incoming / name).write_bytes(b"half")
        os.utime(incoming / name, (mtime, mtime))

    await FolderStore(tmp_path).create(KEY, b"body")

    assert files_in(incoming) == ["newest", "young"]


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (errno.ENOSPC, StoreUnavailable, "no space left on device; free some space there"),
        (errno.EDQUOT, StoreUnavailable, "quota exceeded; free some space there"),
        (errno.EIO, StoreUnavailable, "input/output error"),
        (errno.EACCES, SettingsError, "permission denied; GREENPULSE_LAKE must name a folder"),
        (errno.EROFS, SettingsError, "read-only file system; GREENPULSE_LAKE must name a folder"),
        (errno.EPERM, SettingsError, "operation not permitted; GREENPULSE_LAKE must name"),
    ],
)
async def test_what_the_disk_refuses_is_said_in_one_sentence_with_the_way_out(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    kind: type[Exception],
    words: str,
) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise OSError(code, os.strerror(code), source, None, target)

    store = FolderStore(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(os, "link", refuse)
        with pytest.raises(kind) as raised:
            await store.create(KEY, b"body", {"writer": "worker-1"})

    assert f"creating '{KEY}' in the lake '{tmp_path}': " in str(raised.value)
    assert words in str(raised.value)
    assert files_in(tmp_path) == []
    assert await store.create(KEY, b"body")


async def test_a_lake_that_is_a_file_is_a_wrong_setting(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.write_bytes(b"not a folder")

    with pytest.raises(SettingsError, match="GREENPULSE_LAKE must name a folder"):
        await FolderStore(lake).create(KEY, b"body")
    assert lake.read_bytes() == b"not a folder"
