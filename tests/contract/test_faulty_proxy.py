"""The proxy that the chaos suite puts before MinIO: it does what it says, and only that."""

from collections.abc import AsyncIterator
from hashlib import shake_128
from random import Random
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import BotoCoreError, ClientError
from support.services.addresses import S3Address
from support.services.faulty_proxy import FaultyProxy
from support.services.minio import MinioServer

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from types_aiobotocore_s3 import S3Client

GONE = "Could not connect|Connection was closed"
BODY = shake_128(b"seed").digest(300_000)


class Bucket:
    """A new bucket, as a client sees it."""

    def __init__(self, client: "S3Client") -> None:
        self.client = client
        self.name = f"test-{uuid4()}"

    async def create(self, key: str) -> None:
        await self.client.put_object(Bucket=self.name, Key=key, Body=BODY, IfNoneMatch="*")

    async def read(self, key: str) -> bytes:
        answer = await self.client.get_object(Bucket=self.name, Key=key)
        body: bytes = await answer["Body"].read()
        return body

    async def keys(self) -> list[str]:
        answer = await self.client.list_objects_v2(Bucket=self.name)
        return [entry["Key"] for entry in answer.get("Contents", [])]


@pytest.fixture
async def proxy(minio: S3Address) -> AsyncIterator[FaultyProxy]:
    async with FaultyProxy(minio.endpoint, Random(4)) as proxy:
        yield proxy


@pytest.fixture
async def bucket(proxy: FaultyProxy, minio: S3Address) -> AsyncIterator[Bucket]:
    async with client_of(proxy, minio) as client:
        bucket = Bucket(client)
        await client.create_bucket(Bucket=bucket.name)
        yield bucket


def client_of(
    proxy: FaultyProxy, user: S3Address | MinioServer
) -> "AbstractAsyncContextManager[S3Client]":
    return get_session().create_client(
        "s3",
        endpoint_url=proxy.endpoint,
        aws_access_key_id=user.access_key,
        aws_secret_access_key=user.secret_key,
        region_name="us-east-1",
        # aiohttp itself still repeats a request once whose connection is reset.
        config=AioConfig(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )


async def test_without_faults_it_changes_nothing(bucket: Bucket) -> None:
    await bucket.create("one")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        await bucket.create("one")

    assert await bucket.read("one") == BODY
    assert await bucket.keys() == ["one"]


async def test_a_put_whose_answer_is_swallowed_has_stored_the_object(
    bucket: Bucket, proxy: FaultyProxy
) -> None:
    proxy.faults.swallowed = 1.0

    with pytest.raises(ClientError, match="PreconditionFailed"):  # when aiohttp repeats it
        await bucket.create("one")

    assert await bucket.read("one") == BODY
    assert proxy.counts["swallowed"] == 1


async def test_only_the_answer_of_a_put_that_succeeded_is_swallowed(
    bucket: Bucket, proxy: FaultyProxy
) -> None:
    await bucket.create("one")
    proxy.faults.swallowed = 1.0

    with pytest.raises(ClientError, match="PreconditionFailed"):
        await bucket.create("one")

    assert await bucket.keys() == ["one"]
    assert proxy.counts["swallowed"] == 0


async def test_a_put_that_is_reset_has_stored_nothing(bucket: Bucket, proxy: FaultyProxy) -> None:
    proxy.faults.reset = 1.0
    with pytest.raises(BotoCoreError, match=GONE):
        await bucket.create("one")

    proxy.faults.reset = 0.0
    assert await bucket.keys() == []
    assert proxy.counts["reset"] >= 1


async def test_a_put_that_is_answered_by_503_has_stored_nothing(
    bucket: Bucket, proxy: FaultyProxy
) -> None:
    proxy.faults.unavailable = 1.0
    with pytest.raises(ClientError, match="SlowDown"):
        await bucket.create("one")
    with pytest.raises(ClientError, match="503"):
        await bucket.client.head_bucket(Bucket=bucket.name)

    proxy.faults.unavailable = 0.0
    assert await bucket.keys() == []
    assert proxy.counts["unavailable"] == 2


async def test_a_delayed_request_goes_through(bucket: Bucket, proxy: FaultyProxy) -> None:
    proxy.faults.delayed, proxy.faults.delay_seconds = 1.0, 0.1

    await bucket.create("one")

    assert await bucket.read("one") == BODY
    assert proxy.counts["delayed"] == 2


async def test_faults_come_as_often_as_they_shall(bucket: Bucket, proxy: FaultyProxy) -> None:
    proxy.faults.unavailable = 0.3
    before = proxy.counts["requests"]
    refused = 0
    for _ in range(100):
        try:
            await bucket.keys()
        except ClientError:
            refused += 1

    assert proxy.counts["requests"] - before == 100
    assert proxy.counts["unavailable"] == refused
    assert 15 <= refused <= 45


async def test_while_the_service_is_away_connections_are_reset(own_minio: MinioServer) -> None:
    async with (
        FaultyProxy(own_minio.endpoint, Random(4)) as proxy,
        client_of(proxy, own_minio) as client,
    ):
        own_minio.kill()
        with pytest.raises(BotoCoreError, match=GONE):
            await client.list_buckets()

        own_minio.start()
        assert (await client.list_buckets())["Buckets"] == []
