"""A sandbox with two Slack workspaces, a PBX for each, and one Park whose app can be installed in both."""

import html
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.slack.fake_slack import FakeSlack
from bot.sandbox.slack.model import Message
from bot.sandbox.workspace import workspace
from bot.settings.tenants import TenantSettings, journal_of
from bot.slack.app_manifest import INSTALL_PATH, REDIRECT_PATH
from bot.slack.installations import Installations, InstalledApp
from bot.slack.installed import InstalledWorkspaces
from tests.waiting import PATIENCE

POLICY = """\
announce = "{phones}"
contact = "{lead}"

[[allow]]
name = "The lead, from anywhere"
users = ["{lead}"]
operations = ["all"]
"""
KEY = Fernet.generate_key().decode()


class TwoWorkspaces(Sandbox):
    """The first workspace is the sandbox's, where Ana leads; in the second one Zoe does, and #phones has the same name.

    Args:
        alone: Whether there is one PBX only, of no certain workspace.
    """

    def __init__(self, *, http: bool = True, alone: bool = False, **environment: Any) -> None:
        super().__init__(policy="", http=http, **environment)
        self.alone = alone
        self.second = workspace(name="Second", beside=self.slack)
        self.slack.state.installed = False
        self.zoe = self.second.add_person("zoe", real_name="Zoe Zulu", email="zoe@example.com")
        self.second_phones = self.second.add_channel("phones", [self.zoe])
        self.second_pbx = FakePbx()
        self.second_policy = POLICY
        credentials = self.slack.state.credentials
        self._environment |= {
            "slack_bot_token": "",
            "slack_client_id": credentials.client_id,
            "slack_client_secret": SecretStr(credentials.client_secret),
            "park_token_key": SecretStr(KEY),
            "park_install_teams": (self.slack.team, self.second.team, "E0ORG00000"),
            "park_http_listen": "127.0.0.1:0",
        }

    @property
    def tenants(self) -> tuple[TenantSettings, ...]:
        """Returns what park.toml would say."""
        settings, folder = self.settings, Path(self._folder.name)
        first = folder / "policy-first.toml"
        first.write_text(POLICY.format(phones=self.channels["phones"], lead=self.people["ana"]), encoding="utf-8")
        settings = settings.model_copy(update={"park_policy": first})
        if self.alone:
            return (TenantSettings(settings=settings),)
        other = folder / "policy-second.toml"
        other.write_text(self.second_policy.format(phones=self.second_phones, lead=self.zoe), encoding="utf-8")
        changed = {"pbx_url": self.second_pbx.url, "pbx_token": SecretStr(self.second_pbx.token), "park_policy": other}
        changed["database_url"] = journal_of(settings.database_url, "second")
        second = settings.model_copy(update=changed)
        return (
            TenantSettings(settings=settings, name="first", title="First", workspace=self.slack.team),
            TenantSettings(settings=second, name="second", title="Second", workspace=self.second.team, inherits=False),
        )

    @property
    def connection(self) -> InstalledWorkspaces:
        """Returns what signs in to the workspaces."""
        connection = self.park.connection
        assert isinstance(connection, InstalledWorkspaces)
        return connection

    def installations(self) -> list[InstalledApp]:
        """Returns all installations that are stored."""
        credentials = self.slack.state.credentials
        return Installations(self.park.tenants[0].journal.database, credentials.client_id, [KEY]).all()

    def install(self, slack: FakeSlack) -> int:
        """Installs the app in a workspace, as somebody with a browser does; returns the last page's status."""
        page = HTTPConnection(*self._server(), timeout=PATIENCE)
        page.request("GET", INSTALL_PATH)
        answer = page.getresponse()
        url = html.unescape(answer.read().decode().partition('<a href="')[2].partition('"')[0])
        cookie = str(answer.headers["Set-Cookie"]).partition(";")[0]
        page.close()
        back = urlsplit(slack.approve_installation(url, f"https://park.example.com{REDIRECT_PATH}"))
        page = HTTPConnection(*self._server(), timeout=PATIENCE)
        page.request("GET", f"{back.path}?{back.query}", headers={"Cookie": cookie})
        status = page.getresponse().status
        page.close()
        return status

    def install_and_wait(self, slack: FakeSlack) -> None:
        """Installs the app, and waits until Park is signed in there."""
        assert self.install(slack) == 200
        token, clients = slack.state.bot_token, [tenant.slack.client for tenant in self.park.tenants]
        self.slack.wait_for(
            lambda: self.connection.is_signed_in(slack.team) and token in [client.token for client in clients]
        )

    def _server(self) -> tuple[str, int]:
        parts = urlsplit("http:" + self.park.receiver.where.rpartition("http:")[2])
        return str(parts.hostname), int(parts.port or 0)

    def type(self, slack: FakeSlack, line: str) -> list[Message]:
        """Types a line as the lead of a workspace in its #phones; returns what is new there for the lead."""
        second = slack is self.second
        user, place = (self.zoe, self.second_phones) if second else (self.people["ana"], self.channels["phones"])
        before = len(slack.seen_by(user, place))
        slack.slash(user, place, line)
        self.settle()
        return slack.seen_by(user, place)[before:]

    def __enter__(self) -> "TwoWorkspaces":
        self.second_pbx.start()
        self.second.start()
        super().__enter__()
        self.second_pbx.state.ahead = self._ahead
        self.second.state.timestamps.ahead = self._ahead.total_seconds()
        return self

    def _start_park(self) -> None:
        super()._start_park()
        if self._http:
            self.second.send_to(self.park.receiver.where)

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self.second.stop()
        self.second_pbx.stop()
