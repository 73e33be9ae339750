"""The metrics as Prometheus scrapes them."""

import math
import time

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from support.grid_news import NOON
from support.site import Browserless, Site, usual_news

from greenpulse.status import PartitionStatus

WHOLE = PartitionStatus(
    is_assigned=True,
    is_open=True,
    log_start_offset=40,
    log_end_offset=120,
    archived_offset=109,
    loaded_offset=99,
    held_records=4,
    held_bytes=2048,
    oldest_held_seconds=1.5,
)


async def families(client: Browserless) -> list[Metric]:
    text = await (await client.get("/metrics")).text()
    return list(text_string_to_metric_families(text))


async def samples(client: Browserless) -> dict[tuple[str, str], float]:
    """Values by name and labels of the sample."""
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in await families(client)
        for sample in family.samples
    }


async def test_all_that_is_known_of_a_partition_is_told_at_the_moment_of_the_scrape(
    site: Site, client: Browserless
) -> None:
    site.status.partitions[2] = WHOLE

    scraped = await samples(client)

    told = {name: value for (name, label), value in scraped.items() if label == "2"}
    assert {name: value for name, value in told.items() if not name.endswith("_total")} == {
        "greenpulse_partition_open": 1,
        "greenpulse_log_start_offset": 40,
        "greenpulse_log_end_offset": 120,
        "greenpulse_chain_tail_offset": 109,
        "greenpulse_loaded_offset": 99,
        "greenpulse_archive_lag_records": 10,
        "greenpulse_load_lag_records": 10,
        "greenpulse_held_records": 4,
        "greenpulse_held_bytes": 2048,
        "greenpulse_oldest_held_seconds": 1.5,
    }


async def test_parts_leader_and_freshness_are_told(site: Site, client: Browserless) -> None:
    site.view.add(usual_news(site.clock))
    site.status.is_leader = True
    site.status.set_waiting("warehouse", "it is away", NOON)

    scraped = await samples(client)

    assert scraped["greenpulse_part_ready", "archive"] == 1
    assert scraped["greenpulse_part_ready", "warehouse"] == 0
    assert scraped["greenpulse_leader", ""] == 1
    assert scraped["greenpulse_freshness_seconds", ""] == 3


@pytest.mark.parametrize(("part", "ready"), [("warehouse", 1), ("source", 1), ("lake", 0)])
async def test_the_metrics_call_a_worker_ready_where_its_health_does(
    site: Site, client: Browserless, part: str, ready: int
) -> None:
    site.status.set_waiting(part, "it is away", NOON)

    assert (await samples(client))["greenpulse_ready", ""] == ready
    assert ((await client.get("/health/ready")).status == 200) is bool(ready)


async def test_what_is_not_known_is_not_0(site: Site, client: Browserless) -> None:
    site.status.partitions[0] = PartitionStatus(log_end_offset=120)

    scraped = await samples(client)

    assert math.isnan(scraped["greenpulse_freshness_seconds", ""])
    told = {name for name, label in scraped if label == "0"}
    assert "greenpulse_log_end_offset" in told
    assert not told & {
        "greenpulse_archive_lag_records",
        "greenpulse_chain_tail_offset",
        "greenpulse_load_lag_records",
        "greenpulse_loaded_offset",
        "greenpulse_log_start_offset",
    }


async def test_nothing_is_told_any_more_of_a_partition_that_went_elsewhere(
    site: Site, client: Browserless
) -> None:
    site.status.partitions.update({0: WHOLE, 1: WHOLE})
    await samples(client)
    site.status.partitions.pop(0)

    scraped = await samples(client)

    gauges = [(name, label) for name, label in scraped if not name.endswith("_total")]
    assert [name for name, label in gauges if label == "0"] == []
    assert len([name for name, label in gauges if label == "1"]) == 10


async def test_what_a_worker_did_for_a_partition_it_did(site: Site, client: Browserless) -> None:
    site.status.partitions[0] = WHOLE
    site.metrics.files.labels(0, "window").inc()
    await samples(client)
    site.status.partitions.pop(0)

    assert (await samples(client))["greenpulse_files_total", "0,window"] == 1


async def test_what_has_never_happened_is_0_so_that_its_first_time_is_an_increase(
    site: Site, client: Browserless
) -> None:
    site.status.partitions[0] = WHOLE

    scraped = await samples(client)

    rare = ("adoptions", "healed_commits", "unreadable_records")
    assert [scraped[f"greenpulse_{name}_total", "0"] for name in rare] == [0, 0, 0]


async def test_every_metric_is_one_that_prometheus_reads_and_is_explained(
    client: Browserless,
) -> None:
    response = await client.get("/metrics")

    assert response.headers["Content-Type"].startswith("text/plain; version=")
    found = await families(client)
    assert len({family.name for family in found}) == len(found)
    assert all(family.documentation for family in found)
    assert {family.type for family in found} <= {"counter", "gauge", "histogram", "info"}
    standard = ("process_", "python_", "greenpulse_")
    assert all(family.name.startswith(standard) for family in found)


async def test_counters_end_in_total_and_quantities_in_their_unit(client: Browserless) -> None:
    units = ("_seconds", "_bytes", "_offset", "_records", "_open", "_ready", "_leader", "_info")
    text = await (await client.get("/metrics")).text()
    typed = dict(line.split()[2:] for line in text.splitlines() if line.startswith("# TYPE gre"))

    for name, kind in typed.items():
        assert name.endswith("_total") is (kind == "counter"), name
        assert kind == "counter" or name.endswith(units), name


async def test_a_scrape_is_cheap_however_many_partitions_there_are(
    site: Site, client: Browserless
) -> None:
    for partition in range(100):
        site.status.partitions[partition] = WHOLE
        site.metrics.files.labels(partition, "window").inc()
    await samples(client)
    began = time.process_time()

    await client.get("/metrics")

    assert time.process_time() - began < 0.5
