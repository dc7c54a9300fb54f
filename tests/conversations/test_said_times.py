"""Times as people say them: asked about where something is left open, and the same for whoever uses a button."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.sandbox.environment import DEMO_POLICY, ORDINARY_INSTANT, Sandbox
from bot.sandbox.slack.model import Message
from tests.faults.scene import FAST_RETRIES, ConversationHarness

AFTERNOON = ORDINARY_INSTANT.replace(hour=14)
"""Wednesday 10 June 2026, 14:00 in Berlin, where Ana is; Ben is in New York."""


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(policy=DEMO_POLICY, retry_policy=FAST_RETRIES, now=AFTERNOON) as sandbox:
        sandbox.slack.state.people[sandbox.people["ben"]].tz = "America/New_York"
        yield ConversationHarness(sandbox)


def later(scene: ConversationHarness, **time: float) -> None:
    scene.sandbox.forward(timedelta(**time))
    scene.sandbox.settle()


def recall(scene: ConversationHarness, group: str = "Sales") -> object:
    return scene.sandbox.pbx.state.groups[scene.id(group)]["recall_to"]


def lines_of(message: Message) -> list[str]:
    """The lines that the message's buttons carry."""
    elements = [one for block in message.blocks for one in block.get("elements", ()) if one.get("type") == "button"]
    return [found["line"] for one in elements if "line" in (found := json.loads(one["value"]))]


OPEN = re.compile(r"\b(today|tonight|tomorrow|end of day|morning|weekend|\w+day)\b|(?<![+-])\b\d\d:\d\d(?! UTC)")


def test_an_hour_whose_half_of_the_day_is_open_is_asked_about(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk until 5")
    asked = scene.last_ephemeral()
    assert "[today 17:00, Europe/Berlin]  [tomorrow 05:00, Europe/Berlin]" in asked.plain
    assert not [line for line in lines_of(asked) if OPEN.search(line)]
    scene.click(asked, "tomorrow 05:00, Europe/Berlin")
    assert "*Until:* Thu 11 Jun 05:00, Europe/Berlin" in scene.card().plain
    later(scene, hours=14, minutes=30)
    assert recall(scene) == "RING_GROUP_ONLY"
    later(scene, hours=1)
    assert recall(scene) == "USER_ONLY"


@pytest.mark.parametrize(
    ("line", "card"),
    [
        ("recall Sales to Night Desk until EOD", "Until:* Wed 10 Jun 18:00"),
        ("recall Sales to Night Desk until tomorrow morning", "Until:* Thu 11 Jun 08:00"),
        ("recall Sales to Night Desk for an hour and a half", "Until:* Wed 10 Jun 15:30"),
        ("recall Sales to Night Desk until midnight", "Until:* midnight Wed/Thu 10/11 Jun"),
        ("recall Sales to Night Desk until 1 March", "Until:* midnight Sun/Mon 28 Feb 2027/1 Mar 2027"),
        ("recall Sales to Night Desk until 1 March 9:00", "Until:* Mon 1 Mar 2027 09:00"),
        ("recall for 2h Sales to Night Desk", "Until:* Wed 10 Jun 16:00"),
        ("for 2h recall Sales to Night Desk", "Until:* Wed 10 Jun 16:00"),
        ("add 1001 for 2h to Sales", "Until:* Wed 10 Jun 16:00"),
        ("until 17:00, add 1001 to Sales", "Until:* Wed 10 Jun 17:00"),
        ("add 1001 to Sales until 7pm EST", "Until:* Thu 11 Jun 02:00"),
        ("recall Sales to Night Desk Friday 9am until 5pm", "Begins:* Fri 12 Jun 09:00"),
        ("at 18:00 recall Sales to Night Desk for 2h", "Until:* Wed 10 Jun 20:00"),
    ],
)
def test_a_line_is_done_for_the_time_that_was_said(scene: ConversationHarness, line: str, card: str) -> None:
    scene.do(line)
    if "EST" in line:  # winter time, said in summer
        scene.click(scene.last_ephemeral(), "tomorrow 02:00, Europe/Berlin")
    assert card in scene.cards()[-1].plain


@pytest.mark.parametrize(
    "line",
    [
        "recall Sales to Night Desk every night",
        "recall Sales to Night Desk daily at 18:00",
        "recall Sales to Night Desk every night until 7:00",
        "add 1001 to Sales every Monday at 9",
        "every night recall Sales to Night Desk",
        "remove 1002 from Sales weekly",
    ],
)
def test_a_repetition_without_its_times_is_asked_about_and_nothing_is_offered_without_it(
    scene: ConversationHarness, line: str
) -> None:
    scene.do(line)
    said = scene.last_ephemeral()
    assert re.search(r"From when to when|Until when|On which day", said.plain)
    assert lines_of(said) == []
    assert not scene.changes()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("recall Sales to Night Desk until tomorrow evening", "When in the evening?"),
        ("add 1001 to Sales for a while", "as a time. Try: for 2h, until 18:00, until Fri 9:00."),
        ("add 1001 to Sales until the cows come home", "as a time. Try: for 2h, until 18:00, until Fri 9:00."),
        ("recall Sales to Night Desk until 18:00 CST", "CST can mean several time zones"),
        ("add 1001 to Sales until 17h", "Type “for 17h”"),
    ],
)
def test_a_time_that_is_not_read_is_never_left_out(scene: ConversationHarness, line: str, said: str) -> None:
    scene.do(line)
    assert said in scene.last_ephemeral().plain
    assert lines_of(scene.last_ephemeral()) == []
    assert not scene.changes()


