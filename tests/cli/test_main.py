"""The command line: its output and its exit status."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from bot import __version__
from bot.__main__ import main
from bot.cli.invocation import command_line
from bot.operations.catalog import BEGIN, END, markdown
from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.dataset import tone
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]


def test_what_has_to_be_put_right_first_is_said_and_the_status_is_2(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "PBX_URL"):
        monkeypatch.delenv(name, raising=False)
    assert main(["run"]) == 2
    assert capsys.readouterr().err == f"Park is not set up in this folder. Run: {command_line('init')}\n"
    (tmp_path / ".env").write_text("PBX_URL=pbx\nPARK_RETENTION_DAYS=7\nPBX_VERIFY_TLS=perhaps\nPARK_MORNING=soon\n")
    assert main(["run"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "PBX_URL: is not an address; write it like https://pbx.example.com:8887/api",
        "PBX_VERIFY_TLS: write true or false",
        "PARK_RETENTION_DAYS: must be 30 or more",
        "SLACK_BOT_TOKEN: is not set",
        "SLACK_SIGNING_SECRET: set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP: one, not both",
        "PARK_MORNING: write a time of day like 08:00",
        f"docs/setup.md explains each variable. To set Park up, run: {command_line('init')}",
    ]


@pytest.mark.parametrize(
    ("called", "name"), [("/opt/park/bin/parkbot", "parkbot"), ("/opt/park/bot/__main__.py", "python -m bot")]
)
def test_it_goes_by_the_name_that_it_was_called_by(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], called: str, name: str
) -> None:
    monkeypatch.setattr(sys, "argv", [called])
    for words, text in ((["--help"], f"usage: {name} [-h]"), (["--version"], f"Park {__version__}\n")):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 0
        assert capsys.readouterr().out.startswith(text)


@pytest.mark.parametrize(
    "command",
    [
        *("init", "run", "migrate", "demo", "manifest", "doctor", "table", "export", "plan", "apply", "snapshot"),
        *("audit", "audit verify", "audit export", "policy", "policy check", "policy test", "policy schema"),
    ],
)
def test_the_help_of_every_command_ends_with_an_example(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit):
        main([*command.split(), "--help"])
    assert f"python -m bot {command}" in capsys.readouterr().out.partition("example:\n")[2]


def test_the_table_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["table"]) == 0
    assert "`/park add <members> to <group>`" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "status", "message"),
    [
        (f"{BEGIN}\n{markdown()}{END}", 0, ""),
        (f"{BEGIN}\n| old |\n{END}", 1, "out of date"),
        ("# Park", 1, "has no command table"),
    ],
)
def test_a_files_table_is_told_to_be_as_it_is_or_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, status: int, message: str
) -> None:
    file = tmp_path / "README.md"
    file.write_text(text, encoding="utf-8")
    assert main(["table", "--check", str(file)]) == status
    assert message in capsys.readouterr().err


def test_a_demo_without_what_it_stands_on_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "bot.sandbox.demo", raising=False)
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert main(["demo"]) == 2
    assert capsys.readouterr().err == "The demo needs rich: pip install 'park-bot[sandbox]'\n"


def test_lines_are_played_on_the_sandbox(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "/park add 1001 to Sales"]) == 0
    assert "Amara Okafor" in capsys.readouterr().out


def test_the_terminal_demo_explains_itself_and_takes_a_line_without_park(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "help", "?", "add 1001 to Sales", "say /park is for later", "@Park group Sales"]) == 0
    text = capsys.readouterr().out
    assert text.count("click 1                       press the button with that number") == 2
    assert "> /park add 1001 to Sales" in text
    assert "Added 1001 Amara Okafor to Sales" in text
    assert main(["demo", "hello"]) == 0
    assert "> /park hello" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform != "linux", reason="script takes other options elsewhere")
def test_a_terminal_demo_that_is_typed_into_answers_help(tmp_path: Path) -> None:
    done = subprocess.run(
        ["script", "--quiet", "--command", f"{sys.executable} -m bot demo --terminal", "/dev/null"],
        input="?\ngroups\nnonsense words\nquit\n",
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert "/park help shows what Park can do" in done.stdout
    assert "a line for Park; /park may be left out" in done.stdout
    assert "Warehouse" in done.stdout
    assert "/park nonsense words" in done.stdout


def button_after(text: str, heading: str, label: str) -> str:
    """Returns the line that clicks the first button with that label below the last `heading` on the screen."""
    found = re.search(rf" (\d+): {re.escape(label)} ", text.rpartition(heading)[2])
    assert found is not None, text
    return f"click {found[1]}"


def test_the_home_tab_is_searched_and_used_on_the_sandbox(capsys: pytest.CaptureFixture[str]) -> None:
    search = ("home", "fill Search groups = sales")
    assert main(["demo", *search]) == 0
    found = capsys.readouterr().out
    assert "2 park groups with “sales” in the name" in found
    change = (button_after(found, "\n  Sales\n", "Change recall"), "fill Where recalls go = On Call (6004)")
    lines = (*search, *change, "fill Post the confirmation in = random", "submit", "home")
    assert main(["demo", *lines]) == 0
    text = capsys.readouterr().out
    assert "Park group: Sales\n" in text
    assert "Post the confirmation in (optional): #random" in text
    home = text.rpartition("> home")[2]
    assert "recall Sales to ring group 6004: done" in home
    assert main(["demo", *lines, button_after(home, "Recent changes", "Undo"), "home"]) == 0
    assert "recall Sales to ring group 6004: undone" in capsys.readouterr().out.rpartition("> home")[2]
    assert main(["demo", "home", "click 99"]) == 1
    assert "There is no button 99. You can click 1, 2, 3" in capsys.readouterr().out


def test_a_button_that_has_gone_is_not_clicked_and_those_that_are_there_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = ("recall Sales to Reception for 1h", "keep 1")
    assert main(["demo", *lines, "click 1"]) == 1, "another button of the card is in the place of the first by now"
    text = capsys.readouterr().out
    assert "Button 1 isn't there any more. You can click 4." in text
    assert "park:offer" not in text
    assert main(["demo", *lines, "click 4"]) == 0


def test_a_file_is_put_into_a_form_by_its_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, other = tmp_path / "hold.wav", tmp_path / "hold.mp3"
    file.write_bytes(tone(0.5))
    other.write_bytes(b"ID3")
    lines = (f"fill Sound file = {file}", "submit", "submit")
    assert main(["demo", "/park server prompt", *lines]) == 0
    assert "Prompt: none → hold.wav (16 kB)" in capsys.readouterr().out
    for wrong, text in ((other, "hold.mp3 can't be chosen here"), (tmp_path / "gone.wav", "is not offered")):
        assert main(["demo", "/park server prompt", f"fill Sound file = {wrong}"]) == 1
        assert text in capsys.readouterr().out


def environment(sandbox: Sandbox, folder: Path, **changed: str) -> dict[str, str]:
    """The environment variables of an installation on this stage."""
    policy = folder / "policy.toml"
    policy.write_text('[[allow]]\nname = "All"\nusers = ["U0000000ANA"]\noperations = ["all"]\n', encoding="utf-8")
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "PYTHONPATH": str(ROOT),
        "SLACK_BOT_TOKEN": sandbox.slack.bot_token,
        "SLACK_APP_TOKEN": sandbox.slack.app_token,
        "SLACK_API_URL": sandbox.slack.api_url,
        "PBX_URL": sandbox.pbx.url,
        "PBX_TOKEN": sandbox.pbx.token,
        "DATABASE_URL": f"sqlite:///{folder / 'another.sqlite3'}",
        "PARK_POLICY": str(policy),
        **changed,
    }


@contextmanager
def running_bot(sandbox: Sandbox, folder: Path, **changed: str) -> Iterator[subprocess.Popen[str]]:
    """Starts `run` in a process, which is killed if the test has not ended it."""
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=folder,
        env=environment(sandbox, folder, **changed),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as bot:
        try:
            yield bot
        finally:
            bot.kill()


@pytest.mark.over_both_ways_in
def test_it_runs_until_it_is_told_to_end(tmp_path: Path, http: bool) -> None:
    with Sandbox() as sandbox:
        over = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": sandbox.slack.signing_secret}
        over |= {"PARK_HTTP_LISTEN": "127.0.0.1:0"}
        with running_bot(sandbox, tmp_path, **(over if http else {})) as bot:
            assert bot.stdout is not None
            text = bot.stdout.readline()
            assert "Park answers Park Sandbox in Slack (" in text
            if http:
                sandbox.slack.send_to(text.partition("(")[2].partition(")")[0])
                assert sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], "help").ok
            bot.send_signal(signal.SIGTERM)
            _, log = bot.communicate(timeout=PATIENCE)
            assert bot.returncode == 0, log


def test_a_reload_during_the_start_does_not_end_it(tmp_path: Path) -> None:
    with Sandbox() as sandbox, socket.create_server(("127.0.0.1", 0)) as slow_slack:
        url = f"http://127.0.0.1:{slow_slack.getsockname()[1]}/api/"
        with running_bot(sandbox, tmp_path, SLACK_API_URL=url) as bot:
            assert bot.stdout is not None
            asking, _ = slow_slack.accept()
            bot.send_signal(signal.SIGHUP)
            asking.close()
            slow_slack.close()
            assert "Park waits for Slack" in bot.stdout.readline(), "the start has ended, and Park runs"
            bot.send_signal(signal.SIGTERM)
            _, log = bot.communicate(timeout=PATIENCE)
            assert bot.returncode == 0, log


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"SLACK_APP_TOKEN": "xapp-of-nobody"}, "invalid_auth"),
        ({"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": "s", "PARK_HTTP_LISTEN": "192.0.2.1:1"}, "PARK_HTTP_LISTEN: "),
        ({"SLACK_BOT_TOKEN": "xoxb-of-nobody"}, "invalid_auth"),
        ({"PARK_POLICY": "nowhere.toml"}, "nowhere.toml"),
    ],
)
def test_a_start_that_fails_says_why_and_ends(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    changed: dict[str, str],
    text: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    with Sandbox() as sandbox, patch.dict(os.environ, environment(sandbox, tmp_path, **changed), clear=True):
        assert main(["run"]) == 2
    said = capsys.readouterr().err
    assert text in said
    assert "Traceback" not in said
