"""A fake PBX, a fake Slack workspace with a few users, and the real bot between them, for the demo and the tests."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, SecretStr

from bot.app import Park
from bot.sandbox.pbx.dataset import tone
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.workspace import workspace
from bot.settings.environment import Settings, SlackTokens
from bot.settings.tenants import TenantSettings
from bot.worker.lease import RetryPolicy

WELCOME = "F07WELCOME1"
"""File id of Ana's recording in #phones; constant, so that a line can name it."""
SETUP = "F07SETUP001"
"""File id of Ana's set-up file in #phones."""
POLICY = """\
announce = "{announce}"
contact = "{leads}"

[[allow]]
name = "Everybody in #phones may look"
channels = ["{phones}"]
operations = ["read"]

[[allow]]
name = "On call from #phones"
channels = ["{phones}"]
user_groups = ["{oncall}"]
operations = ["members", "recall"]
groups = ["Sales*", "Support*"]

[[allow]]
name = "Team leads, from anywhere"
user_groups = ["{leads}"]
operations = ["all"]
recurring = true
"""

DEMO_POLICY = (
    'drift = "{phones}"\n'
    + POLICY
    + """
[workflows]
channels = ["{phones}"]
time_zone = "Europe/Berlin"

[[allow]]
name = "On call, once a lead agrees"
channels = ["{phones}"]
user_groups = ["{oncall}"]
operations = ["members", "recall", "groups"]
approvers = ["{leads}"]
approve_within = "4h"

[[allow]]
name = "On call, in an emergency"
user_groups = ["{oncall}"]
operations = ["recall"]
temporary = "4h"
emergency = "{announce}"
"""
)
"""`POLICY` with rules for approval and for emergencies, and drift told in #phones, for the demo."""


NIGHT_SETUP = """\
groups:
  Billing:
    recall:
      to: user then ring group
      ring_group: Night Desk
    members:
      - 1055 Emeka Eze
      - 1012 Liam Murphy
"""
"""A set-up file that changes two groups: one of them loses a member to the other."""

ORDINARY_INSTANT = datetime(2026, 6, 10, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))
"""A Wednesday at 10:00 in the fake workspace's time zone, months from a change to or from summer time."""


class _GivenSettings(Settings):
    """Settings as they are given: what is exported for a real Park is not for the sandbox's."""

    def __init__(self, **given: Any) -> None:
        """Validates; neither the environment nor a file is looked at, nor are those sources made."""
        BaseModel.__init__(self, **given)


def demo_sandbox() -> "Sandbox":
    """Returns the environment of the demo: Park knows holidays, and looks every minute for changes made outside it."""
    sandbox = Sandbox(policy=DEMO_POLICY, park_drift_interval=1, park_holidays="DE-BY")
    sandbox.add_lead("ida", real_name="Ida Sommer", locale="de-DE")
    return sandbox


