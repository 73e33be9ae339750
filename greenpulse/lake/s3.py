"""A lake in a bucket of MinIO, AWS S3, or another S3 that creates a key only once."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, cast

from aiobotocore.session import get_session
from botocore.exceptions import BotoCoreError, ClientError

from greenpulse.errors import SettingsError, StoreUnavailable
from greenpulse.lake.s3_client import NotAnS3, S3Account, connect
from greenpulse.lake.s3_errors import translated
from greenpulse.lake.s3_refusal import Refusal
from greenpulse.lake.store import StoredObject, check_key, check_metadata

if TYPE_CHECKING:
    from types_aiobotocore_s3.client import S3Client
    from types_aiobotocore_s3.literals import BucketLocationConstraintType

__all__ = ["S3Store"]

_PAGE = 1000
_SILENCE_SECONDS = 20.0
_CALL_SECONDS = 60.0
_UNNAMED_REGION = "us-east-1"
_MADE_BY_OTHERS = {"AccessDenied", "AllAccessDisabled", "BucketAlreadyExists"}


class S3Store:
    """Objects lie under ``bucket/prefix``; metadata is S3's own user metadata.

    A key is created by one conditional PUT (``If-None-Match: *``) of the whole body, never
    in parts. Every call is sent once: whoever calls decides whether to call again, and so
    knows that a key which is taken then may be its own.

    Nothing is connected before the first call. A bucket that is not there is empty, and is
    made by the first ``create``, where this user may. One that was there and is gone is a
    SettingsError: a chain is not begun anew in the middle.

    Args:
        location: Bucket, or bucket and prefix, joined by ``/``.
        account: Where the S3 is, and who asks.
        silence_seconds: How long nothing may come from it.
        call_seconds: How long a call may take as a whole.
    """

    def __init__(
        self,
        location: str,
        account: S3Account,
        *,
        silence_seconds: float = _SILENCE_SECONDS,
        call_seconds: float = _CALL_SECONDS,
    ) -> None:
        self._bucket, _, prefix = location.partition("/")
        self._root = f"{prefix}/" if prefix else ""
        self._account = account
        self._place = f"the lake 's3://{location}' at {account}"
        self._silence_seconds = silence_seconds
        self._call_seconds = call_seconds
        self._session = get_session()
        self._opening = asyncio.Lock()
        self._opened = AsyncExitStack()
        self._client: S3Client | None = None
        self._is_closed = False
        self._has_bucket = False

    async def create(
        self, key: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> bool:
        """Create ``key`` with its metadata; False when it already exists."""
        check_key(key)
        check_metadata(metadata or {})
        async with self._call(self._action("creating", key)) as s3:
            try:
                return await self._put(s3, key, body, metadata or {})
            except ClientError as error:
                if not self._is_without_bucket(error):
                    raise
            await self._make_bucket(s3)
            return await self._put(s3, key, body, metadata or {})

    async def read(self, key: str) -> StoredObject | None:
        """Body and metadata; None where there is no such key."""
        check_key(key)
        async with self._call(self._action("reading", key)) as s3:
            try:
                answer = await s3.get_object(Bucket=self._bucket, Key=self._root + key)
            except ClientError as error:
                if Refusal(error).is_without_key or self._is_without_bucket(error):
                    return None
                raise
            async with answer["Body"] as stream:
                return StoredObject(await stream.read(), answer["Metadata"])

    async def keys(self, prefix: str, *, after: str = "", limit: int = _PAGE) -> list[str]:
        """Keys that begin with ``prefix`` and sort behind ``after``, sorted, at most ``limit``."""
        keys: list[str] = []
        behind = self._root + after if after else ""
        is_whole = False
        while not is_whole and len(keys) < limit:
            found, is_whole = await self._list(prefix, behind, min(_PAGE, limit - len(keys)))
            # Consoles make an empty object where people see a folder.
            keys += [key.removeprefix(self._root) for key in found if key != self._root]
            behind = found[-1] if found else behind
        return keys

    async def server(self) -> str | None:
        """What the S3 calls itself; None where the bucket is not there (yet)."""
        async with self._call(f"reaching {self._place}") as s3:
            try:
                answer = await s3.list_objects_v2(Bucket=self._bucket, Prefix=self._root, MaxKeys=1)
            except ClientError as error:
                if Refusal(error).is_without_bucket:
                    return None
                raise
            return str(answer["ResponseMetadata"]["HTTPHeaders"].get("server", "S3"))

    async def close(self) -> None:
        """Free connections; later calls are StoreUnavailable."""
        self._is_closed = True
        await self._opened.aclose()

    def _action(self, verb: str, key: str) -> str:
        return f"{verb} '{key}' in {self._place}"

    @asynccontextmanager
    async def _call(self, action: str) -> AsyncIterator["S3Client"]:
        """One call, that takes its time and no longer, and fails in our words."""
        with translated(action):
            async with asyncio.timeout(self._call_seconds):
                yield await self._open(action)

    async def _open(self, action: str) -> "S3Client":
        async with self._opening:
            if self._is_closed:
                message = f"{action}: this store is closed"
                raise StoreUnavailable(message)
            if self._client is None:
                client = connect(
                    self._session, self._account, silence_seconds=self._silence_seconds
                )
                try:
                    self._client = await self._opened.enter_async_context(client)
                except BotoCoreError:
                    raise
                except ValueError as error:
                    # So botocore says that it takes no underscore in the name of a host.
                    message = f"{action}: {error}; set GREENPULSE_S3_ENDPOINT to another name of it"
                    raise SettingsError(message) from error
            return self._client

    async def _put(
        self, s3: "S3Client", key: str, body: bytes, metadata: Mapping[str, str]
    ) -> bool:
        # A bucket with object lock takes no body without it.
        md5 = hashlib.md5(body, usedforsecurity=False).digest()
        try:
            answer = await s3.put_object(
                Bucket=self._bucket,
                Key=self._root + key,
                Body=body,
                ContentMD5=base64.b64encode(md5).decode(),
                IfNoneMatch="*",
                Metadata=metadata,
            )
        except ClientError as error:
            if Refusal(error).is_taken:
                return False
            raise
        if not answer.get("ETag"):
            raise NotAnS3
        self._has_bucket = True
        return True

    def _is_without_bucket(self, error: ClientError) -> bool:
        """Whether there is no such bucket yet."""
        return Refusal(error).is_without_bucket and not self._has_bucket

    async def _make_bucket(self, s3: "S3Client") -> None:
        region = cast("BucketLocationConstraintType", s3.meta.region_name)
        try:
            if s3.meta.region_name == _UNNAMED_REGION:
                await s3.create_bucket(Bucket=self._bucket)
            else:
                await s3.create_bucket(
                    Bucket=self._bucket, CreateBucketConfiguration={"LocationConstraint": region}
                )
        except ClientError as error:
            refusal = Refusal(error)
            if refusal.code == "BucketAlreadyOwnedByYou":
                return  # another worker's, a moment ago
            if refusal.code not in _MADE_BY_OTHERS:
                raise
            message = (
                f"making the bucket of {self._place}: {refusal}; make the bucket "
                f"'{self._bucket}' by hand, allow this user s3:CreateBucket, or name another "
                "one in GREENPULSE_LAKE"
            )
            raise SettingsError(message) from error

    async def _list(self, prefix: str, behind: str, limit: int) -> tuple[list[str], bool]:
        """One page of the bucket's keys, and whether it is the last one."""
        action = self._action("listing", prefix)
        async with self._call(action) as s3:
            try:
                answer = await s3.list_objects_v2(
                    Bucket=self._bucket,
                    Prefix=self._root + prefix,
                    StartAfter=behind,
                    MaxKeys=limit,
                )
            except ClientError as error:
                if self._is_without_bucket(error):
                    return [], True
                raise
            if "Name" not in answer:
                raise NotAnS3
        self._has_bucket = True
        found = [listed["Key"] for listed in answer.get("Contents", [])]
        # A chain's end is searched by these two; some stores ignore the one or the other.
        if found != sorted(found) or (found and found[0] <= behind):
            message = (
                f"{action}: its keys come out of order; GREENPULSE_LAKE must name a store that "
                "lists keys in order, behind a given one: AWS S3 (no directory bucket), or MinIO"
            )
            raise SettingsError(message)
        # Of a full page MinIO may say that it is the last one, and be wrong: where it is one
        # key, which is the prefix itself (tests/faults/test_s3_buckets.py).
        is_last = len(found) < limit and not answer.get("IsTruncated")
        return found, is_last or not found
