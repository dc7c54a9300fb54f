"""`python -m bot init`: asked, checked, and written only when all of it is known to be right."""

import sys
from argparse import Namespace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.errors import ParkError, PolicyError
from bot.init.asking import Console
from bot.init.drafts import check_policy, drafts
from bot.init.ending import agreed, say_next
from bot.init.known import Known, read_known
from bot.init.pbx_address import ask_address
from bot.init.pbx_questions import ask_account
from bot.init.remembered import remembered
from bot.init.rights import Rights
from bot.init.rights_questions import RightsQuestions
from bot.init.slack_questions import ask_slack
from bot.init.writing import HalfWritten, put
from bot.policy import Policy, read_policy
from bot.slack.roster import Roster

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


def _converse(console: Console, known: Known, spare: Path) -> int:
    console.say(_HELLO)
    slack = ask_slack(console, known)
    where = ask_address(console, known, spare)
    phones = ask_account(console, known, where)
    rights = _ask_rights(console, known, slack.roster, phones.groups)
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


def _ask_rights(console: Console, known: Known, roster: Roster, groups: list[str]) -> Rights | None:
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
    return RightsQuestions(console, roster, groups, remembered(before, roster) if before else None).ask()


def _reads_only(known: Known) -> bool:
    """As it was before; at first it does."""
    otherwise = "false" if known.get("SLACK_BOT_TOKEN") else "true"
    return known.get("PARK_READ_ONLY", otherwise).lower() not in ("false", "0", "no", "off")
