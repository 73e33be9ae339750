"""The five colours of the index: the one place that defines them.

From green-blue over yellow to purple. On light ground each is dark enough to be text and
to carry white text (WCAG AA); on dark ground the other way round. People who see red and
green, or blue and yellow, as one can still tell each from each other.
tests/unit/test_web_colours.py measures all of it.
"""

from dataclasses import dataclass

from greenpulse.grid.bands import IntensityIndex

__all__ = ["COLOURS", "GROUNDS", "UNKNOWN", "Colour", "class_of", "stylesheet"]


@dataclass(frozen=True, slots=True)
class Colour:
    """One colour for light and one for dark ground, as ``#rrggbb``."""

    light: str
    dark: str


GROUNDS = {
    "ground": Colour(light="#f7f8f5", dark="#0f1518"),
    "surface": Colour(light="#ffffff", dark="#172025"),
}
"""What the pages are painted on."""

COLOURS: dict[str, Colour] = {
    IntensityIndex.VERY_LOW: Colour(light="#137c90", dark="#6fe9ee"),
    IntensityIndex.LOW: Colour(light="#226534", dark="#6cb07c"),
    IntensityIndex.MODERATE: Colour(light="#966a0c", dark="#ffd23f"),
    IntensityIndex.HIGH: Colour(light="#992607", dark="#e06a2b"),
    IntensityIndex.VERY_HIGH: Colour(light="#470f55", dark="#b48ef2"),
}
"""By the API's words, from clean to dirty."""

UNKNOWN = Colour(light="#5d6664", dark="#98a5a3")
"""Where the API gave no index, or a word that is none of the five."""


def class_of(index: str | None) -> str:
    """The CSS class that paints ``index``.

    >>> class_of("very low"), class_of("purple"), class_of(None)
    ('index-very-low', 'index-unknown', 'index-unknown')
    """
    return f"index-{index.replace(' ', '-')}" if index in COLOURS else "index-unknown"


def stylesheet() -> str:
    """CSS custom properties for both schemes, and the classes that set ``--index``."""
    named = {**GROUNDS, **{class_of(index): colour for index, colour in COLOURS.items()}}
    named["index-unknown"] = UNKNOWN
    light = "".join(f"  --{name}: {colour.light};\n" for name, colour in named.items())
    dark = "".join(f"    --{name}: {colour.dark};\n" for name, colour in named.items())
    classes = "".join(
        f".{name} {{ --index: var(--{name}); }}\n" for name in named if name.startswith("index-")
    )
    return (
        f":root {{\n{light}}}\n"
        f"@media screen and (prefers-color-scheme: dark) {{\n  :root {{\n{dark}  }}\n}}\n"
        f"{classes}"
    )
