"""The command `init`: the conversation as a whole, and the files that come of it."""

import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.cli.init.access_step import AccessAnswers, AccessQuestions
from bot.cli.init.console import BACK, Console
from bot.cli.init.draft import DRAFT_FILE, AnswerDraft
from bot.cli.init.files import (
    FileDraft,
    PartlyWritten,
    SavedAnswers,
    is_portable,
    load_saved_answers,
    merge_env,
    require_writable,
    write_files,
)
from bot.cli.init.pbx_step import CERTIFICATE_FILE, PbxAddress, PbxAnswers, ask_account, ask_address
from bot.cli.init.policy_template import answers_from_policy, policy_text
from bot.cli.init.slack_step import SlackAnswers, ask_slack
from bot.cli.invocation import command_line
from bot.cli.network_errors import describe_failure, quiet_logs
from bot.cli.policy import evaluate_example
from bot.errors import ParkError, PolicyError, SettingsError
from bot.messages import slash_command
from bot.policy.loading import read_policy

_WELCOME = """\
This sets Park up. Each answer is checked at once with your Slack and your PBX; nothing is changed on either.
Enter takes what stands in [brackets]. {back} goes back to the question before. Ctrl-C stops; your answers are kept.
"""
_RESUMED = """\
You stopped half-way the last time. Your answers from then are kept: Enter takes them one by one.
"""
_READ_ONLY_INTRODUCTION = """
The first days. Park can start read-only: it answers questions and shows what each change would do, and changes nothing,
whoever asks."""
_READ_ONLY_COMMENT = """\
# As of {today}. true: Park answers questions and previews, and changes nothing, whoever asks.
# To let Park make the changes that the policy allows, write false and start Park again.
"""
_NOT_PORTABLE = """\
{name} holds characters that systemd and Docker Compose read differently from Park (quotes, backslashes or $ together).
It works with {run}. For systemd or Compose choose a {what} without them."""
_INTERRUPTED = 130
"""The exit status after Ctrl-C, as a shell would give it: 128 + SIGINT."""


def run_init(options: Namespace) -> int:
    """Runs the conversation; returns 0, 1 if the user decided not to write, 130 after Ctrl-C."""
    quiet_logs()
    folder = Path.cwd()
    console = Console(AnswerDraft(folder / DRAFT_FILE if sys.stdin.isatty() else None))
    try:
        with TemporaryDirectory(prefix="park-") as temporary:
            saved = load_saved_answers(folder, {"PARK_COMMAND": options.command} if options.command else {})
            slash_command.use(saved.command)
            return _set_up(console, saved, Path(temporary), create_app=options.create_app)
    except KeyboardInterrupt:
        sys.stderr.write(f"\nStopped. {_nothing_written(console)}\n")
        return _INTERRUPTED
    except PartlyWritten:
        raise
    except ParkError as error:
        sys.stdout.write(f"{_nothing_written(console)}\n")
        raise SettingsError(describe_failure(error)) from error


def _nothing_written(console: Console) -> str:
    if not console.draft.saved:
        return "Nothing was written."
    return f"Your answers are kept in {DRAFT_FILE}; nothing else was written. To go on: {command_line('init')}"


@dataclass(frozen=True, kw_only=True)
class _Answers:
    slack: SlackAnswers
    address: PbxAddress
    pbx: PbxAnswers
    access: AccessAnswers | None
    """None if the present policy is to stay."""
    read_only: bool
    write: bool
    drafts: list[FileDraft]

    @property
    def values(self) -> dict[str, str | None]:
        """The variables for .env."""
        return {**self.slack.values, **self.pbx.values, "PARK_READ_ONLY": str(self.read_only).lower()}


def _set_up(console: Console, saved: SavedAnswers, temporary: Path, *, create_app: bool) -> int:
    require_writable({saved.env_file.parent, saved.policy_file.parent})
    console.say(_WELCOME.format(back=BACK))
    if console.draft.resumed:
        console.say(_RESUMED)
    answers = console.converse(lambda: _converse(console, saved, temporary, create_app=create_app))
    if answers.drafts and not answers.write:
        console.say(_nothing_written(console))
        return 1
    write_files(answers.drafts)
    console.draft.discard()
    if not answers.drafts:
        console.say("\nEverything is as it was: there is nothing to write.")
        return 0
    _say_problems(console, saved, answers)
    _say_next_steps(console, saved, answers)
    return 0


def _converse(console: Console, saved: SavedAnswers, temporary: Path, *, create_app: bool) -> _Answers:
    slack = ask_slack(console, saved, create=create_app)
    address = ask_address(console, saved, temporary)
    pbx = ask_account(console, saved, address)
    access = _ask_access(console, saved, slack, pbx.groups)
    console.say(_READ_ONLY_INTRODUCTION)
    read_only = console.confirm("Start read-only", key="read_only", default=_default_read_only(saved))
    answers = _Answers(
        slack=slack, address=address, pbx=pbx, access=access, read_only=read_only, write=False, drafts=[]
    )
    drafts = list(_drafts(saved, answers))
    for draft in drafts:
        if draft.file == saved.policy_file:
            _check_policy(draft, temporary)
    if all(draft.is_written for draft in drafts):
        return answers
    console.say()
    for draft in drafts:
        console.say(f"  {draft.file.name}: {_describe(draft, saved)}")
    return replace(answers, drafts=drafts, write=console.confirm("Write this", default=True))


