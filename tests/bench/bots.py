"""A bot as a process of its own between the sandboxes: Park, or the bare Bolt app."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.sandbox.bot_process import environment_variables
from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from tests.postgres import Unavailable, server

PEOPLE = 50
"""Who type: nobody more than the others."""
CHANNELS = 100
"""Where they type: what Slack takes a second in one channel would be measured otherwise."""
POLICY = f"""\
[[allow]]
name = "Everybody in these channels may do everything"
channels = {["{phones}", *(f"{{channel{number}}}" for number in range(CHANNELS))]}
operations = ["all"]
"""


@dataclass
class Bot:
    """Running, and connected to Slack."""

    process: subprocess.Popen[bytes]
    started: float
    """Seconds from the start of the process until it was connected."""

    @property
    def memory(self) -> float:
        """MiB of memory that it holds (VmRSS)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        (line,) = (line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    @property
    def cpu_seconds(self) -> float:
        """Seconds of CPU that it has taken so far (proc_pid_stat(5): utime and stime)."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/task").iterdir()))

    @property
    def handles(self) -> int:
        """Open files and sockets."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))


@contextmanager
def sandboxes(groups: int, rules: str = "", **settings: Any) -> Iterator[Sandbox]:
    """With so many groups, people enough, and further rules."""
    sandbox = Sandbox(pbx=FakePbx(groups=groups, users=60), policy=POLICY + rules, **settings)
    phones = sandbox.slack.state.channels[sandbox.channels["phones"]]
    for number in range(PEOPLE):
        name = f"person{number}"
        sandbox.people[name] = sandbox.slack.add_person(name, real_name=f"Person {number}")
        phones.members.append(sandbox.people[name])
    for number in range(CHANNELS):
        sandbox.channels[f"channel{number}"] = sandbox.slack.add_channel(f"channel{number}", list(phones.members))
    with sandbox.without_bot():
        yield sandbox


@contextmanager
def running(sandbox: Sandbox, module: str, python: str = sys.executable, **more: str) -> Iterator[Bot]:
    """`python -m module` with the sandbox's settings, until it has connected; stopped at the end."""
    before, begun = sandbox.slack.connections, time.perf_counter()
    process = subprocess.Popen(
        [python, "-m", *module.split()],
        env={**os.environ, **environment_variables(sandbox.settings), "PARK_LOG_LEVEL": "WARNING", **more},
        stdout=subprocess.DEVNULL,
    )
    try:
        sandbox.slack.wait_for(lambda: sandbox.slack.connections > before, timeout=60)
        yield Bot(process, time.perf_counter() - begun)
    finally:
        process.terminate()
        process.wait(60)
        sandbox.slack.wait_for(lambda: sandbox.slack.connections == 0, timeout=60)


def measure_databases(measure: Callable[..., None]) -> None:
    """Calls `measure` with the name of each database of the command line, or of both, and with settings of Park's."""
    for database in sys.argv[1:] or ("sqlite", "postgresql"):
        if database == "sqlite":
            measure(database)
            continue
        try:
            with server() as postgres:
                measure(database, database_url=postgres.database())
        except Unavailable as fault:
            print(f"PostgreSQL: {fault}")
