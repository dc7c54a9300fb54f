"""A harness that runs drift monitors turn by turn, without the rest of the bot, and records what they post."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.audit.drift.monitor import DriftMonitor
from bot.journal.journal import Journal
from bot.messages.message import Message
from bot.pbx.auth import Credentials
from bot.pbx.client import PbxClient
from bot.policy.store import PolicyStore
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.faults import Fault, FaultKind
from tests.bot_harness import RecordingMessenger
from tests.journal.making import Clock

MINUTES = 5
POLICY = 'announce = "C000000000OPS"\n\n[[allow]]\nname = "Phones"\nchannels = ["C00000PHONES"]\noperations = ["all"]\n'


class HookedMessenger(RecordingMessenger):
    """Records messages, and calls `after` after each."""

    after: Callable[[], object] = staticmethod(lambda: None)

    def post(self, channel: str, message: Message) -> None:
        super().post(channel, message)
        self.after()


@dataclass
class DriftHarness:
    """Creates drift monitors, each with a journal and a client of its own, on one database and one PBX."""

    fake_pbx: FakePbx
    address: str
    policy_store: PolicyStore
    clock: Clock = field(default_factory=Clock)
    messenger: HookedMessenger = field(default_factory=HookedMessenger)
    journals: list[Journal] = field(default_factory=list)
    clients: list[PbxClient] = field(default_factory=list)

    def new_monitor(self, **given: int) -> DriftMonitor:
        """Creates the monitor of another replica."""
        journal = Journal(self.address, now=self.clock)
        pbx = PbxClient(self.fake_pbx.url, Credentials(token=self.fake_pbx.token))
        self.journals.append(journal)
        self.clients.append(pbx)
        given = {"minutes": MINUTES, "most": 50} | given
        return DriftMonitor(journal, pbx, self.messenger, self.policy_store, **given, now=self.clock)  # type: ignore[arg-type]

    def close(self) -> None:
        """Closes all journals and clients."""
        while self.journals:
            self.journals.pop().close()
        while self.clients:
            self.clients.pop().close()

    def turn(self, monitor: DriftMonitor) -> None:
        """Moves the clock by one interval and runs the monitor."""
        self.clock.move(minutes=MINUTES)
        monitor.turn()

    def recall(self, group: str = "Sales") -> None:
        """Changes the group's recall target on the PBX, past the bot."""
        state = self.fake_pbx.state
        id = state.ring_group_id("Night Desk")
        self.fake_pbx.console_update_group(state.group_id(group), recall_to="RING_GROUP_ONLY", ring_group_id=id)

    def hold(self, match: str) -> Fault:
        """Makes the next matching request wait at the PBX."""
        return self.fake_pbx.faults.add(Fault(kind=FaultKind.SLOW, match=match, seconds=0, hold=threading.Event()))

    @property
    def posted_drifts(self) -> list[str]:
        return [message.title for message in self.messenger.announced]


@contextmanager
def drift_harness(address: str, folder: Path) -> Iterator[DriftHarness]:
    file = folder / "policy.toml"
    file.write_text(POLICY, encoding="utf-8")
    with FakePbx() as fake_pbx:
        harness = DriftHarness(fake_pbx, address, PolicyStore(file))
        yield harness
        harness.close()
