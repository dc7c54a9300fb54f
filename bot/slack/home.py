"""The Home tab: its view, and the listeners that publish it."""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from itertools import count
from typing import Any

from slack_bolt import Ack, App
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    DividerBlock,
    HeaderBlock,
    InputBlock,
    PlainTextInputElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.errors import JournalUnavailable, PBXError, Refused, SlackFailure, SlackUnavailable, said
from bot.messages import slash_command
from bot.messages.message import Message, Offer
from bot.messages.request import Request
from bot.operations.recent import RecentChange
from bot.planning.forms import FormService
from bot.planning.overview import MAX_PENDING, ROWS, GroupRow, Overview, OverviewQuery
from bot.runtime.logs import request_logging
from bot.slack.blocks import render, row_blocks, sections
from bot.slack.buttons import encode_value, form_button, offer_button
from bot.slack.redraws import JOIN_SECONDS, OpenedTab, Redraws
from bot.slack.requests import RequestFactory
from bot.slack.scheduling import in_background
from bot.slack.text import displayable, escape, mrkdwn_date, mrkdwn_reference
from bot.slack.web_api import Json, ViewsApi
from bot.texts import history, home, schedule_cards, wording
from bot.texts.languages import speaking

log = logging.getLogger(__name__)
Payload = Mapping[str, Any]

SEARCH, QUERY = "park:search", "park:look"
QUERY_ACTION = re.compile(f"{QUERY}:\\w+")
"""The action_id of a button that shows other groups; its value is an `OverviewQuery`."""
MAX_SEARCH = 64
"""Characters of a search: a group's name has no more."""


def render_overview(overview: Overview) -> Json:
    """Renders the tab: problems, what waits and is temporary, the server, actions, groups, recent changes, rights."""
    positions = count()
    pending = list(_pending(overview, positions))
    blocks: list[Block] = [
        HeaderBlock(text=home.TITLE),
        *_faults(overview),
        *pending,
        *([DividerBlock()] if pending else []),
        *_server(overview),
        *_actions(overview, positions),
        *(_groups(overview, positions) if overview.server else ()),
        *(_recent_changes(overview, positions) if overview.sees or overview.recent else ()),
        *sections(_rights(overview)),
    ]
    return View(type="home", blocks=blocks).to_dict()


def render_notice(message: Message, query: OverviewQuery) -> Json:
    """Renders a tab with a message instead of the overview, and a button to try again."""
    blocks: list[Block | Json] = [*render(message, tables=False)[0]["blocks"], _retry(query)]
    return View(type="home", blocks=blocks).to_dict()


def _server(overview: Overview) -> list[Block]:
    if not overview.rights:
        asked = " ".join((escape(overview.whom_to_ask.value), *map(mrkdwn_reference, overview.whom_to_ask.ids)))
        return sections([home.NO_RIGHTS, f"*{escape(overview.whom_to_ask.label)}:* {asked.strip()}"])
    if not overview.sees:
        return sections([home.not_here(slash_command.name())])
    return sections(" · ".join(f"*{escape(one.label)}:* {escape(one.value)}" for one in overview.server).splitlines())


def _faults(overview: Overview) -> Iterator[Block]:
    if overview.faults:
        yield from sections(map(escape, overview.faults))
        yield _retry(overview.query)


def _retry(query: OverviewQuery) -> Block:
    return ActionsBlock(elements=[_query_button(query, "again", home.TRY_AGAIN)])


def _pending(overview: Overview, positions: Iterator[int]) -> Iterator[Block]:
    """Yields what waits for the user, then what is temporary, scheduled or waits for others, then what is coming."""
    left = MAX_PENDING
    parts = (
        (home.WAITING_FOR_YOU, overview.waiting, 0),
        (home.TEMPORARY_AND_PENDING, overview.pending, overview.more_pending),
        (schedule_cards.COMING, overview.coming, 0),
    )
    for title, rows, more in parts:
        if not rows:
            continue
        yield HeaderBlock(text=title)
        yield from row_blocks(rows[:left], positions)
        if hidden := max(0, len(rows) - left) + more:
            yield from sections([escape(home.more_pending(hidden))])
        left = max(0, left - len(rows))


def _rights(overview: Overview) -> Iterator[str]:
    if overview.rights:
        yield f"*{home.YOU_MAY}*"
    for right in overview.rights:
        yield "• " + right.said(pattern=_code, channel=mrkdwn_reference)
    if overview.rights and overview.denials:
        yield f"*{home.BUT_NEVER}*"
        for denial in overview.denials:
            yield "• " + denial.said(pattern=_code, channel=mrkdwn_reference)
    if not overview.certain:
        yield home.UNCERTAIN


def _code(text: str) -> str:
    """Returns a code span, in which asterisks are not formatting, or quotes where a backtick would end it."""
    return f"“{escape(text)}”" if "`" in text else f"`{escape(text)}`"


