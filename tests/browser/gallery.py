"""Pictures of every card state, form, panel, Home and error: `python -m tests.browser.gallery FOLDER`.

Each is taken in light, in dark and at the width of a phone, to be looked at one by one.
"""

import re
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from bot.operations.catalog import OPERATIONS
from bot.sandbox.environment import Sandbox
from bot.sandbox.page.server import DemoPage
from bot.sandbox.pbx.faults import Fault, FaultKind
from tests.browser.chromium import Browser, chromium
from tests.browser.tab import Tab


class Look(NamedTuple):
    """The size of a window, in CSS pixels, and its theme."""

    name: str
    width: int
    height: int
    dark: bool = False


LOOKS = (Look("light", 1240, 1500), Look("dark", 1240, 1500, dark=True), Look("phone", 390, 1500))
HOME = "?as={who}&in=park"


class Scene(NamedTuple):
    """What is looked at: how it comes about in the workspace, and where it is seen."""

    name: str
    prepare: Callable[[Sandbox], None]
    address: str = "?as=ana&in=phones"


QUIET = 0.6
"""Seconds without anything new after which the bot, which is another process, is taken to be done."""


def settle(sandbox: Sandbox) -> None:
    """Waits until nothing has happened for a moment."""
    seen, since = (-1, -1, -1), time.monotonic()
    while time.monotonic() - since < QUIET:
        now = (len(sandbox.slack.calls), len(sandbox.pbx.requests), len(sandbox.slack.state.posts))
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.05)


def say(sandbox: Sandbox, *lines: str, who: str = "ana") -> None:
    """Types slash commands in #phones, one after the other."""
    for line in lines:
        sandbox.slack.slash(sandbox.people[who], sandbox.channels["phones"], line)
        settle(sandbox)


def cards(sandbox: Sandbox) -> None:
    """Changes that are done, undone, active, ended and scheduled."""
    say(sandbox, "add 1001 to Billing", "remove 1032 from Back to Front", "undo 2")
    say(sandbox, "recall Billing to Night Desk for 2h", "recall Warehouse to Day Desk for 1h", "undo 6")
    say(sandbox, "recall Support to Reception at 18:00 for 2h", "recall Support to user then Night Desk")


def decisions(sandbox: Sandbox) -> None:
    """Changes that wait for approval, are approved and rejected; an emergency; and a pause."""
    for line in ("rename Warehouse to Depot", "create Returns", "rename Billing to Accounts"):
        say(sandbox, f"ask {line}", who="ben")
    asked = [one.plain for one in sandbox.slack.messages(sandbox.channels["phones"]) if "Returns" in one.plain]
    say(sandbox, f"reject {re.findall('#([0-9]+)', asked[-1])[-1]} because of the audit")
    say(sandbox, "emergency recall Billing to Night Desk for 1h because the desk is empty", who="ben")
    say(sandbox, "pause because of an update")


def proposals(sandbox: Sandbox) -> None:
    """What workflows propose: accepted, declined, waiting."""
    where = {"channel_id": sandbox.channels["phones"], "group": "Sales", "note": "Eve is ill"}
    for target, label in (("Day Desk", "Do it"), ("Reception", "Decline"), ("user then Night Desk", "")):
        sandbox.slack.run_step("recall", {**where, "recall": target, "ends": "until 18:00"})
        settle(sandbox)
        cards = sandbox.slack.messages(sandbox.channels["phones"])
        if label and (waiting := [one for one in cards if "[Do it]" in one.plain]):
            sandbox.slack.click(sandbox.people["ana"], waiting[-1], label=label)
            settle(sandbox)


def faults(sandbox: Sandbox) -> None:
    """A change whose outcome is unknown, one that fails, and one that is not run in time."""
    say(sandbox, "resume")
    sandbox.pbx.faults.add(Fault(kind=FaultKind.DROP_BEFORE, match="POST *", times=9))
    say(sandbox, "recall Night Shift to Day Desk")
    sandbox.pbx.faults.clear()
    sandbox.pbx.faults.add(Fault(kind=FaultKind.STATUS, status=403, match="POST *", times=3))
    say(sandbox, "recall Front Desk to Day Desk")
    sandbox.pbx.faults.clear()


def evening(page: DemoPage) -> None:
    """Three hours later."""
    page.child.forward(timedelta(hours=3))
    settle(page.sandbox)


