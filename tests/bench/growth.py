"""Whether a gesture costs more on a large installation: a long journal, many groups, rules, temporary changes, viewers.

`python -m tests.bench.growth` prints the CPU of the bot's process for each gesture on a small installation and on a
large one, with the ratio, which hardly depends on what else the machine does. On the small one each list that is shown
is full, too: what is compared is the way there. A number is that of the changes in the large one's journal.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from statistics import median

from bot.sandbox.environment import Sandbox
from tests.bench.bots import Bot, running, sandboxes
from tests.bench.commands import GROUPS, WARM, Typist
from tests.bench.counts import cpu_seconds, quiet
from tests.bench.large import CHANGES, TEMPORARY, make_large

LARGE = 10_000
"""Park groups of the large installation."""
RULES = 200
"""Rules of its policy; the first one allows."""
TIMES = 10
"""How often each gesture is measured in a row."""
ROWS = 3
HOMES = 5
"""How often the Home tab is opened: Slack takes 100 a minute."""
VIEWERS = 50
"""People who have their Home tab open while a change is made."""
LINES = (
    "groups 0004",
    "group Group 00004",
    "find 1004",
    "pending",
    "history",
    "history Group 00004",
    "server",
    "can me delete Group 00004",
    "preview delete Group 00004",
    "schedules",
    "",
)
READ = """
[[allow]]
name = "Everybody may read everything, in a Home tab too"
operations = ["read"]
"""
RULE = """
[[allow]]
name = "Rule {number}"
users = ["{{ana}}"]
channels = ["{{phones}}"]
operations = ["recall"]
groups = ["Group {number:05}"]
"""


SMALL = {"changes": 1000, "temporary": 50}
"""Changes in the journal of the small installation."""


class Again(Typist):
    """Types changes of a few groups in turn, so that each takes the place of an earlier one, whose card is redrawn."""

    def line(self, number: int) -> tuple[str, str]:
        return super().line(number % (WARM - 5))


class Gestures:
    """What people do, each until it is answered."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self._typist = sandbox, Again(sandbox)
        self._person, self._channel = sandbox.people["person0"], sandbox.channels["channel0"]

    def all(self) -> dict[str, Callable[[], object]]:
        """Returns the gestures by their names."""
        lines = {f"/park {line}".strip(): partial(self.read, line) for line in LINES}
        return {"/park recall ...": self._typist.type, **lines, "typeahead": self.suggest}

    def read(self, line: str) -> None:
        """Types a line that is answered privately, and waits for the answer."""
        state = self.sandbox.slack.state
        seen = self._answers()
        assert self.sandbox.slack.slash(self._person, self._channel, line).ok, line
        answered = state.wait(lambda: self._answers() > seen, 60)
        assert answered, f"{line}: no answer"

    def _answers(self) -> int:
        return sum(post.only_for == self._person for post in self.sandbox.slack.state.posts)

    def open_home(self, person: str = "person0") -> None:
        """Opens the Home tab, and waits until it is published."""
        with self.publishing(1):
            self.sandbox.slack.open_home(self.sandbox.people[person])

    @contextmanager
    def publishing(self, tabs: int) -> Iterator[None]:
        """Waits, after what is done, until so many Home tabs were published; Slack takes 100 a minute."""
        before = self._published()
        yield
        assert self.sandbox.slack.state.wait(lambda: self._published() >= before + tabs, 180), "Home was not published"

    def _published(self) -> int:
        return sum(call.method == "views.publish" for call in self.sandbox.slack.calls)

    def change_watched(self) -> None:
        """Makes a change while people look at their Home tabs, and waits until these show it."""
        with self.publishing(VIEWERS):
            self._typist.type()

    def open_form(self) -> None:
        """Opens a form in which `suggest` types."""
        self.sandbox.slack.slash(self._person, self._channel, "add")
        self.sandbox.slack.wait_for(
            lambda: any("park:pick:group" in str(view.blocks) for view in self.sandbox.slack.views_of(self._person)), 60
        )

    def suggest(self) -> None:
        """Types a part of a group's name into a menu of the form."""
        offered = self.sandbox.slack.suggest(self._person, "up 0004", action_id="park:pick:group")
        assert offered, offered.error


def measure(sandbox: Sandbox, bot: Bot) -> dict[str, float]:
    """Returns the CPU in milliseconds of each gesture."""
    gestures = Gestures(sandbox)
    for _ in range(WARM):
        gestures.all()["/park recall ..."]()
    gestures.open_form()
    found = dict[str, float]()
    for name, gesture in gestures.all().items():
        gesture()
        _take(found, bot, name, lambda: median(_cpu(bot, gesture) for _ in range(ROWS)))  # noqa: B023 - called at once
    gestures.open_home()
    _take(found, bot, "Home", lambda: _cpu(bot, gestures.open_home, HOMES))
    for number in range(VIEWERS):
        gestures.open_home(f"person{number}")
    _take(found, bot, f"/park recall ..., {VIEWERS} Homes", lambda: _cpu(bot, gestures.change_watched, 1))
    return found


def _take(found: dict[str, float], bot: Bot, name: str, take: Callable[[], float]) -> None:
    quiet(bot)
    found[name] = take()
    print(f"{name:28}{found[name]:11.1f} ms", file=sys.stderr, flush=True)


def _cpu(bot: Bot, work: Callable[[], object], times: int = TIMES) -> float:
    """Returns the milliseconds of CPU that a gesture takes, with what follows its answer."""
    before = cpu_seconds(bot.process.pid)["cpu"]
    for _ in range(times):
        work()
    return float(quiet(bot) - before) * 1000 / times


@contextmanager
def large(changes: int) -> Iterator[Sandbox]:
    """A sandbox with everything that grows."""
    rules = "".join(RULE.format(number=number) for number in range(1, RULES))
    with sandboxes(LARGE, READ + rules) as sandbox:
        make_large(sandbox, changes)
        yield sandbox


def main(changes: int = CHANGES) -> None:
    """Prints the table."""
    with sandboxes(GROUPS, READ) as sandbox:
        make_large(sandbox, **SMALL)
        with running(sandbox, "bot run") as bot:
            small, memory, started = measure(sandbox, bot), bot.memory, bot.started
    begun = time.monotonic()
    with large(changes) as sandbox:
        print(f"made in {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
        with running(sandbox, "bot run") as bot:
            grown, grown_memory, grown_started = measure(sandbox, bot), bot.memory, bot.started
    print(f"{LARGE:,} groups, {RULES} rules, {TEMPORARY:,} temporary changes, {changes:,} changes in the journal")
    print(f"{'CPU of a gesture':28}{f'{GROUPS} groups':>14}{'large':>14}{'ratio':>8}")
    for name, cost in small.items():
        print(f"{name:28}{cost:11.1f} ms{grown[name]:11.1f} ms{grown[name] / max(cost, 0.1):8.2f}")
    print(f"{'memory':28}{memory:10.0f} MiB{grown_memory:10.0f} MiB{grown_memory / memory:8.2f}")
    print(f"{'start to ready':28}{started:12.1f} s{grown_started:12.1f} s{grown_started / started:8.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
