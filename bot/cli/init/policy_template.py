"""The text of the first policy file, its examples, and the answers read back from it."""

import json
import shlex
from collections.abc import Iterable, Iterator
from datetime import date

from bot.cli.init.access_step import AccessAnswers, Entries, matching_groups
from bot.cli.invocation import command_line
from bot.messages.text import quote
from bot.policy.field_types import is_user_group
from bot.policy.model import READ_PERMISSIONS
from bot.policy.rules import MATCH_ALL, Policy, Rule
from bot.slack.workspace import DirectoryEntry, WorkspaceDirectory

EXAMPLE_MEMBER, EXAMPLE_STRANGER = "U0ANYBODY", "U0NOBODY"
"""Ids in the examples for some member of a user group, and for a user whom no rule names."""
EXAMPLE_GROUP = "Sales"
"""The park group in the examples if the PBX has none yet."""
OWNER, READERS, LEADS, ON_CALL, PHONE_TEAM = "Set up by", "Everybody in", "Team leads", "On call", "The phone team"
"""How the names of the generated rules begin; the next run recognises the rules by it."""
_LEAD_OPERATIONS = ("read", "history", "members", "recall")
_NIGHT = "14h"
_HEADER = """\
#:schema bot/policy/policy.schema.json
# Who may do what with Park. The set-up wrote this file on {today}; from now on it is yours to change.
# Nothing is allowed unless a rule below allows it. bot/policy/example.toml explains every key and has more examples.
# Only the ids count, because names can change; the names beside them are those of that day.
# Park reads this file again when it changes. Check a change first, and run the examples at the end of this file:
#   {check}
#   {test}
"""
_DISABLED_RULE = '# [[allow]]\n# name = "The phone team"\n# users = ["U0123ABCD"]\n# operations = ["all"]\n'


def policy_text(answers: AccessAnswers, groups: list[str], today: date, file_name: str = "policy.toml") -> str:
    """Writes the policy file for the answers, with examples on the park groups of the PBX."""
    check, test = (command_line(f"policy {what} {shlex.quote(file_name)}") for what in ("check", "test"))
    header = _HEADER.format(today=today, check=check, test=test)
    return "\n".join((header, *_settings(answers), *_rules(answers), *_examples(answers, groups)))


def _settings(answers: AccessAnswers) -> Iterator[str]:
    yield "# Changes that nobody else would see, and mistakes in this file, are announced here."
    yield f"announce = {_string(answers.announce.id)}  # {_comment(answers.announce)}\n"
    yield "# Whom people are told to ask when Park refuses something."
    match answers.contact:
        case None:
            yield '# contact = "S0123ABCD"\n'
        case str(text):
            yield f"contact = {_string(text)}\n"
        case entry:
            yield f"contact = {_string(entry.id)}  # {_comment(entry)}\n"


def _rules(answers: AccessAnswers) -> Iterator[str]:
    here, name = (answers.channel,), answers.channel.handle
    if answers.everybody_reads:
        yield from _rule(f"{READERS} {name} may look", ("read",), channels=here)
    if answers.leads:
        yield "# If each team has groups of its own, copy this rule for each: another name, other people, other groups."
        rule_name = f"{LEADS} change their groups from {name}"
        yield from _rule(
            rule_name, _LEAD_OPERATIONS, channels=here, people=answers.leads, groups=answers.groups, recurring=True
        )
    if answers.on_call:
        yield "# What they redirect ends by itself, after 14 hours at the latest."
        rule_name = f"{ON_CALL} redirects any group for a night"
        yield from _rule(rule_name, ("read", "recall"), people=answers.on_call, temporary=_NIGHT)
    if answers.phone_team:
        everything = f"{PHONE_TEAM} may do everything, from anywhere"
        yield from _rule(everything, ("all",), people=answers.phone_team, recurring=True)
    if answers.owner:
        owner = f"{OWNER} {answers.owner.title or answers.owner.handle}"
        yield from _rule(owner, ("all",), people=(answers.owner,), recurring=True)
    if not answers.allows_changes:
        yield "# Nobody may change anything yet. A rule that allows it looks like this:"
        yield _DISABLED_RULE


def _rule(
    name: str,
    operations: tuple[str, ...],
    *,
    channels: Entries = (),
    people: Entries = (),
    groups: tuple[str, ...] = MATCH_ALL,
    temporary: str | None = None,
    recurring: bool = False,
) -> Iterator[str]:
    yield f"[[allow]]\nname = {_string(name)}"
    yield from _ids("channels", channels)
    yield from _ids("users", (one for one in people if not is_user_group(one.id)))
    yield from _ids("user_groups", (one for one in people if is_user_group(one.id)))
    yield f"operations = {_array(operations)}"
    if groups != MATCH_ALL:
        yield f"groups = {_array(groups)}"
    if temporary:
        yield f"temporary = {_string(temporary)}"
    if recurring:
        yield "recurring = true"
    yield ""


def _ids(key: str, entries: Iterable[DirectoryEntry]) -> Iterator[str]:
    lines = [f"  {_string(one.id)},  # {_comment(one)}{f': {one.note}' if one.note else ''}" for one in entries]
    if lines:
        yield "\n".join((f"{key} = [", *lines, "]"))


