"""Composition root: builds all parts from the settings, starts them and stops them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import TracebackType
from typing import NamedTuple, Self

from slack_bolt import App
from slack_sdk import WebClient

from bot.audit.daily import DailyTask
from bot.audit.drift.monitor import DriftMonitor
from bot.audit.history import HistoryReader
from bot.changes.repository import ChangeRepository
from bot.changes.write_switch import WriteSwitch
from bot.journal.journal import LEASE, Journal
from bot.journal.storage import DestinationStore, PromptStore
from bot.messages.request import Request
from bot.pbx.client import PbxClient, build_client
from bot.pbx.directory import Directory
from bot.planning.forms import FormService
from bot.planning.planner import Planner
from bot.policy.store import PolicyStore, PolicyWatcher
from bot.runtime.health import HealthChecks, HealthServer
from bot.runtime.threads import ThreadPool
from bot.settings import PBXSettings, Settings, parse_listen_address, secret_text
from bot.slack.bolt_app import Receiver, build_app
from bot.slack.client import Identity, connect_client, sign_in
from bot.slack.files import FileDownloader
from bot.slack.forms.submission import FormListeners
from bot.slack.forms.views import Destinations
from bot.slack.home import HomeTabs
from bot.slack.http_mode import HTTPMode
from bot.slack.listeners import register_listeners
from bot.slack.messenger import SlackMessenger
from bot.slack.requests import RequestFactory
from bot.slack.socket_mode import SocketMode
from bot.slack.users import SlackUserDirectory
from bot.slack.web_api import ChatApi, ViewsApi
from bot.times.model import Clock, WorkingDay, utc_now
from bot.worker.dispatcher import Dispatcher
from bot.worker.lease import RetryPolicy
from bot.worker.notifier import Notifier
from bot.worker.processor import EntryProcessor
from bot.worker.progress import ProgressNotifier
from bot.worker.worker import Worker

FORM_THREADS = 20
"""Forms opened or reviewed at once; each may wait for a slow PBX."""
VIEW_THREADS = 8
"""Loading views sent to Slack at once; they never wait for the PBX."""
REPLY_THREADS = 4
"""Answers of listeners sent to Slack at once."""


class Park:
    """The whole bot: handles requests from `start` until `stop`."""

    def __init__(
        self,
        settings: Settings,
        *,
        retry_policy: RetryPolicy | None = None,
        now: Clock | None = None,
        lease: timedelta = LEASE,
        read_settings: Callable[[], PBXSettings] | None = None,
    ) -> None:
        """Builds all parts and signs in to Slack.

        Args:
            now: Replaces the journal's clock.
            lease: Duration of a lease, the same on all replicas, at least twice `pbx_deadline`.
            read_settings: Reads the settings of the PBX again, after it has rejected the credentials.

        Raises:
            ParkError: The policy, Slack's token, the PBX settings or the journal can't be used.
        """
        self.settings = settings
        self.policy_store = PolicyStore(settings.park_policy)
        client = connect_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
        self.me = sign_in(client)
        self.pbx = build_client(settings, read_settings=read_settings, now=now)
        self.journal = Journal(settings.database_url, now=now, lease=lease)
        self._slack = build_slack(client, self.me, self.journal, now or utc_now)
        messenger = self._slack.messenger
        working_day = WorkingDay(settings.park_morning, settings.park_end_of_day)
        planner = build_planner(self.pbx, self.journal, self.policy_store, self._slack, working_day)
        form_service = FormService(planner)
        self._home_tabs = HomeTabs(self._slack.views, form_service, self._slack.requests, self._slack.form_pool)
        self._workers = build_workers(
            settings, self.journal, planner, self.policy_store, messenger, self._home_tabs, retry_policy
        )
        self.pbx.sign_in.on_recovery = self._workers.worker.retry_postponed
        self.daily, self.drift = build_audit_tasks(settings, self.journal, self.pbx, self.policy_store, messenger, now)
        self.policy_watcher = PolicyWatcher(self.policy_store, messenger, self._on_policy_change)
        app = build_listeners(self._slack, self.journal, form_service, self._workers.dispatcher, self._home_tabs)
        self.receiver = build_receiver(settings, app, client)
        self.health = HealthServer(settings.park_health_listen, self._checks())

    def start(self) -> Self:
        """Starts all parts: entries left by an earlier process are processed first, then Slack is connected.

        Raises:
            SlackFailure: Slack can't be connected.
            SettingsError: An address to listen on can't be used.
        """
        try:
            for part in self._parts():
                part.start()
        except BaseException:  # threads that run already would keep the process alive
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Accepts no more requests and finishes what is running; the rest stays in the journal.

        The health endpoint is not stopped in its turn: it reports that Park is stopping before the first part stops,
        and answers until the last one has.
        """
        self.health.stopping()
        for part in reversed(self._parts()):
            part.stop()
        self.health.stop()

    def _parts(self) -> "tuple[Part, ...]":
        """Returns the parts in the order of starting; a part stops before those above it, which it uses."""
        slack, workers = self._slack, self._workers
        return (
            Part(stop=self.pbx.close),
            Part(stop=self.journal.close),
            Part(stop=workers.progress_notifier.close),
            Part(stop=slack.form_pool.shutdown),  # the worker's last changes are shown on Home tabs by this pool
            Part(stop=slack.view_pool.shutdown),
            Part(workers.worker.start, workers.worker.stop),
            Part(self.daily.start, self.daily.stop),
            Part(self.drift.start, self.drift.stop),
            Part(self.policy_watcher.start, self.policy_watcher.stop),
            Part(stop=slack.reply_pool.shutdown),
            Part(stop=workers.dispatcher.close),
            Part(start=self.health.start),
            Part(self.receiver.start, self.receiver.stop),
        )

    def read_policy(self) -> None:
        """Reads the policy file again, even if it seems unchanged."""
        self.policy_watcher.wake()

    def wake(self) -> None:
        """Looks for work that is due, after the clock was set."""
        self._workers.worker.wake()
        self.daily.wake()
        self.drift.wake()

    @property
    def idle(self) -> bool:
        """Whether all requests are answered."""
        slack = self._slack
        pools = (self._workers.dispatcher, slack.reply_pool, slack.view_pool, slack.form_pool)
        return not self.journal.has_work() and all(
            pool.idle for pool in pools
        )  # in this order: workers use the form pool

    def _on_policy_change(self) -> None:
        self.daily.channel = self.policy_store.now.announce
        self.drift.wake()
        self._home_tabs.changed()

    def _checks(self) -> HealthChecks:
        """Returns what the health endpoint reports."""
        return HealthChecks(
            threads={
                "worker": lambda: self._workers.worker.alive,
                "daily": lambda: self.daily.alive,
                "drift": lambda: self.drift.alive,
                "lookout": lambda: self.policy_watcher.alive,
                "slack": lambda: self.receiver.alive,
            },
            connected=lambda: self.receiver.connected,
            writable=self.journal.writable,
            policy=lambda: self.policy_store.state,
            pbx=lambda: self.pbx.state,
            backlog=self.journal.backlog,
        )

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __str__(self) -> str:
        return f"Park answers {self.me.team_name} in Slack ({self.receiver.where}) and changes {self.settings.pbx_url}"