@pytest.mark.parametrize(
    ("span", "meant", "hours"),
    [
        ("for the weekend", "from midnight Fri/Sat 12/13 Jun until midnight Sun/Mon 14/15 Jun", 58),
        ("tonight", "from today 18:00 until tomorrow 07:00", 4),
    ],
)
def test_a_weekend_or_a_night_that_has_not_come_begins_now_or_then(
    scene: ConversationHarness, span: str, meant: str, hours: int
) -> None:
    scene.do(f"recall Sales to Night Desk {span}")
    assert f"[{meant}]" in scene.last_ephemeral().plain
    scene.click(scene.last_ephemeral(), meant)
    assert "Scheduled" in scene.card().plain
    later(scene, hours=hours, minutes=1)
    assert recall(scene) == "RING_GROUP_ONLY"
    later(scene, days=2)
    assert recall(scene) == "USER_ONLY"


def test_a_preview_that_is_applied_the_next_day_is_over(scene: ConversationHarness) -> None:
    scene.do("preview recall Sales to Night Desk until 18:00")
    shown = scene.last_ephemeral()
    assert not [line for line in lines_of(shown) if OPEN.search(line)]
    later(scene, days=1)
    scene.click(shown, "Apply")
    assert "is in the past" in scene.last_ephemeral().plain
    assert not scene.changes()


@pytest.mark.parametrize(
    ("line", "until"),
    [
        ("add 1001 to Sales at 18:00 for 2h", "Wed 10 Jun 16:00"),
        ("add 1001 to Sales at 18:00 until 20:00", "Wed 10 Jun 20:00"),
    ],
)
def test_what_is_done_before_its_time_keeps_its_length_or_its_end(
    scene: ConversationHarness, line: str, until: str
) -> None:
    scene.do(line)
    scene.click(scene.card(), "Do it now")
    assert "1001" in scene.members("Sales")
    assert f"*Until:* {until}, Europe/Berlin" in scene.card().plain


