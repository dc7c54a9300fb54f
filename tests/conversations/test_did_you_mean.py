"""A misspelt name is answered with buttons for the names that may be meant, wherever a line takes a name."""

from collections.abc import Callable, Iterator

import pytest

from bot.operations.approvals import CHANGE_TO_REFUSE
from bot.operations.arguments.targets import MEMBER, MEMBERS, RECALL
from bot.operations.arguments.types import CHANGE_OR_GROUP, FROM_GROUP, GROUP, SEARCH, TO_GROUP
from bot.operations.catalog import OPERATIONS
from bot.operations.help import TOPIC
from bot.operations.history_query import HISTORY_GROUP, HISTORY_MEMBER
from bot.operations.setups import SCOPE
from bot.operations.undo import LAST_CHANGE_OF
from bot.planning.corrections import is_similar, unmatched_words
from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.dataset import USER_NAMES
from tests.conversations.conftest import typed_in
from tests.shared import clear

NAMES = (
    *(GROUP, FROM_GROUP, TO_GROUP, SEARCH, SCOPE, LAST_CHANGE_OF, CHANGE_OR_GROUP, CHANGE_TO_REFUSE, HISTORY_GROUP),
    *(MEMBER, MEMBERS, HISTORY_MEMBER, RECALL, TOPIC),
)
"""The types of arguments that are names."""
LINES = {  # the history holds the refused lines too, so those that ask for it have other slips
    ("groups", "search"): ("groups Suport", "groups Support"),
    ("find", "member"): ("find Emeka Ezee", "find 1055"),
    ("group", "group"): ("group Suport", "group Support"),
    ("add", "members"): ("add Emeka Ezee to Sales", "add 1055 to Sales"),
    ("add", "group"): ("add 1001 to Suport", "add 1001 to Support"),
    ("remove", "members"): ("remove Emeka Ezee from Billing", "remove 1055 from Billing"),
    ("remove", "group"): ("remove 1055 from Biling", "remove 1055 from Billing"),
    ("move", "members"): ("move Emeka Ezee to Sales", "move 1055 to Sales"),
    ("move", "to"): ("move 1055 to Suport", "move 1055 to Support"),
    ("move", "group"): ("move 1055 from Biling to Sales", "move 1055 from Billing to Sales"),
    ("recall", "group"): ("recall Suport to Night Desk", "recall Support to Night Desk"),
    ("recall", "recall"): ("recall Support to Nite Desk", "recall Support to Night Desk"),
    ("create", "recall"): ("create Lobby recall to Nite Desk", "create Lobby recall to Night Desk"),
    ("rename", "group"): ("rename Suport to Helpline", "rename Support to Helpline"),
    ("delete", "group"): ("delete Suport", "delete Support"),
    ("server_recall", "recall"): ("server recall to Nite Desk", "server recall to Night Desk"),
    ("schedules", "group"): ("schedules Suport", "schedules Support"),
    ("schedules_table", "group"): ("schedules Suport as table", "schedules Support as table"),
    ("extend", "number"): ("extend Suport for 1h", "extend Support for 1h"),
    ("keep", "number"): ("keep Suport", "keep Support"),
    ("now", "number"): ("start Suport", "start Support"),
    ("cancel", "number"): ("cancel Suport", "cancel Support"),
    ("skip", "number"): ("skip Suport", "skip Support"),
    ("pause_schedule", "number"): ("pause schedule Suport", "pause schedule Support"),
    ("resume_schedule", "number"): ("resume schedule Suport", "resume schedule Support"),
    ("delete_schedule", "number"): ("delete schedule Suport", "delete schedule Support"),
    ("adopt", "number"): ("adopt Suport", "adopt Support"),
    ("undo_last", "what"): ("undo Suport", "undo Support"),
    ("end", "what"): ("end Suport", "end Support"),
    ("approve", "number"): ("approve Suport", "approve Support"),
    ("refuse", "number"): ("reject Suport", "reject Support"),
    ("history", "group"): ("history Suppport", "history Support"),
    ("history", "member"): ("history member Emeka Ezze", "history member 1055"),
    ("history_table", "group"): ("history Suppport as table", "history Support as table"),
    ("history_table", "member"): ("history member Emeka Ezze as table", "history member 1055 as table"),
    ("history_export", "group"): ("history Suppport as csv", "history Support as csv"),
    ("history_export", "member"): ("history member Emeka Ezze as csv", "history member 1055 as csv"),
    ("restore", "what"): ("restore Suport to yesterday 18:00", "restore Support to yesterday 18:00"),
    ("help", "topic"): ("help recal", "help recall"),
}


@pytest.fixture(scope="module")
def started() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def sandbox(started: Sandbox) -> Sandbox:
    clear(started)
    return started


def test_each_argument_that_is_a_name_has_a_line_here() -> None:
    named = {
        (operation.operation_id, field)
        for operation in OPERATIONS
        for field, argument_type in operation.argument_types().items()
        if argument_type in NAMES
    }
    assert named == LINES.keys()


@pytest.mark.parametrize(("line", "meant"), LINES.values(), ids=map(" ".join, LINES))
def test_a_misspelt_name_is_answered_with_the_one_that_is_meant(sandbox: Sandbox, line: str, meant: str) -> None:
    said = typed_in(sandbox)(line)
    assert f"{meant}]" in said


def test_a_person_is_looked_for_among_the_groups_too(sandbox: Sandbox) -> None:
    assert "[group Support]" in typed_in(sandbox)("find Suport")


def test_of_similar_groups_those_are_offered_that_have_something_pending() -> None:
    with Sandbox() as sandbox:
        typed = typed_in(sandbox)
        typed("recall Sales for Partners to Night Desk for 2h")
        said = typed("keep Saless")
        assert '[keep "Sales for Partners"]' in said
        assert "[keep Sales]" not in said


SLIPS: dict[str, Callable[[str], str]] = {
    "a letter too many": lambda name: name + name[-1],
    "a letter missing": lambda name: name[:-2] + name[-1],
    "two letters swapped": lambda name: name[:-2] + name[-1] + name[-2],
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_anybodys_name_leaves_nothing_of_it_out(slip: str) -> None:
    for name in USER_NAMES:
        typed, label = SLIPS[slip](name), f"1055 {name}"
        assert is_similar(typed, label), typed
        assert unmatched_words(typed, label, "1055") == "", typed