def _actions(overview: Overview, positions: Iterator[int]) -> list[Block]:
    elements = [button for one in overview.actions if (button := form_button(one, next(positions)))]
    return [ActionsBlock(elements=elements)] if elements else []


def _groups(overview: Overview, positions: Iterator[int]) -> Iterator[Block]:
    search = overview.query.search
    yield HeaderBlock(text=home.groups(overview.fitting, displayable(search)))
    yield _search_input(search)
    if search:
        yield ActionsBlock(elements=[_query_button(OverviewQuery(), "all", home.SHOW_ALL)])
    for row in overview.groups:
        yield _group(row, positions)
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
        label=home.SEARCH,
        hint=home.SEARCH_HINT,
        element=field,
        dispatch_action=True,
        optional=True,
    )


def _group(row: GroupRow, positions: Iterator[int]) -> Block:
    """Returns a group with its settings and members, what is temporary in it, and one button."""
    temporary = (" ".join((escape(one.text), *map(mrkdwn_reference, one.ids))) for one in row.temporary)
    lines = (f"*{escape(row.name)}*", escape(row.said), escape(row.members), *temporary)
    section = _section("\n".join(filter(None, lines)))
    if isinstance(row.button, Offer):
        section.accessory = offer_button(row.button, next(positions))
    elif row.button:
        section.accessory = form_button(row.button, next(positions))
    return section


def _section(text: str) -> SectionBlock:
    """Returns one section, which holds as much of the text as fits."""
    return next(block for block in sections([text]) if isinstance(block, SectionBlock))


def _pager(overview: Overview) -> Iterator[Block]:
    search, page = overview.query.search, overview.query.page
    pages = [(page - 1, "earlier", home.EARLIER), (page + 1, "more", home.MORE_GROUPS)]
    buttons = [
        _query_button(OverviewQuery(search=search, page=number), name, label)
        for number, name, label in pages
        if 0 <= number * ROWS < overview.fitting
    ]
    if buttons:
        yield ActionsBlock(elements=buttons)


def _query_button(query: OverviewQuery, name: str, label: str) -> ButtonElement:
    return ButtonElement(text=label, action_id=f"{QUERY}:{name}", value=encode_value(query.model_dump()))


def _recent_changes(overview: Overview, positions: Iterator[int]) -> Iterator[Block]:
    yield HeaderBlock(text=home.RECENT)
    if not overview.recent:
        yield from sections([home.NO_RECENT])
    for change in overview.recent:
        section = _section(_recent_change(change))
        buttons = (offer_button(offer, next(positions)) for offer in change.offers)
        section.accessory = next(filter(None, buttons), None)
        yield section


def _recent_change(change: RecentChange) -> str:
    link = f" · <{change.link}|{history.OPEN}>" if change.link else ""
    state = escape(change.state)
    line = f"{wording.change_number(change.number)} {_code(change.line)}: {state}"
    return f"{line}\n{mrkdwn_date(change.at)}, {mrkdwn_reference(change.user)}{link}"


class HomeTabs:
    """Publishes Home tabs, in `pool` because it waits for the PBX and for Slack."""

    def __init__(
        self, views_api: ViewsApi, form_service: FormService, requests: RequestFactory, pool: Executor
    ) -> None:
        self._views_api, self._form_service, self._requests, self._pool = views_api, form_service, requests, pool
        self._opened: dict[str, OpenedTab] = {}
        self.is_shown: Callable[[str], bool] = lambda user: True
        """Whether a user's tab is about this PBX."""
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

    def forget(self, user: str) -> None:
        """Draws a user's tab no more, until it is opened again."""
        with self._lock:
            self._opened.pop(user, None)

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
        if not self.is_shown(user):
            self.forget(user)
            return
        try:
            with in_background(), speaking(self._form_service.language(user)):
                view = self._render(self._requests.home(user), tab.query if tab else OverviewQuery())
                self._views_api.publish(user, view)
        except SlackUnavailable as away:
            if tab is not None and tab.recent:
                raise
            log.warning("a Home tab could not be shown: %s", away)

    def _render(self, request: Request, query: OverviewQuery) -> Json:
        try:
            with request_logging(request):
                overview = self._form_service.overview(request, query)
        except Refused as refused:
            return render_notice(refused.message, query)
        except (PBXError, SlackFailure, JournalUnavailable) as fault:
            return render_notice(Message(title=home.NOTHING_TO_SHOW, notes=(said(fault),)), query)
        if overview.unread:
            self._pool.submit(self._read_members, request.user, overview.unread)
        return render_overview(overview)

    def _read_members(self, user: str, groups: tuple[str, ...]) -> None:
        """Reads the members of the groups that a tab shows without them, and shows it again; not on a failure."""
        try:
            self._form_service.read_members(groups)
        except PBXError as fault:
            log.info("the Home tab shows groups without their members: %s", fault)
        else:
            self._publish_soon(user)
