"""The questions about Slack's tokens, and the matching of typed names with the workspace's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.cli.init.console import Console, InvalidAnswer
from bot.cli.init.files import SavedAnswers
from bot.messages.text import fold
from bot.pbx.name_index import closest
from bot.slack.app_config import check_app_token, sign_in_with_token
from bot.slack.client import Identity
from bot.slack.workspace import DirectoryEntry, WorkspaceDirectory

NOBODY = frozenset({"", "-", "nobody", "none"})
"""Answers that name nobody, case-folded."""
MAX_SUGGESTIONS = 3
"""The number of similar names in a message about an unknown one."""
_INTRODUCTION = """\
Slack. If there is no app yet: https://api.slack.com/apps > Create New App > From a manifest, paste manifest.yaml, and
install it to the workspace. Tokens are not shown while you type or paste them."""


@dataclass(frozen=True, kw_only=True)
class SlackAnswers:
    """The workspace that the tokens belong to."""

    bot: Identity
    workspace_directory: WorkspaceDirectory
    values: dict[str, str]
    """Variables for .env."""


def ask_slack(console: Console, saved: SavedAnswers) -> SlackAnswers:
    """Asks for the bot token and, unless HTTP mode is configured, for the app-level token; tries each in Slack."""
    console.say(_INTRODUCTION)

    def sign_in(token: str) -> tuple[str, WorkspaceDirectory, Identity]:
        client, bot = sign_in_with_token(token, saved.slack_api_url)
        return token, WorkspaceDirectory(client), bot

    question = "Bot User OAuth Token (xoxb-, under OAuth & Permissions)"
    default = saved.get("SLACK_BOT_TOKEN")
    bot_token, workspace_directory, bot = console.ask(question, sign_in, default=default, secret=True)
    console.say(f"  Park is in the workspace {bot.team_name}.")
    values = {"SLACK_BOT_TOKEN": bot_token}
    if saved.get("SLACK_SIGNING_SECRET") and not saved.get("SLACK_APP_TOKEN"):
        console.say("  SLACK_SIGNING_SECRET is set: Slack comes in over HTTP.")
    else:
        values["SLACK_APP_TOKEN"] = _ask_app_token(console, saved)
    return SlackAnswers(bot=bot, workspace_directory=workspace_directory, values=values)


def _ask_app_token(console: Console, saved: SavedAnswers) -> str:
    def check(token: str) -> str:
        check_app_token(token, saved.slack_api_url)
        return token

    question = "App-level token with connections:write (xapp-, under Basic Information)"
    token = console.ask(question, check, default=saved.get("SLACK_APP_TOKEN"), secret=True)
    console.say("  Slack will let it listen.")
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
    raise InvalidAnswer(f"{text} Did you mean {suggestions}?", suggestion=similar[0].handle)


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
