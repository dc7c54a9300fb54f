"""Applying a change leaves all of it or nothing, and does not touch what others have changed."""

import threading
from collections.abc import Iterable

import pytest

from bot.changes.apply import all_unchanged, apply, apply_all
from bot.changes.change import Change, Conflict, RolledBack, Unverified, revert
from bot.changes.snapshot import SERVER, Prompt, Target, digest
from bot.changes.target_io import TargetWriter, read
from bot.errors import SignInFailed, Unreachable
from bot.pbx.models import Member, ParkGroup
from bot.pbx.requests import Throttled
from bot.sandbox.pbx.dataset import tone
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.sandbox.pbx.switches import ErrorResponse
from tests.changes.conftest import Bench, at_write
from tests.waiting import PATIENCE


def test_members_are_added_in_the_order_asked_for(bench: Bench) -> None:
    now = apply(bench.pbx, bench.adding("Billing", "1016", "1014", "1015"))
    assert bench.fake_pbx.state.members_of("Billing") == ["1055", "1054", "1016", "1014", "1015"]
    assert now is not None
    assert len(now.numbers()) == 5


def test_a_group_that_moved_since_the_plan_is_left_alone(bench: Bench) -> None:
    change = bench.adding("Billing", "1016")
    bench.fake_pbx.console_add_member(change.target.id or "", "1014")
    with pytest.raises(Conflict):
        apply(bench.pbx, change)
    assert bench.fake_pbx.writes == []


def test_what_is_so_already_is_not_written(bench: Bench) -> None:
    apply(bench.pbx, bench.setting("Billing", recall_to="USER_ONLY"))
    assert bench.fake_pbx.writes == []


def test_a_refused_bulk_is_taken_back(bench: Bench) -> None:
    with pytest.raises(RolledBack) as stop:
        apply(bench.pbx, bench.adding("Billing", "1016", "1002"))
    assert stop.value.clean
    assert bench.fake_pbx.state.members_of("Billing") == ["1055", "1054"]


def test_taking_back_removes_no_member_that_others_added_meanwhile(bench: Bench) -> None:
    change = bench.adding("Billing", "1016", "1002")
    hook = at_write(2, lambda: bench.fake_pbx.console_add_member(change.target.id or "", "1014"))
    with pytest.raises(RolledBack) as stop:
        apply(bench.pbx, change, before_write=hook)
    assert "1014" in bench.fake_pbx.state.members_of("Billing")
    assert not stop.value.clean


def test_taking_back_leaves_settings_that_others_changed_meanwhile(bench: Bench) -> None:
    change = bench.adding("Billing", "1016", "1002")
    hook = at_write(2, lambda: bench.fake_pbx.console_update_group(change.target.id or "", name="Finance"))
    with pytest.raises(RolledBack) as stop:
        apply(bench.pbx, change, before_write=hook)
    assert bench.fake_pbx.state.members_of("Finance")
    assert not stop.value.clean


def test_a_group_that_others_deleted_meanwhile_is_not_made_anew(bench: Bench) -> None:
    change = bench.adding("Billing", "1016", "1014")
    hook = at_write(2, lambda: bench.fake_pbx.console_delete_group(change.target.id or ""))
    with pytest.raises(Conflict) as stop:
        apply(bench.pbx, change, before_write=hook)
    assert stop.value.now is None
    with pytest.raises(KeyError):
        bench.fake_pbx.state.group_id("Billing")


def test_a_group_of_the_same_name_that_others_made_meanwhile_stays_theirs(bench: Bench) -> None:
    hook = at_write(1, lambda: bench.fake_pbx.console_create_group("Finance", ["1016"]))
    with pytest.raises(RolledBack) as stop:
        apply(bench.pbx, bench.creating("Finance"), before_write=hook)
    assert stop.value.clean
    assert bench.fake_pbx.state.members_of("Finance") == ["1016"]


