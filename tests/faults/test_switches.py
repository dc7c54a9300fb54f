"""Every kind of change is made and verified, whatever a PBX does where its documentation says nothing."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from bot.operations.base import ChangeOperation
from bot.operations.catalog import OPERATIONS
from bot.operations.parser import parse
from bot.operations.server import ServerNotify
from bot.operations.setups import Apply, Restore
from bot.operations.undo import PutBack
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.switches import ErrorResponse, Switches
from tests.bot_harness import bot_harness
from tests.faults.scene import FAST_RETRIES
from tests.waiting import wait_until

NO = ErrorResponse(422, "UNKNOWN", "No.")
DAY = (
    "server recall time 5m30s",
    "undo change 1",
    "server recall ring group time 90s",
    "server recall to user then Night Desk",
    "server recall to user",
    "server extension 777",
    "server off",
    "server on",
    "recall Sales to user then Night Desk",
    "recall Sales to Day Desk",
    "recall Sales to user",
    "rename Support to Helpers",
    'create "Field Staff" recall to ring group Night Desk',
    "add 1001, 1016 to Field Staff",
    "move 1002 from Sales to Field Staff",
    "remove 1001 from Field Staff",
    "delete Field Staff",
    "undo change 17",
    "server prompt F07WELCOME1",
)
ODD: dict[str, dict[str, Any]] = {
    "the usual": {},
    "updates replace, and members are sorted": {"updates": "replacing", "members": "sorted"},
    "an update clears the prompt, blanks are null, and filters are ignored": {
        "prompt": "cleared", "blanks": "null", "filter": "ignored", "search": "ignored",
    },
    "blanks are missing, and a member twice is no error": {
        "blanks": "missing", "already_here": None, "not_a_member": None,
    },
    "blanks are null, null is refused, and a group has to be emptied first": {
        "blanks": "null", "nulls": "refused", "delete_with_members": NO,
    },
    "what is read only is ignored, and refusals are of other kinds": {
        "read_only": "ignored", "duplicate_name": NO, "already_here": NO, "in_other_group": NO, "not_a_member": NO,
    },
    "a newer PBX, and filters know no case": {"newer": True, "eq_ignores_case": True},
    "a newer PBX whose updates replace, and nothing is known of an unknown extension": {
        "newer": True, "updates": "replacing", "blanks": "missing", "unknown_extension": NO,
    },
    "filters are refused, and errors have no body": {
        "filter": "refused", "search": "ignored", "error_bodies": False, "delete_with_members": NO,
    },
    "all of it at once": {
        "updates": "replacing", "prompt": "cleared", "blanks": "missing", "nulls": "refused", "newer": True,
        "members": "sorted", "already_here": None, "not_a_member": None, "delete_with_members": NO,
        "filter": "refused", "search": "ignored", "error_bodies": False,
    },
}  # fmt: skip
"""What one PBX does that another does not; what has to do with other requests is tried together."""
ELSEWHERE = {
    "audit_logs": "tests/audit/drift/test_noticing.py",
    "shown_only": "refused whole: tests/faults/test_undocumented.py",
    "sign_in": "tests/pbx/test_signin.py",
    "oauth": "tests/pbx/test_signin.py",
    "two_factor": "tests/pbx/test_signin.py",
    "refresh_rotates": "tests/pbx/test_signin.py",
    "token_lifetime": "tests/pbx/test_signin.py",
    "login_attempts": "tests/pbx/test_signin.py",
    "role": "tests/pbx/test_signin.py",
    "password_force_reset": "tests/cli/init/test_mistakes.py",
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_every_change_is_done_and_seen_to_be_done(tmp_path: Path, odd: dict[str, Any]) -> None:
    """What a PBX does differently is seen to below Slack, which `test_undocumented` has beside it."""
    pbx = FakePbx(switches=Switches(**odd))
    with bot_harness(tmp_path, fake_pbx=pbx, retry_policy=FAST_RETRIES) as park:
        for number, line in enumerate(DAY, start=1):
            assert park.ask(line) is None
            wait_until(lambda: park.dispatcher.idle)
            if not park.journal.waiting():  # it asks first
                (confirm,) = [one for one in park.messenger.private[-1].offers if one.expects]
                assert park.ask(confirm.line, expects=confirm.expects) is None
            park.work()
            made = park.journal.get(number)
            assert made.state == "done", (line, made.outcome)
    state = pbx.state
    assert (state.server["recall_time"], state.server["recall_ring_group_time"]) == (300, 90)
    assert (state.server["extension_number"], state.server["enabled"]) == ("777", True)
    assert state.server["recall_to"] == state.groups[state.group_id("Sales")]["recall_to"] == "USER_ONLY"
    assert set(state.members_of("Field Staff")) == {"1002", "1016"}, "what was deleted is back"
    assert state.group_id("Helpers")


def test_the_day_holds_every_change_there_is_and_the_odd_ones_every_switch() -> None:
    done = {type(reading) for line in DAY for reading in parse(line)}
    # tests/audit/drift and tests/conversations have these.
    elsewhere = {PutBack, Apply, Restore, ServerNotify}
    assert done == {one for one in OPERATIONS if issubclass(one, ChangeOperation)} - elsewhere
    turned = {name for odd in ODD.values() for name in odd}
    assert {field.name for field in fields(Switches)} == turned | ELSEWHERE.keys()
