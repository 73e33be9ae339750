"""How numbers, times and ages are said to people."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from greenpulse.grid.periods import LOCAL_ZONE

__all__ = ["NOT_KNOWN", "TO", "Wording", "in_numbers", "in_words"]

NOT_KNOWN = "\N{EN DASH}"
"""Stands where a number is not known; never 0."""

TO = "\N{EN DASH}"
"""Between the ends of a range."""

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


def in_numbers(quantity: float | None) -> str:
    """The shortest decimal text of ``quantity``, ``NOT_KNOWN`` where it is not known.

    >>> in_numbers(183.0), in_numbers(0), in_numbers(7.256)
    ('183', '0', '7.26')
    """
    if quantity is None:
        return NOT_KNOWN
    return f"{round(quantity, 2):.15g}".replace("-", "\N{MINUS SIGN}")


def in_words(seconds: float) -> str:
    """An age in the one or two units that matter; what lies ahead is no age: 0 s.

    >>> in_words(4.2), in_words(310), in_words(3 * 3600 + 25 * 60), in_words(200_000)
    ('4 s', '5 min', '3 h 25 min', '2 days 7 h')
    """
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
    days = whole // _DAY
    return f"{days} day{'' if days == 1 else 's'} {whole % _DAY // _HOUR} h"


@dataclass(frozen=True, slots=True)
class Wording:
    """Times as people of one zone say them, the zone always named."""

    zone: tzinfo = LOCAL_ZONE

    @property
    def is_utc(self) -> bool:
        """Whether times are said in UTC."""
        return self.zone is UTC

    def local(self, moment: datetime) -> datetime:
        """The same moment, on the clocks of the zone."""
        return moment.astimezone(self.zone)

    def zone_name(self, moment: datetime) -> str:
        """The zone's name at ``moment``: GMT, BST or UTC."""
        return self.local(moment).tzname() or ""

    def day(self, moment: datetime) -> str:
        """Weekday and date, as in ``Sat 31 Jan``."""
        local = self.local(moment)
        return f"{local:%a} {local.day} {local:%b}"

    def clock(self, moment: datetime) -> str:
        """Hours and minutes, without the zone."""
        return f"{self.local(moment):%H:%M}"

    def clock_with_seconds(self, moment: datetime) -> str:
        """Hours, minutes, seconds and the zone."""
        return f"{self.local(moment):%H:%M:%S} {self.zone_name(moment)}"

    def near_clock(self, moment: datetime, today: datetime) -> str:
        """Hours, minutes, seconds and the zone, behind the day where that is another one."""
        day, clock = self.near_day(moment, today), self.clock_with_seconds(moment)
        return clock if day == "today" else f"{day}, {clock}"

    def span(self, from_at: datetime, to_at: datetime) -> str:
        """Both ends and the zone, twice where it changes in between.

        On the last Sunday of October, ``01:30 BST`` to ``01:00 GMT`` is half an hour.
        """
        names = self.zone_name(from_at), self.zone_name(to_at)
        if names[0] == names[1]:
            return f"{self.span_without_zone(from_at, to_at)} {names[0]}"
        return f"{self.clock(from_at)} {names[0]}{TO}{self.clock(to_at)} {names[1]}"

    def span_without_zone(self, from_at: datetime, to_at: datetime) -> str:
        """Both ends, for where the zone is named nearby and does not change."""
        return f"{self.clock(from_at)}{TO}{self.clock(to_at)}"

    def near_day(self, moment: datetime, today: datetime) -> str:
        """Yesterday, today or tomorrow where that is the day of ``moment``, else its date."""
        days = (self.local(moment).date() - self.local(today).date()).days
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days, self.day(moment))