class Sandbox:
    """The whole environment; it runs between entering and leaving the context.

    Args:
        policy: Policy file, with ids as placeholders: `{phones}`, `{leads}` and others of `POLICY`.
        http: The bot receives requests over HTTP instead of Socket Mode.
        now: Instant at which the clocks of the bot, Slack and the PBX start; they tick on from it. None is
            `default_now` for an environment with the bot in it, and else the machine's clock.
        environment: Settings of the bot that replace the usual ones.
    """

    default_now: ClassVar[datetime | None] = None
    """Where the clocks start if nothing else is said; None is the machine's clock. The tests set it."""
    skips_waits: ClassVar[bool] = False
    """Whether `settle` sets the clocks to when something is tried again, and does not wait for it. The tests set it."""

    def __init__(
        self,
        *,
        pbx: FakePbx | None = None,
        policy: str = POLICY,
        retry_policy: RetryPolicy | None = None,
        http: bool = False,
        now: datetime | None = None,
        **environment: Any,
    ) -> None:
        self.pbx = pbx or FakePbx()
        self.slack = workspace()
        self.slack.state.command = environment.get("park_command", self.slack.state.command)
        self._ahead = timedelta(0)
        self._starts_at = now
        if now is not None:
            self.ahead = now - datetime.now(UTC)
        self._folder = tempfile.TemporaryDirectory(prefix="park-")
        self._add_users_and_channels()
        self._policy, self._retry_policy, self._environment = policy, retry_policy, environment
        self._http = http

    def _add_users_and_channels(self) -> None:
        add, add_file = self.slack.add_person, self.slack.add_file
        self.people = {
            "ana": add("ana", real_name="Ana Ruiz", email="ana.ruiz@example.com"),
            "ben": add("ben", real_name="Ben Ito", email="ben.ito@example.com"),
            "gil": add("gil", real_name="Gil Gast", email="gil.gast@example.com", guest=True),
            "eve": add("eve", real_name="Eve Novak", email="eve.novak@example.com", tz="America/New_York"),
            "ada": add("ada", real_name="Ada Kern", email="ada.kern@example.com", admin=True),
        }
        everybody = list(self.people.values())
        self.channels = {
            "phones": self.slack.add_channel("phones", everybody),
            "random": self.slack.add_channel("random", everybody),
            "secret": self.slack.add_channel("secret", everybody[:2], private=True, bot=False),
            "ops": self.slack.add_channel("ops", everybody[:2]),
        }
        self.files = {
            "welcome": add_file(self.people["ana"], "welcome.wav", tone(), channel=self.channels["phones"], id=WELCOME),
            "setup": add_file(
                self.people["ana"], "night.yaml", NIGHT_SETUP.encode(), channel=self.channels["phones"], id=SETUP
            ),
        }
        self.groups = {
            "leads": self.slack.add_user_group("leads", [self.people["ana"]]),
            "oncall": self.slack.add_user_group("oncall", [self.people["ben"]]),
        }

    def add_lead(self, name: str, *, real_name: str, locale: str) -> str:
        """Adds another team lead, who is in the channels that everybody is in, and returns the id."""
        id = self.people[name] = self.slack.add_person(name, real_name=real_name, locale=locale)
        for channel in ("phones", "random"):
            self.slack.state.channels[self.channels[channel]].members.append(id)
        self.slack.state.groups[self.groups["leads"]].members.append(id)
        return id

    @property
    def settings(self) -> Settings:
        """Returns the bot's settings, as a real installation has them in its environment."""
        folder = Path(self._folder.name)
        policy = folder / "policy.toml"
        ids = {**self.channels, **self.groups, **self.people, "announce": self.channels["ops"]}
        policy.write_text(self._policy.format_map(ids), encoding="utf-8")
        usual: dict[str, Any] = {
            "slack_bot_token": self.slack.bot_token,
            "slack_api_url": self.slack.api_url,
            "pbx_url": self.pbx.url,
            "pbx_token": self.pbx.token,
            "database_url": f"sqlite:///{folder / 'park.sqlite3'}",
            "park_policy": policy,
        }
        over_http = {"slack_signing_secret": self.slack.signing_secret, "park_http_listen": "127.0.0.1:0"}
        usual |= over_http if self._http else {"slack_app_token": self.slack.app_token}
        return _GivenSettings(**(usual | self._environment))

    @property
    def tenants(self) -> tuple[TenantSettings, ...]:
        """Returns what is set for each PBX: there is one, as of an environment without park.toml."""
        return (TenantSettings(settings=self.settings),)

    def now(self) -> datetime:
        """Returns the time by the environment's clock."""
        return datetime.now(UTC) + self._ahead

    @property
    def ahead(self) -> timedelta:
        """How far the environment's clocks are ahead of the machine's."""
        return self._ahead

    @ahead.setter
    def ahead(self, time: timedelta) -> None:
        self._ahead = time
        self.slack.state.timestamps.ahead = time.total_seconds()
        self.pbx.state.ahead = time

    def forward(self, time: timedelta) -> None:
        """Moves the clocks ahead and wakes the bot."""
        self.ahead += time
        self.park.wake()

    def restart(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Stops the bot and starts another on the same journal; `meanwhile` happens in between."""
        connected = self.slack.connections
        self.park.stop()
        meanwhile()
        if connected and not self._http:  # else what is sent may still go to the bot that has stopped
            self.slack.wait_for(lambda: self.slack.connections < connected)
        self._start_park()

    def new_park(self) -> Park:
        """Returns the bot, not started."""
        self.tokens = SlackTokens.model_construct(
            slack_bot_token=SecretStr(self.slack.bot_token), slack_app_token=SecretStr(self.slack.app_token)
        )
        return Park(*self.tenants, retry_policy=self._retry_policy, now=self.now, read_tokens=lambda: self.tokens)

    def _start_park(self) -> None:
        self.park = self.new_park().start()
        if self._http:
            self.slack.send_to(self.park.receiver.where)
            return
        try:
            self.slack.wait_for(lambda: self.slack.connections)  # the bot's end is open a little before the workspace's
        except BaseException:
            self.park.stop()
            raise

    def settle(self, timeout: float = 120.0) -> None:
        """Waits until the bot is idle.

        Raises:
            TimeoutError: The bot still works after `timeout` seconds.
        """
        end = time.monotonic() + timeout
        while not self.park.idle:
            if time.monotonic() > end:
                raise TimeoutError(f"Park still works after {timeout:g} s")
            if self.skips_waits:
                self._skip_wait()
            time.sleep(0.01)

    def _skip_wait(self) -> None:
        """Sets the clocks to when something is tried again, if the bot does nothing until then."""
        for tenant in self.park.tenants:
            journal = tenant.journal
            if tenant.is_at_rest and journal.has_work():
                due = journal.due_in()  # of what is claimed meanwhile it is the end of the lease
                if due and due < journal.lease / 2 and tenant.is_at_rest:
                    self.forward(due)

    @contextmanager
    def without_bot(self) -> Iterator[Self]:
        """Runs the fakes alone, for a bot that is started elsewhere with `settings`."""
        with self._folder, self.slack, self.pbx:
            yield self

    def __enter__(self) -> Self:
        if self._starts_at is None and self.default_now is not None:
            self.ahead = self.default_now - datetime.now(UTC)
        with ExitStack() as started:
            started.enter_context(self.without_bot())
            self._start_park()
            started.callback(lambda: self.park.stop())  # the one that runs by then
            self._started = started.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._started.close()
