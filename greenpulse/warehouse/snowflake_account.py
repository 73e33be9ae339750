"""Who we are at Snowflake, and where it is: the arguments of a connection."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization

from greenpulse.errors import SettingsError

__all__ = ["SnowflakeAccount"]

# A stand-in answers what it does not know with HTTP 500, which the connector repeats for so long.
_STAND_IN_RETRY_SECONDS = 5
_RETRY_SECONDS = 90
_LOGIN_SECONDS = 30
_ANSWER_SECONDS = 60


@dataclass(frozen=True, slots=True)
class SnowflakeAccount:
    """How to reach a database of Snowflake's; the secrets are in no repr.

    Without ``user``, ``account`` names a connection in Snowflake's own connections.toml.
    """

    account: str
    database: str
    user: str = ""
    role: str = ""
    warehouse: str = ""
    private_key_file: str = ""
    private_key_passphrase: str = field(default="", repr=False)
    host: str = ""
    """Of a stand-in; only there is a password taken."""
    port: int | None = None
    protocol: str = ""
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        """The address, as in the setting."""
        return f"snowflake://{self.account}/{self.database}"

    def arguments(self) -> dict[str, Any]:
        """Arguments of the connector's ``connect``.

        Raises:
            SettingsError: no user, no key, or a key that cannot be read.
        """
        arguments = {
            "database": self.database,
            "role": self.role,
            "warehouse": self.warehouse,
            "login_timeout": _LOGIN_SECONDS,
            "socket_timeout": _ANSWER_SECONDS,
            "network_timeout": _STAND_IN_RETRY_SECONDS if self.host else _RETRY_SECONDS,
            **self._identity(),
        }
        return {name: value for name, value in arguments.items() if value != ""}

    def _identity(self) -> Mapping[str, Any]:
        if self.host:
            return {
                "account": self.account,
                "user": self.user or "greenpulse",
                "password": self.password or "none",
                "host": self.host,
                "protocol": self.protocol or "http",
                "port": self.port or 8084,
            }
        if self.password:
            message = (
                "GREENPULSE_SNOWFLAKE_PASSWORD: Snowflake takes no password of a program; make a "
                "key pair and set GREENPULSE_SNOWFLAKE_PRIVATE_KEY_FILE"
            )
            raise SettingsError(message)
        if not self.user:
            return {"connection_name": self.account}
        return {
            "account": self.account,
            "user": self.user,
            "authenticator": "SNOWFLAKE_JWT",
            "private_key": self._private_key(),
        }

    def _private_key(self) -> bytes:
        """The key as the connector takes it, read anew each time: keys are rotated."""
        name = "GREENPULSE_SNOWFLAKE_PRIVATE_KEY_FILE"
        if not self.private_key_file:
            message = f"{name} is not set: name the file of the private key of {self.user!r}"
            raise SettingsError(message)
        problem = f"reading '{self.private_key_file}' ({name})"
        try:
            text = Path(self.private_key_file).read_bytes()
        except OSError as error:
            message = f"{problem}: {error.strerror}; name a file that this user can read"
            raise SettingsError(message) from error
        passphrase = self.private_key_passphrase.encode() or None
        try:
            key = serialization.load_pem_private_key(text, passphrase)
        except TypeError as error:
            needed = "needs no" if passphrase else "needs a"
            setting = "GREENPULSE_SNOWFLAKE_PRIVATE_KEY_PASSPHRASE"
            message = f"{problem}: it {needed} passphrase; see {setting}"
            raise SettingsError(message) from error
        except ValueError as error:
            message = (
                f"{problem}: it is no private key in PEM (PKCS#8), or "
                "GREENPULSE_SNOWFLAKE_PRIVATE_KEY_PASSPHRASE is not its passphrase"
            )
            # The cause stays out: nothing of a key belongs in a message.
            raise SettingsError(message) from error
        return key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