def test_an_equal_group_that_others_made_meanwhile_stays_too(bench: Bench) -> None:
    hook = at_write(1, lambda: bench.fake_pbx.console_create_group("Finance", recall_to="USER_ONLY"))
    with pytest.raises(RolledBack):
        apply(bench.pbx, bench.creating("Finance"), before_write=hook)
    assert bench.fake_pbx.state.members_of("Finance") == []


@pytest.mark.parametrize("filtering", ["supported", "ignored", "refused"])
def test_a_group_is_created_whatever_the_pbx_makes_of_filters(bench: Bench, filtering: str) -> None:
    bench.fake_pbx.switches.filter = filtering  # type: ignore[assignment]
    now = apply(bench.pbx, bench.creating("Finance"))
    assert now is not None
    assert bench.fake_pbx.state.members_of("Finance") == []


@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.STATUS])
def test_a_group_whose_creation_was_not_answered_is_found_by_name(bench: Bench, kind: FaultKind) -> None:
    bench.fake_pbx.faults.add(Fault(kind=kind, match="POST *", lands=True))
    assert apply(bench.pbx, bench.creating("Finance")) is not None
    assert len(bench.fake_pbx.writes) == 1


def test_a_write_that_never_shows_is_unknown_and_not_sent_again(bench: Bench) -> None:
    bench.fake_pbx.faults.add(Fault(kind=FaultKind.DROP_BEFORE, match="POST *"))
    with pytest.raises(Unverified) as stop:
        apply(bench.pbx, bench.adding("Billing", "1016"), pauses=(0.01,))
    assert (stop.value.read, stop.value.answered) == (True, False)
    assert bench.fake_pbx.state.members_of("Billing") == ["1055", "1054"]


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_look_that_fails_after_an_unknown_write_is_no_refusal_of_the_write(bench: Bench, status: int) -> None:
    change = bench.adding("Billing", "1016")
    bench.fake_pbx.faults.add(Fault(kind=FaultKind.DROP_AFTER, match="POST *"))

    def then_reads_fail() -> None:
        bench.fake_pbx.faults.add(Fault(kind=FaultKind.STATUS, match="GET */members", status=status))

    assert apply(bench.pbx, change, before_write=at_write(1, then_reads_fail), pauses=(0.01, 0.01)) is not None
    assert "1016" in bench.fake_pbx.state.members_of("Billing")


def test_a_token_that_ends_after_an_unknown_write_leaves_it_unknown(bench: Bench) -> None:
    change = bench.adding("Billing", "1016")
    bench.fake_pbx.faults.add(Fault(kind=FaultKind.DROP_AFTER, match="POST *"))
    bench.fake_pbx.faults.add(Fault(kind=FaultKind.EXPIRED, match="GET *", times=None))
    with pytest.raises(Unverified) as stop:
        TargetWriter(bench.pbx, change, lambda: None, (0.01,)).write_to(change.before, change.after)
    assert not stop.value.read


def test_a_throttled_write_is_put_off_and_not_taken_back(bench: Bench) -> None:
    change = bench.adding("Billing", "1016", "1014")
    hook = at_write(
        2, lambda: bench.fake_pbx.faults.add(Fault(kind=FaultKind.THROTTLED, match="POST *", retry_after="99"))
    )
    with pytest.raises(Throttled):
        apply(bench.pbx, change, before_write=hook)
    assert bench.fake_pbx.state.members_of("Billing") == ["1055", "1054", "1016"]
    apply(bench.pbx, change, began=True)
    assert bench.fake_pbx.state.members_of("Billing") == ["1055", "1054", "1016", "1014"]


def test_a_limit_that_shows_half_way_is_taken_back_like_a_refusal(bench: Bench) -> None:
    with pytest.raises(RolledBack) as stop:
        apply(bench.pbx, bench.adding("Billing", "1016", "12"))
    assert stop.value.clean
    assert bench.fake_pbx.state.members_of("Billing") == ["1055", "1054"]


