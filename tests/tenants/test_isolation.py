"""Nothing of one PBX is shown or done where another one's people are, whatever the source and whatever is forged."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import SlackRefused
from bot.messages.message import Message
from bot.operations.members import Add
from bot.operations.parser import parse_unconfirmed
from tests.promises.entry_points import ENTRY_POINTS, EntryPoint, Visitor
from tests.promises.test_entry_points import through
from tests.tenants.several import BERLIN, MUNICH, OWN_GROUPS, PARIS, SeveralPbxs

Payload = dict[str, Any]


class MunichVisitor(Visitor):
    """Somebody in Munich's channel."""

    @property
    def phones(self) -> str:
        return self.sandbox.channels[MUNICH]


def leaks(park: SeveralPbxs) -> Iterator[str]:
    """Yields what was sent to Slack about one PBX to another one's channel, or about two PBXs at once.

    Each PBX has a group of its own name; all that is sent is looked through, acknowledgements included.
    """
    owner = {park.channels[name]: name for name in OWN_GROUPS}
    sent = [(one.method, one.args) for one in park.slack.calls]
    sent += [("acknowledgement", {**(one.ack.payload or {})}) for one in park.slack.delivered]
    for method, content in sent:
        text = json.dumps(content, default=str)
        about = {name for name, group in OWN_GROUPS.items() if group in text}
        channel = str(content.get("channel") or "")
        if len(about) > 1:
            yield f"{method}: {about} at once: {text}"
        if about and channel in owner and owner[channel] not in about:
            yield f"{method}: {about} in the channel of {owner[channel]}: {text}"


def busy(park: SeveralPbxs) -> None:
    """Has each PBX something to show of every kind: a temporary change, a schedule, an approval that is waited for."""
    for name, group in OWN_GROUPS.items():
        park.type(f"add 1001 to {group} for 2h", name)
        park.type(f"recall {group} to 1002 at 18:00", name)
        park.type(f"add 1005 to {group} every Monday 8:00-12:00", name)
    park.type(f"request add 1007 to {OWN_GROUPS[BERLIN]}", BERLIN, "ben")
    park.type(f"request add 1007 to {OWN_GROUPS[MUNICH]}", MUNICH, "eve")


def test_what_looks_for_leaks_finds_one(one_way: SeveralPbxs) -> None:
    message = Message(title=OWN_GROUPS[BERLIN])
    with pytest.raises(SlackRefused, match="channel_of_another_pbx"):
        one_way.tenant(BERLIN).slack.messenger.post(one_way.channels[MUNICH], message)
    assert not list(leaks(one_way))
    one_way.tenant(MUNICH).slack.messenger.post(one_way.channels[MUNICH], message)
    assert list(leaks(one_way))


ADD, NIGHT = Add(members=("1001",), group="Sales"), parse_unconfirmed("recall Sales to ring group 6001")[0]
"""A group's button on the Home tab is that of a recall."""


@pytest.mark.parametrize("entry_point", ENTRY_POINTS, ids=lambda one: one.name)
def test_every_source_changes_only_the_pbx_that_is_meant(one_way: SeveralPbxs, entry_point: EntryPoint) -> None:
    asked = NIGHT if entry_point.name == "button of a group on the Home tab" else ADD
    one_way.type("pbx munich", "")
    through(MunichVisitor(one_way, "ana"), entry_point, asked)
    one_way.slack.wait_for(lambda: one_way.pbxs[MUNICH].writes)
    one_way.settle()
    assert not [name for name in (BERLIN, PARIS) if one_way.pbxs[name].writes or one_way.tenant(name).journal.recent(9)]
    assert not list(leaks(one_way))


QUESTIONS = (
    "", "groups", "server", "history", "pending", "access", "schedules", "export", "find 1001", "verify", "changes",
    f"group {OWN_GROUPS[BERLIN]}", f"who can add 1001 to {OWN_GROUPS[BERLIN]}", "undo 1", "snapshot", "help",
)  # fmt: skip


