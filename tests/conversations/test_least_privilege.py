"""Park without the scopes that whoever installs it may leave out: each feature says what is missing, the rest works."""

from collections.abc import Iterator

import pytest

from bot.sandbox.environment import Sandbox
from bot.slack.app_config import OPTIONAL_SCOPES
from tests.conversations.conftest import Typed, seen


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        running.slack.state.scopes -= set(OPTIONAL_SCOPES)
        yield running


def direct(sandbox: Sandbox, person: str = "ana") -> list[str]:
    return [one.plain for one in sandbox.slack.messages(sandbox.slack.direct(sandbox.people[person]))]


def test_a_change_is_made_and_shown(sandbox: Sandbox, typed: Typed) -> None:
    assert "Added" in typed("add 1001 to Sales")
    assert "Sales" in typed("@Park group Sales")


def test_a_card_finds_the_person_where_park_is_not_in_the_channel(sandbox: Sandbox) -> None:
    ana, secret = sandbox.people["ana"], sandbox.channels["secret"]
    sandbox.slack.faults.fail("response_url", "expired_url", times=9)
    assert sandbox.slack.slash(ana, secret, "add 1001 to Sales").ok
    sandbox.settle()
    [card] = sandbox.slack.messages(sandbox.slack.direct(ana))
    assert "can't post where this was asked for" in card.plain
    assert sandbox.slack.click(ana, card, label="Undo").ok
    sandbox.settle()
    assert direct(sandbox)[0].startswith("*Undone:")


def test_a_card_in_a_public_channel_that_park_was_not_invited_to(sandbox: Sandbox, typed: Typed) -> None:
    sandbox.slack.kick(sandbox.channels["random"], sandbox.slack.bot_user)
    assert "Added" in typed("add 1001 to Sales", channel="random")


def test_an_export_says_what_is_missing(sandbox: Sandbox, typed: Typed) -> None:
    typed("add 1001 to Sales")
    assert "Park lacks the Slack permission" in typed("export history")


def test_somebody_named_by_mention_has_to_be_named_by_extension(sandbox: Sandbox, typed: Typed) -> None:
    assert "Type the extension instead" in typed(f"add <@{sandbox.people['ben']}> to Sales")


def test_public_channels_can_be_chosen_for_the_confirmation(sandbox: Sandbox) -> None:
    ana, slack = sandbox.people["ana"], sandbox.slack
    assert slack.shortcut(ana, "park:panel").ok
    sandbox.settle()
    slack.click(ana, slack.view(ana), label="Add members")
    sandbox.settle()
    slack.fill(ana, ["1001"], label="Members")
    slack.fill(ana, "Sales", label="Park group")
    sandbox.settle()
    slack.fill(ana, sandbox.channels["random"], label="Post the confirmation in")
    sandbox.settle()
    assert slack.submit(ana).ok
    sandbox.settle()
    assert next(one.user for one in seen(sandbox, "ana", "random")) == slack.bot_user


def test_channels_shared_with_other_companies_are_not_offered() -> None:
    with Sandbox() as sandbox:
        ana, slack = sandbox.people["ana"], sandbox.slack
        partner = slack.add_person("pia", real_name="Pia Partner", team="T0PARTNER01")
        slack.invite(sandbox.channels["random"], partner)
        assert slack.shortcut(ana, "park:panel").ok
        sandbox.settle()
        slack.click(ana, slack.view(ana), label="Add members")
        sandbox.settle()
        with pytest.raises((LookupError, ValueError)):
            slack.fill(ana, sandbox.channels["random"], label="Post the confirmation in")
