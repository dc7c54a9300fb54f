"""`make demo`: Park in a browser or a terminal, on a sandbox PBX and a sandbox Slack workspace."""

import logging
import sys
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console

from bot.runtime import logs
from bot.sandbox import browsing
from bot.sandbox.stage import DEMO_POLICY, Stage
from bot.sandbox.terminal import Terminal

TRY = (
    "/park groups",
    "/park add 1001 to Sales",
    "/park Sales",
    "/park recall Sales to user then Night Desk",
    "/park delete Support EMEA",
)
"""The five lines of the first screen."""

WELCOME = """\
This is Park, the real one, between a sandbox Slack workspace and a sandbox PBX, both in this process.
You are [b]Ana Ruiz[/b], a team lead, in [b]#phones[/b]. Try these, or any other line:

{lines}

[b]as ben[/b] (on call), [b]as gil[/b] (a guest), [b]as eve[/b] switch person; [b]in #random[/b] switches channel;
[b]click 1[/b] clicks a button; [b]@Park add 1001 to Sales[/b] mentions the bot; [b]/park add[/b] opens a form:
[b]fill Members = 1001[/b], [b]fill Park group = Sales[/b], [b]submit[/b], [b]close[/b]; [b]home[/b] is the Home tab:
[b]fill Search groups = sal[/b], [b]menu Sales = Change recall[/b], [b]fill Post the confirmation in = random[/b];
[b]pbx[/b] shows what the PBX heard; [b]quit[/b] ends."""


def play(lines: Sequence[str], *, picture: Path | None = None, where: str | None = None) -> int:
    """Lines given, or typed, or the five of the first screen; the exit status tells whether all were answered.

    `where` is terminal, or page; None: the page where a browser can show it."""
    logs.configure("ERROR")
    logging.getLogger().setLevel(logging.ERROR)
    if picture is not None:
        return _draw(lines, picture)
    if where == "page" or (where is None and not lines and sys.stdin.isatty() and browsing.possible()):
        return browsing.serve()
    console = Console(highlight=False, soft_wrap=True)
    with Stage(policy=DEMO_POLICY) as stage:
        terminal = Terminal(stage, console)
        if lines:
            return terminal.play(lines)
        console.print(WELCOME.format(lines="\n".join(f"  [cyan]{line}[/cyan]" for line in TRY)))
        if not sys.stdin.isatty():
            return terminal.play(TRY)
        return terminal.converse()


def _draw(lines: Sequence[str], picture: Path) -> int:
    """The README's picture, so that it can be drawn again."""
    console = Console(highlight=False, record=True, width=100, file=StringIO(), force_terminal=True)
    with Stage(policy=DEMO_POLICY) as stage:
        status = Terminal(stage, console).play(lines or TRY)
    picture.write_text(console.export_svg(title="Park", code_format=SVG), encoding="utf-8")
    return status


# Rich's own template fetches a font from elsewhere; a terminal's picture needs none.
SVG = """\
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
