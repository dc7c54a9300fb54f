"""All entry points are equal: they refuse the same requests and make the same changes."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from itertools import groupby
from typing import Any

import pytest

from bot.operations.base import ChangeOperation, Operation, ReadOperation
from bot.operations.catalog import OPERATIONS
from bot.operations.parser import parse
from bot.sandbox.environment import ORDINARY_INSTANT, Sandbox
from bot.sandbox.slack.rendering import View
from bot.slack.forms.views import asks_first
from bot.slack.scheduling import PER_MINUTE
from bot.texts import wording
from tests.promises.conftest import newest_pbx
from tests.promises.entry_points import ENTRY_POINTS, EntryPoint, FormEntryPoint, HomeRow, Slash, VerbOnly, Visitor
from tests.promises.test_promises import CHANGES as MADE
from tests.promises.test_promises import DONE

Pairs = Sequence[tuple[type[Operation], EntryPoint]]
LEADS_ONLY = """\
[[allow]]
name = "Team leads, from anywhere"
user_groups = ["{leads}"]
operations = ["all"]
recurring = true
"""
MINUTE = timedelta(seconds=61)
"""After this time no user groups are cached (bot/slack/users.py)."""
READ = {
    "groups": "groups sal",
    "find": "find 1001",
    "group": "group Sales",
    "server": "server",
    "pending": "pending",
    "pending_table": "pending as table",
    "schedules": "schedules Sales",
    "schedules_table": "schedules Sales as table",
    "history": "history Sales",
    "history_export": "export history Sales",
    "history_table": "history Sales as table",
    "export": "export",
    "export_members": "export members as csv",
    "snapshot": "snapshot",
    "can": "can me delete Sales",
    "who_can": "who can delete Sales",
    "why": "why change 1",
}
JOURNALED = {"pause": "pause because of a test", "resume": "resume"}
ASKED = {
    key: parse(line.replace("Night Desk", "ring group 6001"))[0]
    for key, line in (READ | DONE | JOURNALED | {"restore": "restore Sales to yesterday"}).items()
}
"""A line of each operation, with ring groups by number, as a form's picker names them, so that all are identical."""
GUARDED = [one for one in OPERATIONS if one.permission is not None]
WAYS = [
    (operation, entry_point) for operation in GUARDED for entry_point in ENTRY_POINTS if entry_point.serves(operation)
]
FORMS = [(operation, entry_point) for operation, entry_point in WAYS if isinstance(entry_point, FormEntryPoint)]
SUBMITTED = [(operation, entry_point) for operation, entry_point in FORMS if not isinstance(entry_point, HomeRow)]
"""Without the rows of the Home tab, which don't offer every operation."""
REVIEWED = [(operation, entry_point) for operation, entry_point in SUBMITTED if operation in MADE]
TYPED = [entry_point for entry_point in ENTRY_POINTS if not isinstance(entry_point, FormEntryPoint)]
CHANGES = [(operation, entry_point) for operation, entry_point in WAYS if operation in MADE]


def in_turn(patterns: Pairs, most: int = 1) -> Pairs:
    """Returns one entry point of each operation, or as many as given, in turn: they bring one line, or open one form.

    That the form is one is what `test_every_entry_point_opens_the_same_form` says, of each operation and entry point.
    That the line is one, tests/slack says of each payload; all are refused alike at each entry point.
    """
    several = [list(pairs) for _, pairs in groupby(patterns, key=lambda pair: pair[0])]
    return [
        pairs[at % len(pairs)] for turn, pairs in enumerate(several) for at in range(turn, turn + min(most, len(pairs)))
    ]


def named(patterns: Sequence[tuple[type[Operation], EntryPoint]]) -> pytest.MarkDecorator:
    """Parametrizes a test with each combination of operation and entry point."""
    return pytest.mark.parametrize(
        ("operation", "entry_point"),
        patterns,
        ids=[f"{operation.operation_id}, {entry_point.name}" for operation, entry_point in patterns],
    )


@pytest.fixture(scope="module")
def shared(http: bool) -> Iterator[Sandbox]:
    """A stage for tests that change nothing."""
    with Sandbox(pbx=newest_pbx(), policy=LEADS_ONLY, http=http) as running:
        yield running


