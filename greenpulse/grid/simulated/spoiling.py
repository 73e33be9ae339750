"""Good answers spoilt on purpose."""

from dataclasses import replace

from greenpulse.grid.simulated import layout
from greenpulse.grid.simulated.answers import SimulatedAnswer
from greenpulse.grid.simulated.faults import Mischief

__all__ = ["spoil"]

_OVER_4_MEBIBYTES = 4 * 1024 * 1024 + 1

_INSTEAD = {
    Mischief.EMPTY_OBJECT: SimulatedAnswer(200, b"{}"),
    Mischief.NULL: SimulatedAnswer(200, b"null"),
    Mischief.EMPTY_LIST: SimulatedAnswer(200, layout.listed([]).encode()),
    Mischief.NO_BODY: SimulatedAnswer(200, b""),
    # Word for word as in January 2025 (notes/api.md section 3).
    Mischief.SERVER_ERROR: SimulatedAnswer(
        500,
        b'{"error": {  "code": "500 Internal Server Error",  '
        b'"message": "Requested resource not found."  }}',
    ),
    Mischief.CLIENT_ERROR: SimulatedAnswer(
        400, layout.error("400 Bad Request", "Please enter a valid path e.g. /intensity/").encode()
    ),
}


def spoil(answer: SimulatedAnswer, mischief: Mischief) -> SimulatedAnswer:
    """What is sent in place of ``answer``; the same where the mischief is not in the bytes."""
    body = answer.body
    match mischief:
        case Mischief.BROKEN_JSON:
            body = body[: len(body) // 2]
        case Mischief.NOT_UTF8:
            body = body.replace(b'"index"', b'"ind\xe9x"') + b"\xff"
        case Mischief.TOO_LARGE:
            body = body.ljust(_OVER_4_MEBIBYTES)
        case Mischief.OTHER_TYPES:
            body = body.replace(b'"forecast":', b'"forecast": true, "was":')
            body = body.replace(b'"perc":', b'"perc": "?", "was":')
        case _:
            return _INSTEAD.get(mischief, answer)
    return replace(answer, body=body)
