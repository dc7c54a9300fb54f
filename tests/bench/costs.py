"""What each test costs: CPU time of its process and of the processes that it started, and the time it waits.

As a plugin of pytest it records (`pytest -p tests.bench.costs --costs=FOLDER`); as a command it prints what was
recorded, by file and by test function (`python -m tests.bench.costs FOLDER`). CPU time depends little on what else the
machine does.
"""

import json
import os
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests import postgres

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option that names the folder for the records, one file a worker."""
    parser.addoption("--costs", metavar="FOLDER", type=Path, help="record what each test costs in FOLDER")


def pytest_configure(config: pytest.Config) -> None:
    """Records in the processes that run tests: the workers, or the only one."""
    folder = config.getoption("costs")
    if folder is not None and (hasattr(config, "workerinput") or not config.getoption("numprocesses", None)):
        folder.mkdir(parents=True, exist_ok=True)
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        config.pluginmanager.register(Recorder(folder / f"{worker}.jsonl"))


class Recorder:
    """Writes a line for each test: seconds of CPU of its phases and of the processes it started, and of the clock."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("w", encoding="utf-8")
        self._costs: dict[str, float] = defaultdict(float)
        self._others = other_processes()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self) -> Iterator[None]:
        """Measures what the fixtures of a test take."""
        yield from self._measure("setup")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Iterator[None]:
        """Measures a test itself."""
        yield from self._measure("call")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self) -> Iterator[None]:
        """Measures what the ends of the fixtures take."""
        yield from self._measure("teardown")

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Writes the line; other processes are looked at once a test, as that takes longer than most tests."""
        others = other_processes()
        self._costs["other processes"] = max(others - self._others, 0)  # PostgreSQL's are gone when it has ended
        self._others = others
        self._file.write(json.dumps({"test": nodeid, "costs": self._costs}) + "\n")
        self._file.flush()
        self._costs = defaultdict(float)

    def _measure(self, phase: str) -> Iterator[None]:
        cpu, clock = time.process_time(), time.monotonic()
        try:
            yield
        finally:
            self._costs[phase] = time.process_time() - cpu
            self._costs["clock"] += time.monotonic() - clock


def other_processes() -> float:
    """Returns the CPU seconds of all processes that this one has started, ended ones and PostgreSQL's included."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime + _of_descendants()


def _of_descendants() -> float:
    """Returns the CPU seconds of the running processes below this one and its PostgreSQL, and of their ended ones."""
    children: dict[int, list[int]] = defaultdict(list)
    seconds: dict[int, float] = {}
    for pid in map(int, filter(str.isdecimal, os.listdir("/proc"))):
        with suppress(OSError):  # it ended meanwhile: whoever waits for it counts it
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            children[int(fields[1])].append(pid)
            seconds[pid] = sum(map(int, fields[11:15])) / CLOCK_TICKS
    servers = [one.pid for one in postgres.running]
    found, total = [*servers, *children[os.getpid()]], sum(seconds.get(pid, 0) for pid in servers)
    for pid in found:
        total += seconds.get(pid, 0) if pid not in servers else 0
        found += children[pid]
    return total


def report(folder: Path, most: int = 60) -> None:
    """Prints the sums, then the dearest folders, files and test functions."""
    tests = [json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.open(encoding="utf-8")]
    phases: dict[str, float] = defaultdict(float)
    for one in tests:
        for phase, seconds in one["costs"].items():
            phases[phase] += seconds
    print(f"{len(tests)} tests, in seconds: {', '.join(f'{phase} {sum_:.1f}' for phase, sum_ in phases.items())}")
    kinds: dict[str, Callable[[str], str]] = {
        "folder": lambda test: "/".join(test.split("::")[0].split("/")[:2]),
        "file": lambda test: test.split("::")[0],
        "test function": lambda test: test.split("[")[0],
    }
    for title, kind in kinds.items():
        _print_sums(title, kind, tests, most)


def _print_sums(title: str, kind: Callable[[str], str], tests: list[dict[str, Any]], most: int) -> None:
    sums: dict[str, list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    for one in tests:
        clock = one["costs"]["clock"]
        for row in (sums[kind(one["test"])], sums["all"]):
            row[0] += 1
            row[1] += sum(one["costs"].values()) - clock
            row[2] += clock
    print(f"\n{'CPU s':>8} {'clock s':>8} {'tests':>6} {'CPU ms/test':>11}  {title}")
    for name, (count, cpu, clock) in sorted(sums.items(), key=lambda item: -item[1][1])[: most + 1]:
        print(f"{cpu:8.1f} {clock:8.1f} {count:6} {1000 * cpu / count:11.0f}  {name}")


if __name__ == "__main__":
    report(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
