"""Recurring schedules by every source: the lines, the list, the card, Home and the forms."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from bot.sandbox.environment import DEMO_POLICY, Sandbox
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.sandbox.slack.model import Message
from bot.sandbox.slack.rendering import View
from tests.faults.scene import FAST_RETRIES, ConversationHarness

pytestmark = pytest.mark.usefixtures("ordinary_clock")
LINES = {
    "recall Sales to Night Desk every weekday 18:00 to 8:00": "every weekday 18:00 to 8:00",
    "recall Sales to Night Desk every day from 22:00 for 9h": "every day from 22:00 for 9h",
    "recall Support to On Call every Saturday and Sunday": "every Saturday and Sunday",
    "recall Warehouse to user every 2nd Monday 9:00 to 12:00 until 31 March": "Monday 9:00 to 12:00",
    "recall Sales to Night Desk on holidays": "on holidays",
    "add 1001 to Sales every Friday 13:00 to 17:00": "every Friday 13:00 to 17:00",
    "server recall time 10m every day 18:00 to 8:00": "every day 18:00 to 8:00",
}
"""Lines of schedules, and what the card says of each."""
NIGHTS = "recall Sales to Night Desk every weekday 18:00 to 8:00"


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(policy=DEMO_POLICY, park_holidays="DE-BY", retry_policy=FAST_RETRIES) as sandbox:
        yield ConversationHarness(sandbox)


def recalled_to(scene: ConversationHarness, group: str = "Sales") -> str:
    state = scene.sandbox.pbx.state
    return str(state.groups[state.group_id(group)]["recall_to"])


def later(scene: ConversationHarness, **length: float) -> None:
    """Lets time pass, and waits until Park has done what was due."""
    scene.sandbox.forward(timedelta(**length))
    scene.sandbox.settle()


def card(scene: ConversationHarness) -> str:
    return scene.card().plain.replace("*", "")


def top(scene: ConversationHarness, *words: str) -> View:
    """The open form, once it says these words."""
    ana = scene.sandbox.people["ana"]

    def there() -> bool:
        if not scene.sandbox.slack.views_of(ana):
            return False
        plain = scene.sandbox.slack.view(ana).plain
        return "Opening ..." not in plain and "Checking with" not in plain and all(word in plain for word in words)

    scene.sandbox.slack.wait_for(there)
    scene.sandbox.settle()
    return scene.sandbox.slack.view(ana)


def by_slash(scene: ConversationHarness, line: str) -> None:
    scene.do(line)


def by_mention(scene: ConversationHarness, line: str) -> None:
    slack, phones = scene.sandbox.slack, scene.sandbox.channels["phones"]
    asked = slack.say(scene.sandbox.people["ana"], phones, f"@Park {line}")
    slack.wait_for(lambda: len(slack.messages(phones, thread=asked)) > 1)
    scene.sandbox.settle()


def posted(scene: ConversationHarness) -> list[Message]:
    """What Park has posted in #phones, in threads too."""
    slack, phones = scene.sandbox.slack, scene.sandbox.channels["phones"]
    threads = [slack.messages(phones, thread=one.ts) for one in slack.messages(phones)]
    return [one for thread in threads for one in thread if one.user == slack.bot_user]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("by", [by_slash, by_mention])
def test_a_line_makes_a_schedule_and_changes_nothing_yet(
    scene: ConversationHarness, by: Callable[[ConversationHarness, str], None], line: str
) -> None:
    by(scene, line)
    made = [one.plain for one in posted(scene)]
    assert len(made) == 1, made
    assert LINES[line] in made[0]
    assert "*Next:*" in made[0]
    assert "[Skip next]" in made[0]
    assert not scene.writes


def fill_nights(scene: ConversationHarness) -> None:
    """Chooses what the line of the nights says in an open recall form."""
    slack, ana = scene.sandbox.slack, scene.sandbox.people["ana"]
    top(scene, "Where recalls go")
    slack.fill(ana, "Sales", label="Park group")
    top(scene, "Park group: Sales")
    slack.suggest(ana, "Night", label="Where recalls go")
    slack.fill(ana, "Night Desk (6001)", label="Where recalls go")
    top(scene)
    slack.fill(ana, "Repeating, on days of the week", label="How often")
    top(scene, "From")
    slack.fill(ana, ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], label="On")
    top(scene)
    slack.fill(ana, "18:00", label="From")
    top(scene)
    slack.fill(ana, "08:00", label="To")


