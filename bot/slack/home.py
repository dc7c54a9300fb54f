"""Home tab: view and listeners."""

import logging
import re
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import Any, NamedTuple

from slack_bolt import Ack, App
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    DividerBlock,
    HeaderBlock,
    InputBlock,
    MarkdownTextObject,
    Option,
    OverflowMenuElement,
    PlainTextInputElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.errors import PBXError, Refused, SlackFailure
from bot.messages.message import FormOffer, Message
from bot.messages.request import Request, Source
from bot.planning.forms import FormService
from bot.planning.overview import ROWS, Overview, OverviewQuery, RecentChange, Row
from bot.runtime.logs import request_logging
from bot.slack.blocks import render, sections
from bot.slack.buttons import form_button, packed
from bot.slack.client import Identity
from bot.slack.forms.views import Json
from bot.slack.text import escape, linked, shown
from bot.slack.web_api import ViewsApi

MENU, SEARCH, LOOK = "park:menu", "park:search", "park:look"
LOOKS = re.compile(f"{LOOK}:\\w+")
LONGEST = 64
"""Characters of a search: those of a group's name."""
NOTHING_HERE = "Park shows you nothing here: your rights hold in channels. Type `/park` where your team works with it."
NO_RIGHTS = "No rule of the policy allows you anything."
UNCERTAIN = "Slack could not say just now which user groups you are in: there may be more."
_MENU_OPTIONS, _MENU_VALUE = 5, 150  # docs.slack.dev, Block Kit, overflow menu; option
_AWAY = str.maketrans("&<>", "\ue000\ue001\ue002")  # Slack may escape these on their way; six characters would not fit
_BACK = str.maketrans("\ue000\ue001\ue002", "&<>")


def home(seen: Overview) -> Json:
    """The tab."""
    blocks: list[Block] = [
        HeaderBlock(text="Call park"),
        *sections([f"*{escape(fact.label)}:* {escape(fact.value)}" for fact in seen.server] or [_nothing(seen)]),
        *sections(_rights(seen)),
        *_actions(seen),
        *(_groups(seen) if seen.sees else ()),
        *(_settings_cache(seen) if seen.sees else ()),
    ]
    return View(type="home", blocks=blocks).to_dict()


def said(message: Message) -> Json:
    """The tab while there is nothing to show."""
    return View(type="home", blocks=render(message)[0]["blocks"]).to_dict()


def chosen(value: str) -> tuple[str, str]:
    """Operation and group of what was picked in a group's menu."""
    operation, _, group = value.translate(_BACK).partition(":")
    return operation, group


def _nothing(seen: Overview) -> str:
    return NOTHING_HERE if seen.rights else NO_RIGHTS


def _rights(seen: Overview) -> Iterator[str]:
    """A pattern stands in a code span, where its stars are no bold type."""
    if seen.rights:
        yield "*You may:*"
    for right in seen.rights:
        yield "• " + right.said(pattern=_code, channel=linked)
    if not seen.certain:
        yield UNCERTAIN


def _code(text: str) -> str:
    return f"“{escape(text)}”" if "`" in text else f"`{escape(text)}`"


def _actions(seen: Overview) -> list[Block]:
    """What they may do that is about no one group."""
    offers = [FormOffer(label=one.title, operation=one.operation_id) for one in seen.operations if one.form()]
    buttons = [button for place, offer in enumerate(offers[:25]) if (button := form_button(offer, place))]
    return [ActionsBlock(elements=buttons)] if buttons else []


def _groups(seen: Overview) -> Iterator[Block]:
    yield DividerBlock()
    yield HeaderBlock(text=_counted(seen))
    yield _search(seen.look.search)
    if seen.look.search:
        yield ActionsBlock(elements=[_leads(OverviewQuery(), "all", "Show all groups")])
    yield from map(_row, seen.groups)
    yield from _pager(seen)


def _counted(seen: Overview) -> str:
    count = f"{seen.fitting} park group{'' if seen.fitting == 1 else 's'}"
    return f"{count} with “{shown(seen.look.search)}” in the name" if seen.look.search else count


def _search(search: str) -> Block:
    """Of another block_id for another search: what stands in a field of the same one stays, whatever is drawn."""
    field = PlainTextInputElement(
        action_id=SEARCH,
        initial_value=search or None,
        max_length=LONGEST,
        dispatch_action_config={"trigger_actions_on": ["on_enter_pressed"]},
    )
    return InputBlock(
        block_id=f"{SEARCH}:{search}",
        label="Search groups",
        hint="A part of the name, then Enter.",
        element=field,
        dispatch_action=True,
        optional=True,
    )


def _row(row: Row) -> Block:
    text = MarkdownTextObject(text=f"*{escape(row.name)}*\n{escape(row.said)}", verbatim=True)
    values = [(one, f"{one.operation_id}:{row.name}".translate(_AWAY)) for one in row.operations]
    options = [Option(value=value, text=one.title) for one, value in values if len(value) <= _MENU_VALUE]
    menu = OverflowMenuElement(action_id=MENU, options=options[:_MENU_OPTIONS]) if options else None
    return SectionBlock(text=text, accessory=menu)


