"""Where a Park at rest has its memory, and its start its CPU: imports by package, threads, and what the start adds."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bot.sandbox.bot_process import environment_variables
from tests.bench.bots import running, sandboxes

SHOWN = 14
"""Packages that are listed; the rest is summed up."""
REST = 2.0
"""Seconds from the connection to Slack until memory and CPU of a process are read."""


def measure() -> dict[str, Any]:
    """Starts Park twice on one journal, as the first start makes the tables; returns the report of the second."""
    with sandboxes(400) as sandbox, tempfile.TemporaryDirectory() as folder:
        environment = {**environment_variables(sandbox.settings), "PARK_LOG_LEVEL": "WARNING"}
        for _ in range(2):
            out = Path(folder) / "report"
            subprocess.run([sys.executable, "-m", "tests.bench.metered", str(out)], env=environment, check=True)
        found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        for name, module in (("bare", "tests.bench.bare"), ("park", "bot run")):
            with running(sandbox, module, BARE_CALLS="{}") as bot:
                time.sleep(REST)
                found[name] = bot.memory, bot.cpu_seconds
        return found


def main() -> None:
    """Prints the report."""
    found = measure()
    print(f"{'memory and time of imports':28}{'MiB':>8}{'CPU ms':>9}{'modules':>9}")
    by_memory = sorted(found["memory"], key=lambda package: -found["memory"][package])
    rows = [(package, [package]) for package in by_memory[:SHOWN]] + [("all others", by_memory[SHOWN:])]
    for name, packages in rows:
        memory, seconds, modules = (
            sum(found[key][one] for one in packages) for key in ("memory", "seconds", "modules")
        )
        print(f"{name:28}{memory:8.1f}{seconds * 1000:9.0f}{modules:9}")
    print(f"\n{'interpreter alone':28}{found['interpreter']:8.1f} MiB")
    print(f"{'everything imported':28}{found['imported']:8.1f} MiB")
    print(f"{'started':28}{found['started']:8.1f} MiB   {found['start_seconds'] * 1000:.0f} ms of CPU for the start")
    print(f"{'at rest':28}{found['at_rest']:8.1f} MiB")
    print(f"\n{'whole process':28}{'MiB':>8}{'CPU ms':>9}")
    for name, title in (("bare", "bare Bolt app"), ("park", "Park")):
        memory, seconds = found[name]
        print(f"{title:28}{memory:8.1f}{seconds * 1000:9.0f}")
    memory, seconds = (ours / bare for ours, bare in zip(found["park"], found["bare"], strict=True))
    print(f"{'ratio':28}{memory:8.2f}{seconds:9.2f}\n")
    print(f"{len(found['threads'])} threads: {', '.join(found['threads'])}")


if __name__ == "__main__":
    main()
