"""Users, user groups and time zones as Slack knows them, and how long they are cached."""

from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk import WebClient

from bot.errors import SlackUnavailable
from bot.planning.principals import AccountStatus
from bot.sandbox.slack.fake_slack import FakeSlack
from bot.slack.client import connect_client
from bot.slack.users import SlackUserDirectory
from tests.slack.conftest import SCOPES, SlackHarness


@pytest.fixture
def people(harness: SlackHarness) -> SlackUserDirectory:
    return SlackUserDirectory(harness.client)


def test_a_member_is_neither_guest_nor_foreign_nor_a_bot(harness: SlackHarness, people: SlackUserDirectory) -> None:
    assert people.account_status(harness.ada, harness.me.team) == AccountStatus(guest=False, foreign=False, bot=False)


def test_a_guest_is_one(harness: SlackHarness, people: SlackUserDirectory) -> None:
    guest = harness.slack.add_person("gus", real_name="Gus", guest=True)
    assert people.account_status(guest, harness.me.team).guest


def test_a_person_of_another_workspace_is_foreign(harness: SlackHarness, people: SlackUserDirectory) -> None:
    stranger = harness.slack.add_person("sam", real_name="Sam", team="T0OTHER")
    assert people.account_status(stranger, harness.me.team).foreign


def test_somebody_whom_slack_does_not_show_is_foreign(harness: SlackHarness, people: SlackUserDirectory) -> None:
    assert people.account_status("U0NOBODY", harness.me.team).foreign


def test_a_bot_is_one(harness: SlackHarness, people: SlackUserDirectory) -> None:
    assert people.account_status(harness.slack.bot_user, harness.me.team).bot


def test_nobody_is_taken_for_a_member_while_slack_is_away(harness: SlackHarness, people: SlackUserDirectory) -> None:
    harness.slack.faults.fail("users.info", "internal_error")
    with pytest.raises(SlackUnavailable):
        people.account_status(harness.ada, harness.me.team)
    assert not people.account_status(harness.ada, harness.me.team).foreign


def test_user_groups_are_asked_for_once_a_minute(harness: SlackHarness, people: SlackUserDirectory) -> None:
    leads = harness.slack.add_user_group("leads", [harness.ada])
    desk = harness.slack.add_user_group("desk", [harness.ada, harness.ben])
    assert people.user_groups_of(harness.ada) == frozenset({leads, desk})
    assert people.user_groups_of(harness.ben) == frozenset({desk})
    assert harness.api_calls("usergroups.list") == ["usergroups.list"]


def test_a_change_of_user_groups_is_seen_when_the_minute_is_over(harness: SlackHarness) -> None:
    people = SlackUserDirectory(harness.client, seconds=0)
    assert people.user_groups_of(harness.ada) == frozenset()
    leads = harness.slack.add_user_group("leads", [harness.ada])
    assert people.user_groups_of(harness.ada) == frozenset({leads})


def test_user_groups_that_can_not_be_known_are_not_none_at_all(
    harness: SlackHarness, people: SlackUserDirectory
) -> None:
    harness.slack.faults.fail("usergroups.list", 500)
    assert people.user_groups_of(harness.ada) is None
    assert people.user_groups_of(harness.ada) == frozenset()


def test_without_the_scope_user_groups_are_not_known() -> None:
    with FakeSlack(scopes=SCOPES - {"usergroups:read"}) as slack:
        people = SlackUserDirectory(connect_client(slack.bot_token, slack.api_url))
        assert people.user_groups_of(slack.add_person("ada", real_name="Ada")) is None


def test_the_address_is_that_of_the_profile(harness: SlackHarness, people: SlackUserDirectory) -> None:
    assert people.email(harness.ada) == "ada@example.com"
    assert people.email(harness.ben) is None


def test_one_person_is_asked_for_once(harness: SlackHarness, people: SlackUserDirectory) -> None:
    people.email(harness.ada)
    people.zone(harness.ada)
    people.account_status(harness.ada, harness.me.team)
    assert harness.api_calls("users.info") == ["users.info"]


def test_what_was_asked_is_remembered_for_an_hour_and_nobody_is_asked_for_it(harness: SlackHarness) -> None:
    now = datetime(2026, 3, 23, tzinfo=UTC)
    people = SlackUserDirectory(harness.client, now=lambda: now)
    leads = harness.slack.add_user_group("leads", [harness.ada])
    with pytest.raises(SlackUnavailable):
        people.remembered.account_status(harness.ada, harness.me.team)
    with pytest.raises(SlackUnavailable):
        people.remembered.user_groups_of(harness.ada)
    people.account_status(harness.ada, harness.me.team)
    people.user_groups_of(harness.ada)
    now += timedelta(minutes=59)
    assert people.remembered.account_status(harness.ada, harness.me.team) == AccountStatus(
        guest=False, foreign=False, bot=False
    )
    assert people.remembered.user_groups_of(harness.ada) == frozenset({leads})
    assert people.remembered.user_groups_of(harness.ben) == frozenset()
    now += timedelta(minutes=1)
    with pytest.raises(SlackUnavailable):
        people.remembered.account_status(harness.ada, harness.me.team)
    with pytest.raises(SlackUnavailable):
        people.remembered.user_groups_of(harness.ada)
    assert harness.api_calls("users.info", "usergroups.list") == ["users.info", "usergroups.list"]


def test_user_groups_that_slack_did_not_tell_are_not_waited_for(
    harness: SlackHarness, people: SlackUserDirectory
) -> None:
    harness.slack.faults.fail("usergroups.list", 500)
    assert people.user_groups_of(harness.ada) is None
    assert people.remembered.user_groups_of(harness.ada) is None
    assert people.user_groups_of(harness.ada) == frozenset()
    assert people.remembered.user_groups_of(harness.ada) == frozenset()


@pytest.mark.parametrize(("tz", "zone"), [("America/New_York", "America/New_York"), ("Moon/Sea", "UTC"), ("", "UTC")])
def test_the_zone_is_the_persons_where_it_is_known(
    harness: SlackHarness, people: SlackUserDirectory, tz: str, zone: str
) -> None:
    assert people.zone(harness.slack.add_person("zoe", real_name="Zoe", tz=tz)) == zone


def test_the_zone_is_utc_while_slack_is_away(harness: SlackHarness) -> None:
    away = WebClient("xoxb-none", base_url="http://127.0.0.1:9/api/")
    assert SlackUserDirectory(away).zone(harness.ada) == "UTC"
