"""Whether a gesture costs more on a large installation: a long journal, many groups, rules, temporary changes, viewers.

`python -m tests.bench.growth` prints the CPU of the bot's process for each gesture on a small installation and on a
large one, with the ratio, which hardly depends on what else the machine does. On the small one each list that is shown
is full, too: what is compared is the way there. A number is that of the changes in the large one's journal.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from statistics import median

from bot.sandbox.environment import Sandbox
from tests.bench.bots import PEOPLE, Bot, running, sandboxes
from tests.bench.commands import GROUPS, WARM, Typist
from tests.bench.counts import quiet
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
WATCHED = f"/park recall ..., {VIEWERS} Homes"
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
READ = f"""
[[allow]]
name = "Everybody may read everything, in a Home tab too"
users = {[f"{{person{number}}}" for number in range(PEOPLE)]}
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
        of_home = {"Home": self.open_home, WATCHED: self.change_watched}
        return {"/park recall ...": self._typist.type, **lines, "typeahead": self.suggest, **of_home}

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


class Installation:
    """A sandbox with its bot, whose CPU is measured."""

    def __init__(self, sandbox: Sandbox, bot: Bot) -> None:
        self.bot, self.gestures, self.found = bot, Gestures(sandbox), dict[str, float]()
        self.started, self.memory = bot.started, 0.0

    def prepare(self) -> None:
        """Makes changes, and opens the form in which names are typed."""
        for _ in range(WARM):
            self.gestures.all()["/park recall ..."]()
        self.gestures.open_form()

    def first(self, name: str) -> None:
        """Makes a gesture for the first time, after what it needs."""
        if name == WATCHED:
            self.memory = self.bot.memory
            for number in range(VIEWERS):
                self.gestures.open_home(f"person{number}")
        self.gestures.all()[name]()

    def cpu(self, name: str, times: int) -> float:
        """Returns the milliseconds of CPU that a gesture takes, with what follows its answer."""
        before, work = quiet(self.bot), self.gestures.all()[name]
        for _ in range(times):
            work()
        return float(quiet(self.bot) - before) * 1000 / times


def measure(installations: Sequence[Installation]) -> None:
    """Measures each gesture on all installations in turn: a busy machine slows each of them down alike."""
    for one in installations:
        one.prepare()
    for name in installations[0].gestures.all():
        times, rows = (1, 1) if name == WATCHED else (HOMES if name == "Home" else TIMES, ROWS)
        for one in installations:
            one.first(name)
        costs = [[one.cpu(name, times) for one in installations] for _ in range(rows)]
        for one, of_one in zip(installations, zip(*costs, strict=True), strict=True):
            one.found[name] = median(of_one)
        print(f"{name:28}", *(f"{one.found[name]:11.1f} ms" for one in installations), file=sys.stderr, flush=True)


@contextmanager
def large(changes: int) -> Iterator[Sandbox]:
    """A sandbox with everything that grows."""
    rules = "".join(RULE.format(number=number) for number in range(1, RULES))
    with sandboxes(LARGE, READ + rules) as sandbox:
        make_large(sandbox, changes)
        yield sandbox


def main(changes: int = CHANGES) -> None:
    """Prints the table."""
    begun = time.monotonic()
    with sandboxes(GROUPS, READ) as little, large(changes) as much:
        make_large(little, **SMALL)
        print(f"made in {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
        with running(little, "bot run") as first, running(much, "bot run") as second:
            small, grown = Installation(little, first), Installation(much, second)
            measure((small, grown))
    print(f"{LARGE:,} groups, {RULES} rules, {TEMPORARY:,} temporary changes, {changes:,} changes in the journal")
    print(f"{'CPU of a gesture':28}{f'{GROUPS} groups':>14}{'large':>14}{'ratio':>8}")
    for name, cost in small.found.items():
        print(f"{name:28}{cost:11.1f} ms{grown.found[name]:11.1f} ms{grown.found[name] / max(cost, 0.1):8.2f}")
    print(f"{'memory':28}{small.memory:10.0f} MiB{grown.memory:10.0f} MiB{grown.memory / small.memory:8.2f}")
    print(f"{'start to ready':28}{small.started:12.1f} s{grown.started:12.1f} s{grown.started / small.started:8.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
