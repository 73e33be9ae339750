"""The live page in a real browser."""

from dataclasses import dataclass, field

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect
from support.site import Site, usual_news

from greenpulse.web.wording import in_words

REFRESH_MS = 10_000


@dataclass
class Visit:
    """An open page, and what it complained of and asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)


async def visit(browser: Browser, address: str, width: int = 1280) -> Visit:
    page = await browser.new_page(viewport={"width": width, "height": 800})
    seen = Visit(page)
    page.on("console", lambda message: seen.complaints.append(message.text))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("request", lambda request: seen.hosts.add(request.url.split("/")[2]))
    await page.clock.install()
    await page.goto(address)
    return seen


@pytest.fixture
async def live(site: Site, server: TestServer, browser: Browser) -> Visit:
    site.view.add(usual_news(site.clock))
    return await visit(browser, str(server.make_url("/")))


async def test_the_number_that_the_server_gave_is_seen_and_nothing_else_is_asked(
    live: Visit, server: TestServer
) -> None:
    await expect(live.page.locator(".number")).to_have_text("183")
    await expect(live.page.locator(".reading .word")).to_have_text("high")
    await expect(live.page).to_have_title("183 gCO₂/kWh \N{EN DASH} GreenPulse")
    assert await live.page.locator(".bars rect").count() == 144
    assert live.complaints == []
    assert live.hosts == {f"127.0.0.1:{server.port}"}


async def test_news_appear_without_a_reload_and_leave_the_reader_where_they_are(
    live: Visit, site: Site
) -> None:
    await live.page.evaluate("document.documentElement.dataset.loaded = 'once'")
    await live.page.get_by_text("The half hours as a table").press("Enter")
    await live.page.evaluate("window.scrollTo(0, 400)")
    await site.clock.advance(10)
    site.view.add(usual_news(site.clock, forecast_now=97))

    await live.page.clock.run_for(REFRESH_MS)

    await expect(live.page.locator(".number")).to_have_text("97")
    await expect(live.page).to_have_title("97 gCO₂/kWh \N{EN DASH} GreenPulse")
    assert await live.page.evaluate("document.documentElement.dataset.loaded") == "once"
    assert await live.page.evaluate("window.scrollY") == 400
    assert await live.page.evaluate("document.activeElement.tagName") == "SUMMARY"
    await expect(live.page.locator("table.half-hours")).to_be_visible()
    assert live.complaints == []


async def test_the_age_counts_on_between_refreshes(live: Visit) -> None:
    age = live.page.locator("#age [data-age]").first
    await expect(age).to_have_text("3 s")

    await live.page.clock.run_for(5_000)

    await expect(age).to_have_text("8 s")


async def test_old_numbers_turn_grey_and_are_said_to_be_old_without_a_reload(
    live: Visit, site: Site
) -> None:
    await site.clock.advance(120)

    await live.page.clock.run_for(REFRESH_MS)

    await expect(live.page.locator("#notices")).to_contain_text("last heard 2 min ago")
    await expect(live.page.locator(".overview")).to_have_class("overview old")


async def test_a_server_that_is_gone_is_said_in_words_and_found_again(
    live: Visit, site: Site
) -> None:
    lost = live.page.locator("#lost")
    await expect(lost).to_be_hidden()
    await live.page.route("**/*", lambda route: route.abort())

    await live.page.clock.run_for(REFRESH_MS)
    await expect(lost).to_be_visible()
    await live.page.clock.run_for(60_000)
    await expect(lost).to_contain_text("cannot reach GreenPulse any more")
    await expect(lost).to_contain_text("from 1 min ago")
    await expect(live.page.locator(".overview")).to_have_class("overview lost")

    await live.page.unroute_all()
    site.view.add(usual_news(site.clock, forecast_now=99))
    await live.page.clock.run_for(REFRESH_MS)
    await expect(lost).to_be_hidden()


@pytest.mark.parametrize("path", ["/", "/stats", "/nowhere"])
async def test_no_width_scrolls_sideways(
    site: Site, server: TestServer, browser: Browser, path: str
) -> None:
    site.view.add(usual_news(site.clock, is_simulated=True))
    site.status.set_waiting("warehouse", "opening '" + "long/" * 40 + "': locked", site.clock.now())
    seen = await visit(browser, str(server.make_url(path)))
    await seen.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")

    overflowing = []
    for width in (320, 360, 768, 2560):
        await seen.page.set_viewport_size({"width": width, "height": 800})
        if await seen.page.evaluate("document.documentElement.scrollWidth") > width:
            overflowing.append(width)

    assert overflowing == []


async def test_everything_is_reached_by_keyboard(live: Visit) -> None:
    reached = []
    for _ in range(8):
        await live.page.keyboard.press("Tab")
        reached.append(
            await live.page.evaluate(
                "document.activeElement.getAttribute('aria-label')"
                " ?? document.activeElement.textContent.trim().split(' ·')[0]"
            )
        )

    assert reached == [
        "Skip to the content",
        "GreenPulse",
        "Live",
        "Pipeline",
        "UK time",
        "Half hour",
        "The half hours as a table",
        "CC BY 4.0",
    ]


async def test_the_chart_is_read_with_the_arrow_keys(live: Visit) -> None:
    scrub = live.page.get_by_label("Half hour", exact=True)
    readout = live.page.locator("#readout")
    await expect(readout).to_have_text("Sat 31 Jan, 12:00\N{EN DASH}12:30 GMT: forecast 183, high")

    await scrub.press("ArrowLeft")

    words = "Sat 31 Jan, 11:30\N{EN DASH}12:00 GMT: actual 141, forecast 151, moderate"
    await expect(readout).to_have_text(words)
    await expect(scrub).to_have_attribute("aria-valuetext", words)


async def test_the_chart_is_read_with_the_mouse_and_stays_there_over_a_refresh(
    live: Visit, site: Site
) -> None:
    box = await live.page.locator(".over").bounding_box()
    assert box is not None
    in_the_last_slot = box["x"] + box["width"] * 143.5 / 144

    await live.page.mouse.move(in_the_last_slot, box["y"] + 10)
    await site.clock.advance(10)
    site.view.add(usual_news(site.clock, forecast_now=97))
    await live.page.clock.run_for(REFRESH_MS)

    await expect(live.page.locator(".number")).to_have_text("97")
    await expect(live.page.locator("#readout")).to_contain_text("Mon 2 Feb, 11:30")
    await expect(live.page.locator("#cursor")).to_have_attribute("x", "143")


async def test_all_is_there_without_any_script(
    site: Site, server: TestServer, browser: Browser
) -> None:
    site.view.add(usual_news(site.clock))
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()

    await page.goto(str(server.make_url("/")))

    await expect(page.locator(".number")).to_have_text("183")
    await expect(page.locator("#age")).to_contain_text("API heard 3 s ago")
    await expect(page.locator("[data-slot]")).to_have_count(144)
    await expect(page.locator("#scrub")).to_be_hidden()


async def test_the_script_says_ages_as_the_server_does(live: Visit) -> None:
    ages = [0, 59.9, 60, 3599, 3600, 86_399, 86_400, 200_000]

    said = await live.page.evaluate("ages => ages.map(inWords)", ages)

    assert said == [in_words(age) for age in ages]


async def test_the_pipeline_updates_itself(
    site: Site, server: TestServer, browser: Browser
) -> None:
    seen = await visit(browser, str(server.make_url("/stats")))
    await expect(seen.page.locator("#parts")).to_contain_text("warehouse")
    site.status.set_waiting("warehouse", "the file is locked", site.clock.now())

    await seen.page.clock.run_for(REFRESH_MS)

    await expect(seen.page.locator("#parts")).to_contain_text("the file is locked")
    assert seen.complaints == []
