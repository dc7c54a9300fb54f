"""So many commands a second for so long: whether memory, threads or open files grow. `python -m tests.bench.load 30`.

Minutes, 30 unless said otherwise, and commands a second, 20 unless said otherwise: every fourth is a change. People
type in many channels, as teams do: Slack takes a message a second in each. What a busy machine cannot take is not
typed. At the end stands what Park holds more of than after a third of the time, by type and by container.
"""

import json
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from bot.sandbox.environment import Sandbox
from tests.bench.bots import CHANNELS, PEOPLE, Bot, running, sandboxes
from tests.bench.counts import quiet

RATE = 20.0
GROUPS = 400
LINES = ("groups 0001", "group {group}", "recall {group} to {to}", "recal {group}")
WAITING = 20
"""Commands under way at most."""
LOOKS = 15
GROWN = 1.1
"""By how much a count grows that is listed at the end, with at least `MANY` more."""
MANY = 100
Held = dict[str, dict[str, int]]


@dataclass
class Load:
    """Types commands at a pace, each as the next person in the next channel."""

    sandbox: Sandbox
    failed: list[str] = field(default_factory=list)
    typed: int = 0
    left_out: int = 0

    def __post_init__(self) -> None:
        self._free = threading.Semaphore(WAITING)
        self._numbers = count()

    def type(self) -> None:
        """Types the next command in a thread of its own; leaves it out while too many are under way."""
        number = next(self._numbers)
        if not self._free.acquire(blocking=False):
            self.left_out += 1
            return
        self.typed += 1
        threading.Thread(target=self._ask, args=(number,)).start()

    def _ask(self, number: int) -> None:
        try:
            group, to = f"Group {number // 4 % GROUPS + 1:05}", "user" if number // 4 // GROUPS % 2 else "6001"
            line = LINES[number % len(LINES)].format(group=group, to=to)
            person, channel = f"person{number % PEOPLE}", f"channel{number // 4 % CHANNELS}"
            ack = self.sandbox.slack.slash(self.sandbox.people[person], self.sandbox.channels[channel], line)
            if not ack.ok:
                self.failed.append(f"{line}: {ack.error}")
        finally:
            self._free.release()


def forget(sandbox: Sandbox) -> None:
    """The sandboxes keep all that they see: that is theirs, and not what is measured."""
    with sandbox.slack.state.changed:
        del sandbox.slack.state.posts[:-2000]
    sandbox.slack.deliveries.made.clear()
    sandbox.slack.calls.clear()
    sandbox.pbx.requests.clear()
    sandbox.pbx.state.audit.clear()


def held(bot: Bot, path: Path) -> Held:
    """Returns what Park holds."""
    path.unlink(missing_ok=True)
    bot.process.send_signal(signal.SIGUSR1)
    while not path.exists():
        time.sleep(0.1)
    found: Held = json.loads(path.read_text(encoding="utf-8"))
    return found


def look(bot: Bot, load: Load, seconds: float) -> None:
    """Prints what Park uses now."""
    print(
        f"{seconds / 60:6.1f} min {load.typed:7} commands {bot.memory:8.1f} MiB"
        f" {bot.threads:4} threads {bot.handles:4} open files",
        flush=True,
    )


def _until_idle(bot: Bot) -> float:
    """Waits until all that was accepted is made, so that what is held then has no more use; returns the seconds."""
    begun = time.monotonic()
    quiet(bot)
    return time.monotonic() - begun


def main(minutes: float = 30.0, rate: float = RATE) -> None:
    """Prints what Park uses, as time goes by, and what has grown."""
    early: Held | None = None
    with sandboxes(GROUPS) as sandbox, tempfile.TemporaryDirectory() as folder:
        path, load = Path(folder) / "held.json", Load(sandbox)
        with running(sandbox, f"tests.bench.census {path}") as bot:
            begun, looks = time.monotonic(), 0
            for number in count():
                seconds = time.monotonic() - begun
                if seconds >= looks * minutes * 60 / LOOKS:
                    look(bot, load, seconds)
                    forget(sandbox)
                    early = held(bot, path) if looks == LOOKS // 3 else early
                    looks += 1
                if seconds > minutes * 60:
                    break
                time.sleep(max(0.0, begun + number / rate - time.monotonic()))
                load.type()
            print(f"idle after {_until_idle(bot):.0f} s")
            look(bot, load, time.monotonic() - begun)
            late = held(bot, path)
    print(f"{load.left_out} left out, {len(load.failed)} not acknowledged {load.failed[:3]}")
    for kind, counts in late.items():
        for name, now in sorted(counts.items()):
            before = (early or {}).get(kind, {}).get(name, 0)
            if now > max(before * GROWN, before + MANY):
                print(f"{kind}: {name}: {before} -> {now}")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
