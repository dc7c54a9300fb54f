"""A harness for the bot without Slack: a sandbox PBX, a journal of its own, and a messenger that records messages."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path as File

from bot.audit.history_reader import HistoryReader
from bot.changes.lookups import DownloadedFile
from bot.changes.repository import ChangeRepository
from bot.changes.write_switch import WriteSwitch
from bot.errors import SlackFailure
from bot.journal.journal import Journal
from bot.journal.models import Entry
from bot.journal.storage import PromptStore
from bot.messages.message import Message, Posted, StepResult
from bot.messages.request import Request, Source
from bot.operations.parser import parse_unconfirmed
from bot.pbx.auth import Credentials
from bot.pbx.client import PbxClient
from bot.pbx.directory import Directory
from bot.planning.planner import AuthorizedPlan, Planner
from bot.planning.principals import AccountStatus
from bot.policy.store import PolicyStore
from bot.sandbox.environment import ORDINARY_INSTANT, Sandbox
from bot.sandbox.pbx.dataset import tone
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.setups.past import SetupHistory
from bot.times.model import Clock
from bot.worker.dispatcher import Dispatcher
from bot.worker.lease import RetryPolicy
from bot.worker.notifier import Notifier
from bot.worker.processor import EntryProcessor
from bot.worker.progress import ProgressNotifier
from bot.worker.worker import Worker

ANA, BEN = "U0000000ANA", "U0000000BEN"
PHONES = "C00000PHONES"
POLICY = f"""\
announce = "C000000000OPS"
contact = "whoever runs the phones"

[[allow]]
name = "Ana"
users = ["{ANA}"]
operations = ["all"]

[[allow]]
name = "Ben looks at Sales and Billing"
users = ["{BEN}"]
operations = ["read", "members", "recall"]
groups = ["Sales*", "Billing"]
ring_groups = ["Night*"]
"""
EMAILS = {ANA: "ana.ruiz@example.com"}


class FakeUserDirectory:
    """The Slack user directory, with two members; raises `fault` if there is one."""

    fault: SlackFailure | None = None

    def account_status(self, user: str, team: str) -> AccountStatus:
        if self.fault:
            raise self.fault
        return AccountStatus(guest=False, foreign=False, bot=False)

    def user_groups_of(self, user: str) -> frozenset[str] | None:
        return frozenset()

    def members_of(self, group: str) -> frozenset[str] | None:
        return None

    @property
    def remembered(self) -> "FakeUserDirectory":
        return self

    def language(self, user: str) -> str:
        return "en"

    def zone(self, user: str) -> str:
        return "Europe/Berlin"

    def name_of(self, id: str) -> str:
        return ""

    def usable_channels(self, user: str, among: Sequence[str]) -> tuple[str, ...]:
        return tuple(among)

    def email(self, user: str) -> str | None:
        return EMAILS.get(user)


class FakeFiles:
    """The files in Slack: the same sound under every id."""

    def fetch(self, id: str, user: str, channel: str | None) -> DownloadedFile:
        return DownloadedFile("welcome.wav", tone())


@dataclass
class RecordingMessenger:
    """A messenger that records messages; each call raises the first of the `faults` that are left.

    Whether a note of progress is sent depends on the machine's load, so it has `progress_faults` of its own.
    """

    private: list[Message] = field(default_factory=list)
    cards: list[tuple[str, Message]] = field(default_factory=list)
    replies: list[tuple[bool, Message]] = field(default_factory=list)
    announced: list[Message] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)
    copies: list[tuple[str, Message]] = field(default_factory=list)
    steps: list[StepResult] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    progress_faults: list[Exception] = field(default_factory=list)
    how: str = "channel"

    def send_progress(self, request: Request, text: str) -> None:
        if self.progress_faults:
            raise self.progress_faults.pop(0)
        self.checked.append(text)

    def clear_progress(self, request: Request) -> None:
        self.cleared.append(request.line)

    def clear_left_over(self) -> None:
        pass

    def answer(self, request: Request, message: Message) -> None:
        self._fail()
        self.private.append(message)

    def answer_directly(self, request: Request, message: Message) -> None:
        self.answer(request, message)

    def show(
        self, request: Request, number: int | None, message: Message, status: str, posted: Posted | None = None
    ) -> Posted:
        self._fail()
        self.cards.append((status, message))
        return Posted.model_validate({"how": self.how, "channel": request.channel, "ts": "1.0", "thread": "1.0"})

    def copy(
        self,
        channel: str,
        request: Request,
        number: int | None,
        message: Message,
        status: str,
        posted: Posted | None,
        root: Posted | None = None,
    ) -> Posted:
        self._fail()
        self.copies.append((channel, message))
        return Posted(how="channel", channel=channel, ts="2.0", thread="2.0")

    def reply_in_thread(self, request: Request, posted: Posted, message: Message, mention: bool) -> None:
        self._fail()
        self.replies.append((mention, message))

    def report_step(self, execution: str, result: StepResult) -> None:
        self._fail()
        self.steps.append(result)

    def announce(self, channel: str, request: Request, message: Message) -> None:
        self._fail()
        self.announced.append(message)

    def post(self, channel: str, message: Message) -> None:
        self._fail()
        self.announced.append(message)

    def _fail(self) -> None:
        if self.faults:
            raise self.faults.pop(0)


@dataclass
class BotHarness:
    """The parts of the bot below Slack; nothing is processed until `work` is called."""

    fake_pbx: FakePbx
    pbx: PbxClient
    journal: Journal
    directory: Directory
    people: FakeUserDirectory
    planner: Planner
    messenger: RecordingMessenger
    progress_notifier: ProgressNotifier
    worker: Worker
    dispatcher: Dispatcher
    keys: Iterator[int] = field(default_factory=count)

    def request(self, line: str, *, user: str = ANA, expects: str | None = None, key: str | None = None) -> Request:
        """Builds the request of a slash command."""
        return Request(
            key=key or f"T1:{next(self.keys)}",
            team="T1",
            user=user,
            source=Source.SLASH,
            line=line,
            channel=PHONES,
            asked_at=self.journal.now(),
            expects=expects,
        )

    def ask(self, line: str, *, user: str = ANA, expects: str | None = None) -> Message | None:
        """Submits a line; returns the immediate answer, or None if it was accepted."""
        return self.dispatcher.submit(self.request(line, user=user, expects=expects))

    def answer(self, line: str, *, user: str = ANA) -> Message:
        """Returns the answer of a read, or a preview; raises Refused."""
        return self.dispatcher.answers.answer(self.request(line, user=user), parse_unconfirmed(line))

    def plan(self, line: str, *, user: str = ANA) -> AuthorizedPlan:
        """Plans a change; raises Refused."""
        return self.planner.plan(self.request(line, user=user), parse_unconfirmed(line))

    def claim(self) -> Entry:
        """Claims the next entry that is due; there must be one."""
        entry = self.journal.claim("the test")
        assert entry is not None
        return entry

    def work(self) -> None:
        """Processes all entries that are due now."""
        while (entry := self.journal.claim("the test")) is not None:
            self.worker.processor.process(entry)

    def do(self, line: str, *, user: str = ANA) -> Message:
        """Submits a line and processes it; returns the card, or the last private message if there is none."""
        assert self.ask(line, user=user) is None
        cards = len(self.messenger.cards)
        self.work()
        return self.messenger.cards[-1][1] if len(self.messenger.cards) > cards else self.messenger.private[-1]

    def state(self, change: int = 1) -> str:
        """Returns the state of a change in the journal."""
        return self.journal.get(change).state


def offered_lines(message: Message) -> list[str]:
    """Returns the lines of a message's buttons."""
    return [offer.line for offer in message.offers]


