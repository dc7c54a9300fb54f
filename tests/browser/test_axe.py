"""axe-core finds no violation on the message list, a form, the Home tab and the panel, in both themes.

axe-core is not part of the repository: `npm pack axe-core` brings it, and PARK_AXE says where its axe.min.js is.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.page.server import DemoPage
from tests.browser.chromium import Browser
from tests.browser.gallery import cards, close, decisions, filled, home, more, refusals, say
from tests.browser.tab import Tab

pytestmark = pytest.mark.timeout(600)
AXE = Path(os.environ.get("PARK_AXE", "node_modules/axe-core/axe.min.js"))
RUN = "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)"
LOOKS = {"light": (1240, False), "dark": (1240, True), "phone": (390, False), "phone, dark": (390, True)}
SCREENS = {
    "messages": "?as=ana&in=phones",
    "a refusal": "?as=ben&in=phones",
    "home": "?as=ana&in=park",
    "home of a guest": "?as=gil&in=park",
}


@pytest.fixture(scope="module", name="axe")
def _axe() -> str:
    if not AXE.exists():
        pytest.skip(f"no axe-core at {AXE}: npm pack axe-core, and set PARK_AXE to its axe.min.js")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="module", name="full")
def _full(axe: str, browser: Browser) -> Iterator[DemoPage]:
    """A workspace in which a day has passed."""
    with DemoPage() as page:
        cards(page.sandbox)
        decisions(page.sandbox)
        refusals(page.sandbox)
        say(page.sandbox, "")
        home(page.sandbox)
        yield page


def violations(tab: Tab, axe: str) -> list[str]:
    """What axe-core finds, with the elements that it finds it in."""
    tab.call("Runtime.evaluate", expression=axe)
    found = tab.js(RUN)
    return [f"{one['id']}: {one['help']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_is_found_on_a_page(full: DemoPage, browser: Browser, axe: str, screen: str, look: str) -> None:
    width, dark = LOOKS[look]
    with browser.tab(f"{full.url}{SCREENS[screen]}", width=width, height=900, dark=dark) as tab:
        tab.until("document.body.dataset.drawn")
        assert violations(tab, axe) == []


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("modal", ["form", "panel"])
def test_nothing_is_found_in_a_modal(full: DemoPage, browser: Browser, axe: str, modal: str, look: str) -> None:
    (filled if modal == "form" else more)(full.sandbox)
    width, dark = LOOKS[look]
    with browser.tab(f"{full.url}?as=ana&in=phones", width=width, height=900, dark=dark) as tab:
        tab.until("document.querySelector('#modal').open")
        assert violations(tab, axe) == []
    close(full.sandbox)