def open_by_line(scene: ConversationHarness) -> None:
    scene.do("recall Sales")


def open_from_home(scene: ConversationHarness) -> None:
    slack, ana = scene.sandbox.slack, scene.sandbox.people["ana"]
    slack.open_home(ana)
    scene.sandbox.settle()
    slack.wait_for(lambda: "12 park groups" in (slack.home(ana) or top(scene)).plain)
    home = slack.home(ana)
    assert home is not None
    slack.click(ana, home, label="Repeat ...")


def open_by_message_shortcut(scene: ConversationHarness) -> None:
    slack, ana = scene.sandbox.slack, scene.sandbox.people["ana"]
    slack.say(ana, scene.sandbox.channels["phones"], "Who answers Sales at night?")
    message = slack.messages(scene.sandbox.channels["phones"])[-1]
    slack.message_shortcut(ana, message, "park:change")
    slack.click(ana, top(scene, "What do you want to do?"), label="Repeat ...")


@pytest.mark.parametrize("opened", [open_by_line, open_from_home, open_by_message_shortcut])
def test_a_form_makes_the_same_schedule_after_it_has_shown_the_next_times(
    scene: ConversationHarness, opened: Callable[[ConversationHarness], None]
) -> None:
    opened(scene)
    fill_nights(scene)
    shown = top(scene, "Night Desk (6001)", "18:00").plain
    assert shown.count("18:00") > 3, "the next occurrences are in the form"
    scene.sandbox.slack.submit(scene.sandbox.people["ana"])
    scene.sandbox.settle()
    made = [*posted(scene), *scene.direct()]
    assert any("every weekday 18:00 to 8:00" in one.plain for one in made)
    assert not scene.writes


def answered(scene: ConversationHarness, line: str, who: str = "ana") -> Message:
    scene.do(line, who)
    return scene.last_ephemeral(who)


def test_the_list_shows_state_holder_next_three_times_and_buttons(scene: ConversationHarness) -> None:
    scene.do(NIGHTS)
    scene.do("recall Support to On Call every Saturday and Sunday")
    listed = answered(scene, "schedules").plain
    assert "2 schedules" in listed
    assert "Next: today 18:00, tomorrow 18:00, Fri 12 Jun 18:00." in listed
    assert "On behalf of @Ana Ruiz" in listed
    assert "[Skip next]  [Pause]  [Delete]  [Edit]" in listed
    only = answered(scene, "schedules Sales").plain
    assert "of Sales to Night Desk" in only
    assert "On Call" not in only
    assert "No schedule changes Billing." in answered(scene, "schedules Billing").plain


def test_the_list_shows_nothing_of_a_group_that_may_not_be_read() -> None:
    """Eve may read nothing but Support."""
    rule = '\n[[allow]]\nname = "Eve"\nusers = ["{eve}"]\noperations = ["read"]\ngroups = ["Support"]\n'
    policy = DEMO_POLICY.replace(
        'channels = ["{phones}"]\noperations = ["read"]', 'users = ["{ben}"]\noperations = ["read"]'
    )
    with Sandbox(policy=policy + rule, retry_policy=FAST_RETRIES) as sandbox:
        scene = ConversationHarness(sandbox)
        scene.do(NIGHTS)
        assert "There is no schedule that you may see" in answered(scene, "schedules", "eve").plain
        scene.do("recall Support to On Call every Saturday and Sunday")
        listed = answered(scene, "schedules", "eve").plain
        assert "On Call" in listed
        assert "[Delete]" not in listed


