"""`python -m bot init`: asked, checked, and written only when all of it is known to be right."""

import sys
from argparse import Namespace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.checking import outcome
from bot.errors import ParkError, PolicyError
from bot.init.asking import Console
from bot.init.env_file import merged, read_only_comment
from bot.init.known import Known, read_known
from bot.init.pbx_address import SAVED, Address, ask_address
from bot.init.pbx_questions import ask_account
from bot.init.policy_file import policy_text
from bot.init.remembered import remembered
from bot.init.rights import Rights
from bot.init.rights_questions import RightsQuestions
from bot.init.slack_questions import Workspace, ask_slack
from bot.init.writing import Draft, put
from bot.policy import Policy, read_policy
from bot.slack.roster import Roster

_HELLO = """\
Park's first hour: a few questions, each checked at once with your Slack and your PBX, and nothing on either is changed.
Enter takes what stands in [brackets]. Ctrl-C ends it; nothing is written before the last question.
"""
_WEEK = """\
The first week. Park can begin by only reading: questions and previews are answered, with what would change, and nothing
is changed, whoever asks."""
INTERRUPTED = 130


def run(_: Namespace) -> int:
    """0: written. 1: told not to. 2: something has to be put right first. Nothing is written but at 0."""
    console = Console()
    try:
        with TemporaryDirectory(prefix="park-") as spare:
            return _converse(console, read_known(Path.cwd()), Path(spare))
    except KeyboardInterrupt:
        sys.stderr.write("\nEnded. Nothing was written.\n")
        return INTERRUPTED
    except ParkError:
        console.say("Nothing was written.")
        raise


def _converse(console: Console, known: Known, spare: Path) -> int:
    console.say(_HELLO)
    slack = ask_slack(console, known)
    console.say("\nThe PBX.")
    where = ask_address(console, known, spare)
    phones = ask_account(console, known, where)
    console.say()
    rights = _ask_rights(console, known, slack.roster, phones.groups)
    console.say(f"\n{_WEEK}")
    read_only = console.agrees("Only read for now", default=_reads_only(known))
    values = {**slack.values, **phones.values, "PARK_READ_ONLY": str(read_only).lower()}
    drafts = [*_certificate(known, where), *_policy(known, rights, phones.groups, spare), _env(known, values)]
    console.say()
    if all(draft.stands for draft in drafts):
        console.say("Everything is as it was: there is nothing to write.")
        return 0
    if not _agreed(console, known, drafts):
        console.say("Nothing was written.")
        return 1
    put(drafts)
    _say_next(console, known, slack, rights, read_only=read_only, shadowed=known.shadowed(values))
    return 0


def _ask_rights(console: Console, known: Known, roster: Roster, groups: list[str]) -> Rights | None:
    """None: the policy that is there stays as it is."""
    before: Policy | None = None
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
    return RightsQuestions(console, roster, groups, remembered(before, roster) if before else None).ask()


def _reads_only(known: Known) -> bool:
    """As it was before; at first it does."""
    otherwise = "false" if known.get("SLACK_BOT_TOKEN") else "true"
    return known.get("PARK_READ_ONLY", otherwise).lower() not in ("false", "0", "no", "off")


def _certificate(known: Known, where: Address) -> list[Draft]:
    return [Draft(file=known.folder / SAVED, text=where.pem)] if where.pem else []


def _policy(known: Known, rights: Rights | None, groups: list[str], spare: Path) -> list[Draft]:
    """Read back and held to its own examples, before it is shown to anybody."""
    if rights is None:
        return []
    now = datetime.now().astimezone()
    text = policy_text(rights, groups, now.date())
    tried = spare / "policy.toml"
    tried.write_text(text, encoding="utf-8")
    policy = read_policy(tried)
    for example in policy.example:
        found, why = outcome(policy, example)
        if found != example.expect:
            raise PolicyError(f"The policy would not do what it should: {example.line} came out as {found}. {why}")
    file = known.policy_file
    keeps = file.with_name(f"{file.stem}.until-{now:%Y%m%d-%H%M%S}{file.suffix}") if file.exists() else None
    return [Draft(file=file, text=text, keeps=keeps)]


def _env(known: Known, values: dict[str, str | None]) -> Draft:
    comments = {"PARK_READ_ONLY": read_only_comment(datetime.now().astimezone().date())}
    return Draft(file=known.env_file, text=merged(known.env, values, comments), secret=True)


def _agreed(console: Console, known: Known, drafts: list[Draft]) -> bool:
    """What is there already is named."""
    for draft in drafts:
        how = "in place of the one that is there" if draft.file.exists() else "new"
        if draft.file == known.env_file and draft.file.exists():
            how = "what was answered changed, the rest as it is"
        console.say(f"  {draft.file.name}: {how}" + (f", which is kept as {draft.keeps.name}" if draft.keeps else ""))
    return console.agrees("Write this", default=True)


def _say_next(
    console: Console, known: Known, slack: Workspace, rights: Rights | None, *, read_only: bool, shadowed: list[str]
) -> None:
    if shadowed:
        console.say(f"{', '.join(shadowed)} is exported here too, which wins over .env: unset it.")
    console.say("\nWritten. Next:")
    steps = ["python -m bot doctor   looks whether all is well", "make run", "/park, in Slack"]
    places = {one.id: one for one in (rights.channel, rights.announce)} if rights else {}
    outside = " and ".join(one.shown for one in places.values() if not one.inside)
    if outside:
        steps.insert(0, f"/invite @{slack.me.name}, in {outside}")
    for number, step in enumerate(steps, 1):
        console.say(f"  {number}. {step}")
    if rights and not rights.somebody:
        console.say(f"Nobody may change anything yet: {known.policy_file.name} shows how a rule for that looks.")
    if read_only:
        console.say("Park only reads until PARK_READ_ONLY=false stands in .env, and it is started again.")
