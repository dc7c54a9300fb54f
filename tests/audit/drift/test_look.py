"""Nothing is taken for gone that only was not shown."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.audit.drift.scan import DriftScan
from bot.changes.snapshot import SERVER, Snapshot
from bot.journal.drift_store import BaselineRow, ScanState
from tests.pbx.clients import client
from tests.pbx.scripted import ReceivedRequest, Reply, json_reply, scripted

STATE = ScanState(
    due_at=None,
    scanned_at=None,
    last_event=1,
    list_offset=0,
    all_listed=True,
    uncertain={},
)
GROUPS = {id: {"id": id, "name": f"Group {id}", "recall_to": "USER_ONLY"} for id in ("1", "2", "3")}
Script = Callable[[ReceivedRequest], Reply | None]


def _baseline_row(settings: dict[str, Any]) -> BaselineRow:
    known = {key: value for key, value in settings.items() if key != "id"}
    return BaselineRow(snapshot=Snapshot(settings=known, members=()).model_dump(mode="json"))


def _scan(script: Script, *, most: int = 50) -> DriftScan:
    """At a PBX with three groups, which answers as the script has it where that has an answer."""

    def answer(asked: ReceivedRequest) -> Reply:
        if (scripted := script(asked)) is not None:
            return scripted
        *_, id, last = f"/{asked.path}".split("/")
        if asked.path == "/call_park":
            return json_reply({"enabled": True})
        if last == "members":
            return json_reply({"items": []}) if id in GROUPS else Reply(404)
        return json_reply(GROUPS[last]) if last in GROUPS else Reply(404)

    sights = {id: _baseline_row(group) for id, group in GROUPS.items()} | {SERVER.key: _baseline_row({"enabled": True})}
    with scripted(answer) as pbx, client(pbx.url, deadline=2.0) as ours:
        look = DriftScan(ours, sights, STATE, most, lambda: False)
        look.run()
    assert len(pbx.asked) <= most
    return look


def _lists(*ids: str, count: int | None = None, gone: str = "") -> Script:
    """The same page whatever is skipped; a group that is `gone` is not there by itself either."""

    def answer(asked: ReceivedRequest) -> Reply | None:
        if asked.path == "/call_park_groups":
            return json_reply({"count": count, "items": [GROUPS[id] for id in ids]})
        return Reply(404) if gone and asked.path.split("/")[2:3] == [gone] else None

    return answer


@pytest.mark.parametrize(
    "script",
    [
        _lists("1", "2", "3", count=3),
        _lists("1", "2", count=3),
        _lists("1", count=5000),
        _lists("1", "2"),
        _lists(count=3),
        _lists("1", "2", count=2),
        _lists(count=0),
        _lists(),
        _lists("1", "2", count=3, gone="3"),
        _lists("1", "2", gone="3"),
    ],
)
def test_a_group_that_is_there_or_may_be_is_not_gone(script: Script) -> None:
    assert _scan(script).deleted == set()


def test_what_neither_the_whole_list_nor_the_pbx_by_its_id_has_is_gone() -> None:
    assert _scan(_lists("1", "2", count=2, gone="3")).deleted == {"3"}


def test_without_a_count_the_list_ends_with_an_empty_page() -> None:
    def paged(asked: ReceivedRequest) -> Reply | None:
        if asked.path == "/call_park_groups" and int(asked.query["skip"]):
            return json_reply({"items": []})
        return _lists("1", "2", gone="3")(asked)

    assert _scan(paged).deleted == {"3"}


def test_what_was_listed_and_is_gone_when_its_members_are_read_is_gone() -> None:
    members_asked = []

    def deleted_meanwhile(asked: ReceivedRequest) -> Reply | None:
        if asked.path.endswith("/3/members"):
            members_asked.append(asked)
        listed = ("1", "2") if members_asked else ("1", "2", "3")
        return _lists(*listed, count=len(listed), gone="3")(asked)

    assert _scan(deleted_meanwhile).deleted == {"3"}


def test_a_list_that_is_longer_than_a_look_is_gone_on_with_next_time() -> None:
    def endless(asked: ReceivedRequest) -> Reply | None:
        if asked.path != "/call_park_groups":
            return None
        skip = int(asked.query["skip"])
        return json_reply(
            {"count": 900, "items": [{"id": f"g{skip + at}", "name": f"G{skip + at}"} for at in range(100)]}
        )

    look = _scan(endless, most=12)
    assert (look.list_offset, look.all_listed, look.deleted) == (400, False, set())


def test_what_differs_in_the_list_alone_is_no_drift() -> None:
    """A list may be behind, or leave out what the group by itself shows."""

    def bare(asked: ReceivedRequest) -> Reply | None:
        items = [{"id": id, "name": group["name"]} for id, group in GROUPS.items()]
        return json_reply({"count": 3, "items": items}) if asked.path == "/call_park_groups" else None

    look = _scan(bare)
    assert {look.snapshots[id].settings["recall_to"] for id in GROUPS} == {"USER_ONLY"}
