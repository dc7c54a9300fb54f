"""The command `python -m bot demo`: chooses between the browser page and the terminal client."""

import logging
import os
import signal
import sys
import webbrowser
from collections.abc import Sequence
from contextlib import suppress
from io import StringIO
from pathlib import Path

from rich.console import Console

from bot.runtime import logs
from bot.runtime.signals import StopRequest
from bot.sandbox.environment import demo_sandbox
from bot.sandbox.page.server import DemoPage
from bot.sandbox.terminal import TerminalClient

TEXT_BROWSERS = ("lynx", "links", "elinks", "w3m", "www-browser")
"""Text browsers, which cannot show the page."""
TERMINAL_COMMAND = "`python -m bot demo --terminal`"


def has_browser() -> bool:
    """Returns whether a graphical browser can be opened on this machine."""
    if os.environ.keys() & {"SSH_CONNECTION", "SSH_TTY"}:
        return False
    if sys.platform.startswith("linux") and not os.environ.keys() & {"DISPLAY", "WAYLAND_DISPLAY"}:
        return False
    with suppress(webbrowser.Error):
        return getattr(webbrowser.get(), "basename", "") not in TEXT_BROWSERS
    return False


def serve_page() -> int:
    """Serves the page until Ctrl-C or SIGTERM and returns the exit status."""
    stop = StopRequest(signal.SIGTERM, signal.SIGINT)
    sys.stdout.write("Starting Park between a sandbox Slack workspace and a sandbox PBX ...\n")
    with DemoPage() as page:
        sys.stdout.write(
            f"The workspace is at {page.url}\nCtrl-C ends it; {TERMINAL_COMMAND} does without a browser.\n"
        )
        sys.stdout.flush()
        if has_browser():
            webbrowser.open(page.url)
        stop.wait()
    return 0


EXAMPLE_LINES = (
    "/park groups",
    "/park add 1001 to Sales",
    "/park Sales",
    "/park recall Sales to user then Night Desk",
    "/park delete Support EMEA",
)
"""Lines that the terminal client suggests, and runs where there is no input."""

WELCOME = """\
This is the real Park between a sandbox Slack workspace and a sandbox PBX, both in this process.
You are [b]Ana Ruiz[/b], a team lead, in [b]#phones[/b]. Try these, or any other line:

{lines}

[b]help[/b] shows what else you can type here; [b]/park help[/b] shows what Park can do; [b]quit[/b] ends the demo."""


def play(lines: Sequence[str], *, picture: Path | None = None, where: str | None = None) -> int:
    """Runs the demo with the given lines, with typed lines, or with `EXAMPLE_LINES`.

    Args:
        picture: File that gets the terminal's output as SVG.
        where: "terminal" or "page"; None selects the page where a browser can be opened.

    Returns:
        The exit status: 0 when all lines were acknowledged and answered.
    """
    logs.configure("ERROR")
    logging.getLogger().setLevel(logging.ERROR)
    if picture is not None:
        return _write_picture(lines, picture)
    if where == "page" or (where is None and not lines and sys.stdin.isatty() and has_browser()):
        return serve_page()
    console = Console(highlight=False, soft_wrap=True)
    with demo_sandbox() as sandbox:
        terminal = TerminalClient(sandbox, console)
        if lines:
            return terminal.play(lines)
        console.print(WELCOME.format(lines="\n".join(f"  [cyan]{line}[/cyan]" for line in EXAMPLE_LINES)))
        if not sys.stdin.isatty():
            return terminal.play(EXAMPLE_LINES)
        return terminal.run_interactive()


def _write_picture(lines: Sequence[str], picture: Path) -> int:
    """Writes the terminal's output for the README as SVG."""
    console = Console(highlight=False, record=True, width=100, file=StringIO(), force_terminal=True)
    with demo_sandbox() as sandbox:
        status = TerminalClient(sandbox, console).play(lines or EXAMPLE_LINES)
    picture.write_text(console.export_svg(title="Park", code_format=SVG_TEMPLATE), encoding="utf-8")
    return status


# Rich's own template fetches a font from elsewhere; a terminal's picture needs none.
SVG_TEMPLATE = """\
<svg class="park" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace; font-size: {char_height}px; \
line-height: {line_height}px; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" \
height="{terminal_height}"/></clipPath>{lines}</defs>
<rect fill="#1b1f23" width="{width}" height="{height}" rx="8"/>
<g transform="translate(16, 16)" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