def test_a_move_that_is_refused_half_way_puts_the_member_back(bench: Bench) -> None:
    bench.fake_pbx.faults.add(Fault(kind=FaultKind.STATUS, match="POST */members/1055", status=400))
    changes = [bench.removing("Billing", "1055"), bench.adding("Sales", "1055")]
    with pytest.raises(RolledBack) as stop:
        apply_all(bench.pbx, changes, began=False, before_write=lambda: None)
    assert stop.value.clean
    assert sorted(bench.fake_pbx.state.members_of("Billing")) == ["1054", "1055"]


def test_a_move_whose_second_group_moved_meanwhile_puts_the_member_back(bench: Bench) -> None:
    changes = [bench.removing("Billing", "1055"), bench.adding("Sales", "1055")]
    bench.fake_pbx.console_add_member(bench.fake_pbx.state.group_id("Sales"), "1016")
    with pytest.raises(Conflict):
        apply_all(bench.pbx, changes, began=False, before_write=lambda: None)
    assert sorted(bench.fake_pbx.state.members_of("Billing")) == ["1054", "1055"]


def test_a_change_that_cannot_be_put_back_says_so(bench: Bench) -> None:
    changes = [bench.removing("Billing", "1055"), bench.adding("Sales", "1055")]
    bench.fake_pbx.faults.add(Fault(kind=FaultKind.STATUS, match="POST */members/1055", status=400, times=None))
    with pytest.raises(RolledBack) as stop:
        apply_all(bench.pbx, changes, began=False, before_write=lambda: None)
    assert not stop.value.clean


def test_a_pbx_that_wants_groups_emptied_first_has_it_so(bench: Bench) -> None:
    bench.fake_pbx.switches.delete_with_members = ErrorResponse(400, "VALIDATE_FAILED", "The group has members.")
    assert apply(bench.pbx, bench.deleting("Billing")) is None
    with pytest.raises(KeyError):
        bench.fake_pbx.state.group_id("Billing")


def test_a_group_that_cannot_be_deleted_has_its_members_back_in_their_order(bench: Bench) -> None:
    bench.fake_pbx.switches.delete_with_members = ErrorResponse(400, "VALIDATE_FAILED", "The group has members.")
    refusal = Fault(kind=FaultKind.STATUS, match="POST */destroy", status=400)
    hook = at_write(4, lambda: bench.fake_pbx.faults.add(refusal))
    with pytest.raises(RolledBack) as stop:
        apply(bench.pbx, bench.deleting("Billing"), before_write=hook)
    assert stop.value.clean
    assert bench.fake_pbx.state.members_of("Billing") == ["1055", "1054"]


def test_a_group_is_not_emptied_for_somebody_who_may_not_delete_it(bench: Bench) -> None:
    change = bench.deleting("Billing")
    bench.fake_pbx.faults.add(Fault(kind=FaultKind.STATUS, match="POST */destroy", status=403, times=None))
    with pytest.raises(RolledBack) as stop:
        apply(bench.pbx, change)
    assert stop.value.clean
    assert len(bench.fake_pbx.writes) == 1


def test_a_group_is_not_emptied_because_its_deletion_was_throttled(bench: Bench) -> None:
    change = bench.deleting("Billing")
    bench.fake_pbx.faults.add(Fault(kind=FaultKind.THROTTLED, match="POST */destroy", retry_after="99"))
    with pytest.raises(Throttled):
        apply(bench.pbx, change)
    assert bench.fake_pbx.state.members_of("Billing") == ["1055", "1054"]


def test_an_expired_token_stops_the_change_where_it_is(bench: Bench) -> None:
    hook = at_write(2, bench.fake_pbx.expire_tokens)
    with pytest.raises(SignInFailed):
        apply(bench.pbx, bench.adding("Billing", "1016", "1014"), before_write=hook)


