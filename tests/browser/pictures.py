"""The README's pictures, taken from the page: `python -m tests.browser.pictures FOLDER`."""

from argparse import ArgumentParser
from pathlib import Path

from bot.sandbox.page.server import DemoPage
from tests.browser.chromium import Browser, chromium
from tests.browser.tab import Tab


def take(folder: Path) -> None:
    """PNG files of one workspace, in which a morning has passed."""
    with DemoPage() as page, chromium() as browser:
        with browser.tab(page.url, width=1240, height=900) as tab:
            _morning(tab)
            tab.picture(folder / "workspace.png")
            tab.show(1240, 720)
            _form(tab)
            tab.picture(folder / "form.png")
        _others(page, browser, folder)


def _morning(tab: Tab) -> None:
    """A member is added; calls go elsewhere for two hours, as the card and the PBX say."""
    tab.say("/park add 1001 to Sales")
    tab.see("#1 · done")
    tab.see("1 reply")
    tab.say("/park recall Sales to Night Desk for 2h")
    tab.see("active until")
    tab.see("1 reply", times=2)


def _form(tab: Tab) -> None:
    tab.say("/park add")
    tab.until("parkLooks.name(document.activeElement) === 'Members'")
    tab.search("an", "1004 Ana Ruiz")


def _others(page: DemoPage, browser: Browser, folder: Path) -> None:
    """The Home tab in the dark, and on a phone a refusal, with what was asked for then."""
    with browser.tab(f"{page.url}?in=park", width=1240, height=720, dark=True) as tab:
        tab.press("Escape")  # the form of before
        tab.see("12 park groups", "#home")
        tab.picture(folder / "home-dark.png")
    with browser.tab(f"{page.url}?as=ben", width=390, height=780) as tab:
        tab.say("/park rename Warehouse to Depot")
        tab.click("Ask for approval")
        tab.see("waiting for approval")
        tab.picture(folder / "phone.png")


if __name__ == "__main__":
    parser = ArgumentParser(description="Takes the pictures of the documentation.")
    parser.add_argument("folder", type=Path, help="where the pictures are put")
    take(**vars(parser.parse_args()))
