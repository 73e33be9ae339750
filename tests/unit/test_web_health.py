"""Health for orchestrators and metrics for Prometheus."""

import math

import pytest
from prometheus_client.parser import text_string_to_metric_families
from support.grid_news import NOON
from support.site import Browserless, Site, usual_news

from greenpulse.status import PartitionStatus


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


async def samples(client: Browserless) -> dict[tuple[str, str], float]:
    text = await (await client.get("/metrics")).text()
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_metrics_tell_lags_parts_and_freshness_at_the_moment_of_the_scrape(
    site: Site, client: Browserless
) -> None:
    site.view.add(usual_news(site.clock))
    site.status.set_waiting("warehouse", "it is away", NOON)
    site.status.partitions[2] = PartitionStatus(
        log_end_offset=120, archived_offset=109, loaded_offset=99, held_bytes=2048
    )
    site.metrics.polls.labels("intensity", "ok").inc()

    scraped = await samples(client)

    assert scraped["greenpulse_archive_lag_records", "2"] == 10
    assert scraped["greenpulse_load_lag_records", "2"] == 10
    assert scraped["greenpulse_held_bytes", "2"] == 2048
    assert scraped["greenpulse_part_ready", "archive"] == 1
    assert scraped["greenpulse_part_ready", "warehouse"] == 0
    assert scraped["greenpulse_freshness_seconds", ""] == 3
    assert scraped["greenpulse_polls_total", "ok,intensity"] == 1


async def test_what_is_not_known_is_not_0_in_the_metrics(site: Site, client: Browserless) -> None:
    site.status.partitions[0] = PartitionStatus(log_end_offset=120)

    scraped = await samples(client)

    assert math.isnan(scraped["greenpulse_freshness_seconds", ""])
    assert ("greenpulse_archive_lag_records", "0") not in scraped
    assert ("greenpulse_load_lag_records", "0") not in scraped


async def test_a_partition_that_went_elsewhere_leaves_no_old_lag_behind(
    site: Site, client: Browserless
) -> None:
    site.status.partitions[0] = PartitionStatus(log_end_offset=120, archived_offset=9)
    await samples(client)
    site.status.partitions.clear()

    scraped = await samples(client)

    assert ("greenpulse_archive_lag_records", "0") not in scraped
