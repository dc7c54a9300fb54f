"""What somebody types, what the PBX hears, and what the thread shows."""

import pytest

from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from tests.conversations.conftest import Typed, typed_in

ANSWERS = {
    "groups": "12 park groups",
    "groups sal": "2 park groups with “sal” in the name",
    "group Sales": "1002 Bjørn Halvorsen",
    "sales": "Park group Sales",
    "the group SALES": "Park group Sales",
    "“Sales”": "Park group Sales",
    "Back to Front": "Park group Back to Front",
    "server": "`58` parks a call in your park group",
    "find 1002": "1002 Bjørn Halvorsen is in Sales",
    "find 1001": "1001 Amara Okafor isn't in any park group",
    "１００２": "is in Sales",  # noqa: RUF001
    "1002": "is in Sales",
    "where is Bjørn Halvorsen": "is in Sales",
    "find 6001": "6001 is a ring group",
    "recall Sales to 1001": "not to another user",
    "recall Sales to 7001": "“7001” is a call queue, not a ring group",
    "recall Sales to Nite Desk": "[recall Sales to Night Desk]",
    "recall Sals to user": "[recall Sales to user]",
    "recall Sales to user": "already set up like that",
    "recall Sales to Night Desk until whenever": "I can't read “until whenever” as a time",
    "create Nights for 2h": "[Without “for 2h”: create Nights]",
    "create Late Shift": "Create the park group Late Shift? Nothing has changed yet.",
    "rename Support to Support Berlin": "Rename Support to Support Berlin? Nothing has changed yet.",
    "help add": "To make it temporary, add an end: for 2h",
    "help rename": "To start later, add a start: at 18:00",
    "add 1002 to Sales": "is already in Sales",
    "add 9999 to Sales": "Nobody on the PBX has the extension or name “9999”",
    "add Alex Morgan to Sales": "2 people are called Alex Morgan. Which one?",
    "add 1001, 6001 and 9999 to Sales": "[Without “6001, 9999”: add 1001 to Sales]",
    "remove Sales": "To delete it, type: delete Sales",
    "add Sales to Support": "To see its members, type: group Sales",
    "move Sales to Support": "To see its members, type: group Sales",
    "is 1002 in Sales?": "[find 1002]",
    "am I in Sales?": "[find me]",
    "is Sales on Night Desk?": "[group Sales]",
    "is call park on?": "[server]",
    "turn off call park": "Switch call park off? Nothing has changed yet.",
    "turn calls park on": "Call park is already on",
    "disable call park": "[server off]",
    "switch off Sales": "A park group can't be switched on or off",
    "put Sales back to normal": "There is no change for “Sales” to undo",
    "who can approve this?": "Nothing is pending",
    "stop everything": "Pause Park? Nothing has changed yet.",
    "stop all changes": "Pause Park? Nothing has changed yet.",
    "recall Sales to Night Desk 22:00-6:00": "[recall Sales to Night Desk at 22:00 until 06:00]",
    "recall Support to Nite Desk 22-6": "[recall Support to Night Desk at 22",
    "add 1001 Sales 8am-10am": "[add 1001 to Sales at 08:00 until 10:00]",
    "in which group is 1002": "1002 Bjørn Halvorsen is in Sales",
    "remove 1001 from Sales": "1001 Amara Okafor is not in Sales",
    "move 1001 to Sales": "[add 1001 to Sales]",
    "create Support": "There is already a park group called Support",
    "rename Sales to support": "There is already a park group called Support",
    "server extension 1001": "already belongs to",
    "delete Support EMEA": "Will be lost: the group's settings and its 2 members",
    "server off": "Nobody can park calls while call park is off",
    "preview add 1001 to Sales": "[Apply]",
    "park 1001": "Park can't show, park or pick up live calls",
    "add 1001 Sales": "[add 1001 to Sales]",
    "recall Sales to Night Desk 2h": "[recall Sales to Night Desk for 2h]",
    "add 1001 to Sales 2 hours": "[add 1001 to Sales for 2h]",
    "recal sales nightdesk 2h": "[recall sales to Night Desk for 2h]",
    "sales to night desk": "[recall sales to night desk]",
    "1001 to Sales": "[add 1001 to Sales]",
    "this to that": "[Help]",
    "who can change Sales": "who can change <group> recall to",
    "recall Sales to voicemail": "[Without “voicemail”: Open the form]",
    "recall Sales to +49 170 1234567": "or to a ring group of the PBX",
    "add nobody to Sales": "[Without “nobody”: Open the form]",
}


@pytest.mark.parametrize(("line", "answer"), ANSWERS.items())
def test_what_changes_nothing_is_answered_in_private(untouched: Sandbox, line: str, answer: str) -> None:
    assert answer in typed_in(untouched)(line)
    assert not untouched.pbx.writes
    assert not untouched.slack.messages(untouched.channels["phones"])


def test_help_has_examples_with_the_pbxs_own_names(typed: Typed) -> None:
    assert "recall Sales to user then Night Desk" in typed("help recall")