def test_what_is_handed_back_and_done_by_somebody_elsewhere_ends_when_it_was_to_end(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk at 15:00 until tomorrow 9:00")
    scene.sandbox.pbx.stop()
    later(scene, hours=2)
    scene.sandbox.pbx.start()
    assert "not run" in scene.card().plain
    assert not [line for line in lines_of(scene.card()) if OPEN.search(line)]
    scene.click(scene.card(), "Do it now", who="ben")
    assert recall(scene) == "RING_GROUP_ONLY"
    later(scene, hours=16, minutes=30)
    assert recall(scene) == "RING_GROUP_ONLY"
    later(scene, minutes=45)
    assert recall(scene) == "USER_ONLY"


def test_what_lapsed_is_asked_for_again_with_the_end_it_was_to_have(scene: ConversationHarness) -> None:
    scene.do("ask add 1001 to Billing until tomorrow 9:00", who="ben")
    assert "Thu 11 Jun 09:00, America/New_York" in scene.card().plain
    later(scene, hours=15)
    assert "expired" in scene.card().plain
    scene.click(scene.card(), "Ask again", who="ben")
    assert "Thu 11 Jun 09:00, America/New_York" in scene.replies()[-1].plain


def test_an_edited_mention_is_done_with_the_times_of_its_writing(scene: ConversationHarness) -> None:
    slack, ana, phones = scene.sandbox.slack, scene.sandbox.people["ana"], scene.sandbox.channels["phones"]
    ts = slack.say(ana, phones, "recall Sales to Night Desk until 18:00")
    slack.edit(ana, phones, ts, f"<@{slack.bot_user}> recall Sales to Night Desk until 18:00")
    slack.wait_for(lambda: bool(scene.ephemerals()))
    offered = scene.last_ephemeral()
    assert lines_of(offered) == ["recall Sales to Night Desk, until 10 June 2026 18:00 UTC+02:00"]
    later(scene, days=1)
    scene.click(offered, "Do it now")
    assert "is in the past" in scene.last_ephemeral().plain


def test_a_corrected_line_keeps_the_time_of_asking(scene: ConversationHarness) -> None:
    scene.do("ad 1001 to Sales until 18:00")
    assert lines_of(scene.last_ephemeral()) == ["add 1001 to Sales, until 10 June 2026 18:00 UTC+02:00"]


def test_times_are_those_of_asking_when_the_worker_comes_later(scene: ConversationHarness) -> None:
    scene.sandbox.pbx.stop()
    scene.slash("recall Sales to Night Desk until 14:01")
    scene.sandbox.forward(timedelta(seconds=80))
    scene.sandbox.pbx.start()
    scene.sandbox.settle()
    assert "The end, today 14:01" in scene.last_ephemeral().plain
    assert not scene.changes()


def test_a_pause_asks_first_ends_by_itself_and_has_a_button_to_resume(scene: ConversationHarness) -> None:
    scene.do("pause for 2h because the PBX is being updated")
    scene.do("add 1001 to Sales")
    assert scene.changes() == 1, "nothing is paused before the click"
    scene.click(scene.ephemerals()[0], "Pause Park")
    assert "Park is paused until Wed 10 Jun 16:00, Europe/Berlin" in scene.cards()[-1].plain
    assert "[Resume]" in scene.cards()[-1].plain
    scene.do("add 1008 to Sales")
    assert "*Reason:* the PBX is being updated" in scene.last_ephemeral().plain
    later(scene, hours=2, minutes=1)
    scene.do("add 1008 to Sales")
    assert "1008" in scene.members("Sales")
    scene.do("resume")
    assert "Park isn't paused" in scene.last_ephemeral().plain


def test_a_pause_until_a_time_is_ended_early_by_its_button(scene: ConversationHarness) -> None:
    scene.do("pause until 17:00")
    assert not [line for line in lines_of(scene.last_ephemeral()) if OPEN.search(line)]
    scene.click(scene.last_ephemeral(), "Pause Park")
    scene.click(scene.card(), "Resume")
    scene.do("add 1001 to Sales")
    assert "1001" in scene.members("Sales")


def test_a_pause_has_no_reason_without_because(scene: ConversationHarness) -> None:
    for line in ("pause for maintenance", "pause the update is running", "pause until whenever"):
        scene.do(line)
        assert "because" in scene.last_ephemeral().plain
    scene.do("add 1001 to Sales")
    assert scene.changes() == 1


def test_the_settings_say_what_morning_and_end_of_day_are() -> None:
    with Sandbox(retry_policy=FAST_RETRIES, now=AFTERNOON, park_morning="07:30", park_end_of_day="16:45") as sandbox:
        scene = ConversationHarness(sandbox)
        scene.do("add 1001 to Sales until EOD")
        assert "Wed 10 Jun 16:45" in scene.cards()[-1].plain
        scene.do("recall Sales to Night Desk until tomorrow morning")
        assert "Thu 11 Jun 07:30" in scene.cards()[-1].plain
