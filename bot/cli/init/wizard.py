"""Init: the conversation."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.cli.init.access_step import Rights, RightsQuestions
from bot.cli.init.console import Console
from bot.cli.init.files import FileDraft, HalfWritten, SavedAnswers, merged, put, read_known, read_only_comment
from bot.cli.init.pbx_step import SAVED, Address, ask_account, ask_address
from bot.cli.init.policy_template import policy_text, remembered
from bot.cli.init.slack_step import Workspace, ask_slack
from bot.cli.policy import outcome
from bot.errors import ParkError, PolicyError
from bot.policy.loading import read_policy
from bot.policy.rules import Policy
from bot.slack.workspace import WorkspaceDirectory


def drafts(
    known: SavedAnswers,
    where: Address,
    rights: Rights | None,
    groups: list[str],
    values: Mapping[str, str | None],
    now: datetime,
) -> Iterator[FileDraft]:
    """The environment last, for it names the others. Without rights, the policy that is there stays."""
    if where.pem:
        yield FileDraft(file=known.folder / SAVED, text=where.pem)
    if rights is not None:
        file = known.policy_file
        keeps = file.with_name(f"{file.stem}.until-{now:%Y%m%d-%H%M%S}{file.suffix}") if file.exists() else None
        yield FileDraft(file=file, text=policy_text(rights, groups, now.date()), keeps=keeps)
    yield FileDraft(file=known.env_file, text=_env(known, values, now.date()), secret=True)


def check_policy(draft: FileDraft, spare: Path) -> None:
    """Read it and hold it to its own examples, in the folder `spare`; raise PolicyError."""
    attempt = spare / draft.file.name
    attempt.write_text(draft.text, encoding="utf-8")
    policy = read_policy(attempt)
    for example in policy.example:
        found, why = outcome(policy, example)
        if found != example.expect:
            raise PolicyError(f"The policy would not do what it should: {example.line} came out as {found}. {why}")


def _env(known: SavedAnswers, values: Mapping[str, str | None], today: date) -> str:
    return merged(known.env, values, {"PARK_READ_ONLY": read_only_comment(today)})


def agreed(console: Console, known: SavedAnswers, drafts: list[FileDraft]) -> bool:
    """What is there already is named."""
    for draft in drafts:
        console.say(f"  {draft.file.name}: {_how(draft, known)}")
    return console.agrees("Write this", default=True)


def _how(draft: FileDraft, known: SavedAnswers) -> str:
    if not draft.file.exists():
        return "new"
    if draft.file == known.env_file:
        return "with the new answers in place of the old ones, and the rest as it is"
    return "in place of the one that is there" + (f", which is kept as {draft.keeps.name}" if draft.keeps else "")


def say_next(
    console: Console, known: SavedAnswers, slack: Workspace, rights: Rights | None, *, read_only: bool
) -> None:
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


_HELLO = """\
Park's first hour: a few questions, each checked at once with your Slack and your PBX, and nothing on either is changed.
Enter takes what stands in [brackets]. Ctrl-C ends it; nothing is written before the last question.
"""
_WEEK = """
The first week. Park can begin by only reading: questions and previews are answered, with what would change, and nothing
is changed, whoever asks."""
_INTERRUPTED = 130


def run(_: Namespace) -> int:
    """0: written. 1: told not to. 2: something has to be put right first."""
    console = Console()
    try:
        with TemporaryDirectory(prefix="park-") as spare:
            return _converse(console, read_known(Path.cwd()), Path(spare))
    except KeyboardInterrupt:
        sys.stderr.write("\nEnded. Nothing was written.\n")
        return _INTERRUPTED
    except HalfWritten:
        raise
    except ParkError:
        console.say("Nothing was written.")
        raise


def _converse(console: Console, known: SavedAnswers, spare: Path) -> int:
    console.say(_HELLO)
    slack = ask_slack(console, known)
    where = ask_address(console, known, spare)
    phones = ask_account(console, known, where)
    rights = _ask_rights(console, known, slack.workspace_directory, phones.groups)
    console.say(_WEEK)
    read_only = console.agrees("Only read for now", default=_reads_only(known))
    values = {**slack.values, **phones.values, "PARK_READ_ONLY": str(read_only).lower()}
    files = list(drafts(known, where, rights, phones.groups, values, datetime.now().astimezone()))
    for draft in files:
        if draft.file == known.policy_file:
            check_policy(draft, spare)
    if all(draft.stands for draft in files):
        console.say("\nEverything is as it was: there is nothing to write.")
        return 0
    console.say()
    if not agreed(console, known, files):
        console.say("Nothing was written.")
        return 1
    put(files)
    if shadowed := known.shadowed(values):
        console.say(f"{', '.join(shadowed)} is exported here too, which wins over .env: unset it.")
    say_next(console, known, slack, rights, read_only=read_only)
    return 0


def _ask_rights(
    console: Console, known: SavedAnswers, workspace_directory: WorkspaceDirectory, groups: list[str]
) -> Rights | None:
    """None: the policy that is there stays as it is."""
    before: Policy | None = None
    console.say()
    if known.policy_file.exists():
        try:
            before = read_policy(known.policy_file)
            found = f"has {len(before.allow) + len(before.deny)} rules"
        except PolicyError as broken:
            found = f"can't be read: {str(broken).splitlines()[0]}"
        name = known.policy_file.name
        console.say(f"{name} is there already, and {found}. A new one would take its place, and the old one be kept.")
        if not console.agrees("Write a new policy", default=False):
            return None
    return RightsQuestions(
        console, workspace_directory, groups, remembered(before, workspace_directory) if before else None
    ).ask()


def _reads_only(known: SavedAnswers) -> bool:
    """As it was before; at first it does."""
    otherwise = "false" if known.get("SLACK_BOT_TOKEN") else "true"
    return known.get("PARK_READ_ONLY", otherwise).lower() not in ("false", "0", "no", "off")
