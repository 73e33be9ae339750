"""The JSON, as scripts read it."""

from support.site import Browserless, Site, usual_news


async def test_now_as_json(site: Site, client: Browserless) -> None:
    site.view.add(usual_news(site.clock))

    answer = await (await client.get("/api/v1/now")).json()

    assert answer["forecast_gco2_per_kwh"] == 183
    assert answer["intensity_index"] == "high"
    assert answer["period_start_at"] == "2026-01-31T12:00:00.000000Z"
    assert answer["data_age_seconds"] == 3
    assert answer["is_fresh"] is True
    assert answer["last_complete"]["actual_status"] == "revisable"
    assert answer["last_complete"]["settlement_period"] == 24


async def test_now_is_null_where_nothing_is_known(client: Browserless) -> None:
    answer = await (await client.get("/api/v1/now")).json()

    assert answer["forecast_gco2_per_kwh"] is None
    assert answer["last_complete"] is None
    assert answer["data_age_seconds"] is None
    assert answer["is_fresh"] is False


async def test_half_hours_between_two_moments(site: Site, client: Browserless) -> None:
    site.view.add(usual_news(site.clock))
    bounds = {"from": "2026-01-31T11:00Z", "to": "2026-01-31T12:30Z"}

    answer = await (await client.get("/api/v1/half-hours", params=bounds)).json()

    assert [h["forecast_gco2_per_kwh"] for h in answer["half_hours"]] == [152, 151, 183]
    assert [h["intensity_gco2_per_kwh"] for h in answer["half_hours"]] == [142, 141, 183]


async def test_a_bound_that_is_no_moment_is_refused_with_an_example(client: Browserless) -> None:
    response = await client.get("/api/v1/half-hours", params={"from": "yesterday"})

    assert response.status == 400
    assert await response.json() == {
        "error": "reading from='yesterday': want a moment like 2026-01-31T12:00Z"
    }
