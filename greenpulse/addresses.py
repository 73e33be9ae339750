"""Addresses of the parts: ``embedded://PATH``, ``kafka://host:9092``, ``s3://bucket/prefix``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

__all__ = ["Address", "read_address", "read_url"]

_EMBEDDED = ("embedded", "file", "duckdb")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(:(?P<port>[0-9]{1,5}))?")
_MAX_PORT = 65_535
_BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
_PREFIX = r"(/[A-Za-z0-9_=-][A-Za-z0-9._=-]*)*"
_PLACE_IN_S3 = re.compile(_BUCKET + _PREFIX, re.ASCII)
_MAX_PLACE_LENGTH = 512
# A name that Snowflake takes without quotes, of at most 255; a rebuild appends _BEFORE_2 to it.
_DATABASE = r"[A-Za-z_][A-Za-z0-9_$]{0,239}"
# An account, or a connection of connections.toml, whose name may be any.
_PLACE_AT_SNOWFLAKE = re.compile(rf"(?![^/]*\.snowflakecomputing\.)[^/]+/{_DATABASE}")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a part lives."""

    scheme: str
    location: str
    """What follows ``://``: hosts, bucket and prefix, account and database."""
    path: Path | None = None
    """Of an embedded part only."""

    @property
    def is_embedded(self) -> bool:
        """Whether the part lives in a file or folder of this machine."""
        return self.scheme in _EMBEDDED

    def with_default_path(self, path: Path) -> "Address":
        """The same, at ``path`` where it is embedded and names no place itself."""
        if not self.is_embedded or self.path is not None:
            return self
        return replace(self, path=path)

    def __str__(self) -> str:
        """Write the address as in a setting."""
        if self.scheme == "none":
            return "none"
        return f"{self.scheme}://{self.path if self.path is not None else self.location}"


def read_address(text: str, schemes: Sequence[str], example: str) -> Address:
    """Read an address with one of ``schemes``.

    Raises:
        ValueError: says what was expected, with ``example``.
    """
    scheme, separator, location = text.partition("://")
    is_none = text == "none" and "none" in schemes
    if is_none:
        return Address("none", "")
    if not separator or scheme not in schemes or scheme == "none":
        known = ", ".join(s if s == "none" else f"{s}://" for s in schemes)
        message = f"an address that begins with one of {known}, such as {example}"
        raise ValueError(message)
    if "@" in location and scheme not in _EMBEDDED:
        message = f"an address without user and password, such as {example}"
        raise ValueError(message)
    if scheme in _EMBEDDED and (location.startswith("~") or "\0" in location):
        message = f"a path without ~, such as {scheme}://data/{scheme}"
        raise ValueError(message)
    if scheme == "kafka" and not all(map(_is_host, location.rstrip("/").split(","))):
        message = f"hosts with ports, such as {example} or kafka://one:9092,two:9092"
        raise ValueError(message)
    if scheme == "s3" and not _is_place_in_s3(location.rstrip("/")):
        message = f"a bucket, of 3 to 63 letters and digits, and a prefix, such as {example}"
        raise ValueError(message)
    if scheme == "snowflake" and not _PLACE_AT_SNOWFLAKE.fullmatch(location.rstrip("/")):
        message = (
            "snowflake://ACCOUNT/ENERGY_PROJECT, where ACCOUNT is what stands before "
            ".snowflakecomputing.com, and the database has a name that Snowflake takes without "
            "quotes: letters A to Z, digits, _ and $, the first no digit and no $"
        )
        raise ValueError(message)
    path = Path(location) if scheme in _EMBEDDED and location else None
    return Address(scheme, location.rstrip("/"), path)


def _is_host(text: str) -> bool:
    found = _HOST.fullmatch(text)
    return found is not None and 1 <= int(found["port"] or 1) <= _MAX_PORT


def _is_place_in_s3(text: str) -> bool:
    # The keys of a lake have up to some 300 characters more; S3 takes 1024.
    return _PLACE_IN_S3.fullmatch(text) is not None and len(text) <= _MAX_PLACE_LENGTH


def read_url(text: str) -> str:
    """Read the address of a web server, without the slash at its end.

    Raises:
        ValueError: says what was expected.
    """
    message = "a web address without user and password, such as http://127.0.0.1:8080"
    try:
        parts = urlsplit(text)
        is_web_address = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError as error:
        raise ValueError(message) from error
    if not is_web_address or parts.username or parts.query or parts.fragment or " " in text:
        raise ValueError(message)
    return text.rstrip("/")
