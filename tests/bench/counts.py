"""What one change costs: transactions, durable commits, statements, CPU: `python -m tests.bench.counts [DATABASE]`.

Unlike times, these figures hardly depend on what else the machine does. The CPU is that of the bot's process, beside
that of a bare Bolt app which makes the same calls of the PBX and of Slack. DATABASE is sqlite or postgresql, of which
round trips are counted too.
"""

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.sandbox.environment import Sandbox
from tests.bench.bots import Bot, measure_databases, running, sandboxes
from tests.bench.commands import GROUPS, WARM, Typist, calls_of_park

CHANGES = 200
"""Changes that are measured with each number of people."""
PEOPLE = (1, 10)
QUIET = 0.3
"""Seconds without CPU time of the bot's after which all that follows a gesture is done."""
Figures = dict[str, Any]


@contextmanager
def reading_counts(sandbox: Sandbox, folder: Path, module: str) -> Iterator[Callable[[], Figures]]:
    """Runs Park in a module that writes counts to a file at SIGUSR1, and yields what reads them."""
    path = folder / "counts.json"
    with running(sandbox, f"{module} {path}") as bot:

        def read() -> Figures:
            path.unlink(missing_ok=True)
            bot.process.send_signal(signal.SIGUSR1)
            while not path.exists():
                time.sleep(0.01)
            found: Figures = json.loads(path.read_text(encoding="utf-8"))
            return found

        yield read


def cpu_seconds(process: int) -> Figures:
    """Returns the CPU seconds of another process, in all and in the kernel."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    system = int(fields[12]) / os.sysconf("SC_CLK_TCK")  # a tick is 10 ms
    return {"cpu": time.clock_gettime(~process << 3 | 2), "system": system}  # clock_getcpuclockid(3), to the nanosecond


def quiet(bot: Bot) -> float:
    """Waits until the bot does nothing, and returns its CPU seconds."""
    now = cpu_seconds(bot.process.pid)["cpu"]
    while True:
        time.sleep(QUIET)
        before, now = now, cpu_seconds(bot.process.pid)["cpu"]
        if now - before <= 0.01:
            return float(now)


def measure(sandbox: Sandbox, read: Callable[[], Figures], people: int) -> Figures:
    """Returns what one change has added to each figure."""
    typist = Typist(sandbox)
    typist.together(people, WARM // people)
    sandbox.slack.state.wait(lambda: True, 1)
    time.sleep(1)  # what follows a confirmation is counted too
    before = read()
    typist.together(people, CHANGES // people)
    time.sleep(1)
    return _each(before, read())


def _each(before: Figures, after: Figures) -> Figures:
    return {
        name: _each(before.get(name, {}), value) if isinstance(value, dict) else (value - before.get(name, 0)) / CHANGES
        for name, value in after.items()
    }


def main() -> None:
    """Prints the tables."""
    measure_databases(compare)


def compare(database: str, **settings: Any) -> None:
    """Prints the table of one database."""
    with sandboxes(GROUPS, **settings) as sandbox, tempfile.TemporaryDirectory() as folder:
        calls = calls_of_park(sandbox)
        with reading_counts(sandbox, Path(folder), "tests.bench.counted") as read:
            park = [measure(sandbox, read, people) for people in PEOPLE]
        with running(sandbox, "tests.bench.bare", sys.executable, BARE_CALLS=calls) as bot:
            bare = [measure(sandbox, lambda: cpu_seconds(bot.process.pid), people) for people in PEOPLE]
    print(f"\n{f'for each change, {database}':32}" + "".join(f"{people:>8} at once" for people in PEOPLE))
    for name in ("transactions", "commits", "durable", "statements", "round trips", "waits", "preemptions"):
        _row(name, [one.get(name, 0) for one in park])
    _row("CPU, ms", [one["cpu"] * 1000 for one in park])
    _row("of it in the kernel, ms", [one["system"] * 1000 for one in park])
    _row("CPU of bare Bolt, ms", [one["cpu"] * 1000 for one in bare])
    _row("of it in the kernel, ms", [one["system"] * 1000 for one in bare])
    _row("ratio", [ours["cpu"] / theirs["cpu"] for ours, theirs in zip(park, bare, strict=True)])
    for name in sorted(park[0]["threads"], key=lambda name: -park[-1]["threads"].get(name, 0)):
        _row(f"  CPU of {name}, ms", [one["threads"].get(name, 0) * 1000 for one in park])


def _row(name: str, figures: list[float]) -> None:
    print(f"{name:32}" + "".join(f"{figure:16.2f}" for figure in figures))


if __name__ == "__main__":
    main()