def test_many_schedules_are_listed_in_pages(scene: ConversationHarness) -> None:
    for hour in range(12):
        scene.do(f"recall Sales to Night Desk every Monday {hour}:00 to {hour}:30")
    seen = len(scene.ephemerals())
    scene.do("schedules")
    first = scene.ephemerals()[seen:]
    assert sum(one.plain.count("Next:") for one in first) == 10
    scene.click(first[-1], "More schedules")
    rest = scene.ephemerals()[seen + len(first) :]
    assert sum(one.plain.count("Next:") for one in rest) == 2
    assert "More schedules" not in rest[-1].plain


def test_the_card_is_true_through_begin_end_skip_pause_and_delete(scene: ConversationHarness) -> None:
    scene.do(NIGHTS)
    assert "· active ·" in card(scene)
    assert "Next: Wed 10 Jun 18:00" in card(scene)
    later(scene, hours=8)
    assert recalled_to(scene) == "RING_GROUP_ONLY"
    assert "In effect until Thu 11 Jun 08:00: Send unanswered parked calls of Sales to Night Desk (6001)" in card(scene)
    assert "Next: Thu 11 Jun 18:00" in card(scene)
    later(scene, hours=14)
    assert recalled_to(scene) == "USER_ONLY"
    assert "Latest: Wed 10 Jun 18:00, done" in card(scene)
    assert "· active ·" in card(scene)
    scene.click(scene.card(), "Skip next")
    assert "Next: Fri 12 Jun 18:00" in card(scene)
    later(scene, hours=10)  # to the evening that is skipped
    assert recalled_to(scene) == "USER_ONLY"
    scene.click(scene.card(), "Pause")
    assert "Paused: Send" in card(scene)
    assert "[Resume]" in card(scene)
    later(scene, hours=24)
    assert recalled_to(scene) == "USER_ONLY"
    scene.click(scene.card(), "Resume")
    assert "In effect until Sat 13 Jun 08:00" in card(scene), "what is due at that time begins"
    scene.do("delete schedule 1")
    assert "Ended: " in card(scene)
    assert "[Skip next]" not in card(scene)


def test_an_occurrence_says_nothing_in_the_thread_and_a_failure_mentions_the_holder(scene: ConversationHarness) -> None:
    scene.do(NIGHTS)
    before = len(scene.replies())
    later(scene, hours=8)
    later(scene, hours=14)
    assert len(scene.replies()) == before
    scene.sandbox.pbx.faults.add(Fault(kind=FaultKind.STATUS, status=403, match="POST *", times=3))
    later(scene, hours=10)
    told = scene.replies()[before:]
    assert len(told) == 1
    assert scene.mentions(told[0])
    assert "not done, see the thread" in card(scene)


def test_home_and_pending_show_what_begins_within_a_day(scene: ConversationHarness) -> None:
    scene.do(NIGHTS)
    scene.do("recall Support to On Call every Saturday and Sunday")
    shown = answered(scene, "pending").plain
    assert "of Sales to Night Desk" in shown
    assert "On Call" not in shown
    slack, ana = scene.sandbox.slack, scene.sandbox.people["ana"]
    slack.open_home(ana)
    scene.sandbox.settle()
    slack.wait_for(lambda: "Coming up" in (home.plain if (home := slack.home(ana)) else ""))


def test_edit_opens_the_form_filled_with_the_names_of_now_and_replaces_the_schedule(scene: ConversationHarness) -> None:
    scene.do(NIGHTS)
    for line in ("rename Sales to Selling", "rename Billing to Sales"):
        scene.do(line)
    slack, ana = scene.sandbox.slack, scene.sandbox.people["ana"]
    slack.click(ana, scene.cards()[0], label="Edit")
    form = top(scene, "From", "18:00")
    assert form.fields["Park group"] == "Selling"
    assert "Once" not in form.plain
    slack.fill(ana, "20:00", label="From")
    top(scene, "20:00 to 8:00")
    slack.submit(ana)
    scene.sandbox.settle()
    assert "Replaced by #4" in scene.cards()[0].plain
    assert any("every weekday 20:00 to 8:00" in one.plain for one in scene.replies())
    listed = answered(scene, "schedules").plain
    assert listed.count("Next:") == 1
    assert "of Selling to" in listed
