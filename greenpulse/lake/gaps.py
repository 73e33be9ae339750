"""Offsets behind a chain that the log no longer has, and that somebody may accept as lost."""

from greenpulse.errors import PermanentError
from greenpulse.lake.claims import Claims
from greenpulse.lake.origin import Origin
from greenpulse.lake.ranges import OffsetRange, holes_between
from greenpulse.lake.resume import find_end, next_readable
from greenpulse.lake.store import Store
from greenpulse.lake.tail import last_key

__all__ = ["Gaps"]


class Gaps:
    """The gaps of one partition, accepted ones and the one that stops it.

    Args:
        store: Where the chain lies.
        origin: The log.
        claims: Of the same lake.
        topic: Whose records.
        partition: One that the log has.
    """

    def __init__(
        self, store: Store, origin: Origin, claims: Claims, topic: str, partition: int
    ) -> None:
        self._store = store
        self._origin = origin
        self._claims = claims
        self._topic = topic
        self._partition = partition

    async def chain_end(self) -> int | None:
        """Last offset that the chain has; None where none was begun. Nothing is written.

        Raises:
            LogMismatch, ChainBroken: as ``find_end``.
            TransientError: store or log cannot be reached.
        """
        if (
            await self._claims.base(self._topic, self._partition) is None
            and await last_key(self._store, self._topic, self._partition) is None
        ):
            return None
        end = await find_end(self._store, self._origin, self._claims, self._topic, self._partition)
        return end.offset

    async def accepted(self) -> list[OffsetRange]:
        """What somebody declared as lost for ever, in order."""
        return await self._claims.accepted_gaps(self._topic, self._partition)

    async def stopping(self, chain_end: int) -> OffsetRange | None:
        """The first offsets behind ``chain_end`` that are lost and that nobody accepted.

        They are what a worker names when it stands still. None: the log has all that the
        chain wants next. Reads the log up to the gap, or to its end.

        Raises:
            TransientError: store or log cannot be reached.
        """
        wanted = chain_end + 1
        accepted = await self.accepted()
        while True:
            wanted = _behind(wanted, accepted)
            readable = await self.next_in_log(wanted)
            if readable > wanted:
                return OffsetRange(wanted, readable - 1)
            records = await self._origin.read(self._topic, self._partition, wanted)
            if not records:
                return None
            offsets = [record.offset for record in records]
            holes = holes_between(wanted, offsets)
            wanted = holes[0].first if holes else offsets[-1] + 1

    async def next_in_log(self, wanted: int) -> int:
        """The first offset from ``wanted`` on that the log has, or will give next."""
        return await next_readable(self._origin, self._topic, self._partition, wanted)

    async def accept(self, gap: OffsetRange) -> None:
        """Declare ``gap`` as lost for ever; whoever writes the next file sees it.

        Raises:
            PermanentError: another range was declared from its first offset on.
        """
        declared = await self._claims.accept_gap(self._topic, self._partition, gap)
        if declared != gap:
            message = (
                f"accepting offsets {gap} of partition {self._partition}: somebody has accepted "
                f"{declared} at the same moment; run 'greenpulse audit' to see what is left"
            )
            raise PermanentError(message)


def _behind(wanted: int, accepted: list[OffsetRange]) -> int:
    for gap in accepted:
        if gap.first <= wanted <= gap.last:
            wanted = gap.last + 1
    return wanted
