"""Looking back: who asked for what and what came of it, for those who may see it, on screen and as a file."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from bot.__main__ import main
from bot.messages.request import Request, Source
from bot.operations.history import MAX_RECORDS
from bot.sandbox.environment import Sandbox
from tests.conversations.conftest import Typed

POLICY = """\
announce = "{announce}"
contact = "{leads}"

[[allow]]
name = "Everybody in #phones may look"
channels = ["{phones}"]
operations = ["read"]

[[allow]]
name = "On call from #phones"
channels = ["{phones}"]
user_groups = ["{oncall}"]
operations = ["members", "recall", "history"]
groups = ["Sales*"]

[[allow]]
name = "Team leads, from anywhere"
user_groups = ["{leads}"]
operations = ["all"]
"""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(policy=POLICY) as running:
        yield running


def rows(sandbox: Sandbox, person: str = "ana") -> list[dict[str, str]]:
    """Of the last file that the person was sent."""
    content = sandbox.slack.files(sandbox.people[person])[-1].content
    assert content is not None
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_it_shows_who_what_from_what_to_what_through_which_door_and_the_outcome(sandbox: Sandbox, typed: Typed) -> None:
    typed("recall Sales to Night Desk")
    typed("@Park put 1001 in Sales", person="ben")
    typed("add 1001 to Sales")
    typed("add 1001 to Support", person="ben")
    shown = typed("history").split("\n")
    assert shown[0] == "History: 4 requests"
    today = f"{sandbox.now():%Y-%m-%d}"
    assert all(f"• {today}" in line and "UTC @" in line for line in shown[1:5])
    told = [line.partition(" UTC ")[2] for line in shown[1:5]]
    assert told[0].startswith(
        "@Ben Ito: add 1001 to Support (change 4, refused: You can't do that here. No rule lets you"
    )
    recalled = "Recall: the user who parked the call -> Night Desk (6001)"
    assert told[1:] == [
        "@Ana Ruiz: add 1001 to Sales (change 3, already so, by slash command in #phones)",
        "@Ben Ito: add 1001 to Sales: Added: 1001 Amara Okafor (change 2, done, by mention in #phones)",
        f"@Ana Ruiz: recall Sales to Night Desk: {recalled} (change 1, done, by slash command in #phones)",
    ]
    assert shown[5] == "[Export as CSV]"


def test_times_are_for_slack_to_show_in_each_readers_own_zone(sandbox: Sandbox, typed: Typed) -> None:
    typed("add 1001 to Sales")
    typed("history")
    (told,) = sandbox.slack.ephemerals(sandbox.people["ana"], sandbox.channels["phones"])
    assert "<!date^" in str(told.blocks)
    assert "{date_short_pretty} {time}|" in str(told.blocks)


@pytest.mark.parametrize(
    ("line", "changes"),
    {
        "history Sales": [3, 1],
        "history of sales": [3, 1],
        "who changed Sales?": [3, 1],
        "history of me": [2, 1],
        "history of @ben": [3],
        "history Sales of @ben": [3],
        "history since today": [3, 2, 1],
        "what changed since yesterday": [3, 2, 1],
        "history Support since 2026-01-01": [2],
        "history before change 3": [2, 1],
        "history of me since today before change 2": [1],
        "history since 2099-12-31": [],
        "history Billing": [],
    }.items(),
)
def test_it_is_narrowed_by_group_person_and_day(sandbox: Sandbox, typed: Typed, line: str, changes: list[int]) -> None:
    typed("add 1001 to Sales")
    typed("remove 1020 from Support")
    typed("recall Sales to Night Desk", person="ben")
    shown = typed(line)
    assert [number for number in (3, 2, 1) if f"(change {number}, " in shown] == changes
    assert bool(changes) == ("Nothing that you may see" not in shown)


@pytest.mark.parametrize(
    ("line", "said"),
    {
        "history since forever": "forever is no day: type a date as in 2026-11-01, a weekday, today or yesterday.",
        "history since 2026-02-30": "2026-02-30 is no day",
    }.items(),
)
def test_what_is_no_day_is_said_with_what_to_type(typed: Typed, line: str, said: str) -> None:
    assert said in typed(line)


def test_a_renamed_group_keeps_its_history_and_a_deleted_one_too(sandbox: Sandbox, typed: Typed) -> None:
    typed("remove 1020 from Support")
    typed("rename Support to Care")
    typed("create Nights")
    delete = typed("delete Nights")
    assert "Will be lost" in delete
    asked = sandbox.slack.ephemerals(sandbox.people["ana"], sandbox.channels["phones"])[-1]
    sandbox.slack.click(sandbox.people["ana"], asked, label="Delete")
    sandbox.settle()
    care = typed("history Care")
    assert "rename Support to Care: Name: Support -> Care" in care
    assert "remove 1020 from Support" in care
    shown = typed("history Nights")
    assert "delete Nights" in shown
    assert "create Nights" in shown


def test_only_for_whom_a_rule_names_it(sandbox: Sandbox, typed: Typed) -> None:
    shown = typed("history", person="eve")
    assert "No rule lets you look back on who changed what in this channel." in shown
    assert "history for" in shown
    assert "No rule lets you look back on who changed what" in typed("export history", person="eve")
    assert sandbox.slack.files(sandbox.people["eve"]) == []


def test_nobody_sees_what_is_about_groups_that_they_may_not_see(sandbox: Sandbox, typed: Typed) -> None:
    typed("add 1001 to Sales")
    typed("remove 1020 from Support")
    typed("move 1002 from Sales to Support")
    typed("preview remove 1021 from Support", person="eve")
    typed("remove 1021", person="ben")
    shown = typed("history", person="ben")
    assert "History: 2 requests" in shown
    assert "(change 1, " in shown
    assert "Support" not in shown
    typed("export history", person="ben")
    assert [row["change"] for row in rows(sandbox, "ben")] == ["5", "1"]
    assert "Support" not in str(rows(sandbox, "ben"))
    assert len(typed("history").split("(change ")) == 6


def test_what_is_about_an_earlier_change_is_about_its_groups(sandbox: Sandbox, typed: Typed) -> None:
    typed("recall Support to Night Desk for 2h")
    typed("keep change 1")
    typed("undo change 1")
    typed("undo change 1", person="ben")
    typed("preview extend change 1 for 1h", person="ben")
    typed("undo Support", person="ben")
    assert "Nothing that you may see" in typed("history", person="ben")
    typed("export history", person="ben")
    assert sandbox.slack.files(sandbox.people["ben"]) == []
    shown = typed("history Support")
    assert "keep 1: Time: " in shown
    assert "undo 1: Recall: Night Desk (6001) -> the user who parked the call" in shown
    assert "@Ben Ito: undo 1 (change 5, refused" in shown


def test_what_is_scheduled_and_called_off_is_shown_as_such(sandbox: Sandbox, typed: Typed) -> None:
    typed("recall Sales to Night Desk in 2h")
    assert "(change 1, scheduled, by slash command" in typed("history")
    typed("cancel change 1")
    assert "(change 1, cancelled, by slash command" in typed("history")


def test_a_long_history_is_told_in_parts_and_each_part_says_so(sandbox: Sandbox, typed: Typed) -> None:
    for number in range(MAX_RECORDS + 3):
        sandbox.park.journal.refuse(
            _asked(sandbox, number), operations=[{"operation": "groups", "arguments": {}}], outcome={"reason": "no"}
        )
    first = typed("history")
    assert f"History: the newest {MAX_RECORDS}" in first
    assert first.count("(change ") == MAX_RECORDS
    assert "There are more" in first
    told = [one for one in sandbox.slack.ephemerals(sandbox.people["ana"]) if "[Older]" in one.plain][-1]
    sandbox.slack.click(sandbox.people["ana"], told, label="Older")
    sandbox.settle()
    rest = sandbox.slack.ephemerals(sandbox.people["ana"])[-1].plain
    assert "History before change 4: 3 requests" in rest
    assert "(change 1, " in rest
    typed("export history")
    assert len(rows(sandbox)) == MAX_RECORDS + 3


def test_the_button_sends_the_whole_as_a_file_to_the_asker_alone(sandbox: Sandbox, typed: Typed) -> None:
    typed("recall Sales to Night Desk")
    typed('create "=HYPERLINK(1)"')
    typed("history since today")
    told = sandbox.slack.ephemerals(sandbox.people["ana"], sandbox.channels["phones"])[-1]
    sandbox.slack.click(sandbox.people["ana"], told, label="Export as CSV")
    sandbox.settle()
    newest, oldest = rows(sandbox)
    assert oldest["what"] == "recall Sales to Night Desk"
    assert oldest["before -> after"] == "Recall: the user who parked the call -> Night Desk (6001)"
    assert (oldest["who"], oldest["channel"]) == (sandbox.people["ana"], sandbox.channels["phones"])
    assert (oldest["source"], oldest["outcome"], oldest["rule"]) == (
        "slash command",
        "done",
        "Team leads, from anywhere",
    )
    asked, ended = (datetime.fromisoformat(oldest[name]) for name in ("asked at", "ended at"))
    assert asked <= ended < asked + timedelta(minutes=1)
    assert newest["what"] == 'create "=HYPERLINK(1)"'
    assert "is in your direct messages" in sandbox.slack.ephemerals(sandbox.people["ana"])[-1].plain
    assert sandbox.slack.files(sandbox.people["ben"]) == []


def test_a_file_that_slack_does_not_take_is_said(sandbox: Sandbox, typed: Typed) -> None:
    typed("add 1001 to Sales")
    for method, error in (("files.getUploadURLExternal", "missing_scope"), ("upload_url", 500)):
        sandbox.slack.faults.fail(method, error)
        assert "Slack did not take the file" in typed("export history")
    assert sandbox.slack.files(sandbox.people["ana"]) == []


def test_the_command_line_exports_the_same_beside_a_running_park(
    sandbox: Sandbox, typed: Typed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", sandbox.settings.database_url)
    typed("recall Sales to Night Desk")
    typed("add 1001 to Support", person="ben")
    assert main(["audit", "export", "--format", "jsonl"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["before_after"] == "Recall: the user who parked the call -> Night Desk (6001)"
    assert (first["change"], first["outcome"], first["reason"]) == (1, "done", "")
    assert (second["who"], second["outcome"]) == (sandbox.people["ben"], "refused")
    assert "No rule lets you" in second["reason"]
    typed("export history")
    assert main(["audit", "export"]) == 0
    exported = csv.DictReader(io.StringIO(capsys.readouterr().out, newline=""))
    assert list(exported) == rows(sandbox)[::-1]
    assert main(["audit", "verify"]) == 0


def test_the_command_line_exports_the_days_that_are_asked_for(
    sandbox: Sandbox, typed: Typed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", sandbox.settings.database_url)
    typed("recall Sales to Night Desk")
    today, day = sandbox.now().date(), timedelta(days=1)
    spans = (("since", today, 1), ("since", today + day, 0), ("until", today, 1), ("until", today - day, 0))
    for which, date, found in spans:
        assert main(["audit", "export", "--format", "jsonl", f"--{which}", str(date)]) == 0
        assert len(capsys.readouterr().out.splitlines()) == found


def _asked(sandbox: Sandbox, number: int) -> Request:
    key, team, user = f"T:{number}", sandbox.slack.team, sandbox.people["ben"]
    return Request(key=key, team=team, user=user, source=Source.SLASH, line="groups", asked_at=sandbox.now())
