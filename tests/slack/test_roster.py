"""The directory of a workspace: names with their ids, and what a rule's author should know."""

import pytest

from bot.sandbox.workspace import workspace
from bot.slack import workspace as workspace_module
from bot.slack.client import connect_client
from bot.slack.workspace import WorkspaceDirectory


def test_lists_are_read_whole_in_pages_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace_module, "_PAGE", 3)
    with workspace() as slack:
        ana = slack.add_person("ana", real_name="Ana Ruiz", email="ana@example.com")
        for number in range(10):
            slack.add_person(f"user{number}", real_name=f"User {number}")
            slack.add_channel(f"place{number}", [ana], private=number % 2 == 0, bot=number < 8)
        group = slack.add_user_group("leads", [ana], name="Team Leads")
        directory = WorkspaceDirectory(connect_client(slack.bot_token, slack.api_url))
        for _ in range(2):
            assert {entry.handle for entry in directory.channels} == {f"#place{number}" for number in (*range(8), 9)}
            assert len(directory.people) == 14
        named = {str(one): one.id for one in directory.people}
        assert (named["Ana Ruiz (@ana)"], named["Team Leads (@leads)"]) == (ana, group)
        calls = [call.method for call in slack.calls]
        assert (calls.count("conversations.list"), calls.count("users.list")) == (3, 5)


def test_whatever_a_rule_should_know_of_is_noted() -> None:
    with workspace() as slack:
        deactivated = slack.add_person("dora", real_name="Dora Old")
        slack.deactivate(deactivated)
        guest = slack.add_person("gil", real_name="Gil Gast", guest=True)
        public, private = (slack.add_channel(name, [guest], private=name == "lead") for name in ("all", "lead"))
        kim = slack.add_person("kim", real_name="Kim", team="T0PARTNER")
        shared, old = slack.add_channel("both", [guest, kim]), slack.add_channel("old", [], archived=True)
        directory = WorkspaceDirectory(connect_client(slack.bot_token, slack.api_url))
        seen = {one.id: one for one in (*directory.people, *directory.channels)}
        assert {id: seen[id].note for id in (guest, public, private, shared)} == {
            guest: "a guest", public: "public", private: None, shared: "shared with other companies",
        }  # fmt: skip
        assert {one.handle: one.inactive_reason for one in seen.values() if one.inactive_reason} == {
            "@dora": "the account is deactivated", "@park": "this is a bot", "@slackbot": "this is a bot",
            "#old": "it is archived",
        }  # fmt: skip
        assert seen[old].bot_is_member
