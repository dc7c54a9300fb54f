"""All doors are equal: what one refuses, every other refuses, and what one does, every other does."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from bot.errors import NOTHING
from bot.operations.base import ChangeOperation, Operation, ReadOperation
from bot.operations.catalog import OPERATIONS
from bot.operations.parser import parse
from bot.sandbox.environment import Stage
from tests.promises.doors import DOORS, Door, FormDoor, HomeMenu, Slash, VerbOnly, Visitor
from tests.promises.test_promises import DONE

LEADS_ONLY = """\
[[allow]]
name = "Team leads, from anywhere"
user_groups = ["{leads}"]
operations = ["all"]
"""
MINUTE = timedelta(seconds=61)
"""After which nobody's user groups are remembered any more: README, bot/slack/people.py."""
READ = {
    "groups": "groups sal",
    "find": "find 1001",
    "group": "group Sales",
    "server": "server",
    "pending": "pending",
    "history": "history Sales",
    "history_export": "export history Sales",
    "can": "can me delete Sales",
    "who_can": "who can delete Sales",
    "why": "why change 1",
}
JOURNALED = {"pause": "pause because of a test", "resume": "resume"}
ASKED = {
    key: parse(line.replace("Night Desk", "ring group 6001"))[0] for key, line in (READ | DONE | JOURNALED).items()
}
"""By number, as a form's picker names a ring group: so that what is asked for is the same to the letter."""
GUARDED = [one for one in OPERATIONS if one.permission is not None]
WAYS = [(operation, source) for operation in GUARDED for source in DOORS if source.serves(operation)]
FORMS = [(operation, source) for operation, source in WAYS if isinstance(source, FormDoor)]
REVIEWED = [(operation, source) for operation, source in FORMS if issubclass(operation, ChangeOperation)]
CHANGES = [(operation, source) for operation, source in WAYS if issubclass(operation, ChangeOperation)]


def named(ways: Sequence[tuple[type[Operation], Door]]) -> pytest.MarkDecorator:
    """Each combination is a test with a name."""
    return pytest.mark.parametrize(
        ("operation", "door"), ways, ids=[f"{operation.operation_id}, {source.name}" for operation, source in ways]
    )


@pytest.fixture(scope="module")
def shared(http: bool) -> Iterator[Stage]:
    """For those who get nothing done."""
    with Stage(policy=LEADS_ONLY, http=http) as running:
        yield running


@pytest.fixture
def lead() -> Iterator[Visitor]:
    """Ana, who may do everything until `dismiss`."""
    with Stage(policy=LEADS_ONLY) as stage:
        yield Visitor(stage, "ana")


def dismiss(visitor: Visitor) -> None:
    """No lead any more; from here on the PBX is to hear nothing."""
    visitor.stage.settle(30)
    visitor.stage.slack.state.groups[visitor.stage.groups["leads"]].members = []
    visitor.stage.forward(MINUTE)
    visitor.stage.pbx.requests.clear()


@named(WAYS)
def test_whoever_may_not_is_refused_at_every_door_and_the_pbx_hears_nothing(
    shared: Stage, operation: type[Operation], source: Door
) -> None:
    shared.settle(30)
    shared.pbx.requests.clear()
    ben = Visitor(shared, "ben")
    before = len(ben.told())
    source.stand(ben, ASKED[operation.operation_id])
    try:
        source.go(ben, ASKED[operation.operation_id])
    except LookupError:
        assert isinstance(source, FormDoor), "what can be typed is typed, and refused"
    else:
        assert_refused(ben, source, before)
    shared.settle(30)
    assert shared.pbx.requests == []
    while shared.slack.views_of(ben.id):
        shared.slack.close(ben.id, everything=True)


def assert_refused(visitor: Visitor, source: Door, before: int) -> None:
    """In words, where they look."""
    shown = isinstance(source, FormDoor) and visitor.form_is_open()
    plain = visitor.view().plain if shown else visitor.told()[before:][-1].plain
    assert "You may not do that here" in plain
    assert NOTHING in plain
    assert "Whom to ask" in plain


@named(WAYS)
def test_whoever_may_no_more_is_refused_by_what_was_drawn_while_they_might(
    lead: Visitor, operation: type[Operation], source: Door
) -> None:
    source.stand(lead, ASKED[operation.operation_id])
    dismiss(lead)
    before = len(lead.told())
    try:
        source.go(lead, ASKED[operation.operation_id])
    except LookupError:
        assert isinstance(source, HomeMenu), "not every operation is in it"
        return
    assert_refused(lead, source, before)
    assert lead.stage.pbx.requests == []


@named(FORMS)
def test_whoever_may_no_more_when_the_form_is_filled_is_refused_and_the_pbx_hears_nothing(
    lead: Visitor, operation: type[Operation], source: Door
) -> None:
    if not opened(lead, source, ASKED[operation.operation_id]):
        return
    dismiss(lead)
    lead.submit()
    assert_refused(lead, source, 0)
    assert lead.stage.pbx.requests == []


