"""The last question, and what to do next."""

from bot.init.asking import Console
from bot.init.known import Known
from bot.init.rights import Rights
from bot.init.slack_questions import Workspace
from bot.init.writing import Draft


def agreed(console: Console, known: Known, drafts: list[Draft]) -> bool:
    """What is there already is named."""
    for draft in drafts:
        console.say(f"  {draft.file.name}: {_how(draft, known)}")
    return console.agrees("Write this", default=True)


def _how(draft: Draft, known: Known) -> str:
    if not draft.file.exists():
        return "new"
    if draft.file == known.env_file:
        return "with the new answers in place of the old ones, and the rest as it is"
    return "in place of the one that is there" + (f", which is kept as {draft.keeps.name}" if draft.keeps else "")


def say_next(console: Console, known: Known, slack: Workspace, rights: Rights | None, *, read_only: bool) -> None:
    """After all is written."""
    console.say("\nWritten. Next:")
    steps = ["python -m bot doctor   looks whether all is well", "make run", "/park, in Slack"]
    for number, step in enumerate([*_invitations(slack, rights), *steps], 1):
        console.say(f"  {number}. {step}")
    if rights and not rights.somebody:
        console.say(f"Nobody may change anything yet: {known.policy_file.name} shows how a rule for that looks.")
    if read_only:
        console.say("Park only reads until PARK_READ_ONLY=false stands in .env, and it is started again.")


def _invitations(slack: Workspace, rights: Rights | None) -> list[str]:
    """To channels that the bot is not in."""
    places = dict.fromkeys((rights.channel, rights.announce)) if rights else {}
    outside = " and ".join(one.shown for one in places if not one.inside)
    return [f"/invite @{slack.me.name}, in {outside}"] if outside else []
