"""Watchers without a Park around them: their turns come when a test says so, and what they say is noted."""

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
from bot.sandbox.pbx.fake_pbx import SandboxPBX
from bot.sandbox.pbx.faults import Fault, Kind
from tests.house import Noting
from tests.journal.making import Clock

MINUTES = 5
POLICY = 'announce = "C000000000OPS"\n'


class Saying(Noting):
    """Does something more, once it has said a thing."""

    after: Callable[[], object] = staticmethod(lambda: None)

    def post(self, channel: str, message: Message) -> None:
        super().post(channel, message)
        self.after()


@dataclass
class Duty:
    """The watchers of several replicas, if the database takes several."""

    sandbox: SandboxPBX
    address: str
    policy_store: PolicyStore
    clock: Clock = field(default_factory=Clock)
    messenger: Saying = field(default_factory=Saying)
    journals: list[Journal] = field(default_factory=list)
    clients: list[PbxClient] = field(default_factory=list)

    def watcher(self, **given: int) -> DriftMonitor:
        """Another replica's."""
        journal = Journal(self.address, now=self.clock)
        pbx = PbxClient(self.sandbox.url, Credentials(token=self.sandbox.token))
        self.journals.append(journal)
        self.clients.append(pbx)
        given = {"minutes": MINUTES, "most": 50} | given
        return DriftMonitor(journal, pbx, self.messenger, self.policy_store, **given, now=self.clock)  # type: ignore[arg-type]

    def close(self) -> None:
        """All of them are gone."""
        while self.journals:
            self.journals.pop().close()
        while self.clients:
            self.clients.pop().close()

    def turn(self, watcher: DriftMonitor) -> None:
        """The next that is due."""
        self.clock.move(minutes=MINUTES)
        watcher.turn()

    def recall(self, group: str = "Sales") -> None:
        """Somebody sends its recalls to the Night Desk."""
        state = self.sandbox.state
        id = state.ring_group_id("Night Desk")
        self.sandbox.console_update_group(state.group_id(group), recall_to="RING_GROUP_ONLY", ring_group_id=id)

    def hold(self, match: str) -> Fault:
        """The next request that fits waits at the PBX."""
        return self.sandbox.faults.add(Fault(kind=Kind.SLOW, match=match, seconds=0, hold=threading.Event()))

    @property
    def told(self) -> list[str]:
        return [message.title for message in self.messenger.announced]


@contextmanager
def duty(address: str, folder: Path) -> Iterator[Duty]:
    file = folder / "policy.toml"
    file.write_text(POLICY, encoding="utf-8")
    with SandboxPBX() as sandbox:
        one = Duty(sandbox, address, PolicyStore(file))
        yield one
        one.close()
