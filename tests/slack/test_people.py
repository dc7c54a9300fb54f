"""Who people are, as Slack says."""

from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk import WebClient

from bot.errors import SlackUnavailable
from bot.planning.authorizer import AccountStatus
from bot.sandbox.slack.fake_slack import Workspace
from bot.slack.client import connect_client
from bot.slack.users import SlackUserDirectory
from tests.slack.conftest import SCOPES, Place


@pytest.fixture
def people(place: Place) -> SlackUserDirectory:
    return SlackUserDirectory(place.client)


def test_a_member_is_neither_guest_nor_foreign_nor_a_bot(place: Place, people: SlackUserDirectory) -> None:
    assert people.standing(place.ada, place.me.team) == AccountStatus(guest=False, foreign=False, bot=False)


def test_a_guest_is_one(place: Place, people: SlackUserDirectory) -> None:
    guest = place.slack.add_person("gus", real_name="Gus", guest=True)
    assert people.standing(guest, place.me.team).guest


def test_a_person_of_another_workspace_is_foreign(place: Place, people: SlackUserDirectory) -> None:
    stranger = place.slack.add_person("sam", real_name="Sam", team="T0OTHER")
    assert people.standing(stranger, place.me.team).foreign


def test_somebody_whom_slack_does_not_show_is_foreign(place: Place, people: SlackUserDirectory) -> None:
    assert people.standing("U0NOBODY", place.me.team).foreign


def test_a_bot_is_one(place: Place, people: SlackUserDirectory) -> None:
    assert people.standing(place.slack.bot_user, place.me.team).bot


def test_nobody_is_taken_for_a_member_while_slack_is_away(place: Place, people: SlackUserDirectory) -> None:
    place.slack.faults.fail("users.info", "internal_error")
    with pytest.raises(SlackUnavailable):
        people.standing(place.ada, place.me.team)
    assert not people.standing(place.ada, place.me.team).foreign


def test_user_groups_are_asked_for_once_a_minute(place: Place, people: SlackUserDirectory) -> None:
    leads = place.slack.add_user_group("leads", [place.ada])
    context = place.slack.add_user_group("desk", [place.ada, place.ben])
    assert people.user_groups_of(place.ada) == frozenset({leads, context})
    assert people.user_groups_of(place.ben) == frozenset({context})
    assert place.called("usergroups.list") == ["usergroups.list"]


def test_a_change_of_user_groups_is_seen_when_the_minute_is_over(place: Place) -> None:
    people = SlackUserDirectory(place.client, seconds=0)
    assert people.user_groups_of(place.ada) == frozenset()
    leads = place.slack.add_user_group("leads", [place.ada])
    assert people.user_groups_of(place.ada) == frozenset({leads})


def test_user_groups_that_can_not_be_known_are_not_none_at_all(place: Place, people: SlackUserDirectory) -> None:
    place.slack.faults.fail("usergroups.list", 500)
    assert people.user_groups_of(place.ada) is None
    assert people.user_groups_of(place.ada) == frozenset()


def test_without_the_scope_user_groups_are_not_known() -> None:
    with Workspace(scopes=SCOPES - {"usergroups:read"}) as slack:
        people = SlackUserDirectory(connect_client(slack.bot_token, slack.api_url))
        assert people.user_groups_of(slack.add_person("ada", real_name="Ada")) is None


def test_the_address_is_that_of_the_profile(place: Place, people: SlackUserDirectory) -> None:
    assert people.email(place.ada) == "ada@example.com"
    assert people.email(place.ben) is None


def test_one_person_is_asked_for_once(place: Place, people: SlackUserDirectory) -> None:
    people.email(place.ada)
    people.zone(place.ada)
    people.standing(place.ada, place.me.team)
    assert place.called("users.info") == ["users.info"]


def test_what_was_asked_is_remembered_for_an_hour_and_nobody_is_asked_for_it(place: Place) -> None:
    now = datetime(2026, 3, 23, tzinfo=UTC)
    people = SlackUserDirectory(place.client, now=lambda: now)
    leads = place.slack.add_user_group("leads", [place.ada])
    with pytest.raises(SlackUnavailable):
        people.remembered.standing(place.ada, place.me.team)
    with pytest.raises(SlackUnavailable):
        people.remembered.user_groups_of(place.ada)
    people.standing(place.ada, place.me.team)
    people.user_groups_of(place.ada)
    now += timedelta(minutes=59)
    assert people.remembered.standing(place.ada, place.me.team) == AccountStatus(guest=False, foreign=False, bot=False)
    assert people.remembered.user_groups_of(place.ada) == frozenset({leads})
    assert people.remembered.user_groups_of(place.ben) == frozenset()
    now += timedelta(minutes=1)
    with pytest.raises(SlackUnavailable):
        people.remembered.standing(place.ada, place.me.team)
    with pytest.raises(SlackUnavailable):
        people.remembered.user_groups_of(place.ada)
    assert place.called("users.info", "usergroups.list") == ["users.info", "usergroups.list"]


def test_user_groups_that_slack_did_not_tell_are_not_waited_for(place: Place, people: SlackUserDirectory) -> None:
    place.slack.faults.fail("usergroups.list", 500)
    assert people.user_groups_of(place.ada) is None
    assert people.remembered.user_groups_of(place.ada) is None
    assert people.user_groups_of(place.ada) == frozenset()
    assert people.remembered.user_groups_of(place.ada) == frozenset()


@pytest.mark.parametrize(("tz", "zone"), [("America/New_York", "America/New_York"), ("Moon/Sea", "UTC"), ("", "UTC")])
def test_the_zone_is_the_persons_where_it_is_known(
    place: Place, people: SlackUserDirectory, tz: str, zone: str
) -> None:
    assert people.zone(place.slack.add_person("zoe", real_name="Zoe", tz=tz)) == zone


def test_the_zone_is_utc_while_slack_is_away(place: Place) -> None:
    away = WebClient("xoxb-none", base_url="http://127.0.0.1:9/api/")
    assert SlackUserDirectory(away).zone(place.ada) == "UTC"
