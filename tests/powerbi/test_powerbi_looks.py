"""The report can be read: by eye, by keyboard, by ear, and by people who see fewer colours."""

from itertools import combinations, pairwise
from typing import Any

import pytest
from support.colour_science import SIGHTS, contrast, difference
from support.powerbi_project import Project

from greenpulse.grid.bands import IntensityIndex
from greenpulse.settings import Settings
from greenpulse.web.colours import COLOURS
from powerbi.generator.pace import LOAD_MINUTES
from powerbi.generator.shapes import ATTRIBUTION
from powerbi.generator.theme import ANSWERED, FAILED, FUEL_COLOURS, LINES, MISSING, PLAIN

TEXT_CONTRAST = 4.5
DRAWING_CONTRAST = 3.0
CLEARLY_DIFFERENT = 10.0
WIDTH, HEIGHT = 1280, 720


def text_of(visual: dict[str, Any], owner: str, name: str) -> str:
    """A text of the visual's frame."""
    properties = visual["visual"]["visualContainerObjects"][owner][0]["properties"]
    value: str = properties[name]["expr"]["Literal"]["Value"]
    return value.strip("'").replace("''", "'")


def box(visual: dict[str, Any]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom."""
    place = visual["position"]
    return place["x"], place["y"], place["x"] + place["width"], place["y"] + place["height"]


def test_every_visual_has_a_title_and_an_alternative_text(project: Project) -> None:
    for visual in project.visuals.values():
        assert text_of(visual, "title", "text")
        alternative = text_of(visual, "general", "altText")
        # Power BI cuts off what is longer.
        assert 20 < len(alternative) <= 250


def test_the_tab_key_goes_through_a_page_as_one_reads_it(project: Project) -> None:
    for page in project.pages:
        visuals = project.on(page)
        assert len({visual["position"]["tabOrder"] for visual in visuals}) == len(visuals)
        for one, other in pairwise(map(box, visuals)):
            # The next one is further down or further right.
            assert other[1] > one[1] or other[0] > one[0]


def test_visuals_stand_side_by_side_on_one_grid(project: Project) -> None:
    for page in project.pages:
        boxes = [box(visual) for visual in project.on(page)]
        assert all(edge % 8 == 0 for each in boxes for edge in each)
        for left, top, right, bottom in boxes:
            assert left >= 24
            assert top >= 16
            assert right <= WIDTH - 24
            assert bottom <= HEIGHT - 8
        for one, other in combinations(boxes, 2):
            apart = max(other[0] - one[2], one[0] - other[2], other[1] - one[3], one[1] - other[3])
            assert apart >= 8


def test_a_page_has_few_visuals(project: Project) -> None:
    for page in project.pages:
        assert len(project.on(page)) <= 10


def test_every_page_says_whose_data_they_are(project: Project) -> None:
    for page in project.pages:
        assert text_of(project.on(page)[-1], "title", "text") == ATTRIBUTION


def test_whatever_shows_times_says_that_they_are_utc(project: Project) -> None:
    for visual in project.visuals.values():
        shown = str(visual["visual"].get("query"))
        if any(f"'Property': '{name}'" in shown for name in ("Starts at", "Hour", "Best start")):
            assert "UTC" in text_of(visual, "title", "text")


def test_a_page_is_refreshed_no_more_often_than_rows_come(project: Project) -> None:
    settings = Settings.read({"GREENPULSE_WAREHOUSE": "snowflake://account/DATABASE"}, {})
    assert settings.load_seconds == LOAD_MINUTES * 60

    for page in project.pages.values():
        for refresh in page.get("objects", {}).get("pageRefresh", []):
            period = refresh["properties"]["duration"]["expr"]["Literal"]["Value"]
            minutes = int(period.removeprefix("'PT").removesuffix("M'"))
            assert minutes >= LOAD_MINUTES


def test_the_pages_of_now_refresh_themselves(project: Project) -> None:
    assert all("pageRefresh" in project.pages[name]["objects"] for name in ("live", "pipeline"))


def test_the_index_has_the_colours_of_the_pages(project: Project) -> None:
    colours = [COLOURS[index].light for index in IntensityIndex]

    assert project.theme["dataColors"][: len(colours)] == colours
    shown = str(project.visuals["live", "index-by-half-hour"])
    assert all(colour in shown for colour in colours)
    now = project.tables["Now"].measures["Colour now"].expression
    assert all(f'"{index}", "{COLOURS[index].light}"' in now for index in IntensityIndex)


def test_texts_stand_out_from_what_they_are_written_on(project: Project) -> None:
    theme = project.theme
    inks = [theme["foreground"], theme["foregroundNeutralSecondary"]]
    inks += [text["color"] for text in theme["textClasses"].values()]
    inks += [COLOURS[index].light for index in IntensityIndex]

    for ground in (theme["background"], theme["backgroundLight"]):
        assert min(contrast(ink, ground) for ink in inks) >= TEXT_CONTRAST


def test_what_is_drawn_stands_out_from_its_ground(project: Project) -> None:
    drawn = [*project.theme["dataColors"], *FUEL_COLOURS, *LINES, PLAIN]

    assert min(contrast(each, project.theme["background"]) for each in drawn) >= DRAWING_CONTRAST


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize(
    "colours",
    [
        [COLOURS[index].light for index in IntensityIndex],
        FUEL_COLOURS,
        LINES,
        (ANSWERED, FAILED, MISSING),
    ],
    ids=["index", "fuels", "lines", "polls"],
)
def test_colours_of_one_visual_can_be_told_apart(colours: list[str], sight: str) -> None:
    differences = [difference(one, other, sight) for one, other in combinations(colours, 2)]

    assert min(differences) >= CLEARLY_DIFFERENT
