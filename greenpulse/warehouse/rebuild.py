"""How one warehouse takes the place of another: made beside it, then swapped at one stroke."""

from typing import Protocol

from greenpulse.warehouse.warehouse import Identity, Warehouse

__all__ = ["Replacement"]


class Replacement(Protocol):
    """The place of a warehouse, and the place beside it where its successor is made.

    Whoever dies within any of these calls leaves a whole warehouse in the place, and what
    the next run needs to go on. All methods raise WarehouseUnavailable where the call may
    succeed later, SettingsError where somebody has to do something first.
    """

    @property
    def current(self) -> Warehouse:
        """Whatever is in the place, now and after the swap."""
        ...

    @property
    def successor(self) -> Warehouse:
        """What is made beside it; not to be used before ``begin``."""
        ...

    async def left_over(self) -> Identity | None:
        """Who lies in the successor's place, left by an earlier run; None: nobody with a name.

        From here on no other rebuild of this place may begin, where the engine can see to it.
        """
        ...

    async def begin(self) -> None:
        """Make the successor's place where there is none, and deploy into it."""
        ...

    async def swap(self, successor_id: str, number: int) -> str | None:
        """Put the successor into the place; what was there is kept.

        No load is under way at that moment, and none is half in the one and half in the
        other; loads that come later go into the successor.

        Args:
            successor_id: Its uuid. Where it is in the place already, nothing is done.
            number: Of its claim; part of the name under which the old one is kept.

        Returns:
            The name of the old one; None where nothing was there.
        """
        ...

    async def set_aside(self, number: int) -> str:
        """Keep what lies in the successor's place as an old one; return its new name."""
        ...

    async def drop_old(self, *, old: bool, unfinished: bool) -> list[str]:
        """Remove the old ones, or the successor, or both; return their names."""
        ...

    async def close(self) -> None:
        """Free connections and files; later calls are an error."""
        ...
