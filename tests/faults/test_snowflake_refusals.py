"""What Snowflake refuses is one sentence with the way out, and tells no secret.

A server answers with Snowflake's numbers, as the connector and public reports have them; no
account was at hand to see them come.
"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from greenpulse.errors import GreenpulseError, SettingsError, WarehouseUnavailable
from greenpulse.warehouse.snowflake import SnowflakeWarehouse
from greenpulse.warehouse.snowflake_account import SnowflakeAccount

SECRET = "a passphrase that nobody may see"  # noqa: S105 - it is looked for

LOGGED_IN = {
    "success": True,
    "data": {
        "token": "session token",
        "masterToken": "master token",
        "parameters": [],
        "sessionInfo": {},
    },
}


class Refusing:
    """A Snowflake that refuses the login, or any statement, with one number.

    Attributes:
        at_login: Whether the login is refused already.
        number: Of the error; an HTTP status where it is below 1,000 at the login.
    """

    def __init__(self) -> None:
        self.at_login = False
        self.number = 0
        refusing = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                is_login = "login-request" in self.path
                is_http = is_login and refusing.at_login and refusing.number < 1000
                self.send_response(refusing.number if is_http else 200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(refusing.answer(is_login=is_login)).encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, *, is_login: bool) -> dict[str, object]:
        if is_login and not self.at_login:
            return LOGGED_IN
        message = f"SQL failure number {self.number}"
        number = f"{self.number:06d}"
        return {"success": False, "code": number, "message": message, "data": {"errorCode": number}}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def refusing() -> Iterator[Refusing]:
    server = Refusing()
    yield server
    server.close()


def warehouse_at(port: int) -> SnowflakeWarehouse:
    account = SnowflakeAccount(
        "acme-prod",
        "ENERGY_PROJECT",
        user="GREENPULSE",
        role="LOADER",
        warehouse="LOADER_WH",
        host="127.0.0.1",
        port=port,
        password=SECRET,
    )
    return SnowflakeWarehouse(account, busy_seconds=0.1)


async def refusal(warehouse: SnowflakeWarehouse) -> GreenpulseError:
    with pytest.raises(GreenpulseError) as caught:
        await warehouse.identity()
    await warehouse.close()
    assert "\n" not in str(caught.value)
    assert SECRET not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (404, "no such account"),
        (403, "no such account"),
        (390100, "GREENPULSE_SNOWFLAKE_USER"),
        (390144, "RSA_PUBLIC_KEY"),
        (394304, "RSA_PUBLIC_KEY"),
        (390189, "role 'LOADER' is absent or not granted"),
        (390422, "network policy"),
    ],
)
async def test_a_refused_login_says_what_to_do(refusing: Refusing, number: int, words: str) -> None:
    refusing.at_login, refusing.number = True, number

    error = await refusal(warehouse_at(refusing.port))

    assert isinstance(error, SettingsError)
    assert words in str(error)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (606, "warehouse 'LOADER_WH' is absent, suspended"),
        (90073, "over the quota of its resource monitor"),
        (90105, "database 'ENERGY_PROJECT' is absent"),
        (3001, "role 'LOADER' has no right"),
        (904, "greenpulse sql deploy"),
        (3540, "only reads"),
    ],
)
async def test_a_refused_statement_says_what_to_do(
    refusing: Refusing, number: int, words: str
) -> None:
    refusing.number = number

    error = await refusal(warehouse_at(refusing.port))

    assert isinstance(error, SettingsError)
    assert words in str(error)


@pytest.mark.parametrize("number", [625, 630, 999_999])
async def test_what_may_pass_by_itself_is_tried_again_later(
    refusing: Refusing, number: int
) -> None:
    refusing.number = number

    assert isinstance(await refusal(warehouse_at(refusing.port)), WarehouseUnavailable)


async def test_a_snowflake_that_is_not_there_is_tried_again_later(refusing: Refusing) -> None:
    refusing.close()

    error = await refusal(warehouse_at(refusing.port))

    assert isinstance(error, WarehouseUnavailable)
    assert "does not answer" in str(error)


def key_pair(path: Path, passphrase: str) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encryption = (
        serialization.BestAvailableEncryption(passphrase.encode())
        if passphrase
        else serialization.NoEncryption()
    )
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    )
    return str(path)


@pytest.mark.parametrize(
    ("content", "passphrase", "words"),
    [
        (None, "", "No such file"),
        ("rubbish", "", "no private key in PEM"),
        ("encrypted", "", "needs a passphrase"),
        ("encrypted", "another one", "is not its passphrase"),
        ("plain", SECRET, "needs no passphrase"),
    ],
)
def test_a_key_that_cannot_be_read_is_one_sentence(
    tmp_path: Path, content: str | None, passphrase: str, words: str
) -> None:
    path = tmp_path / "key.p8"
    if content == "rubbish":
        path.write_text("rubbish")
    elif content is not None:
        key_pair(path, SECRET if content == "encrypted" else "")
    account = SnowflakeAccount(
        "acme-prod",
        "ENERGY_PROJECT",
        user="GREENPULSE",
        private_key_file=str(path),
        private_key_passphrase=passphrase,
    )

    with pytest.raises(SettingsError) as caught:
        account.arguments()

    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    assert SECRET not in str(caught.value) + repr(account)
    assert "\n" not in str(caught.value)


def test_a_key_pair_is_what_a_program_signs_in_with(tmp_path: Path) -> None:
    path = key_pair(tmp_path / "key.p8", SECRET)
    account = SnowflakeAccount(
        "acme-prod",
        "ENERGY_PROJECT",
        user="G",
        private_key_file=path,
        private_key_passphrase=SECRET,
    )

    arguments = account.arguments()

    assert arguments["authenticator"] == "SNOWFLAKE_JWT"
    assert isinstance(arguments["private_key"], bytes)
    assert "password" not in arguments
    assert {"login_timeout", "network_timeout", "socket_timeout"} <= set(arguments)


def test_without_a_user_the_account_names_a_connection_of_connections_toml() -> None:
    account = SnowflakeAccount("production", "ENERGY_PROJECT")

    assert account.arguments()["connection_name"] == "production"


def test_a_password_is_for_a_stand_in_alone() -> None:
    account = SnowflakeAccount("acme-prod", "ENERGY_PROJECT", user="G", password=SECRET)

    with pytest.raises(SettingsError, match="key pair") as caught:
        account.arguments()

    assert SECRET not in str(caught.value) + repr(account)
