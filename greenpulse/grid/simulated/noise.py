"""Numbers that look random and are pure functions of a seed, a name and a key.

Everything in the simulator that seems to happen by chance comes from here, so that one
seed gives one grid, on every machine, in whatever order it is asked.
"""

import math
from hashlib import blake2b
from statistics import NormalDist

__all__ = ["Noise", "Spells"]

_MASK = (1 << 64) - 1
_NORMAL = NormalDist()


class Noise:
    """One source of numbers; sources of different names know nothing of each other."""

    def __init__(self, seed: int, name: str) -> None:
        digest = blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
        self._state = int.from_bytes(digest, "big")

    def bits(self, *key: int) -> int:
        """64 bits for ``key``."""
        state = self._state
        for part in key:
            # The finaliser of splitmix64: each bit of the key reaches each bit of the result.
            state = (state ^ part) * 0x9E3779B97F4A7C15 & _MASK
            state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & _MASK
            state = (state ^ state >> 27) * 0x94D049BB133111EB & _MASK
            state ^= state >> 31
        return state

    def uniform(self, *key: int) -> float:
        """Evenly spread over the open interval 0..1."""
        return ((self.bits(*key) >> 11) + 0.5) / (1 << 53)

    def normal(self, *key: int) -> float:
        """Normally distributed, mean 0, standard deviation 1."""
        return _NORMAL.inv_cdf(self.uniform(*key))

    def smooth(self, position: float, spacing: float, *key: int) -> float:
        """A curve through normal values that stand ``spacing`` apart, mean 0, deviation 1.

        Positions nearer than ``spacing`` are alike, those beyond twice of it are not.
        """
        place = position / spacing
        knot = math.floor(place)
        before, after = _weights(place - knot)
        return before * self.normal(knot, *key) + after * self.normal(knot + 1, *key)

    def surface(self, east: float, north: float, spacing: float, *key: int) -> float:
        """A surface, smooth both ways as ``smooth`` is one way."""
        place = north / spacing
        knot = math.floor(place)
        before, after = _weights(place - knot)
        south = self.smooth(east, spacing, knot, *key)
        return before * south + after * self.smooth(east, spacing, knot + 1, *key)


class Spells:
    """Stretches that come by chance: at most one in each ``block``, up to ``longest``."""

    def __init__(self, noise: Noise, *, block: int, chance: float, longest: int) -> None:
        self._noise = noise
        self._block = block
        self._chance = chance
        self._longest = longest

    def at(self, position: int) -> int | None:
        """Number of the spell that covers ``position``, None where none does."""
        block, place = divmod(position, self._block)
        if self._noise.uniform(block, 0) >= self._chance:
            return None
        length = 1 + int(self._noise.uniform(block, 1) * self._longest)
        first = int(self._noise.uniform(block, 2) * (self._block - length + 1))
        return block if first <= place < first + length else None


def _weights(fraction: float) -> tuple[float, float]:
    # Sine and cosine keep the variance at 1 between the knots, too; easing keeps the slope
    # the same on both sides of a knot.
    angle = fraction * fraction * (3 - 2 * fraction) * math.pi / 2
    return math.cos(angle), math.sin(angle)
