"""A form opened outside of channels asks where to post its confirmation."""

from functools import partial
from typing import Any

import pytest

from bot.sandbox.environment import POLICY, Stage
from tests.forms.conftest import Ready, home, top

LABEL = "Post the confirmation in"


@pytest.fixture(name="ana")
def _ana(stage: Stage) -> str:
    return stage.people["ana"]


def open_rename(stage: Stage, ready: Ready, person: str = "ana", *, group: str = "Sales") -> str:
    """Opens the form from the group's menu on the Home tab, and returns its text."""
    user = stage.people[person]
    stage.slack.open_home(user)
    view = home(stage, person, group)
    stage.slack.click(user, view, value=menu_value(view.blocks, group, "Rename a group"))
    return ready(f"Park group: {group}", person=person).plain


def menu_value(blocks: list[dict[str, Any]], group: str, title: str) -> str:
    """The value of an option in a group's menu."""
    for block in blocks:
        accessory, text = block.get("accessory"), block.get("text")
        if isinstance(accessory, dict) and isinstance(text, dict) and text["text"].startswith(f"*{group}*"):
            return str(next(one["value"] for one in accessory["options"] if one["text"]["text"] == title))
    raise LookupError(group)


def rename(stage: Stage, ready: Ready, name: str, person: str = "ana") -> None:
    """Fills the form, submits it and confirms the review."""
    user = stage.people[person]
    stage.slack.fill(user, name, label="Name")
    assert stage.slack.submit(user).ok
    ready("Apply", person=person)
    assert stage.slack.submit(user).ok
    stage.settle()


def direct_messages(stage: Stage, user: str) -> list[str]:
    return [one.plain for one in stage.slack.messages(stage.slack.direct(user))]


def test_the_card_lands_in_the_channel_that_was_chosen(stage: Stage, ready: Ready, ana: str) -> None:
    assert f"{LABEL} (optional): [A direct message from Park]" in open_rename(stage, ready)
    stage.slack.fill(ana, "phones", label=LABEL)
    stage.slack.fill(ana, "Sales DE", label="Name")
    stage.slack.submit(ana)
    assert "Confirmation in: #phones" in ready("Apply").plain.replace("*", "")
    stage.slack.submit(ana)
    stage.settle()
    (card,) = stage.slack.messages(stage.channels["phones"])
    assert card.plain.startswith("*Renamed")
    assert "Done: read back" in stage.slack.messages(stage.channels["phones"], thread=card.ts)[1].plain
    assert not direct_messages(stage, ana)
    assert not stage.slack.messages(stage.channels["ops"]), "it is in sight already: nothing to announce"


def test_without_a_choice_it_is_a_direct_message_that_says_why(stage: Stage, ready: Ready, ana: str) -> None:
    open_rename(stage, ready)
    rename(stage, ready, "Sales DE")
    assert "outside of any channel, so only you see it" in direct_messages(stage, ana)[0]
    assert not stage.slack.messages(stage.channels["phones"])
    (announced,) = stage.slack.messages(stage.channels["ops"])
    assert "asked in a form" in announced.plain


def test_the_choice_is_filled_in_the_next_time_even_after_a_restart(stage: Stage, ready: Ready, ana: str) -> None:
    open_rename(stage, ready)
    stage.slack.fill(ana, "random", label=LABEL)
    rename(stage, ready, "Sales DE")
    stage.restart()
    assert f"{LABEL} (optional): #random" in open_rename(stage, ready, group="Billing")
    stage.slack.fill(ana, None, label=LABEL)
    rename(stage, ready, "Bills")
    assert "#random" not in open_rename(stage, ready, group="Bills"), "that none was chosen is remembered too"


def test_a_line_repeated_from_the_panel_is_posted_where_it_was_chosen_last(
    stage: Stage, ready: Ready, ana: str
) -> None:
    open_rename(stage, ready)
    stage.slack.fill(ana, "random", label=LABEL)
    rename(stage, ready, "Sales DE")
    stage.slack.slash(ana, stage.channels["phones"], "add 1001 to Billing")
    stage.settle()
    stage.slack.slash(ana, stage.channels["phones"], "remove 1001 from Billing")
    stage.settle()
    stage.slack.shortcut(ana, "park:panel")
    stage.slack.click(ana, ready("Add members"), label="Again: add 1001 to Billing")
    assert "Confirmation in: #random" in ready("*Added:* 1001").plain.replace("*", "")
    stage.slack.submit(ana)
    stage.settle()
    assert stage.slack.messages(stage.channels["random"])[-1].plain.startswith("*Added 1001")
    assert "#random" in open_rename(stage, ready, group="Billing"), "and still remembered"


