"""What the answers of an S3, and its silence, mean to the lake."""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigNotFound,
    ConfigParseError,
    ConnectTimeoutError,
    InvalidConfigError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from greenpulse.errors import GreenpulseError, SettingsError, StoreUnavailable
from greenpulse.lake.s3_client import NotAnS3

__all__ = ["Refusal", "not_an_s3", "translated"]

_TAKEN_STATUSES = {304, 412}
_TAKEN_CODES = {"PreconditionFailed", "NotModified"}
_PASSING_STATUSES = {408, 409, 425, 429}
_PASSING_CODES = {
    "BadDigest",
    "IncompleteBody",
    "OperationAborted",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestTimeout",
    "TemporaryRedirect",
    "Throttling",
    "ThrottlingException",
}
_NOT_IMPLEMENTED = 501
_SERVER_ERRORS = 500
_STORAGE_FULL = 507

_SIGN_IN = "set GREENPULSE_S3_ACCESS_KEY and GREENPULSE_S3_SECRET_KEY"
_RIGHTS = (
    "allow this user s3:ListBucket on the bucket, s3:GetObject and s3:PutObject on its objects, "
    f"or {_SIGN_IN} to another user's"
)
_KEYS = f"{_SIGN_IN} to those of a user of this store"
_EXPIRED = "renew the credentials of the AWS chain and start again"
_REGION = "set GREENPULSE_S3_REGION to the bucket's region"
_CLOCK = "turn on time synchronisation on this machine and on the store's"
_ADDRESS = (
    "set GREENPULSE_S3_ENDPOINT to the address of an S3, with http:// or https:// as it wants"
)
_ONCE = (
    "GREENPULSE_LAKE must name a store that creates a key only once: a folder of this machine, "
    "AWS S3, or MinIO"
)
_WAYS_OUT = {
    "AccessDenied": _RIGHTS,
    "AllAccessDisabled": _RIGHTS,
    "403": _RIGHTS,
    "InvalidAccessKeyId": _KEYS,
    "SignatureDoesNotMatch": _KEYS,
    "ExpiredToken": _EXPIRED,
    "InvalidToken": _EXPIRED,
    "TokenRefreshRequired": _EXPIRED,
    "RequestTimeTooSkewed": _CLOCK,
    "AuthorizationHeaderMalformed": _REGION,
    "IllegalLocationConstraintException": _REGION,
    "InvalidLocationConstraint": _REGION,
    "PermanentRedirect": _REGION,
    "NotImplemented": _ONCE,
}
_FULL_CODES = {"XMinioStorageFull", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded"}
_FULL = "free some space there; nothing is lost meanwhile"
_REACH = "see whether it runs and is reached from here, or set GREENPULSE_S3_ENDPOINT"
_WRONG_CHAIN = (
    ConfigNotFound,
    ConfigParseError,
    InvalidConfigError,
    PartialCredentialsError,
    ProfileNotFound,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
_SPEAKS_NO_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"}


class Refusal:
    """An answer other than success.

    Attributes:
        status: Of HTTP; botocore makes 500 of a 200 whose body is an error.
        code: S3's own word for it; the status where there is no word.
    """

    def __init__(self, error: ClientError) -> None:
        said = error.response.get("Error", {})
        self.status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        self.code = str(said.get("Code") or self.status)
        self._message = str(said.get("Message") or "").strip().rstrip(".")

    @property
    def is_taken(self) -> bool:
        """Whether the key exists: 412, 304 from old MinIO, or told in the body of a 200."""
        return self.status in _TAKEN_STATUSES or self.code in _TAKEN_CODES

    @property
    def is_absent(self) -> bool:
        """Whether there is no such key, or no bucket at all."""
        return self.code in {"NoSuchKey", "NoSuchBucket"}

    @property
    def is_without_bucket(self) -> bool:
        """Whether there is no such bucket."""
        return self.code == "NoSuchBucket"

    @property
    def is_passing(self) -> bool:
        """Whether the same call may succeed later."""
        if self.code in _PASSING_CODES or self.code in _FULL_CODES:
            return True
        if self.status in _PASSING_STATUSES:
            return True
        return self.status >= _SERVER_ERRORS and self.status != _NOT_IMPLEMENTED

    @property
    def _is_mute(self) -> bool:
        return self.code.isdecimal()

    @property
    def way_out(self) -> str:
        """What somebody can do; empty where waiting is all."""
        if self.code in _FULL_CODES or self.status == _STORAGE_FULL:
            return _FULL
        # An S3 has a word for what is wrong.
        return _WAYS_OUT.get(self.code, _ADDRESS if self._is_mute and not self.is_passing else "")

    def __str__(self) -> str:
        """What was answered, in a few words."""
        word = f"status {self.code}" if self._is_mute else self.code
        return f"it answers {word} ({self._message})" if self._message else f"it answers {word}"


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Raise our errors in place of those of botocore, aiohttp and the clock.

    Args:
        action: What is being done where, in gerund form.
    """
    try:
        yield
    except ClientError as error:
        refusal = Refusal(error)
        kind = StoreUnavailable if refusal.is_passing else SettingsError
        raise _error(kind, action, str(refusal), refusal.way_out) from error
    except (BotoCoreError, aiohttp.ClientError, TimeoutError, NotAnS3, OSError) as error:
        raise _silence(action, error) from error


def not_an_s3(action: str) -> SettingsError:
    """The error where something answers as no S3 does."""
    return SettingsError(f"{action}: what answers there is no S3; {_ADDRESS}")


def _silence(action: str, error: Exception) -> GreenpulseError:
    """Why there was no answer of an S3."""
    if isinstance(error, NoCredentialsError):
        reason = "no credentials were found"
        return _error(SettingsError, action, reason, f"{_SIGN_IN}, or sign in as AWS documents it")
    if isinstance(error, _WRONG_CHAIN):
        reason = str(error).strip().rstrip(".")
        return _error(SettingsError, action, reason, f"{_SIGN_IN}, or mend what the AWS chain says")
    causes = list(_causes(error))
    if any(isinstance(cause, (NotAnS3, aiohttp.ClientResponseError)) for cause in causes):
        return not_an_s3(action)
    if any(isinstance(cause, ssl.CertificateError) for cause in causes):
        way_out = "set AWS_CA_BUNDLE to the file of the authority that signed it"
        return _error(SettingsError, action, "its certificate is not trusted", way_out)
    if any(isinstance(cause, ssl.SSLError) and cause.reason in _SPEAKS_NO_TLS for cause in causes):
        way_out = "write http:// in GREENPULSE_S3_ENDPOINT, or the port of https://"
        return _error(SettingsError, action, "it speaks no TLS there", way_out)
    return _error(StoreUnavailable, action, _reason(error, causes), _REACH)


def _reason(error: Exception, causes: list[BaseException]) -> str:
    if isinstance(error, ConnectTimeoutError):
        return "no connection in time"
    if isinstance(error, (ReadTimeoutError, TimeoutError)):
        return "no answer in time"
    if any(isinstance(cause, aiohttp.ClientConnectorDNSError) for cause in causes):
        return "no host of that name is known"
    for cause in causes:
        if isinstance(cause, OSError) and cause.errno is not None and cause.errno > 0:
            return os.strerror(cause.errno).lower()
    if any(isinstance(cause, aiohttp.ClientError) for cause in causes):
        return "the connection broke before the answer was whole"
    return str(error).strip().rstrip(".")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """``error`` and what lies beneath it, as aiobotocore and aiohttp hand it on."""
    found: BaseException | None = error
    while found is not None:
        yield found
        beneath = found.kwargs.get("error") if isinstance(found, BotoCoreError) else None
        found = beneath or found.__cause__


def _error(kind: type[GreenpulseError], action: str, reason: str, way_out: str) -> GreenpulseError:
    return kind(f"{action}: {reason}; {way_out}" if way_out else f"{action}: {reason}")
