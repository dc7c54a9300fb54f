"""The questions about Slack's tokens, and the matching of typed names with the workspace's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.cli.init.console import Console, InvalidAnswer
from bot.cli.init.files import SavedAnswers
from bot.messages.text import fold
from bot.pbx.name_index import closest
from bot.slack.app_config import (
    OPTIONAL_SCOPES,
    ORG_WIDE_INSTALL,
    REQUIRED_SCOPES,
    check_app_token,
    fetch_granted_scopes,
    sign_in_with_token,
)
from bot.slack.app_manifest import create_app
from bot.slack.client import Client, Identity
from bot.slack.workspace import DirectoryEntry, WorkspaceDirectory

NOBODY = frozenset({"", "-", "nobody", "none"})
"""Answers that name nobody, case-folded."""
MAX_SUGGESTIONS = 3
"""The number of similar names in a message about an unknown one."""
_INTRODUCTION = """\
Slack. If there is no app yet: at https://api.slack.com/apps choose Create New App, From a manifest, paste the text of
manifest.yaml, and install the app to your workspace. Tokens are not shown while you type or paste them."""


_CREATED = """\
  The app {id} is created. Two things are left to do in Slack:
  1. Install it: {install}
     Then copy the Bot User OAuth Token: {page}/oauth
  2. Make an app-level token with connections:write: {page}/general"""


@dataclass(frozen=True, kw_only=True)
class SlackAnswers:
    """The workspace that the tokens belong to."""

    bot: Identity
    workspace_directory: WorkspaceDirectory
    values: dict[str, str]
    """Variables for .env."""


def ask_slack(console: Console, saved: SavedAnswers, *, create: bool = False) -> SlackAnswers:
    """Asks for the bot token and, unless HTTP mode is configured, for the app-level token; tries each in Slack.

    Args:
        create: Create the app first.
    """
    created = _create_app(console, saved) if create else {}
    if not create:
        console.say(_INTRODUCTION)

    def sign_in(token: str) -> tuple[str, WorkspaceDirectory, Identity, frozenset[str]]:
        token = token.strip()
        client, bot = sign_in_with_token(token, saved.slack_api_url)
        return token, WorkspaceDirectory(client), bot, _check_installation(client)

    question = "Bot User OAuth Token (xoxb-, under OAuth & Permissions)"
    default = saved.get("SLACK_BOT_TOKEN")
    bot_token, workspace_directory, bot, lacking = console.ask(
        question, sign_in, key="bot_token", default=default, secret=True
    )
    console.say(f"  Park is in the workspace {bot.team_name}.")
    for scope in sorted(lacking):
        console.say(f"  The app does not have the scope {scope}: {OPTIONAL_SCOPES[scope]}.")
    values = {"SLACK_BOT_TOKEN": bot_token}
    if saved.get("PARK_COMMAND"):
        values["PARK_COMMAND"] = saved.command
    if saved.get("SLACK_SIGNING_SECRET") and not saved.get("SLACK_APP_TOKEN"):
        console.say("  SLACK_SIGNING_SECRET is set, so Slack sends its requests over HTTP.")
    else:
        values["SLACK_APP_TOKEN"] = _ask_app_token(console, saved)
    return SlackAnswers(bot=bot, workspace_directory=workspace_directory, values=values | created)


def _create_app(console: Console, saved: SavedAnswers) -> dict[str, str]:
    """Creates the app, tells what is left to do in Slack, and returns variables for .env; not twice in one run."""
    question = "App configuration token (xoxe.xoxp-, under Your App Configuration Tokens on https://api.slack.com/apps)"
    app = console.ask(question, lambda token: create_app(token.strip(), saved.slack_api_url), secret=True)
    console.say(_CREATED.format(id=app.id, install=app.install_url, page=app.page))
    return {"SLACK_SIGNING_SECRET": app.signing_secret}


def _check_installation(client: Client) -> frozenset[str]:
    """Returns the optional scopes that are missing; raises InvalidAnswer for an app that can't work."""
    granted = fetch_granted_scopes(client)
    if granted.org_wide:
        raise InvalidAnswer(ORG_WIDE_INSTALL)
    missing = REQUIRED_SCOPES - (granted.scopes if granted.scopes is not None else REQUIRED_SCOPES)
    if needed := sorted(missing - OPTIONAL_SCOPES.keys()):
        raise InvalidAnswer(
            f"The app lacks {'a scope' if len(needed) == 1 else 'scopes'} that Park needs: {', '.join(needed)}. Under "
            "https://api.slack.com/apps > your app > App Manifest paste manifest.yaml again, then reinstall the app."
        )
    return missing


