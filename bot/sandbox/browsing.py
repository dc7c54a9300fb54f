"""The demo's page: served on loopback, and opened where there is a browser."""

import os
import signal
import sys
import threading
import webbrowser
from contextlib import suppress

from bot.sandbox.page.page import Page

TEXTUAL = ("lynx", "links", "elinks", "w3m", "www-browser")
"""Browsers that show no such page."""
OTHERWISE = "`python -m bot demo --terminal`"


def possible() -> bool:
    """Whether a browser on this machine can show a page to whoever sits there."""
    if os.environ.keys() & {"SSH_CONNECTION", "SSH_TTY"}:
        return False
    if sys.platform.startswith("linux") and not os.environ.keys() & {"DISPLAY", "WAYLAND_DISPLAY"}:
        return False
    with suppress(webbrowser.Error):
        return getattr(webbrowser.get(), "basename", "") not in TEXTUAL
    return False


def serve() -> int:
    """Until Ctrl-C or SIGTERM; the exit status."""
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    sys.stdout.write("Starting Park between a sandbox Slack workspace and a sandbox PBX ...\n")
    with Page() as page:
        sys.stdout.write(f"The workspace is at {page.url}\nCtrl-C ends it; {OTHERWISE} does without a browser.\n")
        sys.stdout.flush()
        if possible():
            webbrowser.open(page.url)
        ended.wait()
    return 0
