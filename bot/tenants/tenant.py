"""All parts that serve one PBX: its client, policy, journal, worker, background tasks and Slack listeners."""

import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import timedelta
from functools import cached_property, partial
from typing import NamedTuple

from slack_bolt import App

from bot.audit.tasks import build_audit_tasks
from bot.journal.journal import Journal
from bot.pbx.client import build_client
from bot.planning.forms import FormService
from bot.policy.store import PolicyStore, PolicyWatcher
from bot.runtime.checks import Backlog, Condition, PartChecks, Remembered
from bot.runtime.scope import pbx_scope
from bot.runtime.threads import PeriodicTask
from bot.runtime.turns import TurnRunner
from bot.settings.tenants import TenantSettings
from bot.slack.client import Identity
from bot.slack.home import HomeTabs
from bot.slack.outgoing import Json, Outgoing
from bot.slack.parts import Workspace, build_listeners, build_slack
from bot.slack.workspace import channel_uses
from bot.tenants.building import build_planner, build_workers
from bot.texts import tenants as texts
from bot.texts.languages import speaking
from bot.times.model import Clock, utc_now
from bot.worker.calendars import build_calendars, calendar_condition
from bot.worker.end_executor import ends_condition
from bot.worker.lease import RetryPolicy

log = logging.getLogger(__name__)


class Part(NamedTuple):
    """How one part is started and stopped."""

    start: Callable[[], object] = lambda: None
    stop: Callable[[], object] = lambda: None


