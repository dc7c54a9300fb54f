"""Users, channels and user groups through the Web API."""

import pytest
from slack_sdk.errors import SlackApiError

from tests.sandbox.slack.conftest import SCOPES, Park, a_park


def test_a_person_is_shown_with_rights_and_address(park: Park) -> None:
    user = park.bot.users_info(user=park.ben)["user"]
    assert (user["name"], user["is_restricted"], user["profile"]["email"]) == ("ben", True, "ben@example.com")
    assert park.bot.users_info(user=park.slack.bot_user)["user"]["is_bot"]


def test_addresses_are_hidden_without_their_scope() -> None:
    with a_park(scopes=SCOPES - {"users:read.email"}) as park:
        assert "email" not in park.bot.users_info(user=park.ada)["user"]["profile"]
        with pytest.raises(SlackApiError, match="missing_scope"):
            park.bot.users_lookupByEmail(email="ada@example.com")


def test_a_person_is_found_by_address_in_any_case(park: Park) -> None:
    assert park.bot.users_lookupByEmail(email="ADA@example.com")["user"]["id"] == park.ada
    with pytest.raises(SlackApiError, match="users_not_found"):
        park.bot.users_lookupByEmail(email="nobody@example.com")


def test_people_of_another_workspace_make_a_channel_shared_and_are_strangers_elsewhere(park: Park) -> None:
    kim = park.slack.add_person("kim", real_name="Kim", email="kim@partner.example", team="T0PARTNER")
    assert park.bot.users_info(user=kim)["user"]["is_stranger"]
    park.slack.invite(park.ops, kim)
    assert park.bot.conversations_info(channel=park.ops)["channel"]["is_ext_shared"]
    user = park.bot.users_info(user=kim)["user"]
    assert (user["team_id"], user["is_stranger"]) == ("T0PARTNER", False)
    assert "email" not in user["profile"]


def test_members_and_lists_come_in_pages(park: Park) -> None:
    pages = [page["members"] for page in park.bot.conversations_members(channel=park.ops, limit=2)]
    assert pages == [[park.ada, park.ben], [park.slack.bot_user]]
    names = [user["name"] for page in park.bot.users_list(limit=3) for user in page["members"]]
    assert names == ["park", "slackbot", "ada", "ben"]
    with pytest.raises(SlackApiError, match="invalid_cursor"):
        park.bot.users_list(cursor="%%")
    with pytest.raises(SlackApiError, match="invalid_limit"):
        park.bot.users_list(limit=1001)
    with pytest.raises(SlackApiError, match="user_not_found"):
        park.bot.users_info(user="U0")


def test_channels_are_listed_by_type_and_archived_ones_on_request(park: Park) -> None:
    park.slack.add_channel("lead", [park.ada], private=True)
    park.slack.add_channel("old", [park.ada], archived=True)
    everything = park.bot.conversations_list(types="public_channel,private_channel", exclude_archived=True)
    assert [channel["name"] for channel in everything["channels"]] == ["phone-ops", "lead"]
    assert [channel["name"] for channel in park.bot.conversations_list()["channels"]] == ["phone-ops", "old"]
    with pytest.raises(SlackApiError, match="invalid_limit"):
        park.bot.conversations_list(limit=1000)
    park.slack.rename(park.ops, "phones")
    assert park.bot.conversations_info(channel=park.ops)["channel"]["name"] == "phones"


def test_the_scope_for_a_kind_of_channel_is_needed_to_read_it() -> None:
    with a_park(scopes=SCOPES - {"groups:read"}) as park:
        lead = park.slack.add_channel("lead", [park.ada], private=True)
        with pytest.raises(SlackApiError, match="groups:read"):
            park.bot.conversations_members(channel=lead)


def test_user_groups_and_their_members_are_listed(park: Park) -> None:
    group = park.slack.add_user_group("phone-leads", [park.ada])
    assert park.bot.usergroups_list(include_users=True)["usergroups"][0]["users"] == [park.ada]
    assert park.bot.usergroups_users_list(usergroup=group)["users"] == [park.ada]
    with pytest.raises(SlackApiError, match="no_such_subteam"):
        park.bot.usergroups_users_list(usergroup="S0")


def test_people_come_and_go(park: Park) -> None:
    park.slack.kick(park.ops, park.ben)
    park.slack.invite(park.ops, park.ada)
    assert park.bot.conversations_members(channel=park.ops)["members"] == [park.ada, park.slack.bot_user]
    assert park.bot.auth_test()["bot_id"] == park.slack.bot_id
    with pytest.raises(SlackApiError, match="team:read"):
        park.bot.team_info()


def test_somebodys_channels_are_public_ones_and_those_private_ones_that_the_bot_is_in(park: Park) -> None:
    park.slack.add_channel("lead", [park.ada], private=True)
    park.slack.add_channel("hidden", [park.ada], private=True, bot=False)
    park.slack.add_channel("old", [park.ada], archived=True, bot=False)
    park.slack.add_channel("elsewhere", [park.ben])
    theirs = park.bot.users_conversations(user=park.ada, types="public_channel,private_channel", limit=999)["channels"]
    assert [(one["name"], one["is_archived"]) for one in theirs] == [
        ("phone-ops", False),
        ("lead", False),
        ("old", True),
    ]
    assert not any({"is_member", "num_members"} & one.keys() for one in theirs)
    assert [one["name"] for one in park.bot.users_conversations(user=park.ada, exclude_archived=True)["channels"]] == [
        "phone-ops"
    ]
    with pytest.raises(SlackApiError, match="invalid_limit"):
        park.bot.users_conversations(limit=1000)
    with pytest.raises(SlackApiError, match="invalid_types"):
        park.bot.users_conversations(types="private")
    with pytest.raises(SlackApiError, match="user_not_found"):
        park.bot.users_conversations(user="U0")