def test_what_an_earlier_attempt_wrote_is_carried_on(bench: Bench) -> None:
    change = bench.adding("Billing", "1016", "1014")
    bench.pbx.add_member(change.target.id or "", "1016")
    with pytest.raises(Conflict):
        apply(bench.pbx, change)
    assert apply(bench.pbx, change, began=True) is not None
    assert bench.fake_pbx.state.members_of("Billing") == ["1055", "1054", "1016", "1014"]


@pytest.mark.parametrize("what", ["adding", "deleting", "creating", "setting"])
def test_the_inverse_of_a_change_restores_what_was(bench: Bench, what: str) -> None:
    made = {
        "adding": lambda: bench.adding("Billing", "1016"),
        "deleting": lambda: bench.deleting("Billing"),
        "creating": lambda: bench.creating("Finance"),
        "setting": lambda: bench.setting("Billing", name="Finance"),
    }
    change = made[what]()
    apply(bench.pbx, change)
    back = change.inverse
    if change.before is None or change.after is None:  # what comes back, or goes, has an id of its own
        back = back.model_copy(update={"target": change.target.model_copy(update={"id": None})})
    apply(bench.pbx, back)
    assert all_unchanged(bench.pbx, [back.inverse])


def test_unknown_fields_survive_and_the_server_is_a_target_too(bench: Bench) -> None:
    bench.fake_pbx.switches.newer = True
    bench.fake_pbx.console_update_server(send_notification_to_parker=False)
    before = read(bench.pbx, SERVER)
    assert before is not None
    apply(bench.pbx, Change(target=SERVER, before=before, after=before.with_settings(recall_time=120)))
    assert bench.fake_pbx.state.server["send_notification_to_parker"] is False
    assert bench.fake_pbx.state.server["recall_time"] == 120


def test_a_group_deleted_between_its_settings_and_its_members_is_gone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, _ = bench.group("Billing")
    group, members, deleted = bench.pbx.group, bench.pbx.members, threading.Event()

    def then_deleted(group_id: str) -> ParkGroup:
        found = group(group_id)
        bench.pbx.delete_group(group_id)
        deleted.set()
        return found

    def afterwards(group_id: str) -> Iterable[Member]:
        assert deleted.wait(PATIENCE)
        return members(group_id)

    monkeypatch.setattr(bench.pbx, "group", then_deleted)
    monkeypatch.setattr(bench.pbx, "members", afterwards)
    assert read(bench.pbx, target) is None


@pytest.mark.parametrize("path", ["*", "*/members"])
def test_a_404_for_a_group_that_is_listed_does_not_make_it_gone(bench: Bench, path: str) -> None:
    target, _ = bench.group("Billing")
    bench.fake_pbx.faults.add(Fault(kind=FaultKind.STATUS, match=f"GET /api/call_park_groups/{path}", status=404))
    with pytest.raises(Unreachable, match="lists Billing"):
        read(bench.pbx, target)


def _with_dead_ring_group(bench: Bench) -> None:
    state = bench.fake_pbx.state
    state.groups[state.group_id("Billing")]["ring_group_id"] = "gone"


@pytest.mark.parametrize("blanks", ["null", "empty", "missing"])
@pytest.mark.parametrize("updates", ["partial", "replacing"])
def test_a_ring_group_that_is_gone_and_not_used_hinders_no_update(bench: Bench, blanks: str, updates: str) -> None:
    bench.fake_pbx.switches.blanks, bench.fake_pbx.switches.updates = blanks, updates  # type: ignore[assignment]
    bench.fake_pbx.state.groups[bench.fake_pbx.state.group_id("Billing")]["recall_to"] = "USER_ONLY"
    _with_dead_ring_group(bench)
    change = bench.setting("Billing", name="Accounts")
    apply(bench.pbx, change, pauses=())
    assert bench.fake_pbx.state.group_id("Accounts")
    deleted = bench.deleting("Accounts")
    apply(bench.pbx, deleted, pauses=())
    apply(bench.pbx, deleted.inverse.model_copy(update={"target": Target(name="Accounts")}), pauses=())
    assert bench.fake_pbx.state.group_id("Accounts")


