"""Two workspaces with an installation each: what is asked for in one is done and said there alone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.sandbox.slack.model import Message
from bot.slack.installations import Installations
from tests.workspaces.two import KEY, TwoWorkspaces

pytestmark = pytest.mark.over_both_ways_in


@pytest.fixture
def both(http: bool) -> Iterator[TwoWorkspaces]:
    with TwoWorkspaces(http=http) as running:
        for slack in (running.slack, running.second):
            running.install_and_wait(slack)
        yield running


def text(messages: list[Message]) -> str:
    return "\n".join(one.plain for one in messages)


def test_each_workspace_changes_its_own_pbx_and_reads_about_it_alone(both: TwoWorkspaces) -> None:
    assert "1001" in text(both.type(both.second, "add 1001 to Sales"))
    assert "1001" in both.second_pbx.state.members_of("Sales")
    assert "1001" not in both.pbx.state.members_of("Sales")
    assert both.slack.messages(both.channels["phones"]) == []
    both.type(both.slack, "remove 1007 from Sales")
    assert "1007" not in both.pbx.state.members_of("Sales")
    assert "1007" in both.second_pbx.state.members_of("Sales")


def test_each_workspace_is_called_with_its_own_token(both: TwoWorkspaces) -> None:
    both.type(both.slack, "groups")
    both.type(both.second, "add 1001 to Sales")
    assert both.slack.state.bot_token != both.second.state.bot_token
    posted = {one.user for one in both.second.messages(both.second_phones)}
    assert posted == {both.second.bot_user}


def test_mentions_and_the_home_tab_are_answered_in_each_workspace(both: TwoWorkspaces) -> None:
    both.second.say(both.zoe, both.second_phones, f"<@{both.second.bot_user}> group Sales")
    both.settle()
    assert "Sales" in text(both.second.ephemerals(both.zoe))
    both.second.open_home(both.zoe)
    both.second.wait_for(lambda: both.second.home(both.zoe))
    both.slack.open_home(both.people["ana"])
    both.slack.wait_for(lambda: both.slack.home(both.people["ana"]))


def test_after_an_uninstallation_the_token_is_gone_and_ends_still_happen(both: TwoWorkspaces) -> None:
    before = both.second_pbx.state.members_of("Sales")
    both.type(both.second, "add 1001 to Sales for 1h")
    assert "1001" in both.second_pbx.state.members_of("Sales")
    assert all(ack.ok for ack in both.second.uninstall())
    both.slack.wait_for(lambda: [one.team for one in both.installations()] == [both.slack.team])
    both.slack.wait_for(lambda: not both.connection.is_signed_in(both.second.team))
    both.forward(timedelta(hours=2))
    both.slack.wait_for(lambda: both.second_pbx.state.members_of("Sales") == before)
    both.slack.slash(both.people["ana"], both.channels["phones"], "remove 1007 from Sales")
    both.slack.wait_for(lambda: "1007" not in both.pbx.state.members_of("Sales"))


def test_what_could_not_be_posted_follows_when_the_app_is_installed_again(both: TwoWorkspaces) -> None:
    both.type(both.second, "add 1001 to Sales for 1h")
    both.second.uninstall()
    both.slack.wait_for(lambda: not both.connection.is_signed_in(both.second.team))
    both.forward(timedelta(hours=2))
    both.slack.wait_for(lambda: "1001" not in both.second_pbx.state.members_of("Sales"))
    both.slack.wait_for(lambda: both.park.posting.problem)
    both.install_and_wait(both.second)
    both.second.wait_for(lambda: "ended" in text(_with_threads(both)), timeout=200)  # a check of posting later at most


def _with_threads(both: TwoWorkspaces) -> list[Message]:
    tops = both.second.messages(both.second_phones)
    return [*tops, *(one for top in tops for one in both.second.messages(both.second_phones, thread=top.ts)[1:])]


def test_a_late_event_about_an_earlier_installation_does_not_end_the_present_one(both: TwoWorkspaces) -> None:
    both.install_and_wait(both.second)
    before = _checks(both)
    both.second.announce_end()
    both.slack.wait_for(lambda: _checks(both) > before)
    assert len(both.installations()) == 2
    assert "1001" in text(both.type(both.second, "add 1001 to Sales"))


def _checks(both: TwoWorkspaces) -> int:
    """Returns how often Park has asked Slack whether its tokens are valid."""
    return sum(call.method == "auth.test" for call in both.slack.calls)


def test_a_workspace_that_park_is_not_in_is_told_so_and_nothing_else(http: bool) -> None:
    with TwoWorkspaces(http=http) as one:
        one.install_and_wait(one.slack)
        answer = text(one.type(one.second, "groups"))
        assert "Park is not signed in to this workspace" in answer
        assert one.second.calls == []


def test_installations_outlive_a_restart(both: TwoWorkspaces) -> None:
    both.restart()
    assert both.connection.is_signed_in(both.second.team)
    assert "1001" in text(both.type(both.second, "add 1001 to Sales"))


def test_the_only_pbx_belongs_to_the_only_workspace(http: bool) -> None:
    with TwoWorkspaces(http=http, alone=True) as one:
        assert "installed nowhere" in str(one.connection.problem)
        one.install_and_wait(one.slack)
        one.type(one.slack, "remove 1007 from Sales")
        assert "1007" not in one.pbx.state.members_of("Sales")
        assert one.install(one.second) == 200
        one.slack.wait_for(lambda: "several workspaces" in str(one.connection.problem))


def test_an_installation_for_an_organization_serves_a_workspace_of_it(http: bool) -> None:
    with TwoWorkspaces(http=http) as one:
        one.second.state.enterprise, one.second.state.org_wide = "E0ORG00000", True
        one.install_and_wait(one.slack)
        one.install_and_wait(one.second)
        assert "1001" in text(one.type(one.second, "add 1001 to Sales"))
        assert "1001" in one.second_pbx.state.members_of("Sales")
        [found] = [app for app in one.installations() if app.enterprise]
        assert (found.id, found.team) == ("E0ORG00000", None)


def test_a_workspace_that_may_not_have_the_app_any_more_is_not_served(http: bool) -> None:
    with TwoWorkspaces(http=http) as one:
        for slack in (one.slack, one.second):
            one.install_and_wait(slack)
        one._environment["park_install_teams"] = (one.slack.team,)
        one.restart()
        assert "Park is not signed in to this workspace" in text(one.type(one.second, "add 1001 to Sales"))
        assert "1001" not in one.second_pbx.state.members_of("Sales")
        assert f"{one.second.team} is not in PARK_INSTALL_TEAMS" in str(one.connection.problem)
        assert "1001" in text(one.type(one.slack, "add 1001 to Sales"))


def test_the_only_pbx_that_moves_to_another_workspace_answers_the_one_before_no_more(http: bool) -> None:
    with TwoWorkspaces(http=http, alone=True) as one:
        one.install_and_wait(one.slack)
        Installations(one.park.tenant.journal.database, one.slack.state.credentials.client_id, [KEY]).remove(
            one.slack.team
        )
        one.install_and_wait(one.second)
        assert not one.connection.is_signed_in(one.slack.team)
        assert "Park is not signed in to this workspace" in text(one.type(one.slack, "groups"))


def test_a_workspace_whose_only_pbx_can_not_be_served_is_told_so_and_the_other_one_is_served(http: bool) -> None:
    with TwoWorkspaces(http=http) as one:
        for slack in (one.slack, one.second):
            one.install_and_wait(slack)
        one.second_policy = "no policy"
        one.restart()
        assert "Park could not begin to serve Second" in text(one.type(one.second, "groups"))
        one.second.slash(one.zoe, one.second.direct(one.zoe), "groups")
        one.second.wait_for(lambda: "Park could not begin to serve Second" in text(one.second.ephemerals(one.zoe)))
        one.second.open_home(one.zoe)
        one.second.wait_for(lambda: one.second.home(one.zoe))
        home = one.second.home(one.zoe)
        assert home is not None
        assert "Park could not begin to serve Second" in home.plain
        assert "1001" in text(one.type(one.slack, "add 1001 to Sales"))
