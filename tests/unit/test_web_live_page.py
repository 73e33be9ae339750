"""The live page, as people read it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from support.grid_news import NOON, half_hour_item, news, news_of_body
from support.page_words import words
from support.site import Browserless, Site, usual_news

from greenpulse.status import SeriesStatus

ATTRIBUTION = (
    "Carbon intensity data: National Energy System Operator (NESO) Carbon Intensity API, CC BY 4.0"
)


async def page(client: Browserless, path: str = "/") -> str:
    response = await client.get(path)
    assert response.status == 200
    return await response.text()


async def test_the_number_the_word_and_what_they_speak_of_are_in_the_html(
    site: Site, client: Browserless
) -> None:
    site.view.add(usual_news(site.clock))

    html = await page(client)

    assert words(html, "reading") == "183 gCO₂/kWh high"
    assert words(html, "speaks-of") == "Forecast for 12:00-12:30 GMT"
    assert words(html, "age") == "API heard 3 s ago · this forecast told 3 s ago"
    assert words(html, "last") == (
        "Last complete half hour today, 11:30-12:00 GMT Actual 141 Forecast 151 "
        "may still be revised"
    )
    assert words(html, "notices") == ""
    assert "183 gCO₂/kWh" in html.partition("</title>")[0]


async def test_the_greenest_times_ahead_are_named_with_what_they_save(
    site: Site, client: Browserless
) -> None:
    site.view.add(usual_news(site.clock))

    html = await page(client)

    assert words(html, "greenest") == (
        "Greenest time ahead A job of starts best mean saves "
        "1 h today, 12:30 62 50 % 2 h today, 12:30 62 32 % "
        "4 h today, 12:30 64 18 % 8 h today, 12:30 68 9 %"
    )


async def test_each_half_hour_has_its_row_also_where_nothing_is_known(
    site: Site, client: Browserless
) -> None:
    site.view.add(news(site.clock.now(), half_hour_item(NOON - timedelta(hours=1), 150, 0)))

    html = await page(client)

    html = html.replace("\N{EN DASH}", "-")
    rows = re.findall(r'data-slot="(\d+)" data-words="([^"]*)"', html)
    assert [int(slot) for slot, _ in rows] == list(range(144))
    assert rows[46][1] == "Sat 31 Jan, 11:00-11:30 GMT: actual 0, forecast 150"
    assert rows[47][1] == "Sat 31 Jan, 11:30-12:00 GMT: nothing is known"
    assert words(html, "last").endswith("suspect: 0 beside a high forecast")


async def test_nothing_known_is_a_dash_and_never_0(site: Site, client: Browserless) -> None:
    html = await page(client)

    assert words(html, "reading") == "- not known"
    assert words(html, "age") == "The API has not been heard yet"
    assert words(html, "notices") == "The Carbon Intensity API has not answered yet."
    assert "Nothing is known yet" in words(html)
    assert '<rect class="index' not in html
    assert not re.search(r"\b0\b", words(html, "now"))
    assert site.view.now(NOON).current is None


async def test_a_null_forecast_is_a_dash_and_not_the_last_number(
    site: Site, client: Browserless
) -> None:
    site.view.add(news(site.clock.now(), half_hour_item(NOON)))

    html = await page(client)

    assert words(html, "reading") == "- not known"


async def test_without_a_forecast_the_newest_half_hour_is_shown_as_what_it_is(
    site: Site, client: Browserless
) -> None:
    site.view.add(news(site.clock.now(), half_hour_item(NOON - timedelta(minutes=30), 150, 141)))

    html = await page(client)

    assert words(html, "reading").startswith("141 ")
    assert words(html, "speaks-of") == (
        "Actual for 11:30-12:00 GMT, the newest half hour that is known"
    )


async def test_yesterdays_number_is_never_shown_as_todays(site: Site, client: Browserless) -> None:
    yesterday = NOON - timedelta(days=1)
    site.view.add(news(yesterday + timedelta(hours=1), half_hour_item(yesterday, 150, 141)))

    html = await page(client)

    assert words(html, "reading") == "- not known"
    assert words(html, "notices") == (
        "The Carbon Intensity API was last heard 23 h 14 min ago; the numbers are from then."
    )


async def test_old_numbers_are_grey_and_said_to_be_old_with_the_reason(
    site: Site, client: Browserless
) -> None:
    site.view.add(usual_news(site.clock))
    site.status.set_waiting("source", "asking 'http://api': timed out", NOON)
    await site.clock.advance(600)

    html = await page(client)

    assert 'class="overview old"' in html
    assert "(old)" in html.partition("</title>")[0]
    assert words(html, "age").startswith("API heard 10 min ago")
    assert words(html, "notices") == (
        "The Carbon Intensity API was last heard 10 min ago; the numbers are from then. "
        "Asking 'http://api': timed out. To see everything without a network: make demo."
    )
    assert words(html, "greenest").endswith("not known without a fresh forecast")


async def test_a_log_that_is_away_is_named_and_not_the_api_behind_it(
    site: Site, client: Browserless
) -> None:
    site.view.add(usual_news(site.clock))
    site.status.set_waiting("broker", "looking up 'a topic' on Kafka: nobody listens there", NOON)
    await site.clock.advance(600)

    html = await page(client)

    assert words(html, "notices") == (
        "Nothing came through the log for 10 min; the numbers are from then. "
        "Looking up 'a topic' on Kafka: nobody listens there."
    )


async def test_an_api_that_repeats_old_half_hours_is_found_out(
    site: Site, client: Browserless
) -> None:
    site.view.add(news(site.clock.now(), half_hour_item(NOON - timedelta(hours=5), 150, 141)))

    html = await page(client)

    assert words(html, "notices") == (
        "The Carbon Intensity API answers, but its newest half hour ended 4 h 44 min ago."
    )


async def test_what_the_source_suffers_is_said_while_there_are_no_numbers(
    site: Site, client: Browserless
) -> None:
    site.status.set_waiting("source", "Cannot reach it. For all of it: make demo", NOON)

    html = await page(client)

    assert words(html, "notices") == "Cannot reach it. For all of it: make demo."


async def test_what_is_simulated_is_called_simulated_on_both_pages(
    site: Site, client: Browserless
) -> None:
    site.view.add(usual_news(site.clock, is_simulated=True))

    for path in ("/", "/stats"):
        html = await page(client, path)
        assert words(html, "notices").startswith("Simulated")


@pytest.mark.parametrize("path", ["/", "/stats", "/?zone=utc"])
async def test_each_page_carries_the_attribution_with_the_licence(
    client: Browserless, path: str
) -> None:
    html = await page(client, path)

    assert ATTRIBUTION in words(html)
    assert 'href="https://creativecommons.org/licenses/by/4.0/"' in html


async def test_times_are_in_utc_on_request(site: Site, client: Browserless) -> None:
    site.view.add(usual_news(site.clock))

    html = await page(client, "/?zone=utc")

    assert words(html, "speaks-of") == "Forecast for 12:00-12:30 UTC"
    assert 'href="/stats?zone=utc"' in html


async def test_what_the_api_says_is_escaped(site: Site, client: Browserless) -> None:
    script = "\"'><script>alert(1)</script>"
    site.view.add(
        news(
            site.clock.now(),
            half_hour_item(NOON - timedelta(minutes=30), 150, 141, script),
            half_hour_item(NOON, 183, None, script),
        )
    )
    site.status.set_waiting("warehouse", script, NOON)
    site.status.series["intensity"] = SeriesStatus(error=script)
    site.status.tables = {script: {script: {script: script}}}

    for path in ("/", "/stats", f"/{script}"):
        html = await (await client.get(path)).text()
        assert "alert(1)" in html
        assert "<script>" not in html


async def test_the_recorded_new_year_of_2020_is_shown_as_it_was(
    recorded: Path, site: Site, client: Browserless
) -> None:
    body = (recorded / "kkulma_gb_with_dates.json").read_text()
    new_year = NOON.replace(year=2020, month=1, day=1, hour=0, minute=40)
    site.clock.jump((new_year - site.clock.now()).total_seconds())
    site.view.add(news_of_body(new_year, body))

    html = await page(client)

    assert words(html, "reading") == "176 gCO₂/kWh moderate"
    assert words(html, "last") == (
        "Last complete half hour today, 00:00-00:30 GMT Actual 182 Forecast 178 provisional"
    )


async def test_the_table_names_the_zone_of_each_half_hour_where_the_clocks_change(
    site: Site, client: Browserless
) -> None:
    clocks_go_back = NOON.replace(month=10, day=25, hour=0)
    site.clock.jump((clocks_go_back - site.clock.now()).total_seconds())

    html = await page(client)

    [at_midnight_utc] = re.findall(r'<th scope="row">.*2026-10-25T00:00:00.*>(.*)</time>', html)
    [an_hour_later] = re.findall(r'<th scope="row">.*2026-10-25T01:00:00.*>(.*)</time>', html)
    assert words(at_midnight_utc) == "01:00-01:30 BST"
    assert words(an_hour_later) == "01:00-01:30 GMT"
