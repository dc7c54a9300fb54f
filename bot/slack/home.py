"""The Home tab: its view, and the listeners that publish it."""

import logging
import re
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
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

from bot.errors import PBXError, Refused, SlackFailure, SlackUnavailable
from bot.messages.message import FormOffer, Message
from bot.planning.forms import FormService
from bot.planning.overview import ROWS, GroupRow, Overview, OverviewQuery, RecentChange
from bot.runtime.logs import request_logging
from bot.slack.blocks import render, sections
from bot.slack.buttons import encode_value, form_button
from bot.slack.redraws import JOIN_SECONDS, Redraws
from bot.slack.requests import RequestFactory
from bot.slack.text import displayable, escape, mrkdwn_date, mrkdwn_reference
from bot.slack.web_api import Json, ViewsApi

log = logging.getLogger(__name__)
Payload = Mapping[str, Any]

MENU, SEARCH, QUERY = "park:menu", "park:search", "park:look"
QUERY_ACTION = re.compile(f"{QUERY}:\\w+")
"""The action_id of a button that shows other groups; its value is an `OverviewQuery`."""
MAX_SEARCH = 64
"""Characters of a search: a group's name has no more."""
RECENTLY = 600.0
"""Seconds after the last visit in which a tab is updated after changes, and keeps its search."""
NOTHING_HERE = "Park shows you nothing here: your rights hold in channels. Type `/park` where your team works with it."
NO_RIGHTS = "No rule of the policy allows you anything."
UNCERTAIN = "Slack could not say just now which user groups you are in: there may be more."
_MAX_BUTTONS = 25
"""Elements; docs.slack.dev, Block Kit, actions block."""
_MAX_MENU_OPTIONS, _MAX_MENU_VALUE = 5, 150
"""Options, and characters of a value; docs.slack.dev, Block Kit, overflow menu and option."""
# Slack may turn these into entities; JSON escapes of six characters would not fit into a menu's value.
_ENCODED = str.maketrans("&<>", "\ue000\ue001\ue002")
_DECODED = str.maketrans("\ue000\ue001\ue002", "&<>")


def render_overview(overview: Overview) -> Json:
    """Renders the tab."""
    facts = [f"*{escape(fact.label)}:* {escape(fact.value)}" for fact in overview.server]
    blocks: list[Block] = [
        HeaderBlock(text="Call park"),
        *sections(facts or [NOTHING_HERE if overview.rights else NO_RIGHTS]),
        *sections(_rights(overview)),
        *_actions(overview),
        *(_groups(overview) if overview.sees else ()),
        *(_recent_changes(overview) if overview.sees else ()),
    ]
    return View(type="home", blocks=blocks).to_dict()


def render_notice(message: Message) -> Json:
    """Renders a tab with a message instead of the overview."""
    return View(type="home", blocks=render(message)[0]["blocks"]).to_dict()


def parse_menu_value(value: str) -> tuple[str, str]:
    """Returns the operation id and the group's name of an option in a group's menu."""
    operation_id, _, group = value.translate(_DECODED).partition(":")
    return operation_id, group


def _rights(overview: Overview) -> Iterator[str]:
    if overview.rights:
        yield "*You may:*"
    for right in overview.rights:
        yield "• " + right.said(pattern=_code, channel=mrkdwn_reference)
    if overview.rights and overview.denials:
        yield "*But never:*"
        for denial in overview.denials:
            yield "• " + denial.said(pattern=_code, channel=mrkdwn_reference)
    if not overview.certain:
        yield UNCERTAIN


def _code(text: str) -> str:
    """Returns a code span, in which asterisks are not formatting, or quotes where a backtick would end it."""
    return f"“{escape(text)}”" if "`" in text else f"`{escape(text)}`"


def _actions(overview: Overview) -> list[Block]:
    """Returns the buttons of the operations that don't belong to one group."""
    offers = [FormOffer(label=one.title, operation=one.operation_id) for one in overview.operations if one.form()]
    buttons = [form_button(offer, position) for position, offer in enumerate(offers[:_MAX_BUTTONS])]
    elements = [button for button in buttons if button]
    return [ActionsBlock(elements=elements)] if elements else []


def _groups(overview: Overview) -> Iterator[Block]:
    search = overview.query.search
    count = f"{overview.fitting} park group{'' if overview.fitting == 1 else 's'}"
    yield DividerBlock()
    yield HeaderBlock(text=f"{count} with “{displayable(search)}” in the name" if search else count)
    yield _search_input(search)
    if search:
        yield ActionsBlock(elements=[_query_button(OverviewQuery(), "all", "Show all groups")])
    yield from map(_group, overview.groups)
    yield from _pager(overview)


