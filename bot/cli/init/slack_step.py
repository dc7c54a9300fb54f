"""Tokens; matching typed names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.cli.init.console import Console, Mistake
from bot.cli.init.files import SavedAnswers
from bot.messages.text import fold
from bot.pbx.name_index import closest
from bot.slack.app_config import bot_of, check_app_token
from bot.slack.client import Identity
from bot.slack.workspace import DirectoryEntry, WorkspaceDirectory

_BEFORE = """\
Slack. If there is no app yet: https://api.slack.com/apps > Create New App > From a manifest, paste manifest.yaml, and
install it to the workspace. Tokens are not shown while you type or paste them."""


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """Signed in to, and able to tell names."""

    me: Identity
    workspace_directory: WorkspaceDirectory
    values: dict[str, str]
    """For .env."""


def ask_slack(console: Console, known: SavedAnswers) -> Workspace:
    """Two questions; one where Slack comes in over HTTP, which takes no app-level token."""
    console.say(_BEFORE)

    def bot(answer: str) -> tuple[str, WorkspaceDirectory, Identity]:
        client, me = bot_of(answer, known.slack_api_url)
        return answer, WorkspaceDirectory(client), me

    question = "Bot User OAuth Token (xoxb-, under OAuth & Permissions)"
    bot_token, workspace_directory, me = console.ask(question, bot, default=known.get("SLACK_BOT_TOKEN"), secret=True)
    console.say(f"  Park is in the workspace {me.team_name}.")
    values = {"SLACK_BOT_TOKEN": bot_token}
    if known.get("SLACK_SIGNING_SECRET") and not known.get("SLACK_APP_TOKEN"):
        console.say("  SLACK_SIGNING_SECRET is set: Slack comes in over HTTP.")
    else:
        values["SLACK_APP_TOKEN"] = _ask_app_token(console, known)
    return Workspace(me=me, workspace_directory=workspace_directory, values=values)


def _ask_app_token(console: Console, known: SavedAnswers) -> str:
    def take(answer: str) -> str:
        check_app_token(answer, known.slack_api_url)
        return answer

    question = "App-level token with connections:write (xapp-, under Basic Information)"
    token = console.ask(question, take, default=known.get("SLACK_APP_TOKEN"), secret=True)
    console.say("  Slack will let it listen.")
    return token


NOBODY = frozenset({"", "-", "nobody", "none"})
CLOSE = 3


def one_of(typed: str, things: Sequence[DirectoryEntry], what: str) -> DirectoryEntry:
    """By name or id; `what` is what it is called, as in "channel". Raise Mistake with what it may have meant."""
    bare = typed.strip().removeprefix("@").removeprefix("#").strip()
    found = _fitting(bare, things)
    there = [one for one in found if not one.gone]
    if len(there) == 1:
        return there[0]
    if len(there) > 1:
        each = ", ".join(f"{one} {one.id}" for one in there)
        raise Mistake(f"“{typed}” can be any of {each}. Type the id of the one that you mean.")
    if found:
        raise Mistake(f"“{typed}” can't be named in a rule: {found[0].gone}.")
    close = closest(bare, [one for one in things if not one.gone], lambda one: one.called, CLOSE)
    raise _unknown(typed, close, what)


def some_of(typed: str, things: Sequence[DirectoryEntry], what: str) -> tuple[DirectoryEntry, ...]:
    """Of names between commas; nothing, `-` or `nobody` is nobody."""
    if typed.casefold() in NOBODY:
        return ()
    if typed.count(",") and _fitting(typed, things):
        return (one_of(typed, things, what),)  # a name may hold a comma
    parts = [part.strip() for part in typed.split(",") if part.strip()]
    return tuple(dict.fromkeys(_each(parts, things, what)))


def _each(parts: list[str], things: Sequence[DirectoryEntry], what: str) -> Iterator[DirectoryEntry]:
    for place, part in enumerate(parts):
        try:
            yield one_of(part, things, what)
        except Mistake as mistake:
            offer = mistake.offer and ", ".join((*parts[:place], mistake.offer, *parts[place + 1 :]))
            raise Mistake(str(mistake), offer=offer) from None


def _fitting(typed: str, things: Sequence[DirectoryEntry]) -> list[DirectoryEntry]:
    """Whatever the case: of @ana and somebody called Ana, neither goes before the other."""
    folded = fold(typed)
    return [one for one in things if folded in map(fold, (one.id, *one.called))]


def _unknown(typed: str, close: list[DirectoryEntry], what: str) -> Mistake:
    said = f"Slack has no {what} called “{typed}”" + (
        ", or it is private: invite Park there first." if what == "channel" else "."
    )
    if not close:
        return Mistake(said)
    return Mistake(f"{said} Did you mean {' or '.join(map(str, close))}?", offer=close[0].shown)
