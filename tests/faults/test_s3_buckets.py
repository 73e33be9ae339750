"""Buckets as people keep them: locked, versioned, in use by others; and S3s that list badly."""

from collections.abc import AsyncIterator
from io import BytesIO
from uuid import uuid4

import pytest
from aiohttp import web
from minio import Minio
from minio.commonconfig import ENABLED, GOVERNANCE
from minio.objectlockconfig import DAYS, ObjectLockConfig
from minio.versioningconfig import VersioningConfig
from support.archiving import TOPIC, archive_all, archive_in_files
from support.record_log import RecordLog, make_records
from support.s3_stores import account_of
from support.scripted_s3 import Misbehaviour, ScriptedS3
from support.services.addresses import S3Address

from greenpulse.errors import SettingsError
from greenpulse.lake.reader import ChainReader
from greenpulse.lake.s3 import S3Store
from greenpulse.lake.self_test import prove_create_only


@pytest.fixture
def bucket() -> str:
    return f"greenpulse-{uuid4()}"


@pytest.fixture
def people(minio: S3Address) -> Minio:
    """Somebody else's client of the same S3."""
    host = minio.endpoint.removeprefix("http://")
    return Minio(
        endpoint=host, access_key=minio.access_key, secret_key=minio.secret_key, secure=False
    )


@pytest.fixture
async def store(minio: S3Address, bucket: str) -> AsyncIterator[S3Store]:
    store = S3Store(f"{bucket}/lake", account_of(minio))
    yield store
    await store.close()


async def test_a_bucket_whose_objects_are_locked_takes_a_chain(
    people: Minio, bucket: str, store: S3Store
) -> None:
    people.make_bucket(bucket_name=bucket, object_lock=True)
    people.set_object_lock_config(bucket_name=bucket, config=ObjectLockConfig(GOVERNANCE, 1, DAYS))
    log = RecordLog(make_records(0, 20))

    await prove_create_only(store, uuid4)
    await archive_all(store, log)

    assert await ChainReader(store).end(TOPIC, 0) == 19
    lock = people.get_object_lock_config(bucket_name=bucket)
    assert (lock.mode, lock.duration) == (GOVERNANCE, 1)


async def test_a_versioned_bucket_holds_one_version_of_each_object(
    people: Minio, bucket: str, store: S3Store
) -> None:
    people.make_bucket(bucket_name=bucket)
    people.set_bucket_versioning(bucket_name=bucket, config=VersioningConfig(ENABLED))

    await prove_create_only(store, uuid4)
    await archive_all(store, RecordLog(make_records(0, 20)))

    listed = list(people.list_objects(bucket_name=bucket, recursive=True, include_version=True))
    names = [found.object_name for found in listed]
    assert len(names) == len(set(names)) == 2 + len(await store.keys("topic="))


async def test_a_bucket_that_is_taken_away_is_not_made_anew(
    people: Minio, bucket: str, store: S3Store
) -> None:
    await archive_all(store, RecordLog(make_records(0, 5)))
    for found in people.list_objects(bucket_name=bucket, recursive=True):
        people.remove_object(bucket_name=bucket, object_name=found.object_name or "")
    people.remove_bucket(bucket_name=bucket)

    with pytest.raises(SettingsError, match="put the bucket back with all that was in it"):
        await store.create("claims/source", b"{}")
    with pytest.raises(SettingsError, match="put the bucket back with all that was in it"):
        await store.read("claims/lake")
    with pytest.raises(SettingsError, match="put the bucket back with all that was in it"):
        await store.keys("topic=")

    assert not people.bucket_exists(bucket_name=bucket)


async def test_what_others_keep_in_the_bucket_is_passed_by(
    people: Minio, bucket: str, store: S3Store
) -> None:
    await archive_in_files(store, RecordLog(make_records(0, 10)), [4, 3, 3])
    partition = f"lake/topic={TOPIC}/partition=0000"
    for name in ("lake/", f"lake/topic={TOPIC}/", f"{partition}/", f"{partition}/a b & ü.txt"):
        put(people, bucket, name)
    for name in ("a/first", "zz/last", "lake2/topic=x/partition=0000/y"):
        put(people, bucket, name)

    log = RecordLog(make_records(0, 15))
    await archive_all(store, log)
    reader = ChainReader(store)

    assert await reader.partitions(TOPIC) == [0]
    assert await reader.end(TOPIC, 0) == 14
    assert len(await reader.files_after(TOPIC, 0, None, limit=10)) == 4
    assert "" not in await store.keys("")
    assert await store.keys("", limit=1) == [f"claims/base/{TOPIC}/0000"]


def put(people: Minio, bucket: str, name: str) -> None:
    people.put_object(bucket_name=bucket, object_name=name, data=BytesIO(b"?"), length=1)


def lists(*keys: str) -> Misbehaviour:
    """It lists these keys, whatever was asked for."""

    async def misbehave(_: ScriptedS3, __: web.BaseRequest) -> web.StreamResponse:
        listed = "".join(f"<Contents><Key>{key}</Key></Contents>" for key in keys)
        text = f"<ListBucketResult><Name>bucket</Name>{listed}</ListBucketResult>"
        return web.Response(text=text, content_type="application/xml")

    return misbehave


@pytest.mark.parametrize(
    ("keys", "after"),
    [(["topic=a/2", "topic=a/1"], ""), (["topic=a/1", "topic=a/2"], "topic=a/1")],
    ids=["unsorted", "from the beginning"],
)
async def test_an_s3_that_lists_out_of_order_is_refused(keys: list[str], after: str) -> None:
    async with ScriptedS3() as s3:
        s3.script.append(lists(*keys))
        store = S3Store("bucket", account_of(s3.address))

        with pytest.raises(SettingsError, match="its keys come out of order"):
            await store.keys("topic=", after=after)
        await store.close()
