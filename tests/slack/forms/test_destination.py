"""A form opened outside of channels asks where to post its confirmation."""

from functools import partial

import pytest

from bot.sandbox.environment import POLICY, Sandbox
from tests.slack.forms.conftest import Ready, fill_unseen, home_view, pick, top_view

LABEL = "Post the confirmation in"


@pytest.fixture(name="ana")
def _ana(sandbox: Sandbox) -> str:
    return sandbox.people["ana"]


def open_rename(
    sandbox: Sandbox, ready: Ready, person: str = "ana", *, group: str = "Sales", title: str = "Rename a group"
) -> str:
    """Opens the form from the Home tab, chooses the group, and returns its text."""
    user = sandbox.people[person]
    sandbox.slack.open_home(user)
    sandbox.slack.click(user, home_view(sandbox, person, "[More]"), label="More")
    sandbox.slack.click(user, ready(f"[{title}]", person=person), label=title)
    opened = ready("Park group: ", person=person).plain
    pick(sandbox, person, group, "Park group")
    sandbox.settle()
    return opened + ready(f"Park group: {group}", person=person).plain


def rename(sandbox: Sandbox, ready: Ready, name: str, person: str = "ana") -> None:
    """Fills the form and submits it."""
    user = sandbox.people[person]
    fill_unseen(sandbox, user, name, "Name")
    assert sandbox.slack.submit(user).ok
    ready("On its way", person=person)
    sandbox.settle()
    sandbox.slack.close(user)


def direct_messages(sandbox: Sandbox, user: str) -> list[str]:
    return [one.plain for one in sandbox.slack.messages(sandbox.slack.direct(user))]


def test_the_card_lands_in_the_channel_that_was_chosen(sandbox: Sandbox, ready: Ready, ana: str) -> None:
    assert f"{LABEL} (optional): [A direct message from Park]" in open_rename(sandbox, ready)
    sandbox.slack.fill(ana, "phones", label=LABEL)
    fill_unseen(sandbox, ana, "Sales DE", "Name")
    sandbox.slack.submit(ana)
    assert "Confirmation in: #phones" in ready("On its way").plain.replace("*", "")
    sandbox.settle()
    (card,) = sandbox.slack.messages(sandbox.channels["phones"])
    assert card.plain.startswith("*Renamed")
    assert (
        "Done and verified on the PBX." in sandbox.slack.messages(sandbox.channels["phones"], thread=card.ts)[1].plain
    )
    assert not direct_messages(sandbox, ana)
    assert not sandbox.slack.messages(sandbox.channels["ops"]), "it is in sight already: nothing to announce"


def test_without_a_choice_it_is_a_direct_message_that_says_why(sandbox: Sandbox, ready: Ready, ana: str) -> None:
    open_rename(sandbox, ready)
    rename(sandbox, ready, "Sales DE")
    assert "no channel was chosen in the form" in direct_messages(sandbox, ana)[0]
    assert not sandbox.slack.messages(sandbox.channels["phones"])
    (announced,) = sandbox.slack.messages(sandbox.channels["ops"])
    assert "asked for in a form" in announced.plain


def test_the_choice_is_filled_in_the_next_time_even_after_a_restart(sandbox: Sandbox, ready: Ready, ana: str) -> None:
    open_rename(sandbox, ready)
    sandbox.slack.fill(ana, "random", label=LABEL)
    rename(sandbox, ready, "Sales DE")
    sandbox.restart()
    assert f"{LABEL} (optional): #random" in open_rename(sandbox, ready, group="Billing")
    sandbox.slack.fill(ana, None, label=LABEL)
    rename(sandbox, ready, "Bills")
    assert "#random" not in open_rename(sandbox, ready, group="Bills"), "that none was chosen is remembered too"


def test_a_line_repeated_from_the_panel_is_posted_where_it_was_chosen_last(
    sandbox: Sandbox, ready: Ready, ana: str
) -> None:
    open_rename(sandbox, ready)
    sandbox.slack.fill(ana, "random", label=LABEL)
    rename(sandbox, ready, "Sales DE")
    sandbox.slack.slash(ana, sandbox.channels["phones"], "add 1001 to Billing")
    sandbox.settle()
    sandbox.slack.slash(ana, sandbox.channels["phones"], "remove 1001 from Billing")
    sandbox.settle()
    sandbox.slack.shortcut(ana, "park:panel")
    sandbox.slack.click(ana, ready("Add members"), label="Again: add 1001 to Billing")
    assert "Confirmation in: #random" in ready("*Added:* 1001").plain.replace("*", "")
    sandbox.slack.submit(ana)
    sandbox.settle()
    assert sandbox.slack.messages(sandbox.channels["random"])[-1].plain.startswith("*Added 1001")
    assert "#random" in open_rename(sandbox, ready, group="Billing"), "and still remembered"


def test_what_one_person_chose_is_not_filled_in_for_another(sandbox: Sandbox, ready: Ready, ana: str) -> None:
    sandbox.slack.state.groups[sandbox.groups["leads"]].members.append(sandbox.people["ben"])
    open_rename(sandbox, ready)
    sandbox.slack.fill(ana, "random", label=LABEL)
    rename(sandbox, ready, "Sales DE")
    assert "#random" not in open_rename(sandbox, ready, person="ben", group="Billing")