@pytest.fixture(scope="module")
def of_leads() -> Iterator[Sandbox]:
    """A stage for `lead`: its clock is moved by minutes in each test, and Park counts its calls by the machine's."""
    with (
        pytest.MonkeyPatch.context() as patched,
        Sandbox(pbx=newest_pbx(), policy=LEADS_ONLY, now=ORDINARY_INSTANT) as running,
    ):
        for method in PER_MINUTE:
            patched.setitem(PER_MINUTE, method, 10_000)
        yield running


@pytest.fixture
def lead(of_leads: Sandbox) -> Iterator[Visitor]:
    """Ana, who may use everything until `dismiss`, in tests that end with nothing changed; then she may again."""
    assert of_leads.now() - ORDINARY_INSTANT < timedelta(hours=13), "a midnight in UTC brings requests of its own"
    visitor, untouched = Visitor(of_leads, "ana"), stands_untouched(of_leads)
    yield visitor
    of_leads.settle()
    assert stands_untouched(of_leads) == untouched
    assert of_leads.park.tenant.journal.done(1) == []
    assert not of_leads.park.tenant.journal.has_work()
    while of_leads.slack.views_of(visitor.id):
        of_leads.slack.close(visitor.id, everything=True)
    of_leads.settle()
    of_leads.slack.state.groups[of_leads.groups["leads"]].members = [visitor.id]
    of_leads.ahead += MINUTE
    of_leads.slack.state.posts.clear()
    of_leads.pbx.requests.clear()


def dismiss(visitor: Visitor) -> None:
    """Removes Ana from the user group; from here on the PBX must receive no request."""
    visitor.sandbox.settle()
    visitor.sandbox.slack.state.groups[visitor.sandbox.groups["leads"]].members = []
    visitor.sandbox.forward(MINUTE)
    visitor.sandbox.pbx.requests.clear()


@named(WAYS)
def test_whoever_may_not_is_refused_at_every_entry_point_and_the_pbx_hears_nothing(
    shared: Sandbox, operation: type[Operation], entry_point: EntryPoint
) -> None:
    shared.settle()
    shared.pbx.requests.clear()
    ben = Visitor(shared, "ben")
    before = len(ben.told())
    entry_point.prepare(ben, ASKED[operation.operation_id])
    try:
        entry_point.perform(ben, ASKED[operation.operation_id])
    except LookupError:
        assert isinstance(entry_point, FormEntryPoint), "what can be typed is typed, and refused"
    else:
        assert_refused(ben, entry_point, before)
    shared.settle()
    assert shared.pbx.requests == []
    while shared.slack.views_of(ben.id):
        shared.slack.close(ben.id, everything=True)


def assert_refused(visitor: Visitor, entry_point: EntryPoint, before: int) -> None:
    """Asserts that the user sees a denial where they look for the answer."""
    shown = isinstance(entry_point, FormEntryPoint) and visitor.form_is_open()
    plain = visitor.view().plain if shown else visitor.told()[before:][-1].plain
    assert wording.NOTHING_CHANGED in plain
    if "There is no change" in plain:
        return  # people are not told of a change that they may not read
    assert "You can't do that here" in plain
    assert "Ask:" in plain


@named(in_turn(WAYS, 2))
def test_whoever_may_no_more_is_refused_by_what_was_drawn_while_they_might(
    lead: Visitor, operation: type[Operation], entry_point: EntryPoint
) -> None:
    """Each operation from two entry points in turn, so each of these with a sixth of all operations.

    What was drawn decides nothing: it asks as the entry point of somebody does who never might, of which the test above
    tells for each operation and entry point.
    """
    entry_point.prepare(lead, ASKED[operation.operation_id])
    dismiss(lead)
    before = len(lead.told())
    try:
        entry_point.perform(lead, ASKED[operation.operation_id])
    except LookupError:
        assert isinstance(entry_point, HomeRow), "not every operation is in it"
        return
    assert_refused(lead, entry_point, before)
    assert lead.sandbox.pbx.requests == []