def test_what_one_person_chose_is_not_filled_in_for_another(stage: Stage, ready: Ready, ana: str) -> None:
    stage.slack.state.groups[stage.groups["leads"]].members.append(stage.people["ben"])
    open_rename(stage, ready)
    stage.slack.fill(ana, "random", label=LABEL)
    rename(stage, ready, "Sales DE")
    assert "#random" not in open_rename(stage, ready, person="ben", group="Billing")


def test_a_form_opened_in_a_channel_does_not_ask(stage: Stage, ready: Ready, ana: str) -> None:
    stage.slack.slash(ana, stage.channels["phones"], "rename Sales")
    assert LABEL not in ready("Park group").plain


def test_the_destination_never_grants_permission() -> None:
    looks = '[[allow]]\nname = "Ben looks"\nusers = ["{ben}"]\noperations = ["read", "groups"]\ngroups = ["Sales"]\n'
    renames = '[[allow]]\nname = "#phones renames"\nchannels = ["{phones}"]\noperations = ["groups"]\n'
    with Stage(policy=f"{POLICY}\n{looks}\n{renames}") as stage:
        ben, ready = stage.people["ben"], partial(top, stage, person="ben")
        open_rename(stage, ready, "ben")
        stage.slack.fill(ben, "phones", label=LABEL)
        stage.slack.fill(ben, "Marketing", label="Name")
        stage.slack.submit(ben)
        assert "#phones" in ready("You may not do that here", '"Marketing" in a direct message').plain
        assert not stage.pbx.writes


@pytest.mark.parametrize("how", ["left", "never in", "private, without Park"])
def test_a_channel_that_the_asker_is_not_in_is_refused_and_all_that_was_typed_is_kept(
    stage: Stage, ready: Ready, ana: str, how: str
) -> None:
    channel = {"left": "random", "never in": "random", "private, without Park": "secret"}[how]
    if how == "never in":
        stage.slack.kick(stage.channels["random"], ana)
    open_rename(stage, ready)
    stage.slack.fill(ana, channel, label=LABEL)
    if how == "left":
        stage.slack.kick(stage.channels["random"], ana)
    stage.slack.fill(ana, "Sales DE", label="Name")
    stage.slack.submit(ana)
    view = ready("The confirmation can't be posted in the channel you chose: you are not in it")
    assert "Name: Sales DE" in view.plain
    stage.slack.fill(ana, None, label=LABEL)
    rename(stage, ready, "Sales DE")
    assert len(direct_messages(stage, ana)) == 1


def test_an_archived_channel_is_refused_with_that_reason(stage: Stage, ready: Ready, ana: str) -> None:
    open_rename(stage, ready)
    stage.slack.fill(ana, "random", label=LABEL)
    stage.slack.archive(stage.channels["random"])
    stage.slack.fill(ana, "Sales DE", label="Name")
    stage.slack.submit(ana)
    ready("in the channel you chose: it is archived")
    assert not stage.pbx.writes


@pytest.mark.parametrize("how", ["archived", "left"])
def test_a_channel_lost_between_the_review_and_the_card_is_fallen_back_from_and_that_is_said(
    stage: Stage, ready: Ready, ana: str, how: str
) -> None:
    open_rename(stage, ready)
    stage.slack.fill(ana, "random", label=LABEL)
    stage.slack.fill(ana, "Sales DE", label="Name")
    stage.slack.submit(ana)
    ready("Apply")
    lost = stage.channels["random"]
    stage.slack.archive(lost) if how == "archived" else stage.slack.kick(lost, ana)
    stage.slack.submit(ana)
    stage.settle()
    (card, *_) = direct_messages(stage, ana)
    assert "Park can't post this in the channel you chose" in card
    assert "to be posted in #random" in card
    assert not stage.slack.messages(lost)
    assert stage.slack.messages(stage.channels["ops"]), "so it is announced"


@pytest.mark.parametrize(("how", "words"), [("archived", "it is archived"), ("left", "you are not in it")])
def test_a_remembered_channel_that_is_lost_is_not_filled_in_and_that_is_said(
    stage: Stage, ready: Ready, ana: str, how: str, words: str
) -> None:
    open_rename(stage, ready)
    stage.slack.fill(ana, "random", label=LABEL)
    rename(stage, ready, "Sales DE")
    lost = stage.channels["random"]
    stage.slack.archive(lost) if how == "archived" else stage.slack.kick(lost, ana)
    plain = open_rename(stage, ready, group="Billing")
    assert f"is no longer offered: {words}" in plain
    assert "#random" not in plain


def test_a_slack_that_does_not_say_who_is_where_keeps_the_form_and_posts_nowhere(
    stage: Stage, ready: Ready, ana: str
) -> None:
    stage.slack.state.scopes -= {"groups:read"}
    open_rename(stage, ready)
    stage.slack.fill(ana, "random", label=LABEL)
    stage.slack.fill(ana, "Sales DE", label="Name")
    stage.slack.submit(ana)
    assert "Name: Sales DE" in ready("Slack can't be asked just now").plain
    assert not stage.pbx.writes
