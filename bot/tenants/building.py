"""Builds the planner and the workers of one PBX."""

from dataclasses import dataclass
from functools import partial

from bot.audit.history_reader import HistoryReader
from bot.changes.repository import ChangeRepository
from bot.changes.write_switch import WriteSwitch
from bot.journal.journal import Journal
from bot.journal.models import State
from bot.journal.storage import PromptStore
from bot.messages.request import Request
from bot.pbx.client import PbxClient
from bot.pbx.directory import Directory
from bot.planning.planner import Planner
from bot.planning.recurring import ScheduleLimits
from bot.policy.store import PolicyStore
from bot.recurrence.model import Calendars
from bot.settings.environment import Settings
from bot.setups.past import SetupHistory
from bot.slack.files import FileDownloader
from bot.slack.home import HomeTabs
from bot.slack.messenger import SlackMessenger
from bot.slack.parts import SlackParts
from bot.slack.posting import PostingState
from bot.times.model import WorkingDay
from bot.worker.dispatcher import Dispatcher
from bot.worker.lease import RetryPolicy
from bot.worker.notifier import Notifier
from bot.worker.processor import EntryProcessor
from bot.worker.progress import ProgressNotifier
from bot.worker.worker import Worker


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
        messenger, partial(_is_over_on_another_replica, journal), lambda: planner.pbx.trouble
    )
    notifier = Notifier(journal, messenger, policy_store, on_change=home_tabs.changed, on_untold=posting.untold)
    write_switch = WriteSwitch(journal, read_only=settings.park_read_only)
    worker = Worker(journal, EntryProcessor(journal, planner, notifier, progress_notifier, write_switch, retry_policy))
    return WorkerParts(progress_notifier, worker, Dispatcher(journal, planner, worker, messenger, progress_notifier))


def _is_over_on_another_replica(journal: Journal, request: Request) -> bool:
    """Whether a change has ended, or waits for its time or for approval, which its card says."""
    entry = None if journal.database.exclusive else journal.find(request.key)
    return entry is not None and (entry.state.ended or entry.state is State.SCHEDULED)
