"""Composition root: builds and starts the parts."""

from datetime import timedelta
from functools import partial
from types import TracebackType
from typing import Self

from slack_bolt import App
from slack_sdk import WebClient

from bot.audit.daily import DailyTask
from bot.audit.drift.monitor import DriftMonitor
from bot.audit.history import HistoryReader
from bot.changes.repository import ChangeRepository, WriteSwitch
from bot.journal.journal import LEASE, Journal
from bot.journal.storage import DestinationStore as KeptDestinations
from bot.journal.storage import PromptStore
from bot.messages.request import Request
from bot.pbx.client import build_client
from bot.pbx.directory import Directory
from bot.planning.forms import FormService
from bot.planning.planner import Planner
from bot.policy.store import PolicyStore, PolicyWatcher
from bot.runtime.health import Checks, Health
from bot.runtime.threads import ThreadPool
from bot.settings import Settings, address_of, plain
from bot.slack.bolt_app import Receiver, build_app
from bot.slack.client import connect_client, sign_in
from bot.slack.files import Files
from bot.slack.forms.submission import Forms
from bot.slack.forms.views import Destinations
from bot.slack.home import HomeTabs
from bot.slack.http_mode import HTTPMode
from bot.slack.listeners import connect
from bot.slack.messenger import SlackMessenger
from bot.slack.socket_mode import SocketMode
from bot.slack.users import SlackUserDirectory
from bot.slack.web_api import ChatApi, ViewsApi
from bot.times.model import Now
from bot.worker.dispatcher import Dispatcher
from bot.worker.lease import RetryPolicy
from bot.worker.notifier import Notifier
from bot.worker.processor import EntryProcessor
from bot.worker.progress import ProgressNotifier
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
        self,
        settings: Settings,
        *,
        retry_policy: RetryPolicy | None = None,
        now: Now | None = None,
        lease: timedelta = LEASE,
    ) -> None:
        """Raise ParkError for whatever is not right first: policy, journal, Slack's token.

        `now` stands in for the journal's clock; `lease` is that of all replicas, twice `pbx_deadline` at least.
        """
        self.settings = settings
        self.policy_store = PolicyStore(settings.park_policy)
        client = connect_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
        self.me = sign_in(client)
        self.pbx = build_client(settings)
        self.journal = Journal(settings.database_url, now=now, lease=lease)
        people = SlackUserDirectory(client, now=self.journal.now)
        messenger = SlackMessenger(ChatApi(client), people)
        repository, history = ChangeRepository(self.journal, self.journal.now), HistoryReader(self.journal)
        planner = Planner(
            self.pbx,
            Directory(self.pbx),
            self.policy_store,
            people,
            repository,
            history,
            files=Files(client),
            prompts=PromptStore(self.journal.database),
        )
        self._progress_notifier = ProgressNotifier(messenger, self._is_over)
        screen, form_service = ViewsApi(client), FormService(planner, self.journal)
        self._front, self._openers = ThreadPool("front", FRONT), ThreadPool("opener", OPENERS)
        tabs = HomeTabs(screen, form_service, self.me, self._openers)
        notifier = Notifier(self.journal, messenger, self.policy_store, changed=tabs.changed)
        write_switch = WriteSwitch(self.journal, read_only=settings.park_read_only)
        processor = EntryProcessor(self.journal, planner, notifier, self._progress_notifier, write_switch, retry_policy)
        self._worker = Worker(self.journal, processor)
        keep = None if settings.park_retention_days is None else timedelta(days=settings.park_retention_days)
        self.daily = DailyTask(self.journal, messenger, self.policy_store.now.announce, keep=keep, now=now)
        minutes, most, own = settings.park_drift_interval, settings.park_drift_requests, settings.pbx_username
        self.drift = DriftMonitor(
            self.journal, self.pbx, messenger, self.policy_store, minutes=minutes, most=most, own=own, now=now
        )
        self.policy_watcher = PolicyWatcher(self.policy_store, messenger, partial(self._policy_changed, tabs))
        self._dispatcher = Dispatcher(self.journal, planner, self._worker, messenger, self._progress_notifier)
        self._speakers = ThreadPool("speaker", SPEAKERS)
        app = build_app(client, self.me)
        destinations = Destinations(people, KeptDestinations(self.journal.database))
        forms = Forms(
            screen, self._dispatcher, form_service, messenger, self.me, self._front, self._openers, destinations
        )
        connect(app, self._dispatcher, messenger, self.me, self._speakers, forms)
        forms.connect(app)
        tabs.connect(app)
        self.receiver = receiver_of(settings, app, client)
        self.health = Health(settings.park_health_listen, self._checks())

    def _checks(self) -> Checks:
        threads = {
            "worker": lambda: self._worker.alive,
            "daily": lambda: self.daily.alive,
            "drift": lambda: self.drift.alive,
            "lookout": lambda: self.policy_watcher.alive,
            "slack": lambda: self.receiver.alive,
        }
        return Checks(
            threads=threads,
            connected=lambda: self.receiver.connected,
            writable=self.journal.writable,
            policy=lambda: self.policy_store.now.fingerprint,
            pbx=lambda: self.pbx.state,
            backlog=self.journal.backlog,
        )

    def start(self) -> Self:
        """Take up what an earlier process left, then let Slack in; raise SlackFailure or SettingsError."""
        self._worker.start()
        self.daily.start()
        self.drift.start()
        self.policy_watcher.start()
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
        self._dispatcher.close()
        self._speakers.shutdown()
        self.policy_watcher.stop()
        self.drift.stop()
        self.daily.stop()
        self._worker.stop()
        self._front.shutdown()
        self._openers.shutdown()  # after the worker, whose last changes are shown on the Home tab
        self._progress_notifier.close()
        self.journal.close()
        self.pbx.close()
        self.health.stop()

    def _is_over(self, request: Request) -> bool:
        """Whether another replica has settled it."""
        entry = None if self.journal.database.alone else self.journal.find(request.key)
        return entry is not None and entry.state.ended

    def read_policy(self) -> None:
        """Now, whether its file looks changed or not."""
        self.policy_watcher.wake()

    def _policy_changed(self, tabs: HomeTabs) -> None:
        self.daily.channel = self.policy_store.now.announce
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
        pools = (self._dispatcher, self._speakers, self._front, self._openers)
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
