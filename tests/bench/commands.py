"""Commands to Park and to a bare Bolt app that makes the same calls: to the ack, to the confirmation, a second."""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from math import nan
from statistics import median, quantiles

from bot.sandbox.environment import Sandbox
from tests.bench.bots import CHANNELS, PEOPLE, running, sandboxes
from tests.bench.runs import RUNS, machine, print_header, print_row

GROUPS = 400
RING_GROUP = "6001"
WARM = 20
"""Commands before anything is measured: names are read, connections stand."""


@dataclass(frozen=True)
class Taken:
    """Seconds, of one command."""

    ack: float
    confirmed: float


@dataclass
class Typist:
    """Types changes that meet no other: each is of the next group."""

    sandbox: Sandbox

    def __post_init__(self) -> None:
        self._next: Iterator[int] = count()

    def line(self, number: int) -> tuple[str, str]:
        """Returns the group that command `number` is about, and the command: it always changes something."""
        group = f"Group {number % GROUPS + 1:05}"
        before = self.sandbox.pbx.state.groups[self.sandbox.pbx.state.group_id(group)]["recall_to"]
        return group, f"recall {group} to {RING_GROUP if before == 'USER_ONLY' else 'user'}"

    def type(self) -> Taken | None:
        """One command, until its confirmation stands in its card's thread; None where no ack came in time."""
        number, state = next(self._next), self.sandbox.slack.state
        person = self.sandbox.people[f"person{number % PEOPLE}"]
        group, line = self.line(number)
        seen, begun = max((post.ts for post in state.posts), default=""), time.perf_counter()
        channel = self.sandbox.channels[f"channel{number % CHANNELS}"]
        ack = self.sandbox.slack.slash(person, channel, line)
        if not ack.ok:
            return None

        def is_confirmed() -> bool:
            new = [post for post in state.posts if post.ts > seen]  # notes of progress are deleted meanwhile
            cards = [post.ts for post in new if post.thread_ts is None and group in post.text and not post.only_for]
            return any(post.thread_ts in cards for post in new if post.thread_ts)

        assert state.wait(is_confirmed, 60), f"{group} was not confirmed"
        return Taken(ack.seconds, time.perf_counter() - begun)

    def together(self, people: int, each: int) -> tuple[list[Taken | None], float]:
        """So many people, one command after the other; what each took, and commands a second."""
        taken: list[Taken | None] = []
        threads = [
            threading.Thread(target=lambda: taken.extend([self.type() for _ in range(each)])) for _ in range(people)
        ]
        begun = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return taken, len(list(filter(None, taken))) / (time.perf_counter() - begun)


@dataclass(frozen=True)
class Round:
    """What one bot made of so many people at once."""

    people: int
    ack: float
    late: float
    """The ack that nineteen of twenty came before."""
    confirmed: float
    rate: float
    failed: int
    """Of which Slack told the person that the command had failed."""


@dataclass
class Measured:
    """Of one bot, at one latency of the PBX."""

    rounds: list[Round]
    started: float
    at_rest: float
    after: float


def measure(
    sandbox: Sandbox, module: str, crowds: Sequence[int], python: str = sys.executable, **more: str
) -> Measured:
    """Warm, then each crowd in turn."""
    with running(sandbox, module, python, **more) as bot:
        time.sleep(2)
        at_rest = bot.memory
        typist = Typist(sandbox)
        for _ in range(WARM):
            typist.type()
        rounds = [_round(typist, people) for people in crowds]
        return Measured(rounds, bot.started, at_rest, bot.memory)


def _round(typist: Typist, people: int) -> Round:
    typed, rate = typist.together(people, max(4, 120 // people))
    taken = [one for one in typed if one] or [Taken(nan, nan)]
    acks = [one.ack for one in taken]
    late = quantiles(acks, n=20)[-1] if len(acks) > 1 else nan
    return Round(people, median(acks), late, median(one.confirmed for one in taken), rate, typed.count(None))


def calls_of_park(sandbox: Sandbox) -> str:
    """How often Park reads a group before and after it writes, for the bare app to do the same."""
    with running(sandbox, "bot run"):
        typist = Typist(sandbox)
        for _ in range(3):
            typist.type()
        sandbox.pbx.requests.clear()
        typist.type()
        methods = [heard.method for heard in sandbox.pbx.requests]
    write = methods.index("POST")
    (ring_group,) = (id for id, one in sandbox.pbx.state.ring_groups.items() if one["extension_number"] == RING_GROUP)
    return json.dumps({"before": write, "after": len(methods) - write - 1, "ring_group": ring_group})


def compare(name: str, module: str, crowds: Sequence[int], python: str = sys.executable) -> None:
    """Prints Park's figures beside another bot's, which makes the same calls: of several runs, in turn."""
    print(machine())
    for latency in (0.0, 0.05):
        with sandboxes(GROUPS) as sandbox:
            calls = calls_of_park(sandbox)
            sandbox.pbx.faults.latency = latency
            runs = [
                (measure(sandbox, "bot run", crowds), measure(sandbox, module, crowds, python, BARE_CALLS=calls))
                for _ in range(RUNS)
            ]
        print_comparison(latency, calls, runs, name)
    print(machine())


def main(crowds: Sequence[int] = (1, 10, 50)) -> None:
    """Prints each figure, with its ratio to the bare app's."""
    compare("bare Bolt", "tests.bench.bare", crowds)


def print_comparison(latency: float, calls: str, runs: Sequence[tuple[Measured, Measured]], name: str) -> None:
    """Prints the medians of Park's figures and of another bot's, with the ratio and its spread."""
    print(f"\nPBX of {latency * 1000:.0f} ms; each change makes the same calls of the PBX and of Slack: {calls}")
    print_header("Park", name)

    def row(what: str, figure: Callable[[Measured], float], unit: str) -> None:
        print_row(what, [figure(park) for park, _ in runs], [figure(other) for _, other in runs], unit)

    for number, people in enumerate(one.people for one in runs[0][0].rounds):
        row(f"{people:3} at once: ack", lambda one: one.rounds[number].ack * 1000, "ms")  # noqa: B023 - called at once
        row("             ack, 95th of 100", lambda one: one.rounds[number].late * 1000, "ms")  # noqa: B023
        row("             confirmation", lambda one: one.rounds[number].confirmed * 1000, "ms")  # noqa: B023
        row("             commands", lambda one: one.rounds[number].rate, "/s")  # noqa: B023
        failed = [(park.rounds[number].failed, other.rounds[number].failed) for park, other in runs]
        if any(map(any, failed)):
            print(f"{'             failed':28}{sum(ours for ours, _ in failed):10}{sum(one for _, one in failed):14}")
    row("memory at rest", lambda one: one.at_rest, "MiB")
    row("memory after that", lambda one: one.after, "MiB")
    row("start to ready", lambda one: one.started, "s")


if __name__ == "__main__":
    main()