@pytest.mark.parametrize("blanks", ["null", "empty", "missing"])
@pytest.mark.parametrize("updates", ["partial", "replacing"])
def test_a_blank_switch_of_the_server_is_off(bench: Bench, blanks: str, updates: str) -> None:
    bench.fake_pbx.switches.blanks, bench.fake_pbx.switches.updates = blanks, updates  # type: ignore[assignment]
    bench.fake_pbx.state.server["enabled"] = None
    before = read(bench.pbx, SERVER)
    assert before is not None
    on = Change(target=SERVER, before=before, after=before.with_settings(enabled=True))
    assert Change(target=SERVER, before=before, after=before.with_settings(enabled=False)).is_noop
    apply(bench.pbx, on, pauses=())
    assert bench.fake_pbx.state.server["enabled"] is True
    now = read(bench.pbx, SERVER)
    apply(bench.pbx, revert(on, now), pauses=())
    assert bench.fake_pbx.state.server["enabled"] is False


def test_a_setting_that_was_blank_is_made_blank_again_or_refused_but_never_unknown(bench: Bench) -> None:
    bench.fake_pbx.state.server["extension_number"] = None
    before = read(bench.pbx, SERVER)
    assert before is not None
    change = Change(target=SERVER, before=before, after=before.with_settings(extension_number="777"))
    apply(bench.pbx, change, pauses=())
    with pytest.raises(RolledBack, match="extension_number"):
        apply(bench.pbx, revert(change, read(bench.pbx, SERVER)), pauses=())
    assert bench.fake_pbx.writes[-1].body["extension_number"] == ""


REJECTED = {
    "a ring group that is gone": ({"name": "Accounts"}, 403, "GET /api/ring_groups/*", "ring_group_id does not exist"),
    "one that can't be asked": ({"name": "Accounts"}, 500, "GET /api/ring_groups/*", "ring_group_id does not exist"),
    "a name that is taken": ({"name": "Sales"}, 403, "GET /api/call_park_groups/*", "name"),
}


@pytest.mark.parametrize(("settings", "status", "look_up", "reason"), REJECTED.values(), ids=REJECTED)
def test_a_look_up_after_a_rejected_write_does_not_hide_its_reason(
    bench: Bench, settings: dict[str, str], status: int, look_up: str, reason: str
) -> None:
    bench.fake_pbx.state.groups[bench.fake_pbx.state.group_id("Billing")]["recall_to"] = "USER_ONLY"
    if "ring" in look_up:
        _with_dead_ring_group(bench)
    fault = Fault(kind=FaultKind.STATUS, match=look_up, status=status, times=None)
    with pytest.raises(RolledBack, match=reason):
        apply(
            bench.pbx,
            bench.setting("Billing", **settings),
            before_write=at_write(1, lambda: bench.fake_pbx.faults.add(fault)),
            pauses=(),
        )


def test_a_prompt_is_uploaded_once_though_its_update_is_sent_again_without_a_dead_ring_group(bench: Bench) -> None:
    bench.fake_pbx.state.server |= {"ring_group_id": "gone", "recall_to": "USER_ONLY"}
    before = read(bench.pbx, SERVER, prompt=True)
    assert before is not None
    content = tone(0.2)
    prompt = Prompt.of("new.wav", content)
    change = Change(target=SERVER, before=before, after=before.with_prompt(prompt))
    apply(bench.pbx, change, pauses=(), content={digest(content): content}.get)
    sent = [one.path.removeprefix("/api/").partition("/")[0] for one in bench.fake_pbx.writes]
    assert sent == ["blobs", "blobs", "call_park", "call_park"]
