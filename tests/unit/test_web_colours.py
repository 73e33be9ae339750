"""The five colours, measured: contrast as WCAG has it, difference as CIEDE2000 has it."""

from itertools import combinations

import pytest
from support.colour_science import SIGHTS, contrast, difference, mixed

from greenpulse.grid.bands import IntensityIndex
from greenpulse.web.colours import COLOURS, GROUNDS, UNKNOWN, class_of, stylesheet

TEXT_CONTRAST = 4.5
LARGE_TEXT_CONTRAST = 3.0
CLEARLY_DIFFERENT = 10.0

SCHEMES = ["light", "dark"]


def test_each_word_of_the_index_has_a_colour() -> None:
    assert list(COLOURS) == list(IntensityIndex)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("index", [*COLOURS, "unknown"])
def test_each_colour_can_be_text_on_each_ground(index: str, scheme: str) -> None:
    colour = getattr(COLOURS.get(index, UNKNOWN), scheme)

    contrasts = [contrast(colour, getattr(ground, scheme)) for ground in GROUNDS.values()]

    assert min(contrasts) >= TEXT_CONTRAST


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("index", [*COLOURS, "unknown"])
def test_the_great_number_stands_out_from_its_tinted_ground(index: str, scheme: str) -> None:
    colour = getattr(COLOURS.get(index, UNKNOWN), scheme)
    tinted = mixed(colour, getattr(GROUNDS["surface"], scheme), 0.11)

    assert contrast(colour, tinted) >= LARGE_TEXT_CONTRAST


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("pair", list(combinations(COLOURS, 2)), ids=" and ".join)
def test_any_two_can_be_told_apart_whatever_colours_one_sees(
    pair: tuple[str, str], scheme: str, sight: str
) -> None:
    one, other = (getattr(COLOURS[index], scheme) for index in pair)

    assert difference(one, other, sight) >= CLEARLY_DIFFERENT


@pytest.mark.parametrize("index", COLOURS)
def test_the_stylesheet_names_each_colour_in_both_schemes(index: str) -> None:
    css = stylesheet()

    assert f"--{class_of(index)}: {COLOURS[index].light};" in css
    assert f"--{class_of(index)}: {COLOURS[index].dark};" in css
    assert f".{class_of(index)} {{" in css


@pytest.mark.parametrize("index", [None, "", "purple", 'low"><script>', "LOW"])
def test_any_other_word_is_painted_as_unknown(index: str | None) -> None:
    assert class_of(index) == "index-unknown"