def _ask_access(console: Console, saved: SavedAnswers, slack: SlackAnswers, groups: list[str]) -> AccessAnswers | None:
    """Returns None if the present policy is to stay."""
    previous: AccessAnswers | None = None
    console.say()
    if saved.policy_file.exists():
        policy = None
        try:
            policy = read_policy(saved.policy_file)
            count = len(policy.allow) + len(policy.deny)
            state = f"has {count} rule{'' if count == 1 else 's'}"
        except PolicyError as error:
            state = f"can't be read: {str(error).splitlines()[0]}"
        name = saved.policy_file.name
        console.say(f"{name} exists and {state}. A new policy replaces it; the old file is kept under another name.")
        if not console.confirm("Write a new policy", key="new_policy", default=False):
            return None
        previous = answers_from_policy(policy, slack.workspace_directory) if policy else None
    return AccessQuestions(console, slack.workspace_directory, slack.bot.name, groups, previous).ask()


def _default_read_only(saved: SavedAnswers) -> bool:
    """The present setting; true for a new installation."""
    default = "false" if saved.get("SLACK_BOT_TOKEN") else "true"
    return saved.get("PARK_READ_ONLY", default).lower() not in ("false", "0", "no", "off")


def _drafts(saved: SavedAnswers, answers: _Answers) -> Iterator[FileDraft]:
    """The .env comes last, because it refers to the other files."""
    now = datetime.now().astimezone()
    if answers.address.new_certificate:
        yield FileDraft(file=saved.folder / CERTIFICATE_FILE, text=answers.address.new_certificate)
    if answers.access is not None:
        file = saved.policy_file
        backup = file.with_name(f"{file.stem}.until-{now:%Y%m%d-%H%M%S}{file.suffix}") if file.exists() else None
        name = saved.get("PARK_POLICY", file.name)
        text = policy_text(answers.access, answers.pbx.groups, now.date(), name)
        yield FileDraft(file=file, text=text, backup=backup)
    comments = {"PARK_READ_ONLY": _READ_ONLY_COMMENT.format(today=now.date())}
    yield FileDraft(file=saved.env_file, text=merge_env(saved.env, answers.values, comments), secret=True)


def _check_policy(draft: FileDraft, temporary: Path) -> None:
    """Reads the policy and evaluates its examples; raises PolicyError."""
    file = temporary / draft.file.name
    file.write_text(draft.text, encoding="utf-8")
    policy = read_policy(file)
    for example in policy.example:
        outcome, reason = evaluate_example(policy, example)
        if outcome != example.expect:
            text = f"The policy does not do what it should: {example.line} is {outcome}, not {example.expect}. {reason}"
            raise PolicyError(text)


def _describe(draft: FileDraft, saved: SavedAnswers) -> str:
    if not draft.file.exists():
        return "new"
    if draft.file == saved.env_file:
        return "your answers replace the old ones, the rest stays"
    return "replaces the present one" + (f", which is kept as {draft.backup.name}" if draft.backup else "")


def _say_problems(console: Console, saved: SavedAnswers, answers: _Answers) -> None:
    """Says where Park would not see an answer as it was given."""
    if overridden := saved.overridden(answers.values):
        names, are = ", ".join(overridden), "is" if len(overridden) == 1 else "are"
        console.say(f"{names} {are} also exported in this shell, which wins over .env: unset {', '.join(overridden)}.")
    for name, value in answers.values.items():
        if value is not None and not is_portable(value):
            what = "password" if name == "PBX_PASSWORD" else "value"
            console.say(_NOT_PORTABLE.format(name=name, run=command_line("run"), what=what))


def _say_next_steps(console: Console, saved: SavedAnswers, answers: _Answers) -> None:
    access = answers.access
    channels = dict.fromkeys((access.channel, access.announce)) if access else {}
    outside = (one.handle for one in channels if not one.bot_is_member)
    steps = [f"In {handle} in Slack, type: /invite @{answers.slack.bot.name}" for handle in outside]
    steps += [f"Check everything: {command_line('doctor')}", f"Start Park: {command_line('run')}"]
    channel = f"In {access.channel.handle}" if access else "In Slack"
    console.say("\nWritten. Next:")
    for number, step in enumerate([*steps, f"{channel}, type: {slash_command.name()}"], 1):
        console.say(f"  {number}. {step}")
    if access and not access.allows_changes:
        console.say(f"Nobody may change anything yet; {saved.policy_file.name} shows what a rule for that looks like.")
    if answers.read_only:
        console.say("Park changes nothing until you write PARK_READ_ONLY=false in .env and start it again.")
