"""In a terminal, invalid answers are asked for again, and secrets are not shown."""

import os
import pty
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection

from bot.__main__ import main
from tests.cli.init.conftest import InitHarness
from tests.forked import RunningProcess, run_in_terminal
from tests.waiting import PATIENCE


class Terminal:
    """Sends input to a process in a pseudo-terminal, and reads its output."""

    def __init__(self, bot: RunningProcess, end: int) -> None:
        self.bot, self._end = bot, end
        self.shown, self._read = "", 0

    def expect(self, text: str) -> None:
        """Waits until the text appears after the text that was expected before."""
        deadline = time.monotonic() + PATIENCE
        while (found := self.shown.find(text, self._read)) < 0:
            assert time.monotonic() < deadline, f"{text!r} is not in {self.shown[self._read :]!r}"
            assert self._more(), f"it ended without {text!r}: {self.shown[self._read :]!r}"
        self._read = found + len(text)

    def send_line(self, text: str) -> None:
        os.write(self._end, f"{text}\n".encode())

    def interrupt(self) -> None:
        """Presses Ctrl-C until the process ends: Python drops one that comes while an object is finalized."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.bot.send_signal(signal.SIGINT)
            with suppress(TimeoutError):
                self.bot.wait(3)
                return
        raise AssertionError("Ctrl-C does not end it")

    def wait_for_exit(self) -> int:
        """Reads the rest of the output and returns the exit status."""
        while self._more():
            pass
        return self.bot.wait(PATIENCE)

    def _more(self) -> bool:
        if select.select([self._end], [], [], PATIENCE)[0]:
            try:
                got = os.read(self._end, 65536)
            except OSError:  # on Linux the read fails once the other end is closed
                return False
            self.shown += got.decode(errors="replace").replace("\r\n", "\n")
            return bool(got)
        return True


@contextmanager
def terminal(init: InitHarness) -> Iterator[Terminal]:
    """Runs what `python -m bot init` does in a pseudo-terminal."""
    ours, theirs = pty.openpty()
    with Connection(theirs) as end:
        bot = run_in_terminal(partial(main, ["init"]), {**os.environ, "TERM": "dumb"}, init.folder, end)
    try:
        yield Terminal(bot, ours)
    finally:
        bot.kill()
        bot.wait(PATIENCE)
        os.close(ours)


def test_what_is_wrong_is_asked_again_and_a_guess_is_asked_about(init: InitHarness) -> None:
    answers = init.default_answers
    with terminal(init) as screen:
        for question, wrong, text, right in (
            ("Bot User OAuth Token", answers["app_token"], "That is the app-level token", answers["bot_token"]),
            ("App-level token", "xapp-1", "Copy it again, completely", answers["app_token"]),
            ("Address of", "ftp://here", "That is not an address of a PBX", answers["url"]),
        ):
            screen.expect(question)
            screen.send_line(wrong)
            screen.expect(text)
            screen.expect(question)
            screen.send_line(right)
        for password in ("hunter2", answers["password"]):
            screen.expect("User name on the PBX")
            screen.send_line(answers["username"] if password == "hunter2" else "")
            screen.expect("Domain of the tenant")
            screen.send_line(answers["domain"] if password == "hunter2" else "")
            screen.expect("Password (not shown): ")
            screen.send_line(password)
            screen.expect("Park tries each answer once" if password == "hunter2" else "Signed in as park.bot")
        screen.expect("Which one are you")
        screen.send_line("ada")
        screen.expect("In which channel")
        screen.send_line("#fones")
        screen.expect("Did you mean #phones?")
        screen.expect("Take #phones? yes or no [no]: ")
        screen.send_line("yes")
        screen.expect("May everybody in #phones")
        screen.send_line("yes")
        _answer_leads_with_a_typo(screen)
        screen.expect("Which park groups")
        screen.send_line("*")
        for _ in range(6):
            screen.expect("]: ")
            screen.send_line("")
        assert screen.wait_for_exit() == 0
    assert {init.sandbox.people["ana"], init.sandbox.people["ben"]} == {*init.policy.allow[1].users}
    logins = [one for one in init.sandbox.pbx.requests if one.path.endswith("sign_in")]
    assert len(logins) == 2
    for secret in ("hunter2", *(answers[name] for name in ("bot_token", "app_token", "password"))):
        assert secret not in screen.shown


def _answer_leads_with_a_typo(screen: Terminal) -> None:
    """Enter does not take the guess; only a yes does."""
    screen.expect("Who leads")
    for taken in ("", "yes"):
        screen.send_line("ben, anna ruis")
        screen.expect("Did you mean Ana Ruiz (@ana)")
        screen.expect("Take ben, @ana? yes or no [no]: ")
        screen.send_line(taken)
        screen.expect("Who leads" if not taken else "Ana Ruiz (@ana) is U")


def test_the_end_of_input_ends_it(init: InitHarness) -> None:
    with terminal(init) as screen:
        screen.expect("Bot User OAuth Token")
        screen.send_line("\x04")
        assert screen.wait_for_exit() == 2
    assert "The answers ended" in screen.shown
