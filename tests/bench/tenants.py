"""What a PBX at rest costs one Park that serves many: memory, threads and open files at 1, 10 and 100."""

import gc
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from bot.sandbox.bot_process import environment_variables
from bot.sandbox.environment import Sandbox
from bot.settings import Settings

NUMBERS = (1, 10, 100)
_SLACK = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_API_URL")
AT_REST_SECONDS = 12.0
"""How long a Park rests before it is measured, and over how long its CPU time is taken."""


def main() -> None:
    """Prints a row for each number of PBXs, and what each PBX adds to the first."""
    print(f"{'PBXs':>5}{'MiB':>9}{'KiB each':>10}{'threads':>9}{'each':>7}{'files':>7}{'CPU ms a minute at rest':>25}")
    first: dict[str, Any] = {}
    for number in NUMBERS:
        found = measure(number)
        first = first or found
        more = max(number - 1, 1)
        memory, threads = (found[key] - first[key] for key in ("kib", "threads"))
        each = f"{memory / more:10.0f}{found['threads']:9}{threads / more:7.2f}"
        print(f"{number:5}{found['kib'] / 1024:9.1f}{each}{found['files']:7}{found['cpu'] * 1000:25.0f}")


def measure(number: int) -> dict[str, Any]:
    """Starts Park with so many PBXs in a process of its own; returns what it costs at rest."""
    with Sandbox().without_bot() as sandbox, tempfile.TemporaryDirectory() as folder:
        settings = sandbox.settings
        file = _write_configuration(Path(folder), sandbox, number)
        journal = f"sqlite:///{folder}/park.sqlite3"
        environment = {
            **{key: value for key, value in environment_variables(settings).items() if key in ("PATH", *_SLACK)},
            "PARK_CONFIG": str(file),
            "DATABASE_URL": journal,
            "PARK_LOG_LEVEL": "WARNING",
        }
        run = [sys.executable, "-m", "tests.bench.tenants"]
        _make_journals(Path(folder), number)
        out = subprocess.run([*run, "measured"], env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
        found: dict[str, Any] = json.loads(out)
        return found


def _write_configuration(folder: Path, sandbox: Sandbox, number: int) -> Path:
    """Writes a policy and park.toml; each PBX has the same address, as only Park is measured."""
    text = sandbox.settings.park_policy.read_text(encoding="utf-8")
    (folder / "policy.toml").write_text(re.sub(r"^announce.*$", "", text, flags=re.MULTILINE), encoding="utf-8")
    tables = (
        f'[pbx.pbx-{one}]\nurl = "{sandbox.pbx.url}"\ntoken = "{sandbox.pbx.token}"\npolicy = "policy.toml"\n'
        f'channels = ["C0TENANT{one:03}"]\n'
        for one in range(number)
    )
    file = folder / "park.toml"
    file.write_text("\n".join(tables), encoding="utf-8")
    return file


def _make_journals(folder: Path, number: int) -> None:
    """Makes the tables once and copies them: a first start of a hundred journals would take minutes."""
    from bot.journal.journal import Journal

    template = folder / "template.sqlite3"
    Journal(f"sqlite:///{template}").close()
    names = [folder / "park.sqlite3"] if number == 1 else [folder / f"park-pbx-{one}.sqlite3" for one in range(number)]
    for name in names:
        shutil.copy(template, name)


def run_measured() -> None:
    """Runs in the process that is measured: starts Park, rests, and writes what that costs."""
    from bot.runtime.loading import loading_modules

    with loading_modules():
        from bot.app import Park
        from bot.tenant_settings import read_tenants

    given = read_tenants()
    assert isinstance(given[0].settings, Settings)
    with Park(*given):
        time.sleep(AT_REST_SECONDS)
        gc.collect()
        before = time.process_time()
        time.sleep(AT_REST_SECONDS)
        found = {
            "kib": _resident_kib(),
            "threads": threading.active_count(),
            "files": len(os.listdir("/proc/self/fd")),
            "cpu": (time.process_time() - before) * 60 / AT_REST_SECONDS,
        }
    sys.stdout.write(json.dumps(found))


def _resident_kib() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


if __name__ == "__main__":
    run_measured() if sys.argv[1:] == ["measured"] else main()