@pytest.mark.parametrize("operation", dict.fromkeys(operation for operation, _ in FORMS))
def test_every_entry_point_opens_the_same_form(lead: Visitor, operation: type[Operation]) -> None:
    opened_forms = dict[str, Any]()
    for entry_point in (entry_point for one, entry_point in FORMS if one is operation):
        entry_point.prepare(lead, ASKED[operation.operation_id])
        try:
            entry_point.perform(lead, ASKED[operation.operation_id])
        except LookupError:
            assert isinstance(entry_point, HomeRow), "not every operation is in it"
            continue
        opened_forms[entry_point.name] = shape_of(lead.view())
        while lead.sandbox.slack.views_of(lead.id):
            lead.sandbox.slack.close(lead.id, everything=True)
    first, *others = opened_forms.values()
    assert others == [first] * len(others), opened_forms


def shape_of(view: View) -> tuple[Any, ...]:
    """What a form is submitted with, but for what was chosen in it, and for where its answer is shown."""
    inputs = [
        (block["block_id"], block["element"]["type"], block["element"]["action_id"])
        for block in view.blocks
        if block["type"] == "input" and block["block_id"] != "park:post_to"
    ]
    return view.callback_id, json.loads(view.private_metadata)["operation"], view.title, view.submit, inputs


@named(in_turn(SUBMITTED))
def test_whoever_may_no_more_when_the_form_is_filled_is_refused_and_the_pbx_hears_nothing(
    lead: Visitor, operation: type[Operation], entry_point: EntryPoint
) -> None:
    if not opened(lead, entry_point, ASKED[operation.operation_id]):
        return
    dismiss(lead)
    lead.submit()
    assert_refused(lead, entry_point, 0)
    assert lead.sandbox.pbx.requests == []


@named(in_turn(REVIEWED))
def test_whoever_may_no_more_at_the_last_click_is_refused_and_the_pbx_hears_nothing(
    lead: Visitor, operation: type[Operation], entry_point: EntryPoint
) -> None:
    assert opened(lead, entry_point, ASKED[operation.operation_id])
    if asks_first(operation):
        lead.submit()
    shown = lead.view()
    assert shown.submit, shown.plain
    dismiss(lead)
    lead.submit()
    refusal = lead.view().plain if lead.form_is_open() else lead.told()[-1].plain
    assert "You can't do that here" in refusal
    assert wording.NOTHING_CHANGED in refusal
    assert lead.sandbox.pbx.requests == []


def opened(visitor: Visitor, entry_point: EntryPoint, asked: Operation) -> bool:
    """Opens and fills the form; False where a read is answered at once."""
    entry_point.prepare(visitor, asked)
    entry_point.perform(visitor, asked)
    if visitor.view().submit is None:
        assert isinstance(asked, ReadOperation)
        return False
    visitor.fill(asked)
    return True


BESIDE_SLASH = [(operation, way) for operation, way in CHANGES if way in TYPED and not isinstance(way, Slash)]


@named([*in_turn(BESIDE_SLASH), *in_turn(REVIEWED)])
def test_every_entry_point_makes_the_same_change(operation: type[Operation], entry_point: EntryPoint) -> None:
    with Sandbox(pbx=newest_pbx(), policy=LEADS_ONLY) as sandbox:
        asked = ASKED[operation.operation_id]
        through(Visitor(sandbox, "ana"), entry_point, asked)
        assert stands(sandbox) == by_slash_command(operation)


def through(visitor: Visitor, entry_point: EntryPoint, asked: Operation) -> None:
    """Requests the operation and confirms it."""
    if isinstance(entry_point, FormEntryPoint):
        assert opened(visitor, entry_point, asked)
        visitor.submit()
        if visitor.form_is_open() and visitor.view().submit:  # a second step, for what destroys something
            visitor.submit()
    else:
        entry_point.prepare(visitor, asked)
        entry_point.perform(visitor, asked)
        for shown in visitor.told():
            if "Nothing has changed yet" in shown.plain:
                visitor.click(shown, label=asked.button if isinstance(asked, ChangeOperation) else "")
    visitor.sandbox.settle()


