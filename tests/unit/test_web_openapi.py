"""The OpenAPI document says of the JSON what the JSON is, no more and no less."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer
from support.grid_news import NOON
from support.json_schema import complaints
from support.site import Site, usual_news

from greenpulse.status import PartitionStatus, SeriesStatus


@pytest.fixture
def site() -> Site:
    site = Site()
    site.status.partitions[0] = PartitionStatus(log_end_offset=5)
    site.status.series["intensity"] = SeriesStatus(scheduled_at=NOON, status=200)
    site.status.tables = {"archived": {"0": {"end_offset": 4}}}
    return site


@pytest.fixture
async def client(site: Site) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(site.application())) as client:
        yield client


@pytest.mark.parametrize("has_news", [True, False], ids=["with news", "without news"])
async def test_each_documented_path_answers_as_documented(
    site: Site, client: TestClient, *, has_news: bool
) -> None:
    if has_news:
        site.view.add(usual_news(site.clock))
    document = await (await client.get("/api/v1/openapi.json")).json()

    for path, operations in document["paths"].items():
        answers = operations["get"]["responses"]
        schema = answers["200"]["content"]["application/json"]["schema"]
        value = await (await client.get(path)).json()
        assert complaints(value, schema, document) == []


async def test_a_refusal_is_as_documented(client: TestClient) -> None:
    document = await (await client.get("/api/v1/openapi.json")).json()
    answers = document["paths"]["/api/v1/half-hours"]["get"]["responses"]
    schema = answers["400"]["content"]["application/json"]["schema"]

    value = await (await client.get("/api/v1/half-hours?to=noon")).json()

    assert complaints(value, schema, document) == []


async def test_only_what_exists_is_documented(client: TestClient) -> None:
    document = await (await client.get("/api/v1/openapi.json")).json()

    assert set(document["paths"]) == {"/api/v1/now", "/api/v1/half-hours", "/api/v1/pipeline"}
    assert document["info"]["version"] == "1.2.3"