def _pager(seen: Overview) -> Iterator[Block]:
    search, page = seen.look.search, seen.look.page
    places = [(page - 1, "earlier", "Earlier groups"), (page + 1, "more", "More groups")]
    there = [place for place in places if 0 <= place[0] * ROWS < seen.fitting]
    if there:
        yield ActionsBlock(
            elements=[_leads(OverviewQuery(search=search, page=at), name, label) for at, name, label in there]
        )


def _leads(look: OverviewQuery, name: str, label: str) -> ButtonElement:
    """A button that looks elsewhere."""
    return ButtonElement(text=label, action_id=f"{LOOK}:{name}", value=packed(look.model_dump()))


def _settings_cache(seen: Overview) -> Iterator[Block]:
    yield DividerBlock()
    yield HeaderBlock(text="Recent changes")
    yield from sections(map(_happened, seen.recent) if seen.recent else ["None that you may see."])


def _happened(one: RecentChange) -> str:
    """The time in the viewer's zone."""
    there = f"{one.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    when = f"<!date^{int(one.at.timestamp())}^{{date_short_pretty}} {{time}}|{there}>"
    return f"• {when}, {linked(one.user)}: {_code(one.line)}: {one.outcome}"


log = logging.getLogger(__name__)
Payload = Mapping[str, Any]

RECENTLY = 600.0
"""Seconds after a look at the tab in which changes are shown there by themselves, and its search is kept."""


class OpenedTab(NamedTuple):
    """When somebody looked last, by the monotonic clock, and at what."""

    at: float
    look: OverviewQuery

    @property
    def settings_cache(self) -> bool:
        return time.monotonic() - self.at < RECENTLY


class HomeTabs:
    """Publishing waits for the PBX and for Slack, so it has the openers' threads; one at a time for each person."""

    def __init__(self, screen: ViewsApi, form_service: FormService, me: Identity, pool: Executor) -> None:
        self._screen, self._form_service, self._me, self._pool = screen, form_service, me, pool
        self._looked: dict[str, OpenedTab] = {}
        self._due: set[str] = set()
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Lock] = defaultdict(threading.Lock)

    def connect(self, app: App) -> None:
        """Register the doors."""
        app.event("app_home_opened")(self.opened)
        app.action(LOOKS)(self.turn)
        app.action(SEARCH)(self.search)

    def opened(self, event: Payload) -> None:
        """Fresh whenever somebody looks, with what they searched for a moment ago."""
        if event.get("tab", "home") == "home":
            self._show(event["user"])

    def turn(self, ack: Ack, body: Payload, action: Payload) -> None:
        """Another page of groups, or all of them again."""
        ack()
        self._show(body["user"]["id"], OverviewQuery.model_validate_json(action["value"]))

    def search(self, ack: Ack, body: Payload, action: Payload) -> None:
        """By a part of the name; an empty field shows all groups."""
        ack()
        self._show(body["user"]["id"], OverviewQuery(search=" ".join((action["value"] or "").split())[:LONGEST]))

    def changed(self) -> None:
        """For those who looked recently, where they looked."""
        with self._lock:
            self._looked = {user: looked for user, looked in self._looked.items() if looked.settings_cache}
            users = list(self._looked)
        for user in users:
            self._draw_soon(user)

    def _show(self, user: str, look: OverviewQuery | None = None) -> None:
        with self._lock:
            before = self._looked.get(user)
            kept = before.look if before and before.settings_cache else OverviewQuery()
            self._looked[user] = OpenedTab(time.monotonic(), look or kept)
        self._draw_soon(user)

    def _draw_soon(self, user: str) -> None:
        """Once for all that came since the drawing began that is under way: Slack limits how often."""
        with self._lock:
            if user in self._due:
                return
            self._due.add(user)
        self._pool.submit(self._publish, user)

    def _publish(self, user: str) -> None:
        """In turn: no older drawing comes after a newer one."""
        with self._lock:
            turn = self._turns[user]
        with turn:
            with self._lock:
                self._due.discard(user)
                looked = self._looked.get(user)
            try:
                self._screen.publish(user, self._drawn(user, looked.look if looked else OverviewQuery()))
            except SlackFailure as failure:
                log.warning("a Home tab could not be shown: %s", failure)
            except Exception:
                log.exception("a Home tab met a fault in Park")

    def _drawn(self, user: str, look: OverviewQuery) -> dict[str, Any]:
        now = datetime.now(UTC)
        key = f"{self._me.team}:{user}:home:{now.timestamp()}"
        request = Request(key=key, team=self._me.team, user=user, source=Source.HOME, line="", asked_at=now)
        try:
            with request_logging(request):
                return home(self._form_service.overview(request, look))
        except Refused as refused:
            return said(refused.message)
        except (PBXError, SlackFailure) as fault:
            return said(Message(title="The call park settings can't be read just now.", notes=(str(fault),)))
