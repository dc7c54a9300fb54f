"""Looking back: who asked for what and what came of it, for those who may see it, on screen and as a file."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection

from bot.__main__ import main
from bot.audit import history_reader
from bot.audit.history import record_of
from bot.journal.events import EntryEvents
from bot.journal.history import HistoryRecord
from bot.messages.request import Request, Source
from bot.operations.history import MAX_RECORDS
from bot.sandbox.environment import ORDINARY_INSTANT, Sandbox
from bot.sandbox.slack.model import Message
from tests.conversations.conftest import Typed, typed_in
from tests.shared import lent

pytestmark = pytest.mark.usefixtures("ordinary_clock")
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


@pytest.fixture(params=[history_reader.SEARCHED, 0], ids=["among the latest", "by an index"])
def _searched(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Among how many requests each is looked at; the others are found by what they have changed."""
    monkeypatch.setattr(history_reader, "SEARCHED", request.param)


def rows(sandbox: Sandbox, person: str = "ana") -> list[dict[str, str]]:
    """Of the last file that the person was sent."""
    content = sandbox.slack.files(sandbox.people[person])[-1].content
    assert content is not None
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def go_to(sandbox: Sandbox, local: str) -> None:
    """Sets the clock to a time in the workspace's zone."""
    sandbox.forward(datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Europe/Berlin")) - sandbox.now())


def last_history(sandbox: Sandbox, person: str = "ana") -> Message:
    return [one for one in sandbox.slack.ephemerals(sandbox.people[person]) if "History" in one.plain][-1]


def test_an_entry_is_what_and_its_state_then_who_when_and_where_then_the_difference(
    sandbox: Sandbox, typed: Typed
) -> None:
    typed("recall Sales to Night Desk")
    typed("@Park put 1001 in Sales", person="ben")
    typed("add 1001 to Sales")
    typed("add 1001 to Support", person="ben")
    shown = typed("history").split("\n")
    assert shown[0] == "History: 4 entries"
    entries = [one for one in shown if one.startswith("#")]
    assert entries == [
        "#4 add 1001 to Support · refused",
        "#3 add 1001 to Sales · nothing to do",
        "#2 add 1001 to Sales · done",
        "#1 recall Sales to Night Desk · done",
    ]
    today = f"{sandbox.now():%Y-%m-%d}"
    about = [shown[shown.index(one) + 1] for one in entries]
    people = ("Ben Ito", "Ana Ruiz", "Ben Ito", "Ana Ruiz")
    assert all(one.startswith(f"@{name} · {today}") for one, name in zip(about, people, strict=True))
    assert all("UTC · #phones" in one for one in about)
    assert shown[shown.index(entries[0]) + 2].startswith("You can't do that here. No rule lets you")
    assert shown[shown.index(entries[2]) + 2] == "Added: 1001 Amara Okafor"
    assert shown[shown.index(entries[3]) + 2] == "Recall: the user who parked the call → Night Desk (6001)"
    assert shown.count("[Undo]") == 2
    assert "[As table]  [Export as CSV]" in shown


def test_an_entry_links_to_its_card(sandbox: Sandbox, typed: Typed) -> None:
    typed("recall Sales to Night Desk")
    card = next(one for one in sandbox.slack.seen_by(sandbox.people["ana"], sandbox.channels["phones"]))
    typed("history")
    link = f"/archives/{sandbox.channels['phones']}/p{card.ts.replace('.', '')}|Open thread>"
    assert link in str(last_history(sandbox).blocks)


def test_the_state_is_that_of_now_and_one_click_takes_back(sandbox: Sandbox, typed: Typed) -> None:
    typed("recall Sales to Night Desk for 2h")
    typed("add 1001 to Sales", person="ben")
    typed("remove 1020 from Support in 3h")
    shown = typed("history").split("\n")
    assert any(one.startswith("#1 ") and "· active until Wed 12:00" in one for one in shown)
    assert any(one.startswith("#4 ") and "· scheduled for Wed 13:00" in one for one in shown)
    for label in ("Undo", "End now", "Cancel"):
        sandbox.slack.click(sandbox.people["ana"], last_history(sandbox), label=label)
        sandbox.settle()
    assert "1001" not in sandbox.pbx.state.members_of("Sales")
    shown = typed("history").split("\n")
    states = [next(one for one in shown if one.startswith(f"#{number} ")).partition(" · ")[2] for number in (1, 3, 4)]
    assert states == ["ended", "undone", "cancelled"]


def test_who_may_look_back_and_not_change_gets_no_button(sandbox: Sandbox, typed: Typed) -> None:
    typed("rename Sales to Salesmen")
    shown = typed("history", person="ben")
    assert "#1 rename Sales to Salesmen · done" in shown
    assert "[Undo]" not in shown


@pytest.fixture(scope="module")
def of_two_days() -> Iterator[Sandbox]:
    with Sandbox(policy=POLICY, now=ORDINARY_INSTANT) as running:
        typed = typed_in(running)
        go_to(running, "2026-06-10 22:30")
        typed("recall Sales to Night Desk")
        go_to(running, "2026-06-11 10:30")
        typed("add 1001 to Sales", person="ben")
        typed("remove 1020 from Support")
        yield running


@pytest.mark.usefixtures("_searched")
@pytest.mark.parametrize(
    ("line", "found"),
    {
        "who changed Sales' recall last night": [1],
        "who changed the recall of Sales last night?": [1],
        "history Sales last night": [1],
        "history since last month": [3, 2, 1],
        "history in June": [3, 2, 1],
        "history today": [3, 2],
        "history Sales' members in the last week": [2],
        "what did @ben change today": [2],
        "history by @ben in June": [2],
        "history from 1 to 9 June": [],
        "history from 10 to 15 June": [3, 2, 1],
        "history on 3 June": [],
        "history between Monday and Wednesday": [1],
        "what changed last weekend": [],
    }.items(),
)
def test_a_line_in_peoples_words_leads_to_the_change(of_two_days: Sandbox, line: str, found: list[int]) -> None:
    with lent(of_two_days):
        shown = typed_in(of_two_days)(line)
    assert [number for number in (3, 2, 1) if f"#{number} " in shown] == found
    assert bool(found) == ("nothing that you may see" not in shown)


@pytest.fixture(scope="module")
def of_three_kinds() -> Iterator[Sandbox]:
    with Sandbox(policy=POLICY, now=ORDINARY_INSTANT) as running:
        for line in ("recall Sales to Night Desk", "add 1001 to Sales", "server recall time 10m"):
            typed_in(running)(line)
        yield running


@pytest.mark.usefixtures("_searched")
@pytest.mark.parametrize(
    ("line", "found"),
    {"history 1001": [2], "history Amara Okafor": [2], "who changed the server": [3], "history server": [3]}.items(),
)
def test_a_member_and_the_server_have_a_history_too(of_three_kinds: Sandbox, line: str, found: list[int]) -> None:
    with lent(of_three_kinds):
        shown = typed_in(of_three_kinds)(line)
    assert [number for number in (3, 2, 1) if f"#{number} " in shown] == found


KEY, CLICK, DECISION = 0.28, 1.3, 1.35
"""Seconds that people take for each."""


def test_last_nights_change_is_undone_in_six_seconds(sandbox: Sandbox, typed: Typed) -> None:
    go_to(sandbox, "2026-06-10 22:30")
    typed("recall Sales to Night Desk", person="ben")
    go_to(sandbox, "2026-06-11 09:00")
    shown = typed("log")
    assert shown.count("[Undo]") == 1
    sandbox.slack.click(sandbox.people["ana"], last_history(sandbox), label="Undo")
    sandbox.settle()
    group = next(one for one in sandbox.pbx.state.groups.values() if one["name"] == "Sales")
    assert group["recall_to"] == "USER_ONLY"
    assert len("/park log\n") * KEY + DECISION + CLICK < 6


def test_a_change_that_was_scheduled_is_found_when_it_was_made(sandbox: Sandbox, typed: Typed) -> None:
    typed("recall Sales to Night Desk at 22:00")
    go_to(sandbox, "2026-06-10 22:01")
    sandbox.settle()
    go_to(sandbox, "2026-06-11 09:00")
    assert "#1 recall Sales to Night Desk" in typed("who changed Sales last night")


def test_the_period_is_said_in_dates_and_stays_the_same_on_the_buttons(sandbox: Sandbox, typed: Typed) -> None:
    typed("recall Sales to Night Desk")
    assert "Wed 10 Jun, Europe/Berlin" in typed("history today")
    assert "history from 2026-06-10 to 2026-06-10 as csv" in str(last_history(sandbox).blocks)


def test_times_are_for_slack_to_show_in_each_readers_own_zone(sandbox: Sandbox, typed: Typed) -> None:
    typed("add 1001 to Sales")
    typed("history")
    (told,) = sandbox.slack.ephemerals(sandbox.people["ana"], sandbox.channels["phones"])
    assert "<!date^" in str(told.blocks)
    assert "{date_short_pretty} {time}|" in str(told.blocks)


@pytest.fixture(scope="module")
def of_two_people() -> Iterator[Sandbox]:
    with Sandbox(policy=POLICY, now=ORDINARY_INSTANT) as running:
        typed = typed_in(running)
        typed("add 1001 to Sales")
        typed("remove 1020 from Support")
        typed("recall Sales to Night Desk", person="ben")
        yield running


@pytest.mark.usefixtures("_searched")
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
        "history Billing": [],
    }.items(),
)
def test_it_is_narrowed_by_group_person_and_day(of_two_people: Sandbox, line: str, changes: list[int]) -> None:
    with lent(of_two_people):
        shown = typed_in(of_two_people)(line)
    assert [number for number in (3, 2, 1) if f"#{number} " in shown] == changes
    assert bool(changes) == ("nothing that you may see" not in shown)


