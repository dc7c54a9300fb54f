"""A sample of every kind of payload that Park sends, filled as far as Slack allows: for Slack's own validation."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from bot.messages.message import ActivityItem, Cell, Fact, FormOffer, Message, Offer, Row, Table
from bot.messages.request import Request, Source
from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS
from bot.operations.help import Help
from bot.planning.overview import GroupRow, Overview, OverviewQuery
from bot.slack.blocks import Payload, render, render_card, with_footer
from bot.slack.cards import card_footer
from bot.slack.forms.state import FormState
from bot.slack.forms.views import accepted_view, asks_first, fill_view, loading_view, message_view, review_view
from bot.slack.home import render_notice, render_overview
from bot.texts import forms

_NONCE = re.compile(r'(\\"nonce\\": ?\\")[\w-]+')
"""What differs in every rendering, in the value of a button or the metadata of a form."""
NOW = datetime(2026, 6, 10, 8, tzinfo=UTC)
USER, CHANNEL, USER_GROUP = "U0000000001", "C0000000001", "S0000000001"
NAME = "*Gold* <_support_> & `sales`"
"""A name of a group with all that Slack's markup and JSON could take for something else."""
Json = dict[str, Any]


def samples() -> Iterator[tuple[str, Json]]:
    """Yields each message as chat.postMessage takes it, and each view, by name; the same ones every time."""
    for name, payload in chain(messages(), views()):
        fixed = _NONCE.sub(r"\1sample", json.dumps(payload))
        yield name, json.loads(fixed)


def messages() -> Iterator[tuple[str, Payload]]:
    """Yields each kind of message, by its name; one that is too long for one message has a number for each part."""
    for name, message in _MESSAGES.items():
        yield from _numbered(f"message-{name}", render(message))
        yield from _numbered(f"mention-{name}", render(message, to=USER))
    footer = card_footer(_REQUEST, 42, "active until tomorrow 08:00", NOW)
    for name, message in _MESSAGES.items():
        yield from _numbered(f"card-{name}", render_card(message, footer))
    yield "card-copy", with_footer(render(_MESSAGES["facts"])[0], footer)


def views() -> Iterator[tuple[str, Json]]:
    """Yields each form in each of its steps, and the Home tab, by name."""
    for operation_type in OPERATIONS:
        yield from _forms(operation_type)
    for name, message in _MESSAGES.items():
        yield f"form-answer-{name}", message_view(Help, message)
    yield "home", render_overview(_overview())
    yield "home-nothing-allowed", render_overview(_overview(empty=True))
    yield "home-notice", render_notice(_MESSAGES["facts"], OverviewQuery(search=NAME, page=1))


def _forms(operation_type: type[Operation]) -> Iterator[tuple[str, Json]]:
    id = operation_type.operation_id
    if not operation_type.form():
        return
    state = FormState(operation=id, post_to=None)
    yield f"form-{id}-loading", loading_view(operation_type, forms.OPENING, external_id="sample")
    yield f"form-{id}", fill_view(operation_type, state, _label, focus=True)
    noticed = {"notice": _MESSAGES["facts"], "changes": replace(_MESSAGES["facts"], offers=()), "temporary": (_ROW,)}
    yield f"form-{id}-notice", fill_view(operation_type, state, _label, **noticed)  # type: ignore[arg-type]
    if operation_type.changes() and asks_first(operation_type):
        yield f"form-{id}-review", review_view(operation_type, state, _MESSAGES["facts"])
    if operation_type.changes():
        yield f"form-{id}-accepted", accepted_view(operation_type, state, _MESSAGES["facts"])


def _label(*_: object) -> str:
    return NAME


def _numbered(name: str, payloads: list[Payload]) -> Iterator[tuple[str, Payload]]:
    if len(payloads) == 1:
        yield name, payloads[0]
        return
    yield from ((f"{name}-{number}", payload) for number, payload in enumerate(payloads, start=1))


