"""The two tokens, each shown to Slack at once."""

from dataclasses import dataclass

from bot.init.asking import Console
from bot.init.known import Known
from bot.slack.connection import Identity
from bot.slack.roster import Roster
from bot.slack.tokens import bot_of, check_app_token

_BEFORE = """\
Slack. If there is no app yet: https://api.slack.com/apps > Create New App > From a manifest, paste manifest.yaml, and
install it to the workspace. Tokens are not shown while you type or paste them."""


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """Signed in to, and able to tell names."""

    me: Identity
    roster: Roster
    values: dict[str, str]
    """For .env."""


def ask_slack(console: Console, known: Known) -> Workspace:
    """Two questions; one where Slack comes in over HTTP, which takes no app-level token."""
    console.say(_BEFORE)

    def bot(answer: str) -> tuple[str, Roster, Identity]:
        client, me = bot_of(answer, known.slack_api_url)
        return answer, Roster(client), me

    question = "Bot User OAuth Token (xoxb-, under OAuth & Permissions)"
    bot_token, roster, me = console.ask(question, bot, default=known.get("SLACK_BOT_TOKEN"), secret=True)
    console.say(f"  Park is in the workspace {me.team_name}.")
    values = {"SLACK_BOT_TOKEN": bot_token}
    if known.get("SLACK_SIGNING_SECRET") and not known.get("SLACK_APP_TOKEN"):
        console.say("  SLACK_SIGNING_SECRET is set: Slack comes in over HTTP.")
    else:
        values["SLACK_APP_TOKEN"] = _ask_app_token(console, known)
    return Workspace(me=me, roster=roster, values=values)


def _ask_app_token(console: Console, known: Known) -> str:
    def take(answer: str) -> str:
        check_app_token(answer, known.slack_api_url)
        return answer

    question = "App-level token with connections:write (xapp-, under Basic Information)"
    token = console.ask(question, take, default=known.get("SLACK_APP_TOKEN"), secret=True)
    console.say("  Slack will let it listen.")
    return token
