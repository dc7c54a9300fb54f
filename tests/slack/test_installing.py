"""The app is installed over OAuth: with a checked state, only where it may be, and with the token encrypted."""

import html
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.fernet import Fernet

from bot.errors import SettingsError
from bot.journal.journal import Journal
from bot.sandbox.slack.fake_slack import FakeSlack
from bot.sandbox.slack.model import SlackError
from bot.sandbox.workspace import workspace
from bot.slack.app_manifest import INSTALL_PATH, REDIRECT_PATH
from bot.slack.bolt_app import build_app
from bot.slack.client import Identity, connect_client
from bot.slack.http_mode import HTTPMode
from bot.slack.installations import Installations
from bot.slack.installing import InstallFlow
from tests.waiting import PATIENCE

KEY, OTHER_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()
HTTPS = "https://park.example.com"


@dataclass
class Browser:
    """Somebody's browser, which keeps the cookie; `address` is what Slack would reach over a proxy."""

    address: tuple[str, int]
    cookie: str = ""
    text: str = ""

    def get(self, path: str) -> int:
        """Opens a page and returns the status; the redirect comes as a path with its query."""
        with closing(HTTPConnection(*self.address, timeout=PATIENCE)) as connection:
            connection.request("GET", path, headers={"Cookie": self.cookie} if self.cookie else {})
            answer = connection.getresponse()
            self.text = answer.read().decode()
            if given := answer.headers.get("Set-Cookie"):
                assert "Secure; HttpOnly" in given
                self.cookie = given.partition(";")[0]
            return answer.status

    def begin(self) -> str:
        """Opens /slack/install and returns the address on Slack that its button leads to."""
        assert self.get(INSTALL_PATH) == 200
        return html.unescape(self.text.partition('<a href="')[2].partition('"')[0])


@dataclass
class Harness:
    """Park's installation server, and the Slack that it talks to."""

    slack: FakeSlack
    journal: Journal
    installations: Installations
    server: HTTPMode
    file: Path
    installed: list[str] = field(default_factory=list)

    def browser(self) -> Browser:
        parts = urlsplit(self.server.where)
        return Browser((str(parts.hostname), int(parts.port or 0)))

    def install(self, slack: FakeSlack, browser: Browser | None = None) -> tuple[int, Browser]:
        """Installs the app in a workspace; returns the status of the last page, and the browser that shows it."""
        browser = browser or self.browser()
        back = slack.approve_installation(browser.begin(), HTTPS + REDIRECT_PATH)
        return browser.get(back.removeprefix(HTTPS)), browser


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    file = tmp_path / "park.sqlite3"
    with workspace() as slack, closing(Journal(f"sqlite:///{file}")) as journal:
        slack.state.installed = False
        installations = Installations(journal.database, slack.state.credentials.client_id, [KEY])
        installed: list[str] = []
        flow = InstallFlow(
            installations,
            client_id=slack.state.credentials.client_id,
            client_secret=slack.state.credentials.client_secret,
            allowed=[slack.team, "T0SECOND00", "E0ORG00000"],
            api_url=slack.api_url,
            on_installed=installed.append,
        )
        me = Identity(team=slack.team, team_name="", user=slack.bot_user, bot=slack.bot_id)
        app = build_app(connect_client("", slack.api_url), me)
        server = HTTPMode(app, slack.signing_secret, ("127.0.0.1", 0), pages=flow)
        server.start()
        try:
            yield Harness(slack, journal, installations, server, file, installed)
        finally:
            server.stop()


@pytest.fixture
def other(harness: Harness) -> Iterator[FakeSlack]:
    """One more workspace, in which the same app can be installed."""
    with FakeSlack(scopes=harness.slack.state.scopes, name="Second", beside=harness.slack) as slack:
        slack.state.team = "T0SECOND00"
        yield slack


def test_the_app_is_installed_and_its_token_is_stored_encrypted(harness: Harness) -> None:
    status, browser = harness.install(harness.slack)
    assert (status, harness.installed) == (200, [harness.slack.team]), browser.text
    assert "Park is installed in Park Sandbox" in browser.text
    assert harness.installations.token(harness.slack.team) == harness.slack.bot_token
    stored = b"".join(path.read_bytes() for path in harness.file.parent.iterdir())
    assert harness.slack.bot_token.encode() not in stored
    [found] = harness.installations.all()
    assert (found.name, found.bot, found.bot_user) == ("Park Sandbox", harness.slack.bot_id, harness.slack.bot_user)
    assert harness.slack.bot_token not in repr(found)


def test_a_second_workspace_has_a_token_of_its_own(harness: Harness, other: FakeSlack) -> None:
    for slack in (harness.slack, other):
        assert harness.install(slack)[0] == 200
    tokens = [harness.installations.token(slack.team) for slack in (harness.slack, other)]
    assert tokens == [harness.slack.bot_token, other.bot_token]
    assert len(set(tokens)) == 2


def test_an_organization_is_installed_under_its_own_id(harness: Harness, other: FakeSlack) -> None:
    other.state.enterprise, other.state.org_wide = "E0ORG00000", True
    assert harness.install(other)[0] == 200
    [found] = harness.installations.all()
    assert (found.id, found.team, found.enterprise) == ("E0ORG00000", None, "E0ORG00000")
    assert harness.installations.token("E0ORG00000") == other.bot_token


