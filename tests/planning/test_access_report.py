"""Questions about the policy: access, can, who can, why."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.errors import NotAllowed, NotFound, NotUnderstood
from bot.policy.store import PolicyStore
from tests.bot_harness import ANA, BEN, BotHarness, bot_harness, text_of

POLICY = f"""\
[[allow]]
name = "Ana"
users = ["{ANA}"]
operations = ["all"]

[[allow]]
name = "Ben at night"
users = ["{BEN}"]
operations = ["read", "members", "recall"]
groups = ["Sales*", "Billing"]
ring_groups = ["Night*"]
temporary = "4h"

[[allow]]
name = "Anybody in ops"
channels = ["C000000000OPS"]
operations = ["groups"]

[[allow]]
name = "Ben with a second pair of eyes"
users = ["{BEN}"]
operations = ["server"]
approvers = ["{ANA}"]

[[deny]]
name = "Hands off Partners"
users = ["{BEN}"]
operations = ["members"]
groups = ["Sales for Partners"]
"""


@pytest.fixture
def park(tmp_path: Path) -> Iterator[BotHarness]:
    with bot_harness(tmp_path, policy=POLICY) as whole:
        yield whole


def answer_lines(park: BotHarness, line: str, user: str = ANA) -> list[str]:
    """Title and facts of the answer to a line."""
    message = park.answer(line, user=user)
    return [message.title, *(f"{fact.label}: {fact.value} {' '.join(fact.ids)}".strip() for fact in message.facts)]


def test_access_is_told_by_rule_here_elsewhere_and_never(park: BotHarness) -> None:
    assert answer_lines(park, "access", BEN) == [
        "What you may do",
        (
            "Here, by “Ben at night”: view, change the members of, change the recall of Sales* or Billing,"
            " with recalls to Night*; for at most 4h"
        ),
        "Here, by “Ben with a second pair of eyes”: change the call park server; once it is approved",
        "Elsewhere, by “Anybody in ops”: create, rename and delete any group, in C000000000OPS",
        "Never, by “Hands off Partners”: change the members of Sales for Partners",
    ]
    assert answer_lines(park, "what can i do")[1] == "Here, by “Ana”: everything"


CAN = [
    ("add 1016 to Sales for 2h", "Yes", "By: “Ben at night”"),
    ("add 1016 to Sales", "No", "No rule lets you change the members of “Sales” like that in this channel."),
    ("delete Sales", "No", "Allowed in:  C000000000OPS"),
    ("server off", "If it is approved", f"Can be approved by: 1 of {ANA}"),
    ("add 1016 to Sales for Partners for 2h", "No", "“Hands off Partners” forbids you"),
    ("recall Sales to Day Desk for 2h", "No", "send calls to the ring group “Day Desk”"),
    ("help", "Yes", f"{BEN}"),
]


@pytest.mark.parametrize(("line", "answer", "why"), CAN)
def test_whether_somebody_may_is_told_with_the_rule_or_the_reason(
    park: BotHarness, line: str, answer: str, why: str
) -> None:
    message = park.answer(f"can <@{BEN}> {line}")
    everything = "\n".join((*answer_lines(park, f"can <@{BEN}> {line}"), *message.notes))
    assert message.title.startswith(f"{answer}: ")
    assert why in everything or line == "help"
    assert park.fake_pbx.writes == []


@pytest.mark.parametrize(("line", "answer", "why"), [row for row in CAN if row[1] in ("Yes", "No")])
def test_the_answer_is_what_happens(park: BotHarness, line: str, answer: str, why: str) -> None:
    if line == "help":
        assert park.answer(line, user=BEN)
    elif answer == "Yes":
        assert park.plan(line, user=BEN).grant.rule == "Ben at night"
    else:
        with pytest.raises(NotAllowed):
            park.plan(line, user=BEN)


def test_who_may_is_told_by_rule_with_people_and_channels(park: BotHarness) -> None:
    assert answer_lines(park, "who can delete Sales") == [
        "Who may delete Sales",
        f"By “Ana”:  {ANA}",
        "By “Anybody in ops”: anybody in C000000000OPS",
    ]
    assert answer_lines(park, "who can add 1016 to Sales for Partners") == [
        'Who may add 1016 to "Sales for Partners"',
        f"By “Ana”:  {ANA}",
        f"By “Ben at night”: for at most 4h {BEN}",
        f"But not, by “Hands off Partners”:  {BEN}",
    ]


@pytest.mark.parametrize("line", ["can me delete Warehouse", "who can delete Warehouse", f"can <@{ANA}> add 1 to 6007"])
def test_nobody_learns_of_a_group_that_they_may_not_look_at(park: BotHarness, line: str) -> None:
    with pytest.raises((NotAllowed, NotFound, NotUnderstood)):
        park.answer(line, user=BEN)


def test_a_question_about_a_question_is_no_question(park: BotHarness) -> None:
    with pytest.raises(NotUnderstood):
        park.answer("who can access")


def test_why_names_the_rule_and_whether_the_policy_has_changed_since(park: BotHarness, tmp_path: Path) -> None:
    park.do("add 1016 to Billing for 2h", user=BEN)
    message = park.answer("why change 1")
    assert message.title == "#1 was allowed by “Ben at night”"
    assert "still in force" in text_of(message)
    park.do("add 1017 to Warehouse", user=BEN)
    assert park.answer("why 3", user=BEN).title == "#3 was allowed by no rule"
    (tmp_path / "policy.toml").write_text(POLICY.replace('"4h"', '"5h"'), encoding="utf-8")
    assert isinstance(park.planner.policy_store, PolicyStore)
    assert park.planner.policy_store.reload(force=True)
    assert "changed since" in text_of(park.answer("why change 1"))


def test_why_is_told_of_no_group_that_one_may_not_look_at(park: BotHarness) -> None:
    park.do("add 1016 to Support", user=ANA)
    with pytest.raises(NotFound):
        park.answer("why change 1", user=BEN)