@named(REVIEWED)
def test_whoever_may_no_more_at_the_last_click_is_refused_and_the_pbx_hears_nothing(
    lead: Visitor, operation: type[Operation], source: Door
) -> None:
    if not opened(lead, source, ASKED[operation.operation_id]):
        return
    lead.submit()
    assert lead.view().submit, lead.view().plain
    dismiss(lead)
    lead.submit()
    refusal = lead.told()[-1].plain
    assert "You may not do that here" in refusal
    assert NOTHING in refusal
    assert lead.stage.pbx.requests == []


def opened(visitor: Visitor, source: Door, asked: Operation) -> bool:
    """The form, filled and ready to submit; not where the door has none for it, or answers a read at once."""
    source.stand(visitor, asked)
    try:
        source.go(visitor, asked)
    except LookupError:
        assert isinstance(source, HomeMenu), "not every operation is in it"
        return False
    if visitor.view().submit is None:
        assert isinstance(asked, ReadOperation)
        return False
    visitor.fill(asked)
    return True


@named([way for way in CHANGES if not isinstance(way[1], Slash)])
def test_every_door_makes_the_same_change(operation: type[Operation], source: Door) -> None:
    with Stage(policy=LEADS_ONLY) as stage:
        asked = ASKED[operation.operation_id]
        if through(Visitor(stage, "ana"), source, asked):
            assert stands(stage) == by_slash_command(operation)


def through(visitor: Visitor, source: Door, asked: Operation) -> bool:
    """All the way, as far as there is one."""
    if isinstance(source, FormDoor):
        if not opened(visitor, source, asked):
            return False
        visitor.submit()
        visitor.view()
        visitor.submit()
    else:
        source.stand(visitor, asked)
        source.go(visitor, asked)
        for shown in visitor.told():
            if "Nothing is changed yet" in shown.plain:
                visitor.click(shown, label=asked.button if isinstance(asked, ChangeOperation) else "")
    visitor.stage.settle(30)
    return True


def stands(stage: Stage) -> dict[str, Any]:
    """The PBX's settings and members, and what the journal was asked for."""
    state = stage.pbx.state
    groups = {
        group["name"]: ({key: value for key, value in group.items() if key != "id"}, state.members_of(group["name"]))
        for group in state.groups.values()
    }
    return {"server": state.server, "groups": groups, "asked": stage.park.journal.get(1).asked}


@cache
def by_slash_command(operation: type[Operation]) -> dict[str, Any]:
    """What stands once the line was typed."""
    with Stage(policy=LEADS_ONLY) as stage:
        untouched = stands_untouched(stage)
        assert through(Visitor(stage, "ana"), Slash(), ASKED[operation.operation_id])
        found = stands(stage)
        assert {key: found[key] for key in untouched} != untouched, "it does change something"
        return found


def stands_untouched(stage: Stage) -> dict[str, Any]:
    """The same, before anything was asked."""
    state = stage.pbx.state
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
    with Stage(policy=SALES_ONLY) as stage:
        ana = Visitor(stage, "ana")
        stage.slack.slash(ana.id, ana.phones, begun)
        assert_refused(ana, VerbOnly(), 0)
        assert stage.pbx.requests == []


EARLIER = {
    "extend": "extend change 1 for 1h",
    "keep": "keep change 1",
    "now": "do change 1 now",
    "cancel": "cancel change 1",
    "undo": "undo change 1",
    "undo_last": "undo Sales",
    "replace": "replace change 1 with recall Sales to user",
    "preview": "preview undo change 1",
    "ask": "ask undo change 1",
    "emergency": "emergency undo change 1 because the desk is on fire",
}
TYPED = [source for source in DOORS if not isinstance(source, FormDoor)]


@pytest.mark.parametrize("door", TYPED, ids=[source.name for source in TYPED])
def test_what_is_about_an_earlier_change_needs_what_that_one_needed(lead: Visitor, source: Door) -> None:
    others = {"help", "access"} | {"approve", "refuse", "put_back"}  # of which tests/conversations and tests/drift tell
    assert EARLIER.keys() == {one.operation_id for one in OPERATIONS if one.permission is None} - others
    lead.stage.slack.slash(lead.id, lead.phones, "recall Sales to Night Desk for 2h")
    lead.stage.settle()
    lead.stage.pbx.requests.clear()
    ben = Visitor(lead.stage, "ben")
    for line in EARLIER.values():
        asked, before = parse(line)[0], len(ben.told())
        source.stand(ben, asked)
        source.go(ben, asked)
        assert "You may not do that here" in ben.told()[before:][-1].plain, line
        assert ben.stage.pbx.requests == [], line