def test_no_question_shows_what_is_of_another_pbx(one_way: SeveralPbxs) -> None:
    busy(one_way)
    for line in QUESTIONS:
        for name in OWN_GROUPS:
            one_way.type(line, name)
    shown = one_way.seen(MUNICH)
    typed_there = (f"“{OWN_GROUPS[BERLIN]}”", f"`{OWN_GROUPS[BERLIN]}`")
    assert any(OWN_GROUPS[MUNICH] in one.plain for one in shown)
    assert [one for one in leaks(one_way) if not any(text in one.replace("\\u201c", "“") for text in typed_there)] == []


def test_home_and_direct_messages_show_one_pbx_at_a_time(one_way: SeveralPbxs) -> None:
    busy(one_way)
    ana = one_way.people["ana"]
    for name in (BERLIN, MUNICH, PARIS, BERLIN):
        one_way.write(f"pbx {name}")
        one_way.slack.open_home(ana)
        one_way.settle()
        home = one_way.slack.home(ana)
        assert home is not None
        assert OWN_GROUPS[name] in home.plain
        for line in ("groups", "history", "pending"):
            assert OWN_GROUPS[name] in one_way.write(line)
    assert not list(leaks(one_way))


def test_what_park_posts_by_itself_stays_in_its_channel(one_way: SeveralPbxs) -> None:
    busy(one_way)
    for name, group in OWN_GROUPS.items():
        fake = one_way.pbxs[name]
        fake.console_update_group(fake.state.group_id(group), recall_time=77)
    one_way.forward(timedelta(hours=9))  # ends, schedules, and what was changed outside Park
    one_way.slack.wait_for(
        lambda: all(any("ended" in one.plain.lower() for one in one_way.seen(name)) for name in OWN_GROUPS)
    )
    one_way.settle()
    one_way.forward(timedelta(hours=9))  # the daily posts
    one_way.settle()
    assert not list(leaks(one_way))


def test_typing_into_a_picker_offers_what_is_of_the_forms_pbx(one_way: SeveralPbxs) -> None:
    ana = one_way.people["ana"]
    one_way.type("recall", MUNICH)
    one_way.slack.wait_for(lambda: one_way.slack.views_of(ana))
    one_way.settle()
    for text, found in ((OWN_GROUPS[MUNICH], True), (OWN_GROUPS[BERLIN], False)):
        options = one_way.slack.suggest(ana, text, label="Park group")
        assert (text in json.dumps(options)) == found


FORGED: dict[str, Callable[[SeveralPbxs, Payload], None]] = {
    "the channel of another PBX": lambda park, body: _put(body, channel=park.channels[MUNICH]),
    "a channel of no PBX": lambda park, body: _put(body, channel=park.channels["random"]),
    "the name of another PBX": lambda park, body: _put(body, mark=MUNICH),
    "the name of a PBX that is not there": lambda park, body: _put(body, mark="rome"),
}


def _put(body: Payload, *, channel: str | None = None, mark: str | None = None) -> None:
    """Replaces the channel, or the PBX's name, in a click or in what a view carries."""
    view = body.get("view")
    if view is not None:
        metadata = json.loads(view["private_metadata"])
        metadata |= {"channel": channel} if channel else {"pbx": mark}
        view["private_metadata"] = json.dumps(metadata)
    elif channel:
        body["container"]["channel_id"] = body["channel"]["id"] = channel
    else:
        body["actions"][0]["block_id"] = f"pbx:{mark}:0"


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
@pytest.mark.parametrize("source", ["button", "form"])
def test_a_forged_gesture_does_nothing(
    one_way: SeveralPbxs, source: str, forged: Callable[[SeveralPbxs, Payload], None]
) -> None:
    ana = one_way.people["ana"]
    one_way.type("add 1001 to Sales", BERLIN)
    one_way.type("add 1005 to Sales", MUNICH)
    if source == "button":
        one_way.slack.click(ana, one_way.card(BERLIN), label="Undo")
    else:
        one_way.type("create", BERLIN)
        one_way.slack.fill(ana, "Forged", label="Name")
        one_way.settle()
        one_way.slack.submit(ana)
    one_way.settle()
    before = _state(one_way)
    body = deepcopy(one_way.slack.delivered[-1].envelope["payload"])
    body["trigger_id"] = "another"
    forged(one_way, body)
    if "view" in body:
        body["view"]["id"] = "another"
    else:
        body["actions"][0]["value"] = body["actions"][0]["value"].replace('"nonce": "', '"nonce": "x')
    one_way.slack.deliveries.deliver("interactive", body)
    one_way.settle()
    assert _state(one_way) == before
    assert not list(leaks(one_way))