CHANGES = {
    "add 1001 to Sales": "Sales now has 5 members",
    "add 1008-1010 to sales": "Added 1008 Hiroshi Tanaka",
    "add @ana to Sales": "Added 1004 Ana Ruiz to Sales",
    "add “Amara Okafor” to Sales": "Added 1001 Amara Okafor to Sales",
    "add 1001\u00a0to Sales": "Added 1001 Amara Okafor to Sales",
    "add 1008–1009 to Sales": "Added 1008 Hiroshi Tanaka",  # noqa: RUF001
    "put 1001 in Sales": "Understood as `add 1001 to Sales`",
    "remove 1002 from Sales": "Removed 1002 Bjørn Halvorsen from Sales",
    "remove 1002": "Removed 1002 Bjørn Halvorsen from Sales",
    "take 1002 out of Sales": "Understood as `remove 1002 from Sales`",
    "move 1002 from Sales to Support": "Moved 1002 Bjørn Halvorsen from Sales to Support",
    "move 1002 to Support": "Support now has 6 members",
    "recall Sales to Night Desk": "the user who parked the call → Night Desk (6001)",
    "recall Sales to ring group 6001": "Not called with this setting: the user who parked the call",
    "recall Sales to user then Night Desk": "(`58`)",
    "recall Back to Front to Night Desk": "Back to Front: unanswered parked calls now go to",
    'recall Café "Süd" to user': "Reception (6003) → the user who parked the call",
    "send Sales recalls to Night Desk": "Understood as `recall Sales to Night Desk`",
    "create Nights recall to ring group Night Desk": "Created the park group Nights",
    'rename Support to "Support Berlin"': "Support → Support Berlin",
    "server recall to user then Night Desk": "calls parked with `68`",
    "server recall time 10m": "5m → 10m",
    "recall ring group time 90s": "5m → 1m30s",
    "server extension 777": "666 → 777",
}


@pytest.mark.parametrize(("line", "said"), CHANGES.items())
def test_a_change_stands_in_the_thread_with_who_and_what(sandbox: Sandbox, typed: Typed, line: str, said: str) -> None:
    shown = typed(line)
    assert said in shown
    assert "by @Ana Ruiz · #1 · done" in shown
    assert "Done and verified on the PBX" in shown
    assert sandbox.pbx.writes


def test_a_mention_is_answered_in_a_thread_of_its_message(sandbox: Sandbox, typed: Typed) -> None:
    assert "Added 1001 Amara Okafor to Sales" in typed("@Park add 1001 to Sales")
    (asked,) = sandbox.slack.messages(sandbox.channels["phones"])
    assert asked.reply_count == 2


def test_a_mention_in_a_thread_is_answered_in_that_thread(sandbox: Sandbox, typed: Typed) -> None:
    root = sandbox.slack.say(sandbox.people["ana"], sandbox.channels["phones"], "customers wait too long")
    typed("@Park recall Sales to Night Desk", thread=root)
    thread = sandbox.slack.messages(sandbox.channels["phones"], thread=root)
    assert "Sales: unanswered parked calls now go to" in thread[2].plain


def test_a_member_of_another_group_is_explained_with_a_button_that_moves(sandbox: Sandbox, typed: Typed) -> None:
    shown = typed("add 1020 to Sales")
    assert "1020 is in Support; a user can be in one park group only." in shown
    assert "[move 1020 to Sales]" in shown
    card = next(one for one in sandbox.slack.messages(sandbox.channels["phones"]) if "move 1020" in one.plain)
    sandbox.slack.click(sandbox.people["ana"], card, label="move 1020 to Sales")
    sandbox.settle()
    assert "1020" in sandbox.pbx.state.members_of("Sales")
    assert "1020" not in sandbox.pbx.state.members_of("Support")


def test_a_group_whose_name_would_ping_pings_nobody(sandbox: Sandbox, typed: Typed) -> None:
    assert "<!channel> & friends now has 1 member" in typed('add 1001 to "<!channel> & friends"')
    assert all("<!channel>" not in str(call.args) for call in sandbox.slack.calls)


def test_on_call_may_do_what_the_rule_names_and_no_more(sandbox: Sandbox, typed: Typed) -> None:
    assert "Sales: unanswered parked calls now go to" in typed("recall Sales to Night Desk", person="ben")
    assert "No rule lets you change the recall of “Billing”" in typed("recall Billing to user", person="ben")
    assert "Allowed in: #phones" in typed("recall Sales to user", person="ben", channel="random")


def test_a_person_who_lost_the_name_is_offered_the_button_that_works(sandbox: Sandbox, typed: Typed) -> None:
    typed("recall Sals to Night Desk")
    (told,) = sandbox.slack.ephemerals(sandbox.people["ana"], sandbox.channels["phones"])
    sandbox.slack.click(sandbox.people["ana"], told, label="recall Sales to Night Desk")
    sandbox.settle()
    assert "Sales: unanswered parked calls now go to" in sandbox.slack.messages(sandbox.channels["phones"])[0].plain


def test_two_hundred_and_fifty_groups_are_listed_whole() -> None:
    with Sandbox(pbx=FakePbx(groups=250, users=5)) as sandbox:
        ana, phones = sandbox.people["ana"], sandbox.channels["phones"]
        sandbox.slack.slash(ana, phones, "groups")
        sandbox.settle()
        shown = "\n".join(one.plain for one in sandbox.slack.ephemerals(ana, phones))
        assert "250 park groups" in shown
        assert all(group["name"] in shown for group in sandbox.pbx.state.groups.values())