def _search_input(search: str) -> Block:
    """Returns the search field; its block_id depends on the search, because Slack keeps a known block's text."""
    field = PlainTextInputElement(
        action_id=SEARCH,
        initial_value=search or None,
        max_length=MAX_SEARCH,
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


def _group(row: GroupRow) -> Block:
    text = MarkdownTextObject(text=f"*{escape(row.name)}*\n{escape(row.said)}", verbatim=True)
    values = [(one, f"{one.operation_id}:{row.name}".translate(_ENCODED)) for one in row.operations]
    options = [Option(value=value, text=one.title) for one, value in values if len(value) <= _MAX_MENU_VALUE]
    menu = OverflowMenuElement(action_id=MENU, options=options[:_MAX_MENU_OPTIONS]) if options else None
    return SectionBlock(text=text, accessory=menu)


def _pager(overview: Overview) -> Iterator[Block]:
    search, page = overview.query.search, overview.query.page
    pages = [(page - 1, "earlier", "Earlier groups"), (page + 1, "more", "More groups")]
    buttons = [
        _query_button(OverviewQuery(search=search, page=number), name, label)
        for number, name, label in pages
        if 0 <= number * ROWS < overview.fitting
    ]
    if buttons:
        yield ActionsBlock(elements=buttons)


def _query_button(query: OverviewQuery, name: str, label: str) -> ButtonElement:
    return ButtonElement(text=label, action_id=f"{QUERY}:{name}", value=encode_value(query.model_dump()))


def _recent_changes(overview: Overview) -> Iterator[Block]:
    yield DividerBlock()
    yield HeaderBlock(text="Recent changes")
    yield from sections(map(_recent_change, overview.recent) if overview.recent else ["None that you may see."])


def _recent_change(change: RecentChange) -> str:
    return f"• {mrkdwn_date(change.at)}, {mrkdwn_reference(change.user)}: {_code(change.line)}: {change.outcome}"


class OpenedTab(NamedTuple):
    """The time of a user's last visit, on the monotonic clock, and what the tab shows."""

    at: float
    query: OverviewQuery

    @property
    def recent(self) -> bool:
        """Whether the visit was within `RECENTLY`."""
        return time.monotonic() - self.at < RECENTLY


class HomeTabs:
    """Publishes Home tabs, in `pool` because it waits for the PBX and for Slack."""

    def __init__(
        self, views_api: ViewsApi, form_service: FormService, requests: RequestFactory, pool: Executor
    ) -> None:
        self._views_api, self._form_service, self._requests, self._pool = views_api, form_service, requests, pool
        self._opened: dict[str, OpenedTab] = {}
        self._lock = threading.Lock()
        self.redraws = Redraws(self._publish, pool)

    def connect(self, app: App) -> None:
        """Registers the listeners."""
        app.event("app_home_opened")(self.open)
        app.action(QUERY_ACTION)(self.show_query)
        app.action(SEARCH)(self.search)

    def open(self, event: Payload) -> None:
        """Publishes the tab when a user opens it, with a search of the last minutes."""
        if event.get("tab", "home") == "home":
            self._show(event["user"])

    def show_query(self, ack: Ack, body: Payload, action: Payload) -> None:
        """Shows another page of groups, or all groups again."""
        ack()
        self._show(body["user"]["id"], OverviewQuery.model_validate_json(action["value"]))

    def search(self, ack: Ack, body: Payload, action: Payload) -> None:
        """Shows the groups whose name contains the text; an empty field shows all of them."""
        ack()
        self._show(body["user"]["id"], OverviewQuery(search=" ".join((action["value"] or "").split())[:MAX_SEARCH]))

    def changed(self) -> None:
        """Updates the tabs that were opened recently, after a change."""
        with self._lock:
            self._opened = {user: tab for user, tab in self._opened.items() if tab.recent}
            users = list(self._opened)
        for user in users:
            self.redraws.soon(user, JOIN_SECONDS)

    def _show(self, user: str, query: OverviewQuery | None = None) -> None:
        with self._lock:
            before = self._opened.get(user)
            kept = before.query if before and before.recent else OverviewQuery()
            self._opened[user] = OpenedTab(time.monotonic(), query or kept)
        self._publish_soon(user)

    def _publish_soon(self, user: str) -> None:
        self.redraws.soon(user)

    def _publish(self, user: str) -> None:
        """Publishes a tab; a rate limit is waited out while the user may still be looking at it."""
        with self._lock:
            tab = self._opened.get(user)
        view = self._render(user, tab.query if tab else OverviewQuery())
        try:
            self._views_api.publish(user, view)
        except SlackUnavailable as away:
            if tab is not None and tab.recent:
                raise
            log.warning("a Home tab could not be shown: %s", away)

    def _render(self, user: str, query: OverviewQuery) -> Json:
        request = self._requests.home(user)
        try:
            with request_logging(request):
                return render_overview(self._form_service.overview(request, query))
        except Refused as refused:
            return render_notice(refused.message)
        except (PBXError, SlackFailure) as fault:
            return render_notice(Message(title="The call park settings can't be read just now.", notes=(str(fault),)))
