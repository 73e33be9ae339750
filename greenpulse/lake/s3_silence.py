"""Why no answer of an S3 came."""

import os
import ssl
from collections.abc import Iterator

import aiohttp
from botocore.exceptions import (
    BotoCoreError,
    ConfigNotFound,
    ConfigParseError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    InvalidConfigError,
    InvalidRegionError,
    MetadataRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from greenpulse.lake.s3_client import NotAnS3
from greenpulse.lake.s3_refusal import ADDRESS, REGION, SIGN_IN

__all__ = ["what_is_wrong", "why_silent"]

_WRONG_CHAIN = (
    ConfigNotFound,
    ConfigParseError,
    InvalidConfigError,
    PartialCredentialsError,
    ProfileNotFound,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
_SILENT_CHAIN = (CredentialRetrievalError, MetadataRetrievalError)
_REACH = "see whether it runs and is reached from here, or set GREENPULSE_S3_ENDPOINT"
_SPEAKS_NO_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"}


def what_is_wrong(error: Exception) -> tuple[str, str] | None:
    """What somebody has to change, and how; None where the call may succeed later."""
    if isinstance(error, NoCredentialsError):
        return "no credentials were found", f"{SIGN_IN}, or sign in as AWS documents it"
    if isinstance(error, InvalidRegionError):
        return "there is no such region", REGION
    if isinstance(error, _WRONG_CHAIN):
        return _said(error), f"{SIGN_IN}, or mend what the AWS chain says"
    found = (_wrong_answer(cause) for cause in _causes(error))
    return next((wrong for wrong in found if wrong is not None), None)


def why_silent(error: Exception) -> tuple[str, str]:
    """Why the call failed that may succeed later, and what may help."""
    if isinstance(error, _SILENT_CHAIN):
        return _said(error), f"{SIGN_IN}, or see why the AWS chain gives none"
    return _reason(error), _REACH


def _reason(error: Exception) -> str:
    causes = list(_causes(error))
    if isinstance(error, ConnectTimeoutError):
        return "no connection in time"
    if isinstance(error, (ReadTimeoutError, TimeoutError)):
        return "no answer in time"
    if any(isinstance(cause, aiohttp.ClientConnectorDNSError) for cause in causes):
        return "no host of that name is known"
    for cause in causes:
        if isinstance(cause, OSError) and (cause.errno or 0) > 0:
            return os.strerror(cause.errno or 0).lower()
    if any(isinstance(cause, aiohttp.ClientError) for cause in causes):
        return "the connection broke before the answer was whole"
    return _said(error)


def _wrong_answer(cause: BaseException) -> tuple[str, str] | None:
    if isinstance(cause, (NotAnS3, aiohttp.ClientResponseError)):
        return "what answers there is no S3", ADDRESS
    if isinstance(cause, ssl.CertificateError):
        way_out = "set AWS_CA_BUNDLE to the file of the authority that signed it"
        return "its certificate is not trusted", way_out
    if isinstance(cause, ssl.SSLError) and getattr(cause, "reason", "") in _SPEAKS_NO_TLS:
        return "it speaks no TLS", "write http:// in GREENPULSE_S3_ENDPOINT, or the port of TLS"
    return None


def _said(error: Exception) -> str:
    return str(error).strip().rstrip(".")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """``error`` and what lies beneath it, as aiobotocore and aiohttp hand it on."""
    found: BaseException | None = error
    while found is not None:
        yield found
        beneath = found.kwargs.get("error") if isinstance(found, BotoCoreError) else None
        found = beneath if isinstance(beneath, BaseException) else found.__cause__