def test_a_form_opened_in_a_channel_does_not_ask(sandbox: Sandbox, ready: Ready, ana: str) -> None:
    sandbox.slack.slash(ana, sandbox.channels["phones"], "rename Sales")
    assert LABEL not in ready("Park group").plain


def test_the_destination_never_grants_permission() -> None:
    looks = '[[allow]]\nname = "Ben looks"\nusers = ["{ben}"]\noperations = ["read", "groups"]\ngroups = ["Sales"]\n'
    renames = '[[allow]]\nname = "#phones renames"\nchannels = ["{phones}"]\noperations = ["groups"]\n'
    with Sandbox(policy=f"{POLICY}\n{looks}\n{renames}") as sandbox:
        ben, ready = sandbox.people["ben"], partial(top_view, sandbox, person="ben")
        open_rename(sandbox, ready, "ben")
        sandbox.slack.fill(ben, "phones", label=LABEL)
        sandbox.slack.fill(ben, "Marketing", label="Name")
        sandbox.slack.submit(ben)
        assert "#phones" in ready("You can't do that here", "“Marketing” in a direct message").plain
        assert not sandbox.pbx.writes


@pytest.mark.parametrize("is_shown", [False, True])
@pytest.mark.parametrize("how", ["left", "never in", "private, without Park"])
def test_a_channel_that_the_asker_is_not_in_is_refused_and_all_that_was_typed_is_kept(
    sandbox: Sandbox, ready: Ready, ana: str, how: str, is_shown: bool
) -> None:
    """Also where the form has said so before it is sent, as it does to whoever takes their time."""
    channel = {"left": "random", "never in": "random", "private, without Park": "secret"}[how]
    if how == "never in":
        sandbox.slack.kick(sandbox.channels["random"], ana)
    open_rename(sandbox, ready)
    sandbox.slack.fill(ana, channel, label=LABEL)
    if how == "left":
        sandbox.slack.kick(sandbox.channels["random"], ana)
    if is_shown:
        sandbox.slack.fill(ana, "Sales DE", label="Name")
        sandbox.settle()
        assert "can't be posted in the channel you chose" in sandbox.slack.view(ana).plain
    else:
        fill_unseen(sandbox, ana, "Sales DE", "Name")
    sandbox.slack.submit(ana)
    sandbox.settle()
    view = ready("The confirmation can't be posted in the channel you chose: you are not in it")
    assert "Name: Sales DE" in view.plain
    sandbox.slack.fill(ana, None, label=LABEL)
    rename(sandbox, ready, "Sales DE")
    assert len(direct_messages(sandbox, ana)) == 1


def test_an_archived_channel_is_refused_with_that_reason(sandbox: Sandbox, ready: Ready, ana: str) -> None:
    open_rename(sandbox, ready)
    sandbox.slack.fill(ana, "random", label=LABEL)
    sandbox.slack.archive(sandbox.channels["random"])
    fill_unseen(sandbox, ana, "Sales DE", "Name")
    sandbox.slack.submit(ana)
    ready("in the channel you chose: it is archived")
    assert not sandbox.pbx.writes


@pytest.mark.parametrize("how", ["archived", "left"])
def test_a_channel_lost_between_the_review_and_the_card_is_fallen_back_from_and_that_is_said(
    sandbox: Sandbox, ready: Ready, ana: str, how: str
) -> None:
    open_rename(sandbox, ready, title="Delete a group")
    sandbox.slack.fill(ana, "random", label=LABEL)
    sandbox.slack.submit(ana)
    ready("Will be lost")
    lost = sandbox.channels["random"]
    sandbox.slack.archive(lost) if how == "archived" else sandbox.slack.kick(lost, ana)
    sandbox.slack.submit(ana)
    sandbox.settle()
    (card, *_) = direct_messages(sandbox, ana)
    assert "Park can't post in the channel you chose" in card
    assert "to be posted in #random" in card
    assert not sandbox.slack.messages(lost)
    assert sandbox.slack.messages(sandbox.channels["ops"]), "so it is announced"


@pytest.mark.parametrize(("how", "words"), [("archived", "it is archived"), ("left", "you are not in it")])
def test_a_remembered_channel_that_is_lost_is_not_filled_in_and_that_is_said(
    sandbox: Sandbox, ready: Ready, ana: str, how: str, words: str
) -> None:
    open_rename(sandbox, ready)
    sandbox.slack.fill(ana, "random", label=LABEL)
    rename(sandbox, ready, "Sales DE")
    lost = sandbox.channels["random"]
    sandbox.slack.archive(lost) if how == "archived" else sandbox.slack.kick(lost, ana)
    plain = open_rename(sandbox, ready, group="Billing")
    assert f"is no longer offered: {words}" in plain
    assert "#random" not in plain


def test_a_slack_that_does_not_say_who_is_where_keeps_the_form_and_posts_nowhere(
    sandbox: Sandbox, ready: Ready, ana: str
) -> None:
    sandbox.slack.state.scopes -= {"groups:read", "channels:read"}
    open_rename(sandbox, ready)
    sandbox.slack.fill(ana, "random", label=LABEL)
    sandbox.slack.fill(ana, "Sales DE", label="Name")
    sandbox.slack.submit(ana)
    assert "Name: Sales DE" in ready("Park lacks the Slack permission channels:read").plain
    assert not sandbox.pbx.writes
