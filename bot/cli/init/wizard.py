"""The command `init`: the conversation as a whole, and the files that come of it."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.cli.init.access_step import AccessAnswers, AccessQuestions
from bot.cli.init.console import Console
from bot.cli.init.files import FileDraft, PartlyWritten, SavedAnswers, load_saved_answers, merge_env, write_files
from bot.cli.init.pbx_step import CERTIFICATE_FILE, PbxAddress, ask_account, ask_address
from bot.cli.init.policy_template import answers_from_policy, policy_text
from bot.cli.init.slack_step import SlackAnswers, ask_slack
from bot.cli.policy import evaluate_example
from bot.errors import ParkError, PolicyError
from bot.policy.loading import read_policy
from bot.slack.workspace import WorkspaceDirectory

_WELCOME = """\
Park's first hour: a few questions, each checked at once with your Slack and your PBX, and nothing on either is changed.
Enter takes what stands in [brackets]. Ctrl-C ends it; nothing is written before the last question.
"""
_READ_ONLY_INTRODUCTION = """
The first week. Park can begin by only reading: questions and previews are answered, with what would change, and nothing
is changed, whoever asks."""
_READ_ONLY_COMMENT = """\
# As of {today}. true: questions and previews are answered, and nothing is changed, whoever asks.
# To let Park make the changes that the policy allows, write false and start it again.
"""
_INTERRUPTED = 130
"""The exit status after Ctrl-C, as a shell would give it: 128 + SIGINT."""


def run_init(_: Namespace) -> int:
    """Runs the conversation; returns 0, 1 if the user decided not to write, 130 after Ctrl-C."""
    console = Console()
    try:
        with TemporaryDirectory(prefix="park-") as temporary:
            return _converse(console, load_saved_answers(Path.cwd()), Path(temporary))
    except KeyboardInterrupt:
        sys.stderr.write("\nEnded. Nothing was written.\n")
        return _INTERRUPTED
    except PartlyWritten:
        raise
    except ParkError:
        console.say("Nothing was written.")
        raise


def _converse(console: Console, saved: SavedAnswers, temporary: Path) -> int:
    console.say(_WELCOME)
    slack = ask_slack(console, saved)
    address = ask_address(console, saved, temporary)
    pbx = ask_account(console, saved, address)
    access = _ask_access(console, saved, slack.workspace_directory, pbx.groups)
    console.say(_READ_ONLY_INTRODUCTION)
    read_only = console.confirm("Only read for now", default=_default_read_only(saved))
    values = {**slack.values, **pbx.values, "PARK_READ_ONLY": str(read_only).lower()}
    drafts = list(_drafts(saved, address, access, pbx.groups, values))
    for draft in drafts:
        if draft.file == saved.policy_file:
            _check_policy(draft, temporary)
    if all(draft.is_written for draft in drafts):
        console.say("\nEverything is as it was: there is nothing to write.")
        return 0
    console.say()
    for draft in drafts:
        console.say(f"  {draft.file.name}: {_describe(draft, saved)}")
    if not console.confirm("Write this", default=True):
        console.say("Nothing was written.")
        return 1
    write_files(drafts)
    if overridden := saved.overridden(values):
        console.say(f"{', '.join(overridden)} is exported here too, which wins over .env: unset it.")
    _say_next_steps(console, saved, slack, access, read_only=read_only)
    return 0


def _ask_access(
    console: Console, saved: SavedAnswers, workspace_directory: WorkspaceDirectory, groups: list[str]
) -> AccessAnswers | None:
    """Returns None if the present policy is to stay."""
    previous: AccessAnswers | None = None
    console.say()
    if saved.policy_file.exists():
        policy = None
        try:
            policy = read_policy(saved.policy_file)
            state = f"has {len(policy.allow) + len(policy.deny)} rules"
        except PolicyError as error:
            state = f"can't be read: {str(error).splitlines()[0]}"
        name = saved.policy_file.name
        console.say(f"{name} is there already, and {state}. A new one would take its place, and the old one be kept.")
        if not console.confirm("Write a new policy", default=False):
            return None
        previous = answers_from_policy(policy, workspace_directory) if policy else None
    return AccessQuestions(console, workspace_directory, groups, previous).ask()


def _default_read_only(saved: SavedAnswers) -> bool:
    """The present setting; true for a new installation."""
    default = "false" if saved.get("SLACK_BOT_TOKEN") else "true"
    return saved.get("PARK_READ_ONLY", default).lower() not in ("false", "0", "no", "off")


def _drafts(
    saved: SavedAnswers,
    address: PbxAddress,
    access: AccessAnswers | None,
    groups: list[str],
    values: Mapping[str, str | None],
) -> Iterator[FileDraft]:
    """The .env comes last, because it refers to the other files."""
    now = datetime.now().astimezone()
    if address.new_certificate:
        yield FileDraft(file=saved.folder / CERTIFICATE_FILE, text=address.new_certificate)
    if access is not None:
        file = saved.policy_file
        backup = file.with_name(f"{file.stem}.until-{now:%Y%m%d-%H%M%S}{file.suffix}") if file.exists() else None
        yield FileDraft(file=file, text=policy_text(access, groups, now.date()), backup=backup)
    comments = {"PARK_READ_ONLY": _READ_ONLY_COMMENT.format(today=now.date())}
    yield FileDraft(file=saved.env_file, text=merge_env(saved.env, values, comments), secret=True)


def _check_policy(draft: FileDraft, temporary: Path) -> None:
    """Reads the policy and evaluates its examples; raises PolicyError."""
    file = temporary / draft.file.name
    file.write_text(draft.text, encoding="utf-8")
    policy = read_policy(file)
    for example in policy.example:
        outcome, reason = evaluate_example(policy, example)
        if outcome != example.expect:
            text = f"The policy would not do what it should: {example.line} came out as {outcome}. {reason}"
            raise PolicyError(text)


def _describe(draft: FileDraft, saved: SavedAnswers) -> str:
    if not draft.file.exists():
        return "new"
    if draft.file == saved.env_file:
        return "with the new answers in place of the old ones, and the rest as it is"
    return "in place of the one that is there" + (f", which is kept as {draft.backup.name}" if draft.backup else "")


def _say_next_steps(
    console: Console, saved: SavedAnswers, slack: SlackAnswers, access: AccessAnswers | None, *, read_only: bool
) -> None:
    console.say("\nWritten. Next:")
    channels = dict.fromkeys((access.channel, access.announce)) if access else {}
    outside = " and ".join(one.handle for one in channels if not one.bot_is_member)
    invitation = [f"/invite @{slack.bot.name}, in {outside}"] if outside else []
    steps = ["python -m bot doctor   looks whether all is well", "make run", "/park, in Slack"]
    for number, step in enumerate([*invitation, *steps], 1):
        console.say(f"  {number}. {step}")
    if access and not access.allows_changes:
        console.say(f"Nobody may change anything yet: {saved.policy_file.name} shows how a rule for that looks.")
    if read_only:
        console.say("Park only reads until PARK_READ_ONLY=false stands in .env, and it is started again.")
