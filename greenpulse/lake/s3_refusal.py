"""What an S3 says where it does not say yes."""

from botocore.exceptions import ClientError

__all__ = ["ADDRESS", "REGION", "SIGN_IN", "Refusal"]

SIGN_IN = "set GREENPULSE_S3_ACCESS_KEY and GREENPULSE_S3_SECRET_KEY"
REGION = "set GREENPULSE_S3_REGION to the bucket's region"
ADDRESS = "set GREENPULSE_S3_ENDPOINT to the address of an S3, and see whether it is https://"

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
_FULL_CODES = {"QuotaExceeded", "XMinioAdminBucketQuotaExceeded", "XMinioStorageFull"}
_NOT_IMPLEMENTED = 501
_SERVER_ERRORS = 500

_RIGHTS = (
    "allow this user s3:ListBucket on the bucket, s3:GetObject and s3:PutObject on its objects, "
    f"or {SIGN_IN} to another user's"
)
_KEYS = f"{SIGN_IN} to those of a user of this store"
_TOO_LARGE = "let it, and each proxy before it, take bodies of 32 MiB"
_EXPIRED = "renew the credentials of the AWS chain and start again"
_WAYS_OUT = {
    "AccessDenied": _RIGHTS,
    "AllAccessDisabled": _RIGHTS,
    "403": _RIGHTS,
    "InvalidAccessKeyId": _KEYS,
    "SignatureDoesNotMatch": _KEYS,
    "413": _TOO_LARGE,
    "EntityTooLarge": _TOO_LARGE,
    "ExpiredToken": _EXPIRED,
    "InvalidToken": _EXPIRED,
    "TokenRefreshRequired": _EXPIRED,
    "RequestTimeTooSkewed": "turn on time synchronisation on this machine and on the store's",
    "AuthorizationHeaderMalformed": REGION,
    "IllegalLocationConstraintException": REGION,
    "InvalidLocationConstraint": REGION,
    "InvalidRegion": REGION,
    "PermanentRedirect": REGION,
    "NoSuchBucket": (
        "put the bucket back with all that was in it, or stop all workers and name another one "
        "in GREENPULSE_LAKE"
    ),
    "NotImplemented": (
        "GREENPULSE_LAKE must name a store that creates a key only once: a folder of this "
        "machine, AWS S3, or MinIO"
    ),
    **dict.fromkeys(_FULL_CODES, "free some space there; nothing is lost meanwhile"),
}


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
    def is_without_key(self) -> bool:
        """Whether there is no such key."""
        return self.code == "NoSuchKey"

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
    def way_out(self) -> str:
        """What somebody can do; empty where waiting is all, or the S3 says it itself."""
        is_mute = self.code.isdecimal() and not self.is_passing
        return _WAYS_OUT.get(self.code, ADDRESS if is_mute else "")

    def __str__(self) -> str:
        """What was answered, in a few words."""
        word = f"status {self.code}" if self.code.isdecimal() else self.code
        return f"it answers {word} ({self._message})" if self._message else f"it answers {word}"
