"""What a PBX at rest costs one Park that serves many: memory, threads and open files at 1, 10 and 100."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bot.sandbox.bot_process import environment_variables
from bot.sandbox.environment import Sandbox

NUMBERS = (1, 10, 100)
_SLACK = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_API_URL")


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
        _make_journals(Path(folder), number)
        run = [sys.executable, "-m", "tests.bench.at_rest"]
        out = subprocess.run(run, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
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


if __name__ == "__main__":
    main()