def _state(park: SeveralPbxs) -> dict[str, Any]:
    """What is on each PBX, and how much is in its journal."""
    return {
        name: (deepcopy(fake.state.groups), deepcopy(fake.state.members), len(park.tenant(name).journal.recent(100)))
        for name, fake in park.pbxs.items()
    }


def test_a_button_from_before_there_were_several_is_of_the_pbx_with_that_journal(one_way: SeveralPbxs) -> None:
    ana = one_way.people["ana"]
    for name in (BERLIN, MUNICH):
        one_way.type("add 1001 to Sales", name)
        one_way.slack.click(ana, one_way.card(name), label="Undo")
        one_way.settle()
        body = deepcopy(one_way.slack.delivered[-1].envelope["payload"])
        one_way.type("add 1001 to Sales", name)
        body["actions"][0] |= {
            "block_id": "b1",
            "value": json.dumps({"line": "undo 3", "nonce": "another"}),
        }
        one_way.slack.deliveries.deliver("interactive", body)
        one_way.settle()
    assert "1001" not in one_way.members(BERLIN)
    assert "1001" in one_way.members(MUNICH)


def test_a_channel_that_has_moved_shows_nothing_more_of_the_pbx_before(one_way: SeveralPbxs) -> None:
    one_way.type(f"add 1001 to {OWN_GROUPS[BERLIN]} for 2h", BERLIN)
    card, old = one_way.card(BERLIN), one_way.channels[BERLIN]
    one_way.moved[old] = MUNICH
    one_way.channels[BERLIN] = one_way.slack.add_channel("berlin", list(one_way.people.values()))
    one_way.restart()
    said = len(one_way.slack.messages(old))
    assert one_way.slack.click(one_way.people["ana"], card, label="End now").ok
    one_way.settle()
    answers = one_way.slack.ephemerals(one_way.people["ana"], old)
    assert "this is about a PBX that doesn't belong to this channel" in answers[-1].plain
    one_way.forward(timedelta(hours=3))
    one_way.slack.wait_for(lambda: "1001" not in one_way.members(BERLIN, OWN_GROUPS[BERLIN]))
    one_way.settle()
    assert len(one_way.slack.messages(old)) == said
    assert any("ended" in one.plain.lower() for one in one_way.seen(""))


def test_a_confirmation_is_not_posted_in_another_pbxs_channel(one_way: SeveralPbxs) -> None:
    users = one_way.tenant(BERLIN).slack.users
    ana = one_way.people["ana"]
    assert users.posting_obstacle(ana, one_way.channels[MUNICH])
    assert users.posting_obstacle(ana, one_way.channels[BERLIN]) is None
    assert users.usable_channels(ana, [one_way.channels[MUNICH], one_way.channels[BERLIN]]) == (
        one_way.channels[BERLIN],
    )


def test_somebody_of_another_workspace_learns_of_no_pbx(one_way: SeveralPbxs) -> None:
    ana = one_way.people["ana"]
    one_way.slack.state.people[
        ana
    ].team = "T0FOREIGN0"  # as over Slack Connect, with the id of the person's own workspace
    for line in ("groups", "pbx", "pbx munich"):
        assert one_way.type(line, "").startswith("Nothing was done: no PBX of Park's allows you anything")


def test_a_choice_by_somebody_without_rights_names_no_pbx(one_way: SeveralPbxs) -> None:
    ana = one_way.people["ana"]
    one_way.type("groups", "")
    question = one_way.seen("")[-1]
    one_way.slack.state.groups[one_way.groups["leads"]].members.remove(ana)
    one_way.restart()
    assert one_way.slack.click(ana, question, label="Munich").ok
    one_way.settle()
    assert "no PBX of Park's allows you anything" in one_way.seen("")[-1].plain
