"""How colours look, by the published formulas: WCAG 2, CIEDE2000, Machado et al. 2009."""

from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt

__all__ = ["SIGHTS", "contrast", "difference", "mixed"]

_Triple = tuple[float, float, float]

SIGHTS: dict[str, tuple[_Triple, _Triple, _Triple]] = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red (protanopia)": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green (deuteranopia)": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no blue (tritanopia)": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""Matrices on linear RGB, full severity, by what is not seen."""

_TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_WHITE = (0.95047, 1.0, 1.08883)


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio of two ``#rrggbb``, from 1 to 21."""
    darker, lighter = sorted(_times(_TO_XYZ, _linear(colour))[1] for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """``share`` of ``one`` in ``other``, as CSS's ``color-mix(in srgb, …)`` has it."""
    pairs = zip(_bytes(one), _bytes(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def difference(one: str, other: str, sight: str) -> float:
    """CIEDE2000 of two ``#rrggbb`` as somebody of that ``sight`` sees them."""
    return _ciede2000(_lab(one, sight), _lab(other, sight))


def _bytes(colour: str) -> _Triple:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(colour: str) -> _Triple:
    red, green, blue = (_linear_channel(byte / 255) for byte in _bytes(colour))
    return red, green, blue


def _linear_channel(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _times(matrix: tuple[_Triple, _Triple, _Triple], vector: _Triple) -> _Triple:
    first, second, third = (
        sum(factor * part for factor, part in zip(row, vector, strict=True)) for row in matrix
    )
    return first, second, third


def _lab(colour: str, sight: str) -> _Triple:
    red, green, blue = (min(1, max(0, part)) for part in _times(SIGHTS[sight], _linear(colour)))
    xyz = _times(_TO_XYZ, (red, green, blue))
    x, y, z = (_root(part / white) for part, white in zip(xyz, _WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(part: float) -> float:
    return part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116


def _ciede2000(one: _Triple, other: _Triple) -> float:
    mean_chroma = (hypot(one[1], one[2]) + hypot(other[1], other[2])) / 2
    stretch = 1.5 - sqrt(mean_chroma**7 / (mean_chroma**7 + 25**7)) / 2
    chroma_1, hue_1 = _polar(one[1] * stretch, one[2])
    chroma_2, hue_2 = _polar(other[1] * stretch, other[2])
    turn = (hue_2 - hue_1 + 180) % 360 - 180
    lightness, chroma = (one[0] + other[0]) / 2, (chroma_1 + chroma_2) / 2
    hue = (hue_1 + turn / 2) % 360
    weight = (
        1
        - 0.17 * cos(radians(hue - 30))
        + 0.24 * cos(radians(2 * hue))
        + 0.32 * cos(radians(3 * hue + 6))
        - 0.20 * cos(radians(4 * hue - 63))
    )
    by_lightness = (other[0] - one[0]) / (
        1 + 0.015 * (lightness - 50) ** 2 / sqrt(20 + (lightness - 50) ** 2)
    )
    by_chroma = (chroma_2 - chroma_1) / (1 + 0.045 * chroma)
    by_hue = 2 * sqrt(chroma_1 * chroma_2) * sin(radians(turn / 2)) / (1 + 0.015 * chroma * weight)
    rotation = -2 * sqrt(chroma**7 / (chroma**7 + 25**7))
    rotation *= sin(radians(60 * exp(-(((hue - 275) / 25) ** 2))))
    return sqrt(by_lightness**2 + by_chroma**2 + by_hue**2 + rotation * by_chroma * by_hue)


def _polar(a: float, b: float) -> tuple[float, float]:
    return hypot(a, b), degrees(atan2(b, a)) % 360
