"""Opens a client of S3 that asks once, where it was told to ask, and not for ever."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import aiohttp
from aiobotocore.config import AioConfig
from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.session import AioSession

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from multidict import CIMultiDict
    from types_aiobotocore_s3.client import S3Client

__all__ = ["NotAnS3", "S3Account", "connect"]

_CONNECT_SECONDS = 5.0
_CONNECTIONS = 32
_DEFAULT_REGION = "us-east-1"
_NO_SUCCESS = 300
_PAGES = {"text/html", "application/json"}


@dataclass(frozen=True, slots=True)
class S3Account:
    """Where an S3 is, and who asks there; what is empty, the usual AWS chain says."""

    endpoint: str = ""
    """Its address; empty: AWS."""
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    region: str = ""
    """Empty, and nothing in the chain: us-east-1."""

    def __str__(self) -> str:
        """How people know the place."""
        return f"'{self.endpoint}'" if self.endpoint else "AWS"


class NotAnS3(Exception):
    """Something answered as no S3 does."""


class _SendsOnce(AIOHTTPSession):
    """Sends a request once, and nowhere but to where it is addressed.

    aiohttp would repeat a PUT after a reset: that create would hear from its own first
    try that the key is taken. And it would follow redirects: the sign-in page of whatever
    is there would pass for an S3 that has stored the object (tests/faults/test_s3_once.py).
    """

    async def _get_session(self, proxy_url: str | None) -> Any:  # noqa: ANN401 - of that, only request() is used
        session = await super()._get_session(proxy_url)  # type: ignore[misc] # not in the stubs
        session._retry_connection = False  # noqa: SLF001 - aiohttp has no setting for it
        return _StaysWhereItIs(session)


class _StaysWhereItIs:
    """aiohttp's session, as far as AIOHTTPSession uses it, following no redirect."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def request(
        self,
        method: str,
        *,
        headers: "CIMultiDict[str]",
        **arguments: Any,  # noqa: ANN401 - whatever aiohttp takes
    ) -> aiohttp.ClientResponse:
        # While aiohttp waits for a 100 (Continue), it does not heed the silence.
        headers.pop("Expect", None)
        response = await self._session.request(
            method, headers=headers, allow_redirects=False, **arguments
        )
        if response.status < _NO_SUCCESS and _is_a_page(response):
            response.close()
            raise NotAnS3
        return response


def _is_a_page(response: aiohttp.ClientResponse) -> bool:
    """Whether it is meant for browsers or programs of another kind."""
    is_strange = response.content_type in _PAGES
    return is_strange and not any(name.lower().startswith("x-amz") for name in response.headers)


def connect(
    session: AioSession, account: S3Account, *, silence_seconds: float
) -> "AbstractAsyncContextManager[S3Client]":
    """A client of ``account``, to be entered; nothing is sent yet.

    Args:
        session: Remembers what it has read about AWS, which takes half a second.
        account: Where, and who.
        silence_seconds: How long nothing may come before the answer, or within it.
    """
    region = account.region or session.get_config_variable("region") or _DEFAULT_REGION
    config = AioConfig(
        connect_timeout=min(_CONNECT_SECONDS, silence_seconds),
        read_timeout=silence_seconds,
        max_pool_connections=_CONNECTIONS,
        retries={"total_max_attempts": 1, "mode": "standard"},
        # Other S3s than AWS seldom know names of buckets in the name of the host.
        s3={"addressing_style": "path" if account.endpoint else "auto"},
        # MD5 goes along with each body; not every S3 knows the newer checksums.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        http_session_cls=_SendsOnce,
        # Its descriptions of AWS are large: read in a thread, not in the event loop.
        warm_up_loader_caches=True,
    )
    client = session.create_client(
        "s3",
        region_name=region,
        endpoint_url=account.endpoint or None,
        aws_access_key_id=account.access_key or None,
        aws_secret_access_key=account.secret_key or None,
        config=config,
    )
    return cast("AbstractAsyncContextManager[S3Client]", client)