@pytest.mark.parametrize(
    ("line", "said"),
    {
        "history since forever": "I can't read “since forever” as a period. Try: today, last night, since Monday",
        "history since 2026-02-30": "There is no 2026-02-30 in the calendar",
        "history since 2099-12-31": "“since 2099-12-31” is still to come",
    }.items(),
)
def test_what_is_no_period_is_said_with_what_to_type(of_two_people: Sandbox, line: str, said: str) -> None:
    with lent(of_two_people):
        assert said in typed_in(of_two_people)(line)


@pytest.mark.usefixtures("_searched")
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
    assert "Name: Support → Care" in care
    assert "remove 1020 from Support" in care
    shown = typed("history Nights")
    assert "delete Nights" in shown
    assert "create Nights" in shown


def test_of_the_latest_requests_only_those_are_read_that_may_be_about_the_group(
    sandbox: Sandbox, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    for line in ("recall Billing to Night Desk", "add 1001 to Billing", "recall Support to Night Desk"):
        typed(line)
    for line in ("recall Sales to Night Desk", "recall Sales to Nowhere"):
        typed(line)
    read = list[int | None]()

    def counted(connection: Connection, found: EntryEvents) -> HistoryRecord:
        read.append(found[0].entry)
        return record_of(connection, found)

    monkeypatch.setattr(history_reader, "record_of", counted)
    shown = typed("history Sales")
    assert "recall Sales to Night Desk" in shown
    assert "recall Sales to Nowhere" in shown
    assert read == [5, 4]


def test_only_for_whom_a_rule_names_it(sandbox: Sandbox, typed: Typed) -> None:
    shown = typed("history", person="eve")
    assert "No rule lets you see who changed what in this channel." in shown
    assert "add “history” for" in shown
    assert "No rule lets you see who changed what" in typed("export history", person="eve")
    assert sandbox.slack.files(sandbox.people["eve"]) == []


def test_nobody_sees_what_is_about_groups_that_they_may_not_see(sandbox: Sandbox, typed: Typed) -> None:
    typed("add 1001 to Sales")
    typed("remove 1020 from Support")
    typed("move 1002 from Sales to Support")
    typed("preview remove 1021 from Support", person="eve")
    typed("remove 1021", person="ben")
    shown = typed("history", person="ben")
    assert "History: 2 entries" in shown
    assert "#1 add 1001 to Sales" in shown
    assert "Support" not in shown
    typed("export history", person="ben")
    assert [row["change"] for row in rows(sandbox, "ben")] == ["5", "1"]
    assert "Support" not in str(rows(sandbox, "ben"))
    assert len(typed("history").split("\n#")) == 6


def test_what_is_about_an_earlier_change_is_about_its_groups(sandbox: Sandbox, typed: Typed) -> None:
    typed("recall Support to Night Desk for 2h")
    typed("keep change 1")
    typed("undo change 1")
    typed("undo change 1", person="ben")
    typed("preview extend change 1 for 1h", person="ben")
    typed("undo Support", person="ben")
    assert "nothing that you may see" in typed("history", person="ben")
    typed("export history", person="ben")
    assert sandbox.slack.files(sandbox.people["ben"]) == []
    shown = typed("history Support")
    assert "keep 1 · done" in shown
    assert "Ends: " in shown
    assert "Recall: Night Desk (6001) → the user who parked the call" in shown
    assert "#5 undo 1 · refused\n@Ben Ito" in shown


def test_what_is_about_a_change_under_a_groups_old_name_is_in_the_history_of_the_new_one(
    sandbox: Sandbox, typed: Typed
) -> None:
    typed("recall Support to Night Desk for 2h")
    typed("rename Support to Care")
    for line in ("extend 1 for 1h", "keep 1", "undo 1"):
        typed(line)
    care = typed("history Care")
    assert [number for number in (5, 4, 3, 2, 1) if f"#{number} " in care] == [5, 4, 3, 2, 1]
    typed("delete Care")
    asked = sandbox.slack.ephemerals(sandbox.people["ana"], sandbox.channels["phones"])[-1]
    sandbox.slack.click(sandbox.people["ana"], asked, label="Delete")
    sandbox.settle()
    assert "keep 1" in typed("history Care"), "the group need not be there any more"


def test_what_is_scheduled_and_called_off_is_shown_as_such(sandbox: Sandbox, typed: Typed) -> None:
    typed("recall Sales to Night Desk in 2h")
    shown = typed("history")
    assert "#1 recall Sales to Night Desk in 2h · scheduled for Wed 12:00" in shown
    assert "wanted: Recall: the user who parked the call → Night Desk (6001)" in shown
    typed("cancel change 1")
    assert "#1 recall Sales to Night Desk in 2h · cancelled" in typed("history")


def test_a_long_history_is_told_in_parts_and_each_part_says_so(sandbox: Sandbox, typed: Typed) -> None:
    for number in range(MAX_RECORDS + 3):
        sandbox.park.tenant.journal.refuse(
            _asked(sandbox, number), operations=[{"operation": "groups", "arguments": {}}], outcome={"reason": "no"}
        )
    first = typed("history")
    assert f"History: the latest {MAX_RECORDS}" in first
    assert first.count("\n#") == MAX_RECORDS
    assert "There is more" in first
    told = [one for one in sandbox.slack.ephemerals(sandbox.people["ana"]) if "[Older]" in one.plain][-1]
    sandbox.slack.click(sandbox.people["ana"], told, label="Older")
    sandbox.settle()
    rest = sandbox.slack.ephemerals(sandbox.people["ana"])[-1].plain
    assert "History before #4: 3 entries" in rest
    assert "#1 groups" in rest
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
    assert oldest["before → after"] == "Recall: the user who parked the call → Night Desk (6001)"
    assert (oldest["who"], oldest["channel"]) == (sandbox.people["ana"], sandbox.channels["phones"])
    assert (oldest["who name"], oldest["channel name"]) == ("Ana Ruiz", "#phones")
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
        assert "The file could not be sent" in typed("export history")
    assert sandbox.slack.files(sandbox.people["ana"]) == []


def test_the_command_line_exports_the_same_beside_a_running_park(
    sandbox: Sandbox, typed: Typed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", sandbox.settings.database_url)
    typed("recall Sales to Night Desk")
    typed("add 1001 to Support", person="ben")
    assert main(["audit", "export", "--format", "jsonl"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["before_after"] == "Recall: the user who parked the call → Night Desk (6001)"
    assert (first["change"], first["outcome"], first["reason"]) == (1, "done", "")
    assert (second["who"], second["outcome"]) == (sandbox.people["ben"], "refused")
    assert "No rule lets you" in second["reason"]
    typed("export history")
    assert main(["audit", "export"]) == 0
    told = capsys.readouterr()
    nameless = {"who name": "", "channel name": ""}
    exported = csv.DictReader(io.StringIO(told.out, newline=""))
    assert list(exported) == [row | nameless for row in rows(sandbox)[::-1]]
    assert "by their ids only" in told.err
    for name in ("slack_bot_token", "slack_app_token", "slack_api_url", "pbx_url", "pbx_token"):
        value = getattr(sandbox.settings, name)
        monkeypatch.setenv(name.upper(), value.get_secret_value() if isinstance(value, SecretStr) else str(value))
    assert main(["audit", "export"]) == 0
    assert list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline=""))) == rows(sandbox)[::-1]
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


WHO = {
    "who added 1001 to Sales": ("History of 1001 in Sales: 2 entries", "#3", "#1"),
    "who removed Amara Okafor from Sales": ("History of Amara Okafor in Sales: 2 entries", "#3", "#1"),
    "who added me to Support": ("History of me in Support: 1 entry", "#4"),
    "who moved 1020 from Support to Billing": ("History of 1020 in Billing: 1 entry", "#5"),
    "when was 1001 added to Sales": ("History of 1001 in Sales: 2 entries", "#3", "#1"),
    "who deleted Returns": ("History of Returns: 2 entries", "#7", "#6"),
    "who created Returns?": ("History of Returns: 2 entries", "#7", "#6"),
    "who renamed Billing to Accounts": ("History of Billing: 2 entries", "#8", "#5"),
    "who added 1001 to Billing": ("History of 1001 in Billing: nothing that you may see",),
}


def test_who_did_something_is_read_in_the_history(sandbox: Sandbox, typed: Typed) -> None:
    for line in (
        "add 1001 to Sales",
        "recall Sales to Night Desk",
        "remove 1001 from Sales",
        "add me to Support",
        "move 1020 to Billing",
        "create Returns",
        "delete Returns",
        "rename Billing to Accounts",
    ):
        shown = typed(line)
        if line.startswith("delete"):
            ana = sandbox.people["ana"]
            sandbox.slack.click(ana, sandbox.slack.ephemerals(ana)[-1], label="Delete")
            sandbox.settle()
        assert "Nothing was changed" not in shown, shown
    for line, (title, *entries) in WHO.items():
        told = typed(line).split("\n")
        assert (told[0], [one.split()[0] for one in told if one.startswith("#")]) == (title, entries), line
