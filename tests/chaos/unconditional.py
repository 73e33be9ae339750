"""Switches the conditional create off, on the way to a store that knows it."""

from typing import cast

import h11
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from support.services.faulty_proxy import Message

__all__ = ["Unconditional"]

_SIGNED_ANEW = {"authorization", "x-amz-date", "x-amz-content-sha256"}


class Unconditional:
    """Takes If-None-Match from each request while ``is_on``, and signs what is left.

    Args:
        access_key: Of a user who may write; the signature covers the header.
        secret_key: Of the same user.
    """

    def __init__(self, access_key: str, secret_key: str) -> None:
        self.is_on = False
        self._signer = S3SigV4Auth(Credentials(access_key, secret_key), "s3", "us-east-1")

    def __call__(self, request: Message) -> Message:
        head = cast("h11.Request", request[0])
        names = {name.lower() for name, _ in head.headers}
        if not self.is_on or b"if-none-match" not in names:
            return request
        headers = {
            name.decode(): value.decode()
            for name, value in head.headers
            if name != b"if-none-match" and name.decode() not in _SIGNED_ANEW
        }
        body = b"".join(bytes(part.data) for part in request if isinstance(part, h11.Data))
        url = f"http://{headers['host']}{head.target.decode()}"
        signed = AWSRequest(head.method.decode(), url, headers=headers, data=body)
        self._signer.add_auth(signed)
        anew = h11.Request(
            method=head.method, target=head.target, headers=list(signed.headers.items())
        )
        return [anew, *request[1:]]
