"""Simulated answers beside recorded ones: the same half hours, keys, types, names and bytes."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from greenpulse.grid.bands import IntensityIndex
from greenpulse.grid.simulated import layout
from greenpulse.grid.simulated.answers import Answers, SimulatedAnswer
from greenpulse.grid.simulated.faults import Mischief
from greenpulse.grid.simulated.grid import NationalIntensity, SimulatedGrid
from greenpulse.grid.simulated.spoiling import spoil

NOW = datetime(2026, 5, 6, 0, 7, tzinfo=UTC)

RECORDED_PATHS = {
    "kkulma_gb_no_dates": "/intensity/",
    "kkulma_gb_with_dates": "/intensity/2020-01-01T00:00Z/2020-01-02T23:59Z",
    "kkulma_get_mix": "/generation/",
    "kkulma_raw_with_dates": "/generation/2019-04-01T00:00Z/2019-04-07T23:59Z",
    "kkulma_get_factors": "/intensity/factors",
    "kkulma_get_stats_dates": "/intensity/stats/2019-04-01T00:00Z/2019-04-07T23:59Z",
    "kkulma_get_stats_block": "/intensity/stats/2019-04-01T00:00Z/2019-04-07T23:59Z/2",
    "kkulma_nat_no_dates": "/regional",
    "kkulma_nat_en": "/regional/england",
    "kkulma_nat_sct": "/regional/scotland",
    "kkulma_nat_wal": "/regional/wales",
    "kkulma_nat_with_dates": "/regional/intensity/2020-01-01T00:00Z/2020-01-02T23:59Z",
    "kkulma_reg_no_dates": "/regional/regionid/13",
    "kkulma_reg_with_dates": "/regional/intensity/2020-01-01T00:00Z/2020-01-02T23:59Z/regionid/13",
    "kkulma_pc_no_dates": "/regional/postcode/EN2",
    "gridflow_regional_fw24h_regionid13_2026-05-06": (
        "/regional/intensity/2026-05-06T00:00Z/fw24h/regionid/13"
    ),
    "jscruz_national_2017-10-01": "/intensity/2017-10-01T12:00Z/fw24h",
    "jscruz_regional_fw48h_postcode": (
        "/regional/intensity/2020-05-19T20:01Z/2020-05-20T20:01Z/postcode/BH1"
    ),
    "intensity_date_2023-03-26_localday": "/intensity/date/2023-03-26",
    "intensity_date_2023-10-29_localday": "/intensity/date/2023-10-29",
    "batpred4958_200_intensity_date_no_forecast": "/intensity/date/2026-05-12",
    "jscruz_200_null_unmatched_postcode": "/regional/postcode/en2",
    "issue20_200_regional_empty_object": "/regional/intensity/2026-05-12T00:01Z/fw24h",
    "apievangelist_400_invalid_date": "/intensity/date/yesterday",
    "apievangelist_400_invalid_path": "/nowhere",
    "error_400_range_datetime_format": "/intensity/yesterday/today",
    "error_400_range_gt_31_days_yaanno": "/intensity/2020-01-01T00:00Z/2020-02-01T00:00Z",
    "error_400_regional_range_gt_14_days": (
        "/regional/intensity/2020-01-01T00:00Z/2020-01-15T00:00Z"
    ),
    "error_400_start_not_before_end": "/intensity/2020-01-02T00:00Z/2020-01-01T00:00Z",
    "issue10_400_no_postcode_match": "/regional/postcode/W3",
}
OF_A_GIVEN_TIME = [
    name for name, path in RECORDED_PATHS.items() if "/20" in path and "400" not in name
]


@pytest.fixture(scope="module")
def answers() -> Answers:
    return Answers(SimulatedGrid(1))


def recorded_bytes(recorded: Path, name: str) -> bytes:
    return (recorded / f"{name}.json").read_bytes()


def shape(node: Any) -> Any:  # noqa: ANN401 - any JSON
    """Keys in their order and types; numbers may be null, lists are as their items are."""
    if isinstance(node, dict):
        return [(key, shape(value)) for key, value in node.items()]
    if isinstance(node, list):
        shapes = [shape(item) for item in node]
        return [item for number, item in enumerate(shapes) if item not in shapes[:number]]
    return "text" if isinstance(node, str) else "number or null"


def spans(node: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - any JSON
    """Start and end of each half hour or block, in order."""
    if isinstance(node, list):
        return [span for item in node for span in spans(item)]
    if not isinstance(node, dict):
        return []
    if "from" in node:
        return [(node["from"], node["to"])]
    return [span for value in node.values() for span in spans(value)]


@pytest.mark.parametrize(("name", "path"), RECORDED_PATHS.items())
def test_an_answer_has_the_shape_of_the_recorded_one(
    recorded: Path, answers: Answers, name: str, path: str
) -> None:
    answer = json.loads(answers.at(path, NOW).body)

    assert shape(answer) == shape(json.loads(recorded_bytes(recorded, name)))


@pytest.mark.parametrize("name", OF_A_GIVEN_TIME)
def test_an_answer_has_the_half_hours_of_the_recorded_one(
    recorded: Path, answers: Answers, name: str
) -> None:
    expected = spans(json.loads(recorded_bytes(recorded, name)))

    answer = json.loads(answers.at(RECORDED_PATHS[name], NOW).body)

    assert spans(answer) == expected


@pytest.mark.parametrize("name", [name for name in RECORDED_PATHS if "400" in name])
def test_an_error_says_what_the_recorded_one_says(
    recorded: Path, answers: Answers, name: str
) -> None:
    answer = answers.at(RECORDED_PATHS[name], NOW)

    assert answer.status == 400
    assert json.loads(answer.body) == json.loads(recorded_bytes(recorded, name))


def test_regions_are_named_and_ordered_as_recorded(recorded: Path, answers: Answers) -> None:
    def names(body: bytes) -> list[tuple[int, str, str]]:
        regions = json.loads(body)["data"][0]["regions"]
        return [(row["regionid"], row["dnoregion"], row["shortname"]) for row in regions]

    said = names(answers.at("/regional", NOW).body)

    assert said == names(recorded_bytes(recorded, "kkulma_nat_no_dates"))


def test_fuels_are_ordered_as_recorded(recorded: Path, answers: Answers) -> None:
    def fuels(body: bytes) -> list[str]:
        return [share["fuel"] for share in json.loads(body)["data"]["generationmix"]]

    said = fuels(answers.at("/generation", NOW).body)

    assert said == fuels(recorded_bytes(recorded, "kkulma_get_mix"))


def test_one_half_hour_is_laid_out_to_the_byte_as_recorded(recorded: Path) -> None:
    said = NationalIntensity(255, None, IntensityIndex.MODERATE)

    document = layout.one_national(datetime(2021, 4, 30, 22, 30, tzinfo=UTC), said)

    assert document.encode() == recorded_bytes(recorded, "kkulma_gb_no_dates")


def test_a_range_is_laid_out_to_the_byte_as_recorded(recorded: Path) -> None:
    expected = recorded_bytes(recorded, "kkulma_gb_with_dates")
    rows = [
        (
            datetime.fromisoformat(row["from"]),
            NationalIntensity(
                row["intensity"]["forecast"],
                row["intensity"]["actual"],
                IntensityIndex(row["intensity"]["index"]),
            ),
        )
        for row in json.loads(expected)["data"]
    ]

    document = layout.listed(layout.national_row(*row) for row in rows)

    assert document.encode() == expected


def test_a_mix_is_laid_out_to_the_byte_as_recorded(recorded: Path) -> None:
    expected = recorded_bytes(recorded, "kkulma_raw_with_dates")
    rows = [
        (
            datetime.fromisoformat(row["from"]),
            tuple(float(share["perc"]) for share in row["generationmix"]),
        )
        for row in json.loads(expected)["data"]
    ]

    document = layout.listed(layout.mix_row(*row) for row in rows)

    assert document.encode() == expected


def test_statistics_are_laid_out_to_the_byte_as_recorded(recorded: Path) -> None:
    expected = recorded_bytes(recorded, "kkulma_get_stats_block")
    blocks = [
        layout.StatisticsBlock(
            start_at=datetime.fromisoformat(row["from"]),
            end_at=datetime.fromisoformat(row["to"]),
            maximum=row["intensity"]["max"],
            average=row["intensity"]["average"],
            minimum=row["intensity"]["min"],
            index=row["intensity"]["index"],
        )
        for row in json.loads(expected)["data"]
    ]

    document = layout.statistics(blocks)

    assert document.encode() == expected


def test_factors_are_those_recorded_to_the_byte(recorded: Path, answers: Answers) -> None:
    expected = recorded_bytes(recorded, "kkulma_get_factors")

    assert answers.at("/intensity/factors", NOW).body == expected


def test_a_failure_is_the_recorded_one_to_the_byte(recorded: Path) -> None:
    failure = spoil(SimulatedAnswer(200, b"{}"), Mischief.SERVER_ERROR)

    expected = recorded_bytes(recorded, "issue19_500_intensity_2025-01-13")
    assert (failure.status, failure.body) == (500, expected)


def test_two_days_of_all_regions_are_about_as_long_as_recorded(
    recorded: Path, answers: Answers
) -> None:
    expected = len(recorded_bytes(recorded, "kkulma_nat_with_dates"))

    body = answers.at(RECORDED_PATHS["kkulma_nat_with_dates"], NOW).body

    assert abs(len(body) - expected) < 0.02 * expected
