"""The slash command that people type; its name is a setting, so that two Parks can live in one workspace.

A process serves one Slack app, which has one command. The name is therefore kept once for the process, and everything
that shows or recognizes the command asks here.
"""

import re

DEFAULT = "/park"
LONGEST = 32
"""Characters of a name with its slash; docs.slack.dev, App manifest reference, features.slash_commands.command."""
_NAME = re.compile(r"/[a-z0-9][a-z0-9_-]*")
"""A slash and no spaces, as Slack needs it; nothing that would have to be escaped in mrkdwn."""


class _SlashCommand:
    """The name in use."""

    name = DEFAULT


_current = _SlashCommand()


def check_name(name: str) -> str:
    """Returns a name that Slack accepts, with a slash before it if that was left out.

    Raises:
        ValueError: Slack would not accept the name; the message says what to write.
    """
    whole = name if name.startswith("/") else f"/{name}"
    if not _NAME.fullmatch(whole) or len(whole) > LONGEST:
        raise ValueError(
            f"write a slash and small letters, digits, hyphens or underscores, {LONGEST} characters at most, "
            f"like {DEFAULT} or {DEFAULT}-test"
        )
    return whole


def use(name: str) -> None:
    """Sets the name for the process."""
    _current.name = check_name(name)


def name() -> str:
    """Returns the name with its slash."""
    return _current.name


def typed(line: str = "") -> str:
    """Returns what people type for a line."""
    return f"{_current.name} {line}".rstrip()