def text_of(message: Message) -> str:
    """Returns the whole text of a message."""
    facts = [f"{fact.label}: {fact.before or ''} {fact.value}" for fact in message.facts]
    return "\n".join(
        (message.title, *facts, *map(str, message.items), *message.notes, *message.snippet, *message.lines)
    )


@contextmanager
def bot_harness(
    folder: File,
    *,
    fake_pbx: FakePbx | None = None,
    policy: str = POLICY,
    retry_policy: RetryPolicy | None = None,
    now: Clock | None = None,
) -> Iterator[BotHarness]:
    """Builds the harness; the sandbox PBX is started if none is given, and the clock is one that runs."""
    file = folder / "policy.toml"
    file.write_text(policy, encoding="utf-8")
    with fake_pbx or FakePbx() as running:
        pbx = PbxClient(running.url, Credentials(token=running.token))
        ahead = (Sandbox.default_now or ORDINARY_INSTANT) - datetime.now(UTC)
        clock = now or (lambda: datetime.now(UTC) + ahead)
        journal = Journal(f"sqlite:///{folder / 'park.sqlite3'}", now=clock)
        people, messenger, directory = FakeUserDirectory(), RecordingMessenger(), Directory(pbx)
        rules = PolicyStore(file)
        repository, progress_notifier = ChangeRepository(journal, journal.now), ProgressNotifier(messenger)
        planner = Planner(
            pbx,
            directory,
            rules,
            people,
            repository,
            HistoryReader(journal),
            files=FakeFiles(),
            prompts=PromptStore(journal.database),
            setup_history=SetupHistory(journal, pbx),
        )
        worker = Worker(
            journal,
            EntryProcessor(
                journal,
                planner,
                Notifier(journal, messenger, rules),
                progress_notifier,
                WriteSwitch(journal),
                retry_policy,
            ),
            threads=2,
        )
        dispatcher = Dispatcher(journal, planner, worker, messenger, progress_notifier)
        try:
            yield BotHarness(
                fake_pbx=running,
                pbx=pbx,
                journal=journal,
                directory=directory,
                people=people,
                planner=planner,
                messenger=messenger,
                progress_notifier=progress_notifier,
                worker=worker,
                dispatcher=dispatcher,
            )
        finally:
            dispatcher.close()
            progress_notifier.close()
            journal.close()
            pbx.close()
