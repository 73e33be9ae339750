"""A proxy before Snowflake's stand-in that is slow, refuses, or loses an answer."""

import gzip
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

__all__ = ["SnowflakeProxy"]

_DROPPED = ("connection", "content-length", "transfer-encoding")


class SnowflakeProxy:
    """What befalls the statements that pass; all of it may be set at any time.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        statements: What came, in order, whether it was passed on or not.
        delay_seconds: Each statement waits so long before it is passed on.
        refusal: Snowflake's number of the error that answers each statement; 0: none.
        loses_answer_of: A statement that is passed on, and whose answer never comes.
        stays_away: Whether, after a lost answer, no request is answered any more.
        is_away: Whether no request is answered.
    """

    def __init__(self, stand_in_port: int) -> None:
        self.statements: list[str] = []
        self.delay_seconds = 0.0
        self.refusal = 0
        self.loses_answer_of = ""
        self.stays_away = False
        self.is_away = False
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                sql = _sql_of(self.path, body, self.headers.get("Content-Encoding", ""))
                proxy.serve(self, sql, body)

            def do_PUT(self) -> None:
                self.do_POST()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._stand_in_port = stand_in_port
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @classmethod
    @contextmanager
    def before(cls, stand_in_port: int) -> Iterator["SnowflakeProxy"]:
        """One that ends with the context."""
        proxy = cls(stand_in_port)
        try:
            yield proxy
        finally:
            proxy._server.shutdown()
            proxy._server.server_close()

    def come_back(self) -> None:
        """Refuse nothing and answer all; transactions that were cut off are rolled back.

        Snowflake does that to one that is in the way of another for five minutes.
        """
        self._ask_stand_in("POST", "/idle")
        self.refusal, self.is_away = 0, False

    def serve(self, handler: BaseHTTPRequestHandler, sql: str, body: bytes) -> None:
        if sql:
            self.statements.append(sql)
        if self.is_away:
            handler.close_connection = True
            return
        if sql:
            time.sleep(self.delay_seconds)
        if sql and self.refusal:
            _answer(handler, 200, {"Content-Type": "application/json"}, _refused(self.refusal))
            return
        status, headers, answer = self._ask_stand_in(
            handler.command, handler.path, body, dict(handler.headers)
        )
        if sql and sql == self.loses_answer_of:
            self.loses_answer_of = ""
            self.is_away = self.stays_away
            handler.close_connection = True
            return
        _answer(handler, status, headers, answer)

    def _ask_stand_in(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection("127.0.0.1", self._stand_in_port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            kept = {k: v for k, v in answer.getheaders() if k.lower() not in _DROPPED}
            return answer.status, kept, answer.read()
        except (OSError, HTTPException):
            return 503, {}, b""
        finally:
            connection.close()


def _sql_of(path: str, body: bytes, encoding: str) -> str:
    """The statement that is asked for; nothing where it is another request."""
    if "query-request" not in path:
        return ""
    text = gzip.decompress(body) if encoding == "gzip" else body
    return str(json.loads(text)["sqlText"])


def _refused(number: int) -> bytes:
    code = f"{number:06d}"
    answer = {
        "success": False,
        "code": code,
        "message": f"SQL failure number {number}",
        "data": {"errorCode": code},
    }
    return json.dumps(answer).encode()


def _answer(
    handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes
) -> None:
    handler.send_response_only(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
