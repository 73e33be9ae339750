"""Real or simulated: a lake takes answers of one kind only."""

from collections.abc import Awaitable, Callable

from greenpulse.errors import SourceMismatch, StoreUnavailable
from greenpulse.grid.readings import is_simulated, is_success
from greenpulse.records import Poll

__all__ = ["Source", "is_simulated_of"]


class Source:
    """Admits polls to the lake whose source was claimed as theirs.

    ``claim`` is asked before the first answer that tells its kind, and never again for
    the same kind: it returns where the lake is of that kind, now or all along. Once it has
    refused, what does not tell its kind is refused as well: it is most likely of the other.

    ``known`` says of which kind the answers are that the log has already, None where none
    tells. While the lake cannot be asked, more of that kind may follow them: they are bound
    for the same lake.
    """

    def __init__(
        self,
        claim: Callable[[bool], Awaitable[None]],
        known: Callable[[], bool | None] = lambda: None,
    ) -> None:
        self._claim = claim
        self._known = known
        self._admitted: bool | None = None
        self._refusal: SourceMismatch | None = None

    async def admit(self, poll: Poll) -> None:
        """Let ``poll`` pass.

        Raises:
            SourceMismatch: it is of the other kind.
            StoreUnavailable: nobody knows yet; ask again.
        """
        kind = is_simulated_of(poll)
        if kind is None:
            if self._refusal is not None:
                raise self._refusal
            return
        if kind == self._admitted:
            return
        try:
            await self._claim(kind)
        except SourceMismatch as error:
            self._refusal = error
            raise
        except StoreUnavailable:
            if kind != self._known():
                raise
        self._admitted = kind


def is_simulated_of(poll: Poll) -> bool | None:
    """Whether ``poll`` holds an answer of a simulator; None where nothing tells.

    A simulator says so in every answer. That one is real, only a success can tell:
    failures may be of anything that lies between.
    """
    if is_simulated(poll.headers):
        return True
    return False if poll.status is not None and is_success(poll.status) else None
