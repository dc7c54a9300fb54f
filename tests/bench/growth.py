"""Whether a line costs more on a large installation: 10,000 groups, 200 rules, 1,000 temporary changes, a long journal.

`python -m tests.bench.growth` prints the CPU of the bot's process for each line on a small installation and on a large
one, with the ratio, which hardly depends on what else the machine does.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial

from bot.journal.journal import Journal
from bot.sandbox.environment import Sandbox
from tests.bench.bots import Bot, running, sandboxes
from tests.bench.commands import GROUPS, RING_GROUP, WARM, Typist
from tests.bench.counts import cpu_seconds
from tests.bench.journal import CHANGES, fill

LARGE = 10_000
"""Park groups of the large installation."""
TEMPORARY = 1000
"""Its temporary changes in effect, each of a group that no measured line is about."""
RULES = 200
"""Rules of its policy; the first one allows."""
TIMES = 30
"""How often each line is measured."""
TOGETHER = 10
"""People who make the temporary changes, at once."""
READS = ("groups 0004", "group Group 00004", "find 1004", "pending", "history", "server", "can me delete Group 00004")
RULE = """
[[allow]]
name = "Rule {number}"
users = ["{{ana}}"]
channels = ["{{phones}}"]
operations = ["recall"]
groups = ["Group {number:05}"]
"""


class Temporary(Typist):
    """Types temporary changes, each of another one of the last groups."""

    def line(self, number: int) -> tuple[str, str]:
        group = f"Group {LARGE - number % TEMPORARY:05}"
        return group, f"recall {group} to {RING_GROUP} for 8h"


def read(sandbox: Sandbox, line: str) -> None:
    """Types a line that is answered privately, and waits for the answer."""
    state, person = sandbox.slack.state, sandbox.people["person0"]
    seen = len(state.posts)
    assert sandbox.slack.slash(person, sandbox.channels["channel0"], line).ok, line
    assert state.wait(lambda: any(post.only_for == person for post in state.posts[seen:]), 60), f"{line}: no answer"


def measure(sandbox: Sandbox, bot: Bot) -> dict[str, float]:
    """Returns the CPU in milliseconds of each line."""
    typist = Typist(sandbox)
    typist.together(1, WARM)
    for line in READS:
        read(sandbox, line)
    found = {line: _cpu(bot, partial(read, sandbox, line)) for line in READS}
    return {"recall ...": _cpu(bot, typist.type), **found}


def _cpu(bot: Bot, work: Callable[[], object]) -> float:
    before = cpu_seconds(bot.process.pid)["cpu"]
    for _ in range(TIMES):
        work()
    time.sleep(0.5)  # what follows an answer is counted too
    return float(cpu_seconds(bot.process.pid)["cpu"] - before) * 1000 / TIMES


def make_temporary(sandbox: Sandbox) -> None:
    """Makes the temporary changes, as people do."""
    Temporary(sandbox).together(TOGETHER, TEMPORARY // TOGETHER)


@contextmanager
def large() -> Iterator[Sandbox]:
    """A sandbox with everything that grows."""
    rules = "".join(RULE.format(number=number) for number in range(1, RULES))
    with sandboxes(LARGE, rules) as sandbox:
        with running(sandbox, "bot run"):
            make_temporary(sandbox)
        with closing(Journal(sandbox.settings.database_url)) as journal:
            fill(journal)
        yield sandbox


def main() -> None:
    """Prints the table."""
    with sandboxes(GROUPS) as sandbox, running(sandbox, "bot run") as bot:
        small, memory = measure(sandbox, bot), bot.memory
    with large() as sandbox, running(sandbox, "bot run") as bot:
        grown, grown_memory = measure(sandbox, bot), bot.memory
    print(f"{LARGE:,} groups, {RULES} rules, {TEMPORARY:,} temporary changes, {CHANGES:,} changes in the journal")
    print(f"{'CPU of a line':28}{f'{GROUPS} groups':>14}{'large':>14}{'ratio':>8}")
    for line, cost in small.items():
        print(f"{line:28}{cost:11.1f} ms{grown[line]:11.1f} ms{grown[line] / cost:8.2f}")
    print(f"{'memory':28}{memory:10.0f} MiB{grown_memory:10.0f} MiB{grown_memory / memory:8.2f}")


if __name__ == "__main__":
    main()
