"""How every page is answered: headers, caches, methods, what it loads."""

import re

import pytest
from support.page_words import words
from support.site import Browserless, Site, usual_news

PATHS = [
    "/",
    "/stats",
    "/api/v1/now",
    "/api/v1/half-hours",
    "/api/v1/pipeline",
    "/api/v1/openapi.json",
    "/health/live",
    "/health/ready",
    "/metrics",
    "/static/page.css",
    "/static/page.js",
    "/static/colours.css",
    "/static/icon.svg",
]


async def page(client: Browserless, path: str = "/") -> str:
    response = await client.get(path)
    assert response.status == 200
    return await response.text()


@pytest.mark.parametrize("path", PATHS)
async def test_every_page_is_closed_to_third_parties_and_says_how_to_cache_it(
    client: Browserless, path: str
) -> None:
    response = await client.get(path)

    assert response.status == 200
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Server"] == "GreenPulse"
    assert response.headers["Cache-Control"]
    assert response.headers["ETag"]


# A process's own seconds of CPU are among its metrics: those never stay the same for long.
@pytest.mark.parametrize("path", sorted(set(PATHS) - {"/metrics"}))
async def test_who_holds_the_same_gets_304_and_no_body(client: Browserless, path: str) -> None:
    etag = (await client.get(path)).headers["ETag"]

    response = await client.get(path, headers={"If-None-Match": f'"other", {etag}'})

    assert response.status == 304
    assert await response.read() == b""
    assert response.headers["ETag"] == etag


async def test_news_change_the_etag(site: Site, client: Browserless) -> None:
    etag = (await client.get("/api/v1/half-hours")).headers["ETag"]
    site.view.add(usual_news(site.clock))

    response = await client.get("/api/v1/half-hours", headers={"If-None-Match": etag})

    assert response.status == 200


@pytest.mark.parametrize("path", [*PATHS, "/nowhere"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_pages_can_only_be_read(client: Browserless, path: str, method: str) -> None:
    response = await client.request(method, path)

    assert response.status == 405
    assert response.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", PATHS)
async def test_head_says_what_get_would(client: Browserless, path: str) -> None:
    response = await client.head(path)

    assert response.status == 200
    assert await response.read() == b""
    assert response.headers["Content-Type"] == (await client.get(path)).headers["Content-Type"]


async def test_an_unknown_path_is_told_so_on_a_page(client: Browserless) -> None:
    response = await client.get("/no/such/page")

    assert response.status == 404
    assert "There is no page /no/such/page" in words(await response.text())
    assert (await client.get("/static/../pages.py")).status == 404
    assert (await client.get("/static/%2e%2e%2fpages.py")).status == 404


async def test_a_program_that_asks_for_an_unknown_path_is_told_so_in_json(
    client: Browserless,
) -> None:
    response = await client.get("/api/v1/nothing")

    assert response.status == 404
    assert await response.json() == {
        "error": "there is nothing at /api/v1/nothing; see /api/v1/openapi.json"
    }


async def test_pages_hold_no_inline_script_or_style_and_load_nothing_from_elsewhere(
    site: Site, client: Browserless
) -> None:
    site.view.add(usual_news(site.clock))

    for path in ("/", "/stats"):
        html = await page(client, path)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script>", html)
        loaded = re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=\"([^\"]+)\"", html)
        assert loaded
        assert all(address.startswith("/static/") for address in loaded)


async def test_static_files_are_kept_for_ever_under_the_address_of_their_content(
    client: Browserless,
) -> None:
    html = await page(client)
    [address] = re.findall(r'src="(/static/page\.js\?v=[^"]+)"', html)

    named = await client.get(address)
    unnamed = await client.get("/static/page.js")

    assert "immutable" in named.headers["Cache-Control"]
    assert unnamed.headers["Cache-Control"] == "no-cache"


async def test_the_whole_page_stays_below_500_kb(site: Site, client: Browserless) -> None:
    site.view.add(usual_news(site.clock))

    paths = ["/", *(path for path in PATHS if path.startswith("/static/"))]
    sizes = [len(await (await client.get(path)).read()) for path in paths]

    assert sum(sizes) < 500_000
