"""A workspace and a Chromium; skipped where there is none, unless PARK_REQUIRE_BROWSER is set."""

import os
from collections.abc import Iterator

import pytest

from bot.sandbox.page.server import DemoPage
from tests.browser.chromium import Browser, chromium, found
from tests.browser.tab import Tab

REQUIRED = "PARK_REQUIRE_BROWSER"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not found():
        missing = pytest.fail if os.environ.get(REQUIRED) else pytest.skip
        missing("no Chromium on this machine: install Debian's package chromium")
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[DemoPage]:
    """A workspace of its own, where somebody can look at it."""
    with DemoPage() as opened:
        yield opened


@pytest.fixture
def tab(browser: Browser, page: DemoPage) -> Iterator[Tab]:
    """Ana, in #phones."""
    with browser.tab(page.url) as opened:
        yield opened
