"""Standard error gets JSON, or lines for people if it is a terminal, and of libraries only warnings."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[3]
BEGIN = """
import logging, threading, warnings
from bot.runtime import logs
logs.configure("DEBUG", ["s3cret-password"])
logs.catch_all()
"""


def _run(script: str) -> list[dict[str, Any]]:
    """Returns what a separate process logs."""
    ran = subprocess.run(
        [sys.executable, "-c", BEGIN + script], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    return [json.loads(line) for line in ran.stderr.splitlines()]


def test_each_line_is_an_object_with_its_time_level_and_logger() -> None:
    (line,) = _run('logging.getLogger("bot.worker.worker").info("change %d is taken up", 42)')
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "change 42 is taken up", "level": "info", "logger": "bot.worker.worker"}


def test_libraries_say_nothing_below_a_warning_even_where_park_is_to_say_all() -> None:
    lines = _run("""
for name in ("slack_sdk.web", "slack_bolt.App", "httpx", "bot.slack.bolt", "bot.pbx"):
    logging.getLogger(name).setLevel("DEBUG")
    logging.getLogger(name).debug("a message's text")
    logging.getLogger(name).warning("of %s", name)
""")
    assert [line["event"] for line in lines if line["level"] == "debug"] == ["a message's text"]
    assert [line["logger"] for line in lines if line["level"] == "debug"] == ["bot.pbx"]
    assert len(lines) == 6


def test_what_nobody_catches_is_logged_and_its_secrets_are_hidden() -> None:
    lines = _run("""
def fail():
    raise OSError("s3cret-password")
thread = threading.Thread(target=fail)
thread.start()
thread.join()
warnings.warn("s3cret-password")
fail()
""")
    assert [line["level"] for line in lines] == ["critical", "warning", "critical"]
    assert all("in fail" in line["exception"] for line in lines if line["level"] == "critical")
    assert "s3cret" not in str(lines).replace('OSError("s3cret-password")', "")


def test_a_line_that_cannot_be_made_does_not_show_what_it_was_to_be_made_of() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", BEGIN + 'logging.getLogger("bot").info("%d", "Marzipan")'],
        cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=True,
    )  # fmt: skip
    assert "could not be written: TypeError" in ran.stderr
    assert "Marzipan" not in ran.stderr


def test_a_terminal_gets_lines_for_people() -> None:
    ours, theirs = pty.openpty()
    script = BEGIN + 'logging.getLogger("bot.worker.worker").info("change %d is taken up", 42)'
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, stderr=theirs, timeout=PATIENCE, check=True)
    os.close(theirs)
    output = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "change 42 is taken up" in output
    assert "{" not in output
