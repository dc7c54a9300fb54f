"""At a terminal there is somebody to try again, and nobody to look over their shoulder."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.init.conftest import FirstHour

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds for what takes one."""


class Terminal:
    """Types, and reads what a person would see."""

    def __init__(self, bot: subprocess.Popen[bytes], end: int) -> None:
        self.bot, self._end = bot, end
        self.shown, self._read = "", 0

    def sees(self, text: str) -> None:
        """Wait until that stands after what was seen before."""
        until = time.monotonic() + PATIENCE
        while (found := self.shown.find(text, self._read)) < 0:
            assert time.monotonic() < until, f"{text!r} is not in {self.shown[self._read :]!r}"
            assert self._more(), f"it ended without {text!r}: {self.shown[self._read :]!r}"
        self._read = found + len(text)

    def types(self, text: str) -> None:
        os.write(self._end, f"{text}\n".encode())

    def ends(self) -> int:
        """The exit status, once everything is read."""
        while self._more():
            pass
        return self.bot.wait(PATIENCE)

    def _more(self) -> bool:
        if select.select([self._end], [], [], PATIENCE)[0]:
            try:
                got = os.read(self._end, 65536)
            except OSError:  # Linux's way to say that nobody is at the other end any more
                return False
            self.shown += got.decode(errors="replace").replace("\r\n", "\n")
            return bool(got)
        return True


def _hears_ctrl_c() -> None:
    """Whoever runs the tests in the background has it ignored, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def terminal(first: FirstHour) -> Iterator[Terminal]:
    """`python -m bot init` at a terminal of its own."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb"}
    bot = subprocess.Popen(
        [sys.executable, "-m", "bot", "init"],
        cwd=first.folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        preexec_fn=_hears_ctrl_c,
    )  # fmt: skip
    os.close(theirs)
    try:
        yield Terminal(bot, ours)
    finally:
        bot.kill()
        bot.wait(PATIENCE)
        os.close(ours)


def test_what_is_wrong_is_asked_again_and_enter_takes_what_is_offered(first: FirstHour) -> None:
    usual = first.usual
    with terminal(first) as screen:
        for question, wrong, said, right in (
            ("Bot User OAuth Token", usual["app_token"], "That is the app-level token", usual["bot_token"]),
            ("App-level token", "xapp-1", "copy it once more", usual["app_token"]),
            ("Address of", "ftp://here", "PBX_URL must be like", usual["url"]),
        ):
            screen.sees(question)
            screen.types(wrong)
            screen.sees(said)
            screen.sees(question)
            screen.types(right)
        for password in ("hunter2", usual["password"]):
            screen.sees("User name on the PBX")
            screen.types(usual["username"] if password == "hunter2" else "")
            screen.sees("Domain of the tenant")
            screen.types(usual["domain"] if password == "hunter2" else "")
            screen.sees("Password (not shown): ")
            screen.types(password)
            screen.sees("nothing is tried again by itself" if password == "hunter2" else "Signed in as park.bot")
        screen.sees("In which channel")
        screen.types("#fones")
        screen.sees("Did you mean #phones?")
        screen.sees("[#phones]: ")
        screen.types("")
        screen.sees("look at groups")
        screen.types("")
        screen.sees("Who leads")
        screen.types("ben, anna ruis")
        screen.sees("Did you mean Ana Ruiz (@ana)")
        screen.sees("[ben, @ana]: ")
        screen.types("")
        for _ in range(7):
            screen.sees("]: ")
            screen.types("")
        assert screen.ends() == 0
    assert {first.stage.people["ana"], first.stage.people["ben"]} == {*first.policy.allow[1].users}
    logins = [one for one in first.stage.pbx.requests if one.path.endswith("sign_in")]
    assert len(logins) == 2
    for secret in ("hunter2", *(usual[name] for name in ("bot_token", "app_token", "password"))):
        assert secret not in screen.shown


def test_ctrl_c_leaves_nothing_behind(first: FirstHour) -> None:
    (first.folder / ".env").write_text("PBX_URL=\n")
    with terminal(first) as screen:
        screen.sees("Bot User OAuth Token")
        screen.types(first.usual["bot_token"])
        screen.sees("App-level token")
        screen.bot.send_signal(signal.SIGINT)
        assert screen.ends() == 130
    assert "Nothing was written." in screen.shown
    assert "Traceback" not in screen.shown
    assert first.written == {".env"}
    assert (first.folder / ".env").read_text() == "PBX_URL=\n"


def test_the_end_of_input_ends_it(first: FirstHour) -> None:
    with terminal(first) as screen:
        screen.sees("Bot User OAuth Token")
        screen.types("\x04")
        assert screen.ends() == 2
    assert "The answers ended" in screen.shown
