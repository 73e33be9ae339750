"""Health for orchestrators."""

import pytest
from support.grid_news import NOON
from support.site import Browserless, Site

from greenpulse.status import PartStatus


async def test_a_worker_whose_loop_runs_is_alive_also_while_it_stops(
    site: Site, client: Browserless
) -> None:
    site.status.is_stopping = True

    assert (await client.get("/health/live")).status == 200


@pytest.mark.parametrize("part", ["broker", "lake", "archive"])
async def test_a_worker_without_a_needed_part_is_unready_and_says_why(
    site: Site, client: Browserless, part: str
) -> None:
    site.status.set_waiting(part, "it is away", NOON)

    response = await client.get("/health/ready")

    assert response.status == 503
    body = await response.json()
    assert body["is_ready"] is False
    assert body["reasons"] == [f"{part}: it is away"]


async def test_a_part_that_has_not_begun_does_not_hide_what_is_wrong(
    site: Site, client: Browserless
) -> None:
    site.status.parts["broker"] = PartStatus()
    site.status.parts["lake"] = PartStatus()
    starting = (await (await client.get("/health/ready")).json())["reasons"]
    site.status.set_waiting("archive", "partition 0: access denied", NOON)

    response = await client.get("/health/ready")

    assert starting == ["broker: starting", "lake: starting"]
    assert response.status == 503
    assert (await response.json())["reasons"] == ["archive: partition 0: access denied"]


@pytest.mark.parametrize("part", ["source", "warehouse"])
async def test_neither_the_api_nor_the_warehouse_makes_a_worker_unready(
    site: Site, client: Browserless, part: str
) -> None:
    site.status.set_waiting(part, "it is away", NOON)

    response = await client.get("/health/ready")

    assert response.status == 200
    body = await response.json()
    assert body["reasons"] == []
    assert body["parts"][part] == {
        "is_ready": False,
        "reason": "it is away",
        "since_at": "2026-01-31T12:00:00.000000Z",
    }


async def test_a_worker_that_stops_is_unready(site: Site, client: Browserless) -> None:
    site.status.is_stopping = True

    response = await client.get("/health/ready")

    assert response.status == 503
    assert (await response.json())["reasons"] == ["the worker is stopping"]


async def test_health_is_never_taken_from_a_cache(client: Browserless) -> None:
    for path in ("/health/live", "/health/ready", "/metrics"):
        assert (await client.get(path)).headers["Cache-Control"] == "no-store"