def _nothing() -> None:
    """For a part that needs no start or no stop."""


class Part(NamedTuple):
    """How one part is started and stopped."""

    start: Callable[[], object] = _nothing
    stop: Callable[[], object] = _nothing


@dataclass(frozen=True, slots=True)
class SlackParts:
    """Access to Slack, and the thread pools of its listeners."""

    client: WebClient
    identity: Identity
    requests: RequestFactory
    users: SlackUserDirectory
    messenger: SlackMessenger
    views: ViewsApi
    reply_pool: ThreadPool
    view_pool: ThreadPool
    form_pool: ThreadPool


def build_slack(client: WebClient, identity: Identity, journal: Journal, now: Clock) -> SlackParts:
    """Builds what calls Slack; the listeners follow once there is something for them to call."""
    users = SlackUserDirectory(client, now=journal.now)
    messenger, views = SlackMessenger(ChatApi(client), users, now), ViewsApi(client)
    reply_pool, view_pool = ThreadPool("reply", REPLY_THREADS), ThreadPool("view", VIEW_THREADS)
    form_pool = ThreadPool("form", FORM_THREADS)
    requests = RequestFactory(identity, now)
    return SlackParts(client, identity, requests, users, messenger, views, reply_pool, view_pool, form_pool)


def build_planner(
    pbx: PbxClient, journal: Journal, policy_store: PolicyStore, slack: SlackParts, working_day: WorkingDay
) -> Planner:
    """Builds the planner on the PBX, the policy, the users of Slack and the changes in the journal."""
    repository, history = ChangeRepository(journal, journal.now), HistoryReader(journal)
    files, prompts = FileDownloader(slack.client), PromptStore(journal.database)
    return Planner(
        *(pbx, Directory(pbx), policy_store, slack.users, repository, history),
        files=files,
        prompts=prompts,
        working_day=working_day,
        link=slack.identity.link,
    )


