"""A change that meets a temporary or scheduled one: what is offered, to whom, and what a click on it does."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.sandbox.environment import ORDINARY_INSTANT, Sandbox
from tests.faults.scene import FAST_RETRIES, ConversationHarness

END_IT = "End #1 and do this"


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(retry_policy=FAST_RETRIES, now=ORDINARY_INSTANT) as sandbox:
        yield ConversationHarness(sandbox)


def later(scene: ConversationHarness, **time: float) -> None:
    scene.sandbox.forward(timedelta(**time))
    scene.sandbox.settle()


def said(scene: ConversationHarness, line: str, who: str = "ana") -> str:
    """What is answered in private; "" where the line was done."""
    before = len(scene.ephemerals(who))
    scene.do(line, who)
    return "\n".join(one.plain for one in scene.ephemerals(who)[before:])


def recall(scene: ConversationHarness, group: str = "Sales") -> tuple[object, ...]:
    """Where the recalls of a group go."""
    state = scene.sandbox.pbx.state
    settings = state.groups[scene.id(group)]
    return (settings["recall_to"],) + ((settings["ring_group_id"],) if settings["recall_to"] != "USER_ONLY" else ())


BEFORE = ("USER_ONLY",)


@pytest.mark.parametrize("line", ["replace change 1 with recall Sales to user", "replace 1 with recall Sales to user"])
def test_no_line_ends_the_change_of_another_in_passing(scene: ConversationHarness, line: str) -> None:
    scene.do("recall Sales to Night Desk for 2h")
    said(scene, line, "eve")
    later(scene, hours=3)
    assert recall(scene) == BEFORE


def test_one_click_ends_the_first_and_makes_the_second_and_both_go_back_to_how_it_was(
    scene: ConversationHarness,
) -> None:
    scene.do("recall Sales to Night Desk for 2h")
    assert f"[{END_IT}]  [Extend #1]  [Keep #1]" in said(scene, "recall Sales to Day Desk", "ben")
    scene.click(scene.last_ephemeral("ben"), END_IT, "ben")
    first, second = scene.cards()
    assert "replaced by #4" in first.plain
    assert "*Replaced:* #4 by @Ben Ito" in first.plain
    assert "Night Desk (6001) → Day Desk (6002)" in second.plain
    later(scene, hours=3)
    assert recall(scene) != BEFORE, "the end of the first was called off"
    scene.click(second, "Undo")
    assert recall(scene) == BEFORE
    assert "already ended by #4" in said(scene, "undo 1")


def test_a_deletion_that_ends_a_recall_is_taken_back_with_its_members_and_its_new_name(
    scene: ConversationHarness,
) -> None:
    scene.do("recall Sales to Night Desk for 2h")
    scene.do('rename Sales to "Sales North"')
    members = frozenset(scene.members("Sales North"))
    assert "Will be lost" in said(scene, "delete Sales North")
    scene.click(scene.last_ephemeral(), END_IT)
    assert "Sales North" not in {one["name"] for one in scene.sandbox.pbx.state.groups.values()}
    scene.click(scene.cards()[-1], "Undo")
    assert frozenset(scene.members("Sales North")) == members
    assert recall(scene, "Sales North") == BEFORE
    later(scene, hours=3)
    assert recall(scene, "Sales North") == BEFORE


def test_a_member_who_was_moved_for_a_time_is_moved_on_from_where_they_were(scene: ConversationHarness) -> None:
    scene.do("move 1021 to Billing for 1h")
    assert "from Support to Sales" in said(scene, "move 1021 to Sales for 2h")
    scene.click(scene.last_ephemeral(), END_IT)
    assert "1021" in scene.members("Sales")
    assert "1021" not in scene.members("Billing")
    later(scene, hours=3)
    assert "1021" in scene.members("Support")
    assert "1021" not in scene.members("Sales")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("recall Sales to Night Desk for 2h", "recall Sales to user"),
        ("move 1002 to Support for 2h", "remove 1002 from Support"),
        ("server recall time 10m for 2h", "server recall time 5m"),
    ],
)
def test_what_has_only_ended_another_change_has_no_undo(scene: ConversationHarness, first: str, second: str) -> None:
    scene.do(first)
    said(scene, second)
    scene.click(scene.last_ephemeral(), END_IT)
    card = scene.cards()[-1].plain
    number = re.search(r"#(\d+) · done", card)
    assert number is not None
    assert "[Undo]" not in card
    writes = scene.changes()
    assert f"#{number[1]} has only ended #1" in said(scene, f"undo {number[1]}")
    assert scene.changes() == writes


def test_a_button_that_was_drawn_before_something_else_happened_overwrites_nothing(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 2h")
    said(scene, "recall Sales to user")
    old = scene.last_ephemeral()
    said(scene, "recall Sales to Day Desk for 30m", "ben")
    scene.click(scene.last_ephemeral("ben"), END_IT, "ben")
    standing, writes = recall(scene), scene.changes()
    scene.click(old, END_IT)
    assert recall(scene) == standing
    assert scene.changes() == writes
    assert "Nothing was changed" in scene.last_ephemeral().plain


def test_who_may_not_do_it_is_not_offered_it(scene: ConversationHarness) -> None:
    scene.do("server recall time 10m for 1h")
    scene.do("server recall time 5m", "ben")
    assert "actions" not in [block["type"] for block in scene.last_ephemeral("ben").blocks]
    assert f"[{END_IT}]" in said(scene, "server recall time 6m")


ALREADY = [
    ("recall Sales to Night Desk for 4h", "[Extend to today 14:00, Europe/Berlin]  [Keep]"),
    ("recall Sales to Night Desk until tomorrow 8:00", "[Extend to tomorrow 08:00, Europe/Berlin]  [Keep]"),
    ("recall Sales to Night Desk for 1h", "[End today 11:00, Europe/Berlin]  [Keep]"),
    ("recall Sales to Night Desk", "[Keep]"),
]


@pytest.mark.parametrize(("line", "offered"), ALREADY)
def test_what_is_so_for_a_time_is_not_already_so_for_longer(
    scene: ConversationHarness, line: str, offered: str
) -> None:
    scene.do("recall Sales to Night Desk for 2h")
    answer = said(scene, line)
    assert "until Wed 10 Jun 12:00" in answer
    assert offered in answer
    assert END_IT not in answer


def test_the_same_until_the_same_time_is_already_so(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 2h")
    assert "already set up like that" in said(scene, "recall Sales to Night Desk for 2h")


def test_the_offered_end_is_the_one_that_was_asked_for(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Sales for 1h")
    said(scene, "add 1001 to Sales for 4h")
    scene.click(scene.last_ephemeral(), "Extend to today 14:00, Europe/Berlin")
    later(scene, hours=2)
    assert "1001" in scene.members("Sales")
    later(scene, hours=2, minutes=1)
    assert "1001" not in scene.members("Sales")


def test_an_undo_of_what_is_taken_back_for_a_time_only_is_not_already_so(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Sales")
    scene.do("remove 1001 from Sales for 1h")
    assert "[Keep]" in said(scene, "undo 1")
    scene.click(scene.last_ephemeral(), "Keep")
    later(scene, hours=2)
    assert "1001" not in scene.members("Sales")


PERMANENT = [
    ("recall Billing to user for 1h", "[Change it then ...]"),
    ("add 1055 to Billing for 2h", "[Remove today 12:00, Europe/Berlin]"),
    ("server recall time 5m for 1h", "[Change it then ...]"),
]


@pytest.mark.parametrize(("line", "offered"), PERMANENT)
def test_what_is_permanently_so_would_not_end(scene: ConversationHarness, line: str, offered: str) -> None:
    answer = said(scene, line)
    assert "permanent, so it would not end" in answer
    assert offered in answer


def test_a_member_who_is_out_for_a_time_is_put_nowhere_else_meanwhile(scene: ConversationHarness) -> None:
    scene.do("remove 1002 from Sales for 1h")
    assert "Removed 1002 Bjørn Halvorsen from Sales" in said(scene, "add 1002 to Support", "ben")
    later(scene, hours=1, minutes=1)
    assert "1002" in scene.members("Sales")
    assert "1002" not in scene.members("Support")


MEANWHILE = [
    (
        "remove 1002 from Sales for 1h",
        "add 1002 to Support for 30m",
        "Move 1002 Bjørn Halvorsen from Sales to Support?",
    ),
    ("add 1001 to Sales for 1h", "move 1001 to Support for 30m", "Add 1001 Amara Okafor to Support?"),
    ("move 1002 to Billing for 1h", "move 1002 to Support for 30m", "Move 1002 Bjørn Halvorsen from Sales to Support?"),
]


@pytest.mark.parametrize(("first", "second", "meant"), MEANWHILE)
def test_somebody_who_is_elsewhere_for_a_time_is_put_where_they_are_wanted_with_one_click(
    scene: ConversationHarness, first: str, second: str, meant: str
) -> None:
    state = scene.sandbox.pbx.state
    before = {name: frozenset(state.members_of(name)) for name in ("Sales", "Support", "Billing")}
    scene.do(first)
    assert meant in said(scene, second)
    scene.click(scene.last_ephemeral(), END_IT)
    assert set(scene.members("Support")) - before["Support"] == {first.split()[1]}
    later(scene, hours=2)
    assert {name: frozenset(state.members_of(name)) for name in before} == before


OVERLAPS = [
    ("recall Sales to Day Desk at 11:00 for 1h", True),
    ("recall Sales to Day Desk at 11:59", True),
    ("recall Sales to Day Desk at 12:00", False),
    ("recall Sales to Day Desk at 13:00 for 1h", False),
    ("recall Sales to Night Desk at 13:00 for 1h", False),
    ("recall Billing to Day Desk at 11:00 for 1h", False),
    ("add 1001 to Sales at 11:00 for 1h", False),
]


@pytest.mark.parametrize(("line", "meets"), OVERLAPS)
def test_times_that_overlap_decide_and_not_what_stands_now(scene: ConversationHarness, line: str, meets: bool) -> None:
    scene.do("recall Sales to Night Desk for 2h")
    assert ("Nothing was changed" in said(scene, line)) == meets


SCHEDULED = [
    ("recall Sales to Day Desk for 5h", "[Only until today 13:00, Europe/Berlin]"),
    ("recall Sales to Day Desk until 13:00", ""),
    ("recall Sales to Day Desk", ""),
    ("recall Sales to Day Desk at 14:00", "[Cancel #1]"),
    ("recall Sales to Day Desk at 15:00", ""),
]


@pytest.mark.parametrize(("line", "offered"), SCHEDULED)
def test_what_is_scheduled_for_a_time_is_met_only_then(scene: ConversationHarness, line: str, offered: str) -> None:
    scene.do("recall Sales to Night Desk at 13:00 for 2h")
    answer = said(scene, line)
    assert offered in answer
    assert ("Already scheduled" in answer) == bool(offered)


def test_what_is_scheduled_for_the_minute_of_an_end_comes_after_it(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Day Desk at 12:00")
    scene.do("recall Sales to Night Desk for 2h")
    scene.do("add 1001 to Sales for 2h")
    scene.do("remove 1001 from Sales at 12:00")
    later(scene, hours=2, minutes=1)
    assert recall(scene) == recall(scene, "Support EMEA"), "Day Desk"
    assert "1001" not in scene.members("Sales")
    assert not any("could not be" in one.plain for one in (*scene.cards(), *scene.replies()))
    assert "· nothing to do" in scene.cards()[-1].plain


def test_no_end_is_moved_into_a_scheduled_change(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Day Desk for 1h")
    scene.do("recall Sales to Night Desk at 13:00 for 2h")
    assert "Already scheduled" in said(scene, "extend 1 for 3h")
    assert said(scene, "extend 1 for 1h") == ""


def test_a_group_is_taken_back_by_its_id_and_not_by_its_name(scene: ConversationHarness) -> None:
    scene.do('create "Late Desk"')
    scene.do('rename Late Desk to "Early Desk"')
    scene.do('create "Late Desk"')
    before = scene.id("Late Desk")
    said(scene, "undo 1")
    assert scene.id("Late Desk") == before
    said(scene, "undo 3")
    assert "Late Desk" not in {one["name"] for one in scene.sandbox.pbx.state.groups.values()}
