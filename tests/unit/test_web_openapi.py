"""The OpenAPI document says of the JSON what the JSON is, no more and no less."""

import pytest
from support.grid_news import NOON
from support.json_schema import complaints
from support.site import Browserless, Site, usual_news

from greenpulse.status import PartitionStatus, SeriesStatus


@pytest.fixture
def site() -> Site:
    site = Site()
    site.status.partitions[0] = PartitionStatus(log_end_offset=5)
    site.status.series["intensity"] = SeriesStatus(scheduled_at=NOON, status=200)
    site.status.tables = {"archived": {"0": {"end_offset": 4}}}
    return site


@pytest.mark.parametrize("has_news", [True, False], ids=["with news", "without news"])
async def test_each_documented_path_answers_as_documented(
    site: Site, client: Browserless, *, has_news: bool
) -> None:
    if has_news:
        site.view.add(usual_news(site.clock))
    document = await (await client.get("/api/v1/openapi.json")).json()

    for path, operations in document["paths"].items():
        answers = operations["get"]["responses"]
        schema = answers["200"]["content"]["application/json"]["schema"]
        value = await (await client.get(path)).json()
        assert complaints(value, schema, document) == []


async def test_a_refusal_is_as_documented(client: Browserless) -> None:
    document = await (await client.get("/api/v1/openapi.json")).json()
    answers = document["paths"]["/api/v1/half-hours"]["get"]["responses"]
    schema = answers["400"]["content"]["application/json"]["schema"]

    value = await (await client.get("/api/v1/half-hours?to=noon")).json()

    assert complaints(value, schema, document) == []


async def test_only_what_exists_is_documented(client: Browserless) -> None:
    document = await (await client.get("/api/v1/openapi.json")).json()

    assert set(document["paths"]) == {"/api/v1/now", "/api/v1/half-hours", "/api/v1/pipeline"}
    assert document["info"]["version"] == "1.2.3"