def _comment(entry: DirectoryEntry) -> str:
    """The name without line breaks and control characters, which would end the comment."""
    return "".join(one if one.isprintable() else " " for one in str(entry))


def _string(value: str) -> str:
    """JSON's escapes are TOML's, but TOML also requires one for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _array(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_string, values))}]"


def _examples(answers: AccessAnswers, groups: list[str]) -> Iterator[str]:
    """An example of what each rule allows and refuses, where no other rule decides the same line."""
    yield "# What the rules above are meant to decide. `policy test` (see the top) checks it."
    groups = [name for name in groups if not name.startswith("<")]  # the parser would read a Slack mention
    groups.sort(key=lambda name: quote(name) != name)  # names that need no quotes first
    here, group = answers.channel.id, quote(next(iter(groups), EXAMPLE_GROUP))
    yield _example("groups", "allowed" if answers.everybody_reads else "refused", channel=here)
    yield _example(f"add 1001 to {group}", "refused", channel=here)
    if answers.leads:
        yield from _lead_examples(answers, groups)
    if answers.on_call:
        yield _example(f"recall {group} to user for 2h", "allowed", people=answers.on_call)
        if _first_is_not_in(answers.on_call, answers.unlimited):
            yield _example(f"recall {group} to user", "refused", people=answers.on_call)
    for one in answers.unlimited:
        yield _example("server recall time 5m", "allowed", people=(one,))


def _lead_examples(answers: AccessAnswers, groups: list[str]) -> Iterator[str]:
    here, leads = answers.channel.id, answers.leads
    own = matching_groups(answers.groups, groups)
    if own:
        yield _example(f"add 1001 to {quote(own[0])}", "allowed", people=leads, channel=here)
    if _first_is_not_in(leads, answers.unlimited):
        if others := [name for name in groups if name not in own]:
            yield _example(f"add 1001 to {quote(others[0])}", "refused", people=leads, channel=here)
        yield _example("server recall time 5m", "refused", people=leads, channel=here)


def _first_is_not_in(people: Entries, others: Entries) -> bool:
    return people[0] not in others


def _example(line: str, expect: str, *, people: Entries = (), channel: str | None = None) -> str:
    """The first of the people types the line; without people, a user whom no rule names."""
    first = people[0].id if people else EXAMPLE_STRANGER
    group = is_user_group(first)
    return "\n".join(
        (
            "[[example]]",
            f'user = "{EXAMPLE_MEMBER if group else first}"',
            *([f'user_groups = ["{first}"]'] if group else []),
            *([f'channel = "{channel}"'] if channel else []),
            f"line = {json.dumps(line, ensure_ascii=False)}",
            f'expect = "{expect}"\n',
        )
    )


def answers_from_policy(policy: Policy, workspace_directory: WorkspaceDirectory) -> AccessAnswers | None:
    """Reads the answers back from a generated policy; raises SlackFailure.

    Returns:
        None if Slack no longer knows the channel of the changes or `announce`. A rule whose limits were changed by hand
        gives no answer: the question does not ask for those, so Enter would allow more than that rule does.
    """
    known = {
        one.id: one for one in (*workspace_directory.people, *workspace_directory.channels) if not one.inactive_reason
    }
    announce = known.get(policy.announce or "")
    channel = next((known[id] for rule in policy.allow for id in rule.channels if id in known), None)
    if announce is None or channel is None:
        return None

    def rule_named(prefix: str, operations: tuple[str, ...], temporary: str | None = None) -> Rule | None:
        named = (rule for rule in policy.allow if rule.name.startswith(prefix))
        return next((rule for rule in named if _is_generated(rule, operations, temporary)), None)

    def people_of(rule: Rule | None) -> Entries:
        return tuple(known[id] for id in (*rule.user_groups, *rule.users) if id in known) if rule else ()

    leads = rule_named(LEADS, _LEAD_OPERATIONS)
    return AccessAnswers(
        owner=next(iter(people_of(rule_named(OWNER, ("all",)))), None),
        channel=channel,
        announce=announce,
        everybody_reads=rule_named(READERS, ("read",)) is not None,
        leads=people_of(leads),
        groups=leads.groups if leads else MATCH_ALL,
        on_call=people_of(rule_named(ON_CALL, ("read", "recall"), _NIGHT)),
        phone_team=people_of(rule_named(PHONE_TEAM, ("all",))),
        contact=known.get(policy.contact or "", policy.contact),
    )


def _is_generated(rule: Rule, operations: tuple[str, ...], temporary: str | None) -> bool:
    """Returns whether a rule differs from a generated one only in whom and what it names."""
    names = {
        key: found for key in ("name", "channels", "users", "user_groups", "groups") if (found := getattr(rule, key))
    }
    recurs = not temporary and not READ_PERMISSIONS.issuperset(operations)
    limits = {"operations": operations, "recurring": recurs} | ({"temporary": temporary} if temporary else {})
    return rule == Rule.model_validate(names | limits)