def test_installing_again_replaces_the_token(harness: Harness) -> None:
    harness.install(harness.slack)
    before = harness.slack.bot_token
    harness.install(harness.slack)
    assert harness.slack.bot_token != before
    assert harness.installations.token(harness.slack.team) == harness.slack.bot_token
    with closing(sqlite3.connect(harness.file)) as connection:
        assert connection.execute("SELECT count(*) FROM slack_bots").fetchone() == (1,)


def test_a_workspace_that_may_not_install_the_app_gets_nothing_and_its_token_is_revoked(
    harness: Harness, other: FakeSlack
) -> None:
    other.state.team = "T0STRANGER"
    status, browser = harness.install(other)
    assert (status, harness.installed) == (403, [])
    assert "T0STRANGER may not install Park" in browser.text
    assert harness.installations.all() == []
    assert other.bot_token in harness.slack.state.credentials.revoked


def test_a_state_of_another_browser_is_refused(harness: Harness) -> None:
    back = harness.slack.approve_installation(harness.browser().begin(), HTTPS + REDIRECT_PATH)
    victim = harness.browser()
    victim.begin()
    assert victim.get(back.removeprefix(HTTPS)) == 400
    assert "Start again at /slack/install" in victim.text
    assert harness.installations.all() == []


def test_a_forged_state_is_refused_though_the_browser_has_it_as_cookie(harness: Harness) -> None:
    back = harness.slack.approve_installation(harness.browser().begin(), HTTPS + REDIRECT_PATH)
    code = parse_qs(urlsplit(back).query)["code"][0]
    browser = harness.browser()
    browser.cookie = "slack-app-oauth-state=forged"
    assert browser.get(f"{REDIRECT_PATH}?code={code}&state=forged") == 401
    assert harness.installations.all() == []


def test_a_state_is_used_once(harness: Harness) -> None:
    browser = harness.browser()
    url = browser.begin()
    cookie = browser.cookie
    back = harness.slack.approve_installation(url, HTTPS + REDIRECT_PATH).removeprefix(HTTPS)
    assert browser.get(back) == 200
    again = harness.slack.approve_installation(url, HTTPS + REDIRECT_PATH).removeprefix(HTTPS)
    browser.cookie = cookie
    assert browser.get(again) == 401


def test_a_code_that_slack_refuses_installs_nothing(harness: Harness) -> None:
    browser = harness.browser()
    state = parse_qs(urlsplit(browser.begin()).query)["state"][0]
    assert browser.get(f"{REDIRECT_PATH}?code=wrong&state={state}") == 401
    assert "Slack did not accept" in browser.text


def test_cancelling_in_slack_is_said_as_that(harness: Harness) -> None:
    browser = harness.browser()
    browser.begin()
    assert browser.get(f"{REDIRECT_PATH}?error=access_denied&state=x") == 200
    assert "You cancelled it in Slack" in browser.text


def test_while_slack_is_away_the_page_says_so(harness: Harness) -> None:
    browser = harness.browser()
    back = harness.slack.approve_installation(browser.begin(), HTTPS + REDIRECT_PATH)
    harness.slack.faults.fail("oauth.v2.access", 503)
    assert browser.get(back.removeprefix(HTTPS)) == 503
    assert "can't be reached right now" in html.unescape(browser.text)


def test_other_pages_are_not_there(harness: Harness) -> None:
    assert harness.browser().get("/slack/events") == 404
    assert harness.browser().get("/") == 404


def test_slack_asks_for_the_apps_own_client_id_and_scopes(harness: Harness) -> None:
    url = harness.browser().begin()
    assert url.startswith(harness.slack.api_url.removesuffix("api/") + "oauth/v2/authorize?")
    with pytest.raises(SlackError, match="invalid_client_id"):
        harness.slack.approve_installation(url.replace("client_id=1.2", "client_id=9.9"), HTTPS)


def reopened(harness: Harness, *keys: str) -> Installations:
    return Installations(harness.journal.database, harness.slack.state.credentials.client_id, keys)


def test_a_wrong_key_says_what_to_do(harness: Harness) -> None:
    harness.install(harness.slack)
    with pytest.raises(SettingsError, match="PARK_TOKEN_KEY=new,old") as caught:
        reopened(harness, OTHER_KEY).token(harness.slack.team)
    assert harness.slack.bot_token not in str(caught.value)
    assert len(reopened(harness, OTHER_KEY).all()) == 1, "what is no secret can be listed without the key"


def test_a_key_is_replaced_in_three_steps(harness: Harness) -> None:
    harness.install(harness.slack)
    both = reopened(harness, OTHER_KEY, KEY)
    assert both.token(harness.slack.team) == harness.slack.bot_token
    assert both.rotate() == 2
    assert reopened(harness, OTHER_KEY).token(harness.slack.team) == harness.slack.bot_token
    with pytest.raises(SettingsError):
        reopened(harness, KEY).token(harness.slack.team)


def test_a_removed_installation_leaves_no_token(harness: Harness) -> None:
    harness.install(harness.slack)
    assert harness.installations.remove(harness.slack.team)
    assert not harness.installations.remove(harness.slack.team)
    assert harness.installations.token(harness.slack.team) is None
    with closing(sqlite3.connect(harness.file)) as connection:
        for table in ("slack_bots", "slack_installations"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