def schedules(sandbox: Sandbox) -> None:
    """Schedules that are to come, paused and deleted, their list, and the preview of one."""
    close(sandbox)
    say(sandbox, "recall Night Shift to Day Desk every weekday 18:00 to 8:00")
    say(sandbox, "add 1033 to Front Desk every Friday 13:00 to 17:00", "recall Billing to On Call on holidays")
    made = [one.plain for one in sandbox.slack.messages(sandbox.channels["phones"]) if "every Friday" in one.plain]
    say(sandbox, f"pause schedule {re.findall('#([0-9]+)', made[-1])[-1]}", "schedules")
    say(sandbox, "preview recall Warehouse to Night Desk every weekday 18:00 to 8:00")


def tonight(page: DemoPage) -> None:
    """Until an occurrence of the nights is in effect, on whatever day this is: a weekday's evening is within three."""
    for _ in range(6):
        page.child.forward(timedelta(hours=12))
        settle(page.sandbox)
        if any("In effect until" in one.plain for one in page.sandbox.slack.messages(page.sandbox.channels["phones"])):
            return


def repeating(sandbox: Sandbox) -> None:
    """A recall form for the nights of two days, with its next times."""
    opening("recall Warehouse")(sandbox)
    ana = sandbox.people["ana"]
    sandbox.slack.fill(ana, "Night Desk (6001)", label="Where recalls go")
    sandbox.slack.fill(ana, "Repeating, on days of the week", label="How often")
    settle(sandbox)
    sandbox.slack.fill(ana, ["Monday", "Friday"], label="On")
    sandbox.slack.fill(ana, "18:00", label="From")
    sandbox.slack.fill(ana, "08:00", label="To")
    settle(sandbox)


def refusals(sandbox: Sandbox) -> None:
    """Lines that are refused, not understood, or only shown."""
    say(sandbox, "rename Warehouse to Depot 2", "server extension 667", who="ben")
    say(
        sandbox,
        "recal Sales to Night Desk",
        "recall Slaes to user",
        "recall Sales to Night Desk for x",
        "delete Support",
    )
    say(sandbox, "groups", "group Sales", "find 1002", "server", "pending", "history", "access", "help recall")


def tables(sandbox: Sandbox) -> None:
    """The lists that can be asked for as tables."""
    say(sandbox, "history as table", "pending as table", "schedules as table")


def away(sandbox: Sandbox) -> None:
    """The PBX is away."""
    sandbox.pbx.stop()
    settle(sandbox)


def nothing(sandbox: Sandbox) -> None:
    """Everything is there already."""


def home(sandbox: Sandbox) -> None:
    """The Home tab of everybody, with their members read."""
    for user in sandbox.people.values():
        sandbox.slack.open_home(user)
    settle(sandbox)


def decided(sandbox: Sandbox) -> None:
    """The decisions, without a modal before them."""
    close(sandbox)
    decisions(sandbox)


def home_away(sandbox: Sandbox) -> None:
    """The Home tab while the PBX is away."""
    away(sandbox)
    home(sandbox)


def opening(line: str) -> Callable[[Sandbox], None]:
    """Opens the form of a line, in place of the one before."""

    def opened(sandbox: Sandbox) -> None:
        close(sandbox)
        say(sandbox, line)

    return opened


