"""`make demo` runs in a browser where one can be opened, else in the terminal."""

import os
import signal
import subprocess
import sys
import webbrowser
from pathlib import Path

import pytest

from bot.sandbox.bot_process import environment_variables
from bot.sandbox.demo import has_browser
from bot.sandbox.environment import Sandbox
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[3]
DESKTOP = {"DISPLAY": ":0"}


@pytest.mark.parametrize(
    ("there", "found", "possible"),
    [
        (DESKTOP, "firefox", True),
        (DESKTOP, "lynx", False),
        ({}, "firefox", False),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "firefox", True),
        (DESKTOP | {"SSH_CONNECTION": "1 2 3 4"}, "firefox", False),
    ],
)
def test_a_browser_is_opened_where_somebody_can_see_it(
    monkeypatch: pytest.MonkeyPatch, there: dict[str, str], found: str, possible: bool
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in there.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.GenericBrowser(found))
    assert has_browser() is possible


def test_no_browser_at_all_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "get", none)
    assert not has_browser()


def test_the_page_says_where_it_is_and_ends_with_its_park() -> None:
    demo = subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", "--page"],
        env={**os.environ, "BROWSER": "true", "SSH_TTY": "/dev/pts/0"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout
    with demo.stdout:
        said = [demo.stdout.readline() for _ in range(2)]
        assert "The workspace is at http://127.0.0.1:" in said[1]
        demo.send_signal(signal.SIGINT)
        assert demo.wait(PATIENCE) == 0


def test_without_a_terminal_the_five_lines_are_played() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--terminal"],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=PATIENCE,
    )  # fmt: skip
    assert "Added 1001 Amara Okafor to Sales" in done.stdout


def test_a_child_gets_nothing_of_a_real_parks_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PBX_USERNAME", "the real one")
    monkeypatch.setenv("pbx_password", "the real one")
    sandbox = Sandbox()
    with sandbox.without_bot():
        given = environment_variables(sandbox.settings)
    assert "the real one" not in given.values()
    assert given["PBX_URL"] == sandbox.pbx.url
