"""Fixtures around a site: over HTTP, and in a browser."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Browser, async_playwright
from support.site import Browserless, Site

_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
async def server(site: Site) -> AsyncIterator[TestServer]:
    server = TestServer(site.application())
    await server.start_server()
    yield server
    await server.close()


@pytest.fixture
async def client(server: TestServer) -> AsyncIterator[Browserless]:
    async with TestClient(server) as client:
        yield client


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    named = os.environ.get("GREENPULSE_TEST_CHROMIUM")  # noqa: TID251 - a test may ask
    found = named or shutil.which("chromium")
    if found is None:
        pytest.skip("install chromium (apt-get install chromium) or set GREENPULSE_TEST_CHROMIUM")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=_QUIET)
        yield browser
        await browser.close()
