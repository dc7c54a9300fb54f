"""A headless Chromium, as Debian's package has it."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
from websockets.sync.client import connect

from tests.browser.tab import Tab

STARTED = 60.0
"""Seconds that a start may take."""
OPTIONS = (
    "--headless",
    "--remote-debugging-port=0",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-software-rasterizer",
    "--process-per-site",
    "--renderer-process-limit=1",
    "--no-first-run",
    "--hide-scrollbars",
    "--lang=en-GB",
)
PIPED = 'exec "$@" 3<&0 4>/dev/null'
"""Its standard input is the pipe that it listens on: when that ends, however the tests ended, so does Chromium."""


def found() -> str | None:
    """Where a Chromium is on this machine."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def chromium() -> Iterator["Browser"]:
    """Started with a profile of its own, gone with it."""
    with tempfile.TemporaryDirectory(prefix="park-chromium-", ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            ["sh", "-c", PIPED, "sh", str(found()), *OPTIONS, f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            port = _port(Path(profile) / "DevToolsActivePort", process)
            with ExitStack() as connections:
                yield Browser(port, connections)
        finally:
            assert process.stdin
            process.stdin.close()
            process.wait(STARTED)


def _port(file: Path, process: "subprocess.Popen[bytes]") -> int:
    """The file is written when the browser listens."""
    until = time.monotonic() + STARTED
    while not (file.exists() and file.read_text().count("\n")):
        assert process.poll() is None, "Chromium ended as soon as it was started"
        assert time.monotonic() < until, "Chromium does not listen"
        time.sleep(0.02)
    return int(file.read_text().splitlines()[0])


class Browser:
    """Opens tabs, and keeps those that were closed for later: a new one takes half a second of CPU."""

    def __init__(self, port: int, connections: ExitStack) -> None:
        self._connections = connections
        self._client = connections.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=STARTED))
        self._closed: list[Tab] = []

    @contextmanager
    def tab(self, url: str, *, width: int = 1400, height: int = 900, dark: bool = False) -> Iterator[Tab]:
        """Open, and drawn; a tab in which something failed is not used again."""
        tab = self._closed.pop() if self._closed else self._open()
        tab.show(width, height, dark=dark)
        tab.go(url)
        yield tab
        tab.faultless()
        tab.leave()
        self._closed.append(tab)

    def _open(self) -> Tab:
        made = self._client.put("/json/new?about:blank").json()
        address = made["webSocketDebuggerUrl"]
        return Tab(self._connections.enter_context(connect(address, max_size=None, compression=None)))