@dataclass(frozen=True, slots=True)
class WorkerParts:
    """What accepts requests and processes them."""

    progress_notifier: ProgressNotifier
    worker: Worker
    dispatcher: Dispatcher


def build_workers(
    settings: Settings,
    journal: Journal,
    planner: Planner,
    policy_store: PolicyStore,
    messenger: SlackMessenger,
    home_tabs: HomeTabs,
    retry_policy: RetryPolicy | None,
) -> WorkerParts:
    """Builds the dispatcher and the worker; each change that the worker makes updates the Home tabs."""
    progress_notifier = ProgressNotifier(
        messenger, partial(_ended_on_another_replica, journal), lambda: planner.pbx.trouble
    )
    notifier = Notifier(journal, messenger, policy_store, on_change=home_tabs.changed)
    write_switch = WriteSwitch(journal, read_only=settings.park_read_only)
    worker = Worker(journal, EntryProcessor(journal, planner, notifier, progress_notifier, write_switch, retry_policy))
    return WorkerParts(progress_notifier, worker, Dispatcher(journal, planner, worker, messenger, progress_notifier))


def _ended_on_another_replica(journal: Journal, request: Request) -> bool:
    entry = None if journal.database.exclusive else journal.find(request.key)
    return entry is not None and entry.state.ended


def build_audit_tasks(
    settings: Settings,
    journal: Journal,
    pbx: PbxClient,
    policy_store: PolicyStore,
    messenger: SlackMessenger,
    now: Clock | None,
) -> tuple[DailyTask, DriftMonitor]:
    """Builds the tasks that keep the journal small and verifiable, and look for changes made outside Park."""
    days, minutes = settings.park_retention_days, settings.park_drift_interval
    keep = None if days is None else timedelta(days=days)
    daily = DailyTask(journal, messenger, policy_store.now.announce, keep=keep, now=now)
    most, own = settings.park_drift_requests, settings.pbx_username
    return daily, DriftMonitor(journal, pbx, messenger, policy_store, minutes=minutes, most=most, own=own, now=now)


def build_listeners(
    slack: SlackParts, journal: Journal, form_service: FormService, dispatcher: Dispatcher, home_tabs: HomeTabs
) -> App:
    """Builds the Bolt app and registers all listeners."""
    app, messenger = build_app(slack.client, slack.identity), slack.messenger
    destinations = Destinations(slack.users, DestinationStore(journal.database))
    view_pool, form_pool = slack.view_pool, slack.form_pool
    forms = FormListeners(
        slack.views, dispatcher, form_service, messenger, slack.requests, view_pool, form_pool, destinations
    )
    register_listeners(app, dispatcher, messenger, slack.requests, slack.reply_pool, forms)
    forms.connect(app)
    home_tabs.connect(app)
    return app


def build_receiver(settings: Settings, app: App, client: WebClient) -> Receiver:
    """Builds Socket Mode if there is an app-level token, else HTTP mode."""
    if settings.slack_app_token is not None:
        return SocketMode(app, client, settings.slack_app_token.get_secret_value())
    secret, listen = secret_text(settings.slack_signing_secret), parse_listen_address(settings.park_http_listen)
    return HTTPMode(app, str(secret), listen, proxy=settings.park_http_trusted_proxy)
