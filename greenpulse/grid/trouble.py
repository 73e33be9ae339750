"""One sentence for people while the API does not say how the grid is."""

from greenpulse.grid.readings import Outcome, Reading
from greenpulse.records import Poll

__all__ = ["trouble_of"]

_API = "the Carbon Intensity API at"
_WAY_OUT = "polling goes on. To see everything without a network: make demo"


def trouble_of(base_url: str, poll: Poll, reading: Reading) -> str | None:
    """What is wrong with the answers of ``base_url``, by its newest poll; None: nothing."""
    match reading.outcome:
        case Outcome.OK:
            return None
        case Outcome.NO_ANSWER:
            return f"Cannot reach {_API} {base_url}: {poll.error}; {_WAY_OUT}"
        case Outcome.HTTP_ERROR:
            return f"Refused by {_API} {base_url}: it answers with status {poll.status}; {_WAY_OUT}"
        case Outcome.EMPTY:
            return f"Nothing from {_API} {base_url}: its answer is empty; {_WAY_OUT}"
        case Outcome.UNREADABLE:
            return f"Cannot read {_API} {base_url}: its answer is not as agreed; {_WAY_OUT}"
