"""Composition root: builds all parts from the settings, starts them and stops them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import TracebackType
from typing import NamedTuple, Self

from bot.audit.history import HistoryReader
from bot.audit.tasks import build_audit_tasks
from bot.changes.repository import ChangeRepository
from bot.changes.write_switch import WriteSwitch
from bot.journal.journal import LEASE, Journal
from bot.journal.storage import PromptStore
from bot.messages import slash_command
from bot.messages.request import Request
from bot.pbx.client import PbxClient, build_client
from bot.pbx.directory import Directory
from bot.planning.forms import FormService
from bot.planning.planner import Planner
from bot.planning.recurring import ScheduleLimits
from bot.policy.store import PolicyStore, PolicyWatcher
from bot.recurrence.model import Calendars
from bot.runtime.health import Condition, HealthChecks, HealthServer, Remembered
from bot.settings import PBXSettings, Settings, SlackTokens, secret_text
from bot.setups.past import SetupHistory
from bot.slack.bolt_app import Receiver
from bot.slack.client import Identity, SlackClient, connect_client
from bot.slack.connection import SlackConnection
from bot.slack.files import FileDownloader
from bot.slack.home import HomeTabs
from bot.slack.messenger import SlackMessenger
from bot.slack.parts import SlackParts, build_listeners, build_receiver, build_slack
from bot.slack.posting import PostingState
from bot.texts.languages import speaking
from bot.times.model import Clock, WorkingDay, utc_now
from bot.worker.calendars import build_calendars, calendar_condition
from bot.worker.dispatcher import Dispatcher
from bot.worker.end_executor import ends_condition
from bot.worker.lease import RetryPolicy
from bot.worker.notifier import Notifier
from bot.worker.processor import EntryProcessor
from bot.worker.progress import ProgressNotifier
from bot.worker.worker import Worker


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
        read_tokens: Callable[[], SlackTokens] | None = None,
    ) -> None:
        """Builds all parts; `start` signs in to Slack.

        Args:
            now: Replaces the journal's clock.
            lease: Duration of a lease, the same on all replicas, at least twice `pbx_deadline`.
            read_settings: Reads the settings of the PBX again, after it has rejected the credentials.
            read_tokens: Reads Slack's tokens again, after Slack has rejected one.

        Raises:
            ParkError: The policy, the PBX settings or the journal can't be used.
        """
        self.settings = settings
        self.policy_store = PolicyStore(settings.park_policy)
        self.posting = PostingState(now or utc_now)
        self._read_tokens = read_tokens
        client = _build_client(settings, self.posting, read_tokens)
        self.pbx = build_client(settings, read_settings=read_settings, now=now)
        self.journal = Journal(settings.database_url, now=now, lease=lease)
        slack = self._slack = build_slack(client, self.journal, now or utc_now, settings.park_language)
        messenger = slack.messenger
        self.calendars = build_calendars(settings, self.journal, self.policy_store, now)
        planner = build_planner(settings, self.pbx, self.journal, self.policy_store, slack, self.calendars.calendars)
        self._form_service = FormService(planner)
        self._home_tabs = HomeTabs(self._slack.views, self._form_service, self._slack.requests, self._slack.form_pool)
        self._workers = build_workers(
            settings, self.journal, planner, self.policy_store, messenger, self._home_tabs, self.posting, retry_policy
        )
        self.posting.on_recovery = self._workers.worker.retry_untold
        self.pbx.sign_in.on_recovery = self._workers.worker.retry_postponed
        self.daily, self.drift = build_audit_tasks(settings, self.journal, self.pbx, self.policy_store, messenger, now)
        self.policy_watcher = PolicyWatcher(self.policy_store, messenger, self._on_policy_change)
        self.connection = SlackConnection(
            client, self.posting, self._build_receiver, has_work=self._has_open_entries, now=now
        )
        self.health = HealthServer(settings.park_health_listen, self._checks())

    def start(self) -> Self:
        """Starts all parts, entries left by an earlier process first; without Slack, worker and clock run all the same.

        Raises:
            SettingsError: An address can't be listened on, or Slack rejects a token and nothing is due without it.
        """
        slash_command.use(self.settings.park_command)
        try:
            with speaking(self.settings.park_language):
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
            Part(stop=self._home_tabs.redraws.close),
            Part(workers.worker.start, workers.worker.stop),
            Part(self.daily.start, self.daily.stop),
            Part(self.drift.start, self.drift.stop),
            Part(self.policy_watcher.start, self.policy_watcher.stop),
            Part(self.calendars.start, self.calendars.stop),
            Part(stop=slack.reply_pool.shutdown),
            Part(stop=workers.dispatcher.close),
            Part(start=self.health.start),
            Part(self.connection.start, self.connection.stop),
        )

    def read_policy(self) -> None:
        """Reads the policy file again, even if it seems unchanged."""
        self.policy_watcher.wake()

    def wake(self) -> None:
        """Looks for work that is due, after the clock was set."""
        self._workers.worker.wake()
        self.daily.wake()
        self.drift.wake()
        self.calendars.wake()
        self.connection.wake()

    @property
    def idle(self) -> bool:
        """Whether all requests are answered."""
        slack = self._slack
        pools = (
            self._workers.dispatcher,
            self._workers.progress_notifier,
            slack.reply_pool,
            slack.view_pool,
            slack.form_pool,
        )
        if not (self._workers.worker.asleep and all(pool.idle for pool in pools)):
            return False  # asked before the journal, as it costs less; the pools are asked again at the end
        if self.journal.has_work() or not self._home_tabs.redraws.idle:  # before the pools, which they use
            return False
        return all(pool.idle for pool in pools)

    @property
    def receiver(self) -> Receiver:
        """What receives payloads from Slack; Park must have signed in."""
        assert self.connection.receiver is not None  # noqa: S101 - asked for by callers that have started Park
        return self.connection.receiver

    def _build_receiver(self, identity: Identity) -> Receiver:
        """Builds the listeners and what receives for them, once it is known who the bot is."""
        dispatcher, home_tabs = self._workers.dispatcher, self._home_tabs
        app = build_listeners(self._slack, identity, self.journal, self._form_service, dispatcher, home_tabs)
        read_app_token = partial(_app_token, self._read_tokens) if self._read_tokens else None
        return build_receiver(self.settings, app, self._slack.client, read_app_token)

    def _has_open_entries(self) -> bool:
        """Whether there is anything to do without Slack, such as the end of a temporary change."""
        backlog = self.journal.backlog()
        return backlog is None or any(backlog.depth.values())

    def _on_policy_change(self) -> None:
        self.daily.channel = self.policy_store.now.announce
        self.drift.wake()
        self.calendars.wake()
        self._home_tabs.changed()

    def _checks(self) -> HealthChecks:
        """Returns what the health endpoint reports."""
        return HealthChecks(
            threads={
                "worker": lambda: self._workers.worker.alive,
                "daily": lambda: self.daily.alive,
                "drift": lambda: self.drift.alive,
                "lookout": lambda: self.policy_watcher.alive,
                "calendars": lambda: self.calendars.alive,
                "slack": lambda: self.connection.running,
            },
            conditions={
                "slack": lambda: _slack_condition(self.connection),
                "posting": lambda: Condition(self.posting.problem is None, self.posting.problem or "can post"),
                "journal": Remembered(lambda: _journal_condition(self.journal.fault())),
                "policy": lambda: Condition(self.policy_store.fault is None, self.policy_store.state),
                "ends": lambda: ends_condition(self.journal),
                "calendars": lambda: calendar_condition(self.calendars.calendars),
                "pbx": lambda: Condition(True, self.pbx.state),  # all replicas share it, and Park still takes requests
            },
            backlog=self.journal.backlog,
        )

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __str__(self) -> str:
        identity, receiver = self.connection.identity, self.connection.receiver
        if identity is None or receiver is None:
            return f"Park waits for Slack and changes {self.settings.pbx_url}"
        return f"Park answers {identity.team_name} in Slack ({receiver.where}) and changes {self.settings.pbx_url}"


def _build_client(
    settings: Settings, posting: PostingState, read_tokens: Callable[[], SlackTokens] | None
) -> SlackClient:
    token, url = settings.slack_bot_token.get_secret_value(), settings.slack_api_url
    read_token = partial(_bot_token, read_tokens) if read_tokens else None
    return connect_client(token, url, posting=posting, read_token=read_token)


def _bot_token(read: Callable[[], SlackTokens]) -> str:
    return read().slack_bot_token.get_secret_value()


def _app_token(read: Callable[[], SlackTokens]) -> str:
    return secret_text(read().slack_app_token) or ""


def _slack_condition(connection: SlackConnection) -> Condition:
    return Condition.of(connection.connected, "connected", connection.problem or "not connected")


def _journal_condition(fault: str | None) -> Condition:
    return Condition.of(fault is None, "can be written", f"can't be written: {fault}")


class Part(NamedTuple):
    """How one part is started and stopped."""

    start: Callable[[], object] = lambda: None
    stop: Callable[[], object] = lambda: None


def build_planner(
    settings: Settings,
    pbx: PbxClient,
    journal: Journal,
    policy_store: PolicyStore,
    slack: SlackParts,
    calendars: Calendars | None = None,
) -> Planner:
    """Builds the planner on the PBX, the policy, the users of Slack and the changes in the journal."""
    repository, history = ChangeRepository(journal, journal.now, calendars), HistoryReader(journal)
    return Planner(
        *(pbx, Directory(pbx), policy_store, slack.users, repository, history),
        files=FileDownloader(slack.client),
        prompts=PromptStore(journal.database),
        setup_history=SetupHistory(journal, pbx),
        working_day=WorkingDay(settings.park_morning, settings.park_end_of_day),
        schedule_limits=ScheduleLimits(settings.park_schedules, settings.park_schedules_per_group),
        link=slack.requests.link,
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
    posting: PostingState,
    retry_policy: RetryPolicy | None,
) -> WorkerParts:
    """Builds the dispatcher and the worker; each change that the worker makes updates the Home tabs."""
    progress_notifier = ProgressNotifier(
        messenger, partial(_ended_on_another_replica, journal), lambda: planner.pbx.trouble
    )
    notifier = Notifier(journal, messenger, policy_store, on_change=home_tabs.changed, on_untold=posting.untold)
    write_switch = WriteSwitch(journal, read_only=settings.park_read_only)
    worker = Worker(journal, EntryProcessor(journal, planner, notifier, progress_notifier, write_switch, retry_policy))
    return WorkerParts(progress_notifier, worker, Dispatcher(journal, planner, worker, messenger, progress_notifier))


def _ended_on_another_replica(journal: Journal, request: Request) -> bool:
    entry = None if journal.database.exclusive else journal.find(request.key)
    return entry is not None and entry.state.ended