def _ask_app_token(console: Console, saved: SavedAnswers) -> str:
    def check(token: str) -> str:
        token = token.strip()
        check_app_token(token, saved.slack_api_url)
        return token

    question = "App-level token with connections:write (xapp-, under Basic Information)"
    token = console.ask(question, check, key="app_token", default=saved.get("SLACK_APP_TOKEN"), secret=True)
    console.say("  Slack accepts it.")
    return token


def find_entry(typed: str, entries: Sequence[DirectoryEntry], kind: str) -> DirectoryEntry:
    """Finds the entry with a name or id.

    Args:
        kind: What the entries are called in messages, as in "channel".

    Raises:
        InvalidAnswer: No entry, an unusable one, or several have that name.
    """
    bare = typed.strip().removeprefix("@").removeprefix("#").strip()
    matches = _matches(bare, entries)
    usable = [one for one in matches if not one.inactive_reason]
    if len(usable) == 1:
        return usable[0]
    if usable:
        candidates = ", ".join(f"{one} {one.id}" for one in usable)
        raise InvalidAnswer(f"“{typed}” can be any of {candidates}. Type the id of the one that you mean.")
    if matches:
        raise InvalidAnswer(f"“{typed}” can't be named in a rule: {matches[0].inactive_reason}.")
    text = f"Slack has no {kind} called “{typed}”"
    text += ", or it is private: invite Park there first." if kind == "channel" else "."
    similar = closest(bare, [one for one in entries if not one.inactive_reason], lambda one: one.names, MAX_SUGGESTIONS)
    if not similar:
        raise InvalidAnswer(text)
    suggestions = " or ".join(map(str, similar))
    raise InvalidAnswer(
        f"{text} Did you mean {suggestions}?", suggestion=similar[0].handle if len(similar) == 1 else None
    )


def find_entries(typed: str, entries: Sequence[DirectoryEntry], kind: str) -> tuple[DirectoryEntry, ...]:
    """Finds the entries with names or ids separated by commas, without duplicates; one of NOBODY gives none."""
    if typed.casefold() in NOBODY:
        return ()
    if "," in typed and _matches(typed, entries):
        return (find_entry(typed, entries, kind),)  # the comma is part of a name
    parts = [part.strip() for part in typed.split(",") if part.strip()]
    return tuple(dict.fromkeys(_find_each(parts, entries, kind)))


def _find_each(parts: list[str], entries: Sequence[DirectoryEntry], kind: str) -> Iterator[DirectoryEntry]:
    """A suggestion for one part becomes a suggestion for the whole answer."""
    for index, part in enumerate(parts):
        try:
            yield find_entry(part, entries, kind)
        except InvalidAnswer as error:
            whole = error.suggestion and ", ".join((*parts[:index], error.suggestion, *parts[index + 1 :]))
            raise InvalidAnswer(str(error), suggestion=whole) from None


def _matches(typed: str, entries: Sequence[DirectoryEntry]) -> list[DirectoryEntry]:
    """All entries with that id or name in any case, whichever kind of name it is."""
    folded = fold(typed)
    return [one for one in entries if folded in map(fold, (one.id, *one.names))]
