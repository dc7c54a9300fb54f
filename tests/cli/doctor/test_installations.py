"""Checks of the installations in several workspaces: each token is tried, and none is printed."""

from contextlib import closing

import pytest
from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Installation as InstalledApp

from bot.journal.journal import Journal
from bot.slack.installations import Installations
from tests.cli.doctor.conftest import Installation

KEY = Fernet.generate_key().decode()


def _installed(installation: Installation, enterprise: str | None = None) -> InstalledApp:
    slack = installation.slack
    return InstalledApp(
        app_id=slack.state.app,
        enterprise_id=enterprise,
        team_id=slack.team,
        team_name="Park Sandbox",
        bot_token=slack.bot_token,
        bot_id=slack.bot_id,
        bot_user_id=slack.bot_user,
        user_id="U0",
    )


@pytest.fixture
def oauth(installation: Installation) -> Installation:
    """An installation whose token is in the journal instead of the environment."""
    slack = installation.slack
    with closing(Journal(installation.database_url)) as journal:
        Installations(journal.database, "1.2", [KEY]).store.save(_installed(installation))
    installation.set(
        SLACK_BOT_TOKEN=None,
        SLACK_CLIENT_ID="1.2",
        SLACK_CLIENT_SECRET="a-secret",
        PARK_TOKEN_KEY=KEY,
        PARK_INSTALL_TEAMS=slack.team,
    )
    return installation


def test_an_installation_that_works_is_used_for_the_other_checks(oauth: Installation) -> None:
    report = oauth.diagnose()
    assert report["slack.installations"]["text"] == f"the app is installed in Park Sandbox ({oauth.slack.team})"
    assert report["slack.scopes"]["severity"] == "ok"
    assert oauth.slack.bot_token not in oauth.diagnose_as_text()


def test_an_installation_whose_token_slack_refuses_is_named(oauth: Installation) -> None:
    oauth.slack.uninstall()
    report = oauth.diagnose()
    assert oauth.slack.team in report["slack.installations.refused"]["remedy"]
    assert report["slack.bot_token.nowhere"]["severity"] == "error"


def test_a_key_that_does_not_fit_is_told_with_what_to_do(oauth: Installation) -> None:
    oauth.set(PARK_TOKEN_KEY=Fernet.generate_key().decode())
    assert "PARK_TOKEN_KEY=new,old" in oauth.diagnose()["slack.installations.key"]["remedy"]


def test_a_journal_that_is_not_there_holds_no_installations(oauth: Installation) -> None:
    oauth.set(DATABASE_URL=f"sqlite:///{oauth.folder / 'none.sqlite3'}")
    assert "start Park first" in oauth.diagnose()["slack.bot_token.journal"]["text"]


def test_an_installation_that_may_not_be_used_is_named_and_not_tried(oauth: Installation) -> None:
    oauth.set(PARK_INSTALL_TEAMS="T0OTHER")
    report = oauth.diagnose()
    assert f"installations remove {oauth.slack.team}" in report["slack.installations.not_allowed"]["remedy"]
    assert report["slack.installations.missing"]["about"] == "T0OTHER"
    assert "/slack/install" in report["slack.installations.missing"]["remedy"]
    assert report["slack.bot_token.nowhere"]["severity"] == "error"
    assert report.findings_with_id("slack.installations") == []


def test_an_organization_that_may_install_the_app_allows_its_workspaces(oauth: Installation) -> None:
    slack = oauth.slack
    with closing(Journal(oauth.database_url)) as journal:
        store = Installations(journal.database, "1.2", [KEY]).store
        store.delete_all(enterprise_id=None, team_id=slack.team)
        store.save(_installed(oauth, enterprise="E0ORG"))
    oauth.set(PARK_INSTALL_TEAMS="E0ORG")
    report = oauth.diagnose()
    assert not {"slack.installations.not_allowed", "slack.installations.missing"} & report.problems.keys()
    assert report["slack.installations"]["severity"] == "ok"