def _overview(*, empty: bool = False) -> Overview:
    """The Home tab of somebody with all rights, or with none."""
    contact = Fact(label="Ask", value="", ids=(USER_GROUP,))
    overview = Overview(
        query=OverviewQuery(search=NAME, page=1),
        actions=(),
        rights=(),
        denials=(),
        whom_to_ask=contact,
        certain=False,
        sees=not empty,
    )
    if empty:
        return overview
    group = GroupRow(name=NAME, said=NAME, members=NAME, temporary=(_ROW,), button=_FORM)
    return replace(
        overview,
        server=(Fact(label="Call park", value="on"),) * 6,
        fitting=100,
        groups=(group,) * 20,
        actions=(_FORM,) * 6,
        waiting=(_ROW,) * 3,
        pending=(_ROW,) * 3,
        faults=("The PBX isn't answering right now.",),
    )


_LINK = "https://example.slack.com/x"
_OFFER = Offer(label="Undo", line=f'recall "{NAME}" to Night Desk', style="primary", expects="0123456789ab")
_LONG_OFFER = Offer(label="x" * 300, line="recall Sales to Night Desk, until 2026-06-11 08:00", style="danger")
_FORM = FormOffer(label="Change recall", operation="recall", arguments={"group": NAME})
_ROW = Row(text=f"{NAME} until tomorrow 08:00, by", ids=(USER,), offers=(_OFFER,), link=_LINK)
_ACTIVITY = ActivityItem(
    number="#42",
    what=f"recall {NAME} to Night Desk",
    state="done",
    by=USER,
    at=NOW,
    channel=CHANNEL,
    detail=NAME,
    link=_LINK,
    offers=(_OFFER,),
)
_FACTS = (
    Fact(label="Recall", value=NAME, before="the user who parked the call"),
    Fact(label="By", value="", ids=(USER, USER_GROUP, CHANNEL), at=NOW),
)
_REQUEST = Request(key="sample", team="T0000000001", user=USER, source=Source.SLASH, line="groups", asked_at=NOW)
_MESSAGES = {
    "title": Message(title="Checking with the PBX ..."),
    "facts": Message(title=NAME, facts=_FACTS, notes=(NAME,), offers=(_OFFER, _LONG_OFFER), forms=(_FORM,)),
    "lines": Message(title="Help", lines=("add 1001 to Sales", NAME), snippet=("[[allow]]", 'name = "`x`"')),
    "items": Message(title="Park groups", items=tuple(f"{NAME} {number}" for number in range(400))),
    "rows": Message(title="Pending", rows=(_ROW, replace(_ROW, offers=(_OFFER,) * 3, forms=(_FORM,))) * 12),
    "history": Message(title="History", items=(_ACTIVITY,) * 20, offers=(_OFFER,)),
    "table": Message(
        title=NAME,
        items=("fallback",),
        table=Table(
            columns=("Name", "By", "When", "Link"),
            rows=((NAME, Cell(ids=(USER, CHANNEL, USER_GROUP)), Cell(at=NOW), Cell(text=NAME, link=_LINK)),) * 150,
        ),
        offers=(_OFFER,),
    ),
    "history-table": Message(
        title="History",
        items=(_ACTIVITY,) * 10,
        table=Table(
            columns=("Number", "What", "State", "Who", "When"),
            rows=((Cell(text="#42", link=_LINK), NAME, "done", Cell(ids=(USER,)), Cell(at=NOW)),) * 10,
        ),
        offers=(_OFFER,) * 3,
    ),
    "rows-table": Message(
        title="Pending",
        rows=(_ROW,) * 10,
        table=Table(
            columns=("Number", "What", "State", "Who", "Begins", "Ends"),
            rows=(("#42", NAME, "temporary", Cell(ids=(USER,)), "", Cell(at=NOW)),) * 10,
        ),
        offers=(_OFFER,),
    ),
    "table-without-text": Message(
        title="Groups", table=Table(columns=("Name", "Nothing"), rows=((NAME, ""), ("", "")))
    ),
    "proposal": Message(
        title=NAME,
        facts=(*_FACTS, Fact(label="Expires", value="", at=NOW)),
        notes=(NAME,),
        offers=(replace(_OFFER, line="recall Sales to " + "Night " * 240, proposal=42), _OFFER),
    ),
    "buttons": Message(title="Which one?", offers=(_OFFER,) * 30),
}
"""By name; each field of a message is in one of them, with text that is longer than one message in some."""
