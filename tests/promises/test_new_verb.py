"""A new verb is one class and one line in the catalog; everything else follows from its declaration.

The class is tests/promises/empty.py; the line in the catalog is the fixture `listed`.
"""

import re
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given

from bot.errors import NotUnderstood
from bot.operations import catalog
from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS, markdown
from bot.operations.footprint import footprint
from bot.operations.parser import parse
from bot.sandbox.environment import Sandbox
from bot.texts import wording
from tests.promises.empty import Empty
from tests.promises.entry_points import ENTRY_POINTS, EntryPoint, FormEntryPoint, HomeRow, Visitor
from tests.strategies import operations

ASKED = Empty(group="Sales", members=("1002",))


@pytest.fixture(scope="module", autouse=True)
def listed() -> Iterator[None]:
    """As if the catalog listed `Empty`."""
    with pytest.MonkeyPatch.context() as patch:
        for module in list(sys.modules.values()):
            if getattr(module, "OPERATIONS", None) is OPERATIONS and module.__name__.startswith("bot."):
                patch.setattr(module, "OPERATIONS", (*OPERATIONS, Empty))
        patch.setitem(catalog._KINDS, Empty.operation_id, Empty)
        yield


@pytest.fixture
def ana() -> Iterator[Visitor]:
    with Sandbox() as sandbox:
        yield Visitor(sandbox, "ana")


@pytest.mark.parametrize("line", ["empty Sales except 1002", "EMPTY Sales besides 1002", "preview empty Sales"])
def test_it_is_understood(line: str) -> None:
    assert parse(line.removeprefix("preview "))[0] == Empty(
        group="Sales", members=None if "view" in line else ("1002",)
    )


@given(operations(Empty))
def test_it_is_said_back_so_that_it_is_read_as_the_same(asked: Empty) -> None:
    assert asked in parse(asked.text())


def test_a_name_that_holds_its_small_words_is_said_back_in_quotes() -> None:
    assert Empty(group="Everybody except Sales").text() == 'empty "Everybody except Sales"'


def test_a_line_that_lacks_something_or_is_mistyped_is_met_with_its_usage() -> None:
    with pytest.raises(NotUnderstood) as lacking:
        parse("empty")
    assert lacking.value.message.lines == ("empty <group>",)
    assert lacking.value.message.forms[0].operation == "empty"
    with pytest.raises(NotUnderstood) as mistyped:
        parse("emty Sales")
    assert [offer.line for offer in mistyped.value.message.offers] == ["empty Sales"]


def test_it_has_its_place_in_help_and_in_the_readmes_table(ana: Visitor) -> None:
    ana.sandbox.slack.slash(ana.id, ana.phones, "help empty")
    assert f"{Empty.usage()}: {Empty.help}".replace("<", "&lt;") in ana.told()[-1].plain.replace("<", "&lt;")
    ana.sandbox.slack.slash(ana.id, ana.phones, "help")
    assert re.search(r"Commands that you can use here: .*\bempty\b", ana.told()[-1].plain)
    assert "| `/park empty <group> [except <members>]` | `empty Sales except 1002` |" in markdown()


def test_requests_that_touch_the_same_group_wait_for_it() -> None:
    assert footprint(ASKED) == {"sales", "1002"}


DERIVED = [entry_point for entry_point in ENTRY_POINTS if not isinstance(entry_point, HomeRow)]


@pytest.mark.parametrize("entry_point", DERIVED, ids=[entry_point.name for entry_point in DERIVED])
def test_it_goes_through_every_entry_point_asks_first_and_is_confirmed_for_all_to_see(
    ana: Visitor, entry_point: EntryPoint
) -> None:
    assert entry_point.serves(Empty)
    entry_point.prepare(ana, ASKED)
    entry_point.perform(ana, ASKED)
    if isinstance(entry_point, FormEntryPoint):
        ana.fill(ASKED)
        ana.submit()
        assert ana.view().submit == "Empty"
        shown = ana.view().plain
        ana.submit()
    else:
        shown = ana.told()[-1].plain
        ana.click(ana.told()[-1], label="Empty")
    assert "Will be lost: the memberships of" in shown
    ana.sandbox.settle()
    assert ana.sandbox.pbx.state.members_of("Sales") == ["1002"]
    posted = [str(one.blocks) for one in ana.sandbox.slack.state.posts if one.only_for is None]
    assert any("Emptied Sales" in one and "#1 · done" in one for one in posted)


@pytest.mark.parametrize("entry_point", ENTRY_POINTS, ids=[entry_point.name for entry_point in ENTRY_POINTS])
def test_whoever_may_not_change_members_is_refused_at_every_entry_point(ana: Visitor, entry_point: EntryPoint) -> None:
    eve = Visitor(ana.sandbox, "eve")
    before = len(eve.told())
    entry_point.prepare(eve, ASKED)
    eve.sandbox.settle()
    try:
        entry_point.perform(eve, ASKED)
    except LookupError:
        assert isinstance(entry_point, FormEntryPoint), "what can be typed is typed, and refused"
        return
    refusal = eve.view().plain if isinstance(entry_point, FormEntryPoint) else eve.told()[before:][-1].plain
    assert "You can't do that here" in refusal
    assert wording.NOTHING_CHANGED in refusal
    assert not eve.sandbox.pbx.requests


def test_a_rule_for_the_members_of_some_groups_holds_for_it_too(ana: Visitor) -> None:
    ben = Visitor(ana.sandbox, "ben")
    ben.sandbox.slack.slash(ben.id, ben.phones, "empty Billing")
    assert "You can't do that here" in ben.told()[-1].plain
    assert not ben.sandbox.pbx.requests
    ben.sandbox.slack.slash(ben.id, ben.phones, "empty Sales")
    assert "Empty Sales? Nothing has changed yet." in ben.told()[-1].plain


def test_the_card_of_a_group_offers_what_is_about_a_group(ana: Visitor) -> None:
    ana.sandbox.slack.slash(ana.id, ana.phones, "group Sales")
    card = ana.told()[-1].plain
    everything: tuple[type[Operation], ...] = (*OPERATIONS, Empty)
    of_a_group = {one.operation_id for one in everything if one.takes_group()}
    assert of_a_group == {"group", "add", "remove", "move", "recall", "rename", "delete", "empty", "schedules"}
    offered = [one.operation_id for one in everything if f"[{one.title}]" in card]
    assert offered == ["add", "remove", "move", "recall", "rename"], "what asks first is not offered in passing"