def filled(sandbox: Sandbox) -> None:
    """A recall form that shows what would change."""
    opening("recall Sales")(sandbox)
    ana = sandbox.people["ana"]
    sandbox.slack.fill(ana, "Night Desk (6001)", label="Where recalls go")
    sandbox.slack.fill(ana, "At a date and time ...", label="Ends")
    settle(sandbox)
    sandbox.slack.fill(ana, int(sandbox.now().timestamp()) // 3600 * 3600 + 7200, label="Ends at")
    settle(sandbox)


def wrong(sandbox: Sandbox) -> None:
    """A form with errors beside its fields."""
    opening("server recall time")(sandbox)
    sandbox.slack.fill(sandbox.people["ana"], "20m", label="Time")
    sandbox.slack.submit(sandbox.people["ana"])
    settle(sandbox)


def sent(sandbox: Sandbox) -> None:
    """A form whose change is on its way."""
    opening("rename Billing")(sandbox)
    sandbox.slack.fill(sandbox.people["ana"], "Invoices", label="Name")
    sandbox.slack.submit(sandbox.people["ana"])
    settle(sandbox)


def review(sandbox: Sandbox) -> None:
    """The second step of what destroys something."""
    opening("delete")(sandbox)
    sandbox.slack.fill(sandbox.people["ana"], "The Lounge", label="Park group")
    settle(sandbox)
    sandbox.slack.submit(sandbox.people["ana"])
    settle(sandbox)


def panel(sandbox: Sandbox) -> None:
    """The panel of the shortcut, which is a modal."""
    close(sandbox)
    sandbox.slack.shortcut(sandbox.people["ana"], "park:panel")
    settle(sandbox)


def more(sandbox: Sandbox) -> None:
    """All actions, behind More."""
    panel(sandbox)
    ana = sandbox.people["ana"]
    sandbox.slack.click(ana, sandbox.slack.view(ana), label="More")
    settle(sandbox)


def close(sandbox: Sandbox) -> None:
    """Closes Ana's modal, if one is open."""
    ana = sandbox.people["ana"]
    if sandbox.slack.views_of(ana):
        sandbox.slack.close(ana, everything=True)


def scenes() -> Iterator[Scene]:
    """All scenes, in an order in which each finds what it needs."""
    yield Scene("panel-first", lambda sandbox: say(sandbox, ""))
    yield Scene("cards", cards)
    yield Scene("home-ana", home, HOME.format(who="ana"))
    for name, scene in (("filled", filled), ("error", wrong), ("sent", sent), ("review", review)):
        yield Scene(f"form-{name}", scene)
    for operation in OPERATIONS:
        if operation.form() and operation.permission is not None:
            line = operation.usage().partition(" <")[0].partition(" [")[0]
            yield Scene(f"form-of-{operation.operation_id}", opening(line))
    yield Scene("form-repeating", repeating)
    yield Scene("schedules", schedules)
    yield Scene("schedule-in-effect", nothing)
    yield Scene("modal-panel", panel)
    yield Scene("modal-more", more)
    yield Scene("decisions", decided)
    yield Scene("home-pending", home, HOME.format(who="ana"))
    yield Scene("home-ben", nothing, HOME.format(who="ben"))
    yield Scene("home-guest", nothing, HOME.format(who="gil"))
    yield Scene("panel-guest", lambda sandbox: say(sandbox, "", who="gil"), "?as=gil&in=phones")
    yield Scene("panel", lambda sandbox: say(sandbox, ""))
    yield Scene("faults", faults)
    yield Scene("proposals", proposals)
    yield Scene("tables", tables)
    yield Scene("refusals-ben", refusals, "?as=ben&in=phones")
    yield Scene("refusals-ana", nothing)
    yield Scene("announced", nothing, "?as=ana&in=ops")
    yield Scene("home-away", home_away, HOME.format(who="ana"))
    yield Scene("form-away", opening("server recall time"))


def take(folder: Path, only: str = "") -> None:
    """PNG files of every scene in every look, or of those whose names the pattern `only` fits."""
    folder.mkdir(parents=True, exist_ok=True)
    with DemoPage() as page, chromium() as browser:
        for scene in scenes():
            scene.prepare(page.sandbox)
            if scene.name == "faults":
                evening(page)
            if scene.name == "schedule-in-effect":
                tonight(page)
                say(page.sandbox, "schedules")
            if re.search(only, scene.name):
                for look in LOOKS:
                    _picture(page, browser, scene, look, folder / f"{scene.name}-{look.name}.png")


def _picture(page: DemoPage, browser: Browser, scene: Scene, look: Look, file: Path) -> None:
    with browser.tab(f"{page.url}{scene.address}", width=look.width, height=look.height, dark=look.dark) as tab:
        _settled(tab)
        tab.picture(file)


def _settled(tab: Tab) -> None:
    """Waits until what is drawn stays the same for a moment."""
    tab.js(
        "new Promise((done) => { let last = ''; const look = () => { const now = document.body.innerHTML;"
        " if (now === last) done(); else { last = now; setTimeout(look, 250); } }; look(); })"
    )


if __name__ == "__main__":
    parser = ArgumentParser(description="Takes pictures of the sandbox's page.")
    parser.add_argument("folder", type=Path, help="where the pictures are put")
    parser.add_argument("only", nargs="?", default="", help="a pattern for the names of the scenes")
    take(**vars(parser.parse_args()))
