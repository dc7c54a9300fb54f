"""Composition root: builds and starts the parts."""

from datetime import timedelta
from functools import partial
from types import TracebackType
from typing import Self

from slack_bolt import App
from slack_sdk import WebClient

from bot.audit.daily import Daily
from bot.audit.drift.monitor import Watcher
from bot.audit.history import Histories
from bot.changes.repository import Brake, Past
from bot.journal.journal import LEASE, Journal
from bot.journal.storage import Destinations as KeptDestinations
from bot.journal.storage import Prompts
from bot.messages.request import Request
from bot.pbx.client import pbx_of
from bot.pbx.directory import Directory
from bot.planning.forms import Clerk
from bot.planning.planner import Path
from bot.policy.store import Lookout, Policies
from bot.runtime.health import Checks, Health
from bot.runtime.threads import Pool
from bot.settings import Settings, address_of, plain
from bot.slack.bolt_app import Receiver, build_app
from bot.slack.client import connect_client, sign_in
from bot.slack.files import Files
from bot.slack.forms.submission import Forms
from bot.slack.forms.views import Destinations
from bot.slack.home import Tabs
from bot.slack.http_mode import HTTPMode
from bot.slack.listeners import connect
from bot.slack.messenger import Voice
from bot.slack.socket_mode import SocketMode
from bot.slack.users import People
from bot.slack.web_api import Outlet, Screen
from bot.times.model import Now
from bot.worker.dispatcher import Reception
from bot.worker.lease import Patience
from bot.worker.notifier import Teller
from bot.worker.processor import Settler
from bot.worker.progress import Slowness
from bot.worker.worker import Worker

OPENERS = 20
"""Forms being opened or reviewed at once: each may wait for a slow PBX."""
SPEAKERS = 4
"""Answers of the doors on their way to Slack at once."""
FRONT = 8
"""Loading views on their way to Slack at once; they wait for no PBX."""


class Park:
    """The bot, whole: once started it takes requests until it is stopped."""

    def __init__(
        self, settings: Settings, *, patience: Patience | None = None, now: Now | None = None, lease: timedelta = LEASE
    ) -> None:
        """Raise ParkError for whatever is not right first: policy, journal, Slack's token.

        `now` stands in for the journal's clock; `lease` is that of all replicas, twice `pbx_deadline` at least.
        """
        self.settings = settings
        self.policies = Policies(settings.park_policy)
        client = connect_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
        self.me = sign_in(client)
        self.pbx = pbx_of(settings)
        self.journal = Journal(settings.database_url, now=now, lease=lease)
        people = People(client, now=self.journal.now)
        voice = Voice(Outlet(client), people)
        past, history = Past(self.journal, self.journal.now), Histories(self.journal)
        path = Path(
            self.pbx,
            Directory(self.pbx),
            self.policies,
            people,
            past,
            history,
            files=Files(client),
            prompts=Prompts(self.journal.database),
        )
        self._slowness = Slowness(voice, self._is_over)
        screen, clerk = Screen(client), Clerk(path, self.journal)
        self._front, self._openers = Pool("front", FRONT), Pool("opener", OPENERS)
        tabs = Tabs(screen, clerk, self.me, self._openers)
        teller = Teller(self.journal, voice, self.policies, changed=tabs.changed)
        brake = Brake(self.journal, read_only=settings.park_read_only)
        settler = Settler(self.journal, path, teller, self._slowness, brake, patience)
        self._worker = Worker(self.journal, settler)
        keep = None if settings.park_retention_days is None else timedelta(days=settings.park_retention_days)
        self.daily = Daily(self.journal, voice, self.policies.now.announce, keep=keep, now=now)
        minutes, most, own = settings.park_drift_interval, settings.park_drift_requests, settings.pbx_username
        self.drift = Watcher(self.journal, self.pbx, voice, self.policies, minutes=minutes, most=most, own=own, now=now)
        self.lookout = Lookout(self.policies, voice, partial(self._policy_changed, tabs))
        self._reception = Reception(self.journal, path, self._worker, voice, self._slowness)
        self._speakers = Pool("speaker", SPEAKERS)
        app = build_app(client, self.me)
        destinations = Destinations(people, KeptDestinations(self.journal.database))
        forms = Forms(screen, self._reception, clerk, voice, self.me, self._front, self._openers, destinations)
        connect(app, self._reception, voice, self.me, self._speakers, forms)
        forms.connect(app)
        tabs.connect(app)
        self.receiver = receiver_of(settings, app, client)
        self.health = Health(settings.park_health_listen, self._checks())

    def _checks(self) -> Checks:
        threads = {
            "worker": lambda: self._worker.alive,
            "daily": lambda: self.daily.alive,
            "drift": lambda: self.drift.alive,
            "lookout": lambda: self.lookout.alive,
            "slack": lambda: self.receiver.alive,
        }
        return Checks(
            threads=threads,
            connected=lambda: self.receiver.connected,
            journal=self.journal,
            policies=self.policies,
            pbx=self.pbx,
        )

    def start(self) -> Self:
        """Take up what an earlier process left, then let Slack in; raise SlackFailure or SettingsError."""
        self._worker.start()
        self.daily.start()
        self.drift.start()
        self.lookout.start()
        try:
            self.health.start()
            self.receiver.start()
        except BaseException:  # its threads would keep the process from ending
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Take nothing new, finish what is running, and leave the rest to the journal."""
        self.health.stopping()
        self.receiver.stop()
        self._reception.close()
        self._speakers.shutdown()
        self.lookout.stop()
        self.drift.stop()
        self.daily.stop()
        self._worker.stop()
        self._front.shutdown()
        self._openers.shutdown()  # after the worker, whose last changes are shown on the Home tab
        self._slowness.close()
        self.journal.close()
        self.pbx.close()
        self.health.stop()

    def _is_over(self, request: Request) -> bool:
        """Whether another replica has settled it."""
        entry = None if self.journal.database.alone else self.journal.find(request.key)
        return entry is not None and entry.state.ended

    def read_policy(self) -> None:
        """Now, whether its file looks changed or not."""
        self.lookout.wake()

    def _policy_changed(self, tabs: Tabs) -> None:
        self.daily.channel = self.policies.now.announce
        self.drift.wake()
        tabs.changed()

    def wake(self) -> None:
        """The clock was set: something may be due."""
        self._worker.wake()
        self.daily.wake()
        self.drift.wake()

    @property
    def idle(self) -> bool:
        """Whether everything that was asked is answered: the journal first, for its worker gives the openers work."""
        pools = (self._reception, self._speakers, self._front, self._openers)
        return not self.journal.busy() and all(one.idle for one in pools)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __str__(self) -> str:
        return f"Park answers {self.me.team_name} in Slack ({self.receiver.where}) and changes {self.settings.pbx_url}"


def receiver_of(settings: Settings, app: App, client: WebClient) -> Receiver:
    """Socket Mode or HTTP, as the environment asks for."""
    if settings.slack_app_token is not None:
        return SocketMode(app, client, settings.slack_app_token.get_secret_value())
    secret, listen = plain(settings.slack_signing_secret), address_of(settings.park_http_listen)
    return HTTPMode(app, str(secret), listen, proxy=settings.park_http_trusted_proxy)