def stands(sandbox: Sandbox) -> dict[str, Any]:
    """The PBX's settings and members, and the operations in the journal."""
    state = sandbox.pbx.state
    groups = {
        group["name"]: ({key: value for key, value in group.items() if key != "id"}, state.members_of(group["name"]))
        for group in state.groups.values()
    }
    return {"server": state.server, "groups": groups, "asked": sandbox.park.tenant.journal.get(1).operations}


@cache
def by_slash_command(operation: type[Operation]) -> dict[str, Any]:
    """The state after the line was typed."""
    with Sandbox(pbx=newest_pbx(), policy=LEADS_ONLY) as sandbox:
        untouched = stands_untouched(sandbox)
        through(Visitor(sandbox, "ana"), Slash(), ASKED[operation.operation_id])
        found = stands(sandbox)
        assert {key: found[key] for key in untouched} != untouched, "it does change something"
        return found


def stands_untouched(sandbox: Sandbox) -> dict[str, Any]:
    """The same before any request."""
    state = sandbox.pbx.state
    groups = {
        group["name"]: ({key: value for key, value in group.items() if key != "id"}, state.members_of(group["name"]))
        for group in state.groups.values()
    }
    return {"server": dict(state.server), "groups": groups}


SALES_ONLY = """\
[[allow]]
name = "Recalls of Sales"
user_groups = ["{leads}"]
operations = ["recall"]
groups = ["Sales*"]
"""


@pytest.mark.parametrize("begun", ["recall Warehouse", 'recall "the group Warehouse"', 'recall "Warehouse"'])
def test_a_form_shows_nothing_of_a_group_that_its_opener_may_not_touch(begun: str) -> None:
    with Sandbox(policy=SALES_ONLY) as sandbox:
        ana = Visitor(sandbox, "ana")
        sandbox.slack.slash(ana.id, ana.phones, begun)
        assert_refused(ana, VerbOnly(), 0)
        assert sandbox.pbx.requests == []


EARLIER = {
    "extend": "extend change 1 for 1h",
    "keep": "keep change 1",
    "now": "start 1",
    "cancel": "cancel change 1",
    "undo": "undo change 1",
    "undo_last": "undo Sales",
    "end": "end Sales",
    "again": "do it again",
    "preview": "preview undo change 1",
    "ask": "ask undo change 1",
    "emergency": "emergency undo change 1 because the desk is on fire",
    "skip": "skip 3",
    "pause_schedule": "pause schedule 3",
    "resume_schedule": "resume schedule 3",
    "delete_schedule": "delete schedule 3",
    "adopt": "adopt 3",
}


@pytest.mark.parametrize("entry_point", TYPED, ids=[entry_point.name for entry_point in TYPED])
def test_what_is_about_an_earlier_change_needs_what_that_one_needed(entry_point: EntryPoint) -> None:
    others = {"help", "access"} | {
        "approve",
        "refuse",
        "put_back",
        "decline",
    }  # of which tests/conversations and tests/audit/drift tell
    assert EARLIER.keys() == {one.operation_id for one in OPERATIONS if one.permission is None} - others
    with Sandbox(pbx=newest_pbx(), policy=LEADS_ONLY) as sandbox:
        is_refused_to_ben(Visitor(sandbox, "ana"), entry_point)


def is_refused_to_ben(lead: Visitor, entry_point: EntryPoint) -> None:
    """Has Ana make a change and a schedule; all that is about them is refused to Ben, and the PBX hears nothing."""
    for line in ("recall Sales to Night Desk for 2h", "recall Support to Night Desk every weekday 18:00 to 8:00"):
        lead.sandbox.slack.slash(lead.id, lead.phones, line)
        lead.sandbox.settle()
    assert "#3" in lead.sandbox.slack.messages(lead.phones)[-1].plain, "it is a schedule"
    lead.sandbox.pbx.requests.clear()
    ben = Visitor(lead.sandbox, "ben")
    for line in EARLIER.values():
        asked, before = parse(line)[0], len(ben.told())
        entry_point.prepare(ben, asked)
        entry_point.perform(ben, asked)
        answer = ben.told()[before:][-1].plain
        assert "You can't do that here" in answer or "There is no change" in answer, (line, answer)
        assert ben.sandbox.pbx.requests == [], line