class Tenant:
    """One PBX with everything that serves it; shares nothing with others but its Slack workspace."""

    team = ""
    """Id of the Slack workspace, once it is known."""
    app: App | None = None
    """The listeners; None until it is known who the bot is in the workspace."""

    def __init__(
        self,
        given: TenantSettings,
        workspace: Workspace,
        turns: TurnRunner,
        *,
        retry_policy: RetryPolicy | None,
        now: Clock | None,
        lease: timedelta,
    ) -> None:
        """Builds all parts; `turns` runs the periodic tasks of all PBXs.

        Raises:
            ParkError: The policy, the PBX settings or the journal can't be used.
        """
        self.given, self.name, self.title = given, given.name, given.title
        self._turns, settings = turns, given.settings
        # What is made here may start threads, which post cards.
        with ExitStack() as built, pbx_scope(self.name), speaking(settings.park_language):
            self.policy_store = PolicyStore(settings.park_policy)
            self.pbx = build_client(settings, read_settings=given.read_again, now=now)
            built.callback(self.pbx.close)
            self.journal = Journal(settings.database_url, now=now, lease=lease)
            built.callback(self.journal.close)
            self.outgoing = Outgoing(given.name, given.title, given.channels)
            slack = self.slack = build_slack(
                *(workspace, self.journal, now or utc_now, self.outgoing, settings.park_language)
            )
            self.calendars = build_calendars(settings, self.journal, self.policy_store, now)
            planner = build_planner(
                settings, self.pbx, self.journal, self.policy_store, slack, self.calendars.calendars
            )
            self.form_service = FormService(planner)
            self.home_tabs = HomeTabs(slack.views, self.form_service, slack.requests, slack.form_pool)
            self.workers = build_workers(
                *(settings, self.journal, planner, self.policy_store, slack.messenger, self.home_tabs),
                *(workspace.posting, retry_policy),
            )
            self.calendars.on_read = self.workers.worker.follow_calendars
            self.pbx.sign_in.on_recovery = self.workers.worker.retry_postponed
            self.daily, self.drift = build_audit_tasks(
                settings, self.journal, self.pbx, self.policy_store, slack.messenger, now
            )
            self.policy_watcher = PolicyWatcher(self.policy_store, slack.messenger, self._on_policy_change)
            built.pop_all()

    def connect(self, identity: Identity) -> App:
        """Builds the listeners, once it is known who the bot is in the workspace."""
        self.team, dispatcher = identity.team, self.workers.dispatcher
        self.app = build_listeners(self.slack, identity, self.journal, self.form_service, dispatcher, self.home_tabs)
        return self.app

    def show_choice(
        self, header: Callable[["Tenant", str], list[Json]], is_shown: Callable[["Tenant", str], bool]
    ) -> None:
        """Has a choice of PBXs stand on top of each Home tab, and only those tabs drawn that are about this PBX."""
        self.outgoing.home_header = partial(header, self)
        self.home_tabs.is_shown = partial(is_shown, self)

    def is_of(self, team: str) -> bool:
        """Returns whether the PBX belongs to a Slack workspace; one whose settings name none belongs to each."""
        return self.given.workspace in (None, team)

    def parts(self) -> tuple[Part, ...]:
        """Returns the parts in the order of starting; a part stops before those above it, which it uses."""
        slack, workers = self.slack, self.workers
        tasks: tuple[PeriodicTask, ...] = (self.daily, self.drift, self.policy_watcher, self.calendars)
        return (
            Part(stop=self.pbx.close),
            Part(stop=self.journal.close),
            Part(stop=workers.progress_notifier.close),
            Part(stop=slack.form_pool.shutdown),  # the worker's last changes are shown on Home tabs by this pool
            Part(stop=slack.view_pool.shutdown),
            Part(stop=self.home_tabs.redraws.close),
            Part(workers.worker.start, workers.worker.stop),
            *(Part(partial(task.start_in, self._turns), task.stop) for task in tasks),
            Part(stop=slack.reply_pool.shutdown),
            Part(stop=workers.dispatcher.close),
        )

    def start(self) -> None:
        """Starts all parts; entries left by an earlier process are processed first."""
        with pbx_scope(self.name), speaking(self.given.settings.park_language):
            self._warn_of_foreign_channels()
            for part in self.parts():
                part.start()

    def stop(self) -> None:
        """Finishes what is running; the rest stays in the journal."""
        with pbx_scope(self.name):
            for part in reversed(self.parts()):
                part.stop()

    def wake(self) -> None:
        """Looks for work that is due, after the clock was set."""
        self.workers.worker.wake()
        self.daily.wake()
        self.drift.wake()
        self.calendars.wake()

    @property
    def idle(self) -> bool:
        """Whether all requests are answered."""
        if not self.is_at_rest:
            return False  # asked before the journal, as it costs less; asked again at the end
        if self.journal.has_work() or not self.home_tabs.redraws.idle:  # before the pools, which they use
            return False
        return self.is_at_rest

    @property
    def is_at_rest(self) -> bool:
        """Whether no thread works on a request; one may be due to be tried again later."""
        slack, workers = self.slack, self.workers
        pools = (workers.dispatcher, workers.progress_notifier, slack.reply_pool, slack.view_pool, slack.form_pool)
        return workers.worker.asleep and all(pool.idle for pool in pools)

    def has_open_entries(self) -> bool:
        """Whether there is anything to do without Slack, such as the end of a temporary change."""
        backlog = self.journal.backlog()
        return backlog is None or any(backlog.depth.values())

    @cached_property
    def checks(self) -> PartChecks:
        """What the health endpoint reports."""
        return PartChecks(self.threads(), self.conditions(), self.backlog)

    def backlog(self) -> Backlog | None:
        """Returns the unfinished entries of the journal; None if it can't be read."""
        return self.journal.backlog()

    def _policy_state(self) -> str:
        foreign = self.foreign_channels()
        return self.policy_store.state + (f", {texts.posts_nothing(foreign)}" if foreign else "")

    def foreign_channels(self) -> tuple[str, ...]:
        """Returns the channels in which the policy has Park post, and which don't belong to the PBX."""
        uses = channel_uses(self.policy_store.now).items()
        return tuple(id for id, (_, posted_to) in uses if posted_to and not self.outgoing.owns(id))

    def _warn_of_foreign_channels(self) -> None:
        if foreign := self.foreign_channels():
            log.warning("%s: %s", self.policy_store.file.name, texts.posts_nothing(foreign))

    def _on_policy_change(self) -> None:
        self._warn_of_foreign_channels()
        self.daily.channel = self.policy_store.now.announce
        self.drift.wake()
        self.calendars.wake()
        self.home_tabs.changed()

    def threads(self) -> Mapping[str, Callable[[], bool]]:
        """Returns for each background thread whether it runs."""
        return {
            "worker": lambda: self.workers.worker.alive,
            "daily": lambda: self.daily.alive,
            "drift": lambda: self.drift.alive,
            "lookout": lambda: self.policy_watcher.alive,
            "calendars": lambda: self.calendars.alive,
        }

    def conditions(self) -> Mapping[str, Callable[[], Condition]]:
        """Returns the states that the health endpoint reports."""
        return {
            "journal": Remembered(lambda: _journal_condition(self.journal.fault())),
            "policy": lambda: Condition(self.policy_store.fault is None, self._policy_state()),
            "ends": lambda: ends_condition(self.journal),
            "calendars": lambda: calendar_condition(self.calendars.calendars),
            "pbx": lambda: Condition(True, self.pbx.state),  # all replicas share it, and Park still takes requests
        }


def _journal_condition(fault: str | None) -> Condition:
    return Condition.of(fault is None, "can be written", f"can't be written: {fault}")
