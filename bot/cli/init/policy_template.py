"""The first policy file and its examples."""

import json
from collections.abc import Iterable, Iterator
from datetime import date

from bot.cli.init.access_step import Rights, Who, fitted
from bot.messages.text import quote
from bot.policy.field_types import is_user_group
from bot.policy.rules import EVERY, Policy, Rule
from bot.slack.workspace import DirectoryEntry, WorkspaceDirectory

ANYBODY, NOBODY = "U0ANYBODY", "U0NOBODY"
"""Stand for somebody of a user group, and for somebody without any right."""
UNKNOWN = "Sales"
"""A park group's name where the PBX has none yet."""


def examples(rights: Rights, groups: list[str]) -> Iterator[str]:
    """Each rule at work, and where it ends; only what no other rule decides."""
    yield "# What ought to come of it: `python -m bot policy test` with this file's name tells whether it still does."
    groups = [name for name in groups if not name.startswith("<")]  # which a line would take for a mention
    groups.sort(key=lambda name: quote(name) != name)  # those that need no quotes first
    here, group = rights.channel.id, quote(next(iter(groups), UNKNOWN))
    looks = "allowed" if rights.everybody_looks else "refused"
    yield _example("groups", looks, channel=here)
    yield _example(f"add 1001 to {group}", "refused", channel=here)
    if rights.leads:
        yield from _of_leads(rights, groups)
    if rights.on_call:
        yield _example(f"recall {group} to user for 2h", "allowed", who=rights.on_call)
        if _apart(rights.on_call, rights.phone_team):
            yield _example(f"recall {group} to user", "refused", who=rights.on_call)
    if rights.phone_team:
        yield _example("server recall time 5m", "allowed", who=rights.phone_team)


def _of_leads(rights: Rights, groups: list[str]) -> Iterator[str]:
    theirs = fitted(rights.groups, groups)
    if theirs:
        yield _example(f"add 1001 to {quote(theirs[0])}", "allowed", who=rights.leads, channel=rights.channel.id)
    if _apart(rights.leads, rights.phone_team):
        if others := [name for name in groups if name not in theirs]:
            line = f"add 1001 to {quote(others[0])}"
            yield _example(line, "refused", who=rights.leads, channel=rights.channel.id)
        yield _example("server recall time 5m", "refused", who=rights.leads, channel=rights.channel.id)


def _apart(some: Who, others: Who) -> bool:
    """Whether the first of these is none of those."""
    return some[0] not in others


def _example(line: str, expect: str, *, who: Who = (), channel: str | None = None) -> str:
    """Asked by the first of these, or by nobody that a rule knows."""
    first = who[0].id if who else NOBODY
    group = is_user_group(first)
    return "\n".join(
        (
            "[[example]]",
            f'user = "{ANYBODY if group else first}"',
            *([f'user_groups = ["{first}"]'] if group else []),
            *([f'channel = "{channel}"'] if channel else []),
            f"line = {json.dumps(line, ensure_ascii=False)}",
            f'expect = "{expect}"\n',
        )
    )


_HEAD = """\
#:schema bot/policy/policy.schema.json
# Who may do what with Park. `python -m bot init` wrote this on {today}; from here on it is yours to change.
# Nothing is allowed unless a rule below allows it. bot/policy/example.toml explains every key, and has more to take.
# Ids are what counts, for names change; the names beside them are as they were that day.
# Park reads this file again when it changes. Before that: `python -m bot policy check` and `policy test` with its name.
"""
LOOK, LEADS, ON_CALL, TEAM = "Everybody in", "Team leads", "On call", "The phone team"
"""How the names of the rules begin: by these they are known again."""
ALL = ("all",)


def policy_text(rights: Rights, groups: list[str], today: date) -> str:
    """Of what was answered; `groups` are the names on the PBX, for the examples."""
    return "\n".join((_HEAD.format(today=today), *_top(rights), *_rules(rights), *examples(rights, groups)))


def _top(rights: Rights) -> Iterator[str]:
    yield "# Changes made where nobody else can see them, and a broken policy file, are told here."
    yield f"announce = {_text(rights.announce.id)}  # {comment(rights.announce)}\n"
    yield "# Whom a refused person is told to ask."
    match rights.contact:
        case None:
            yield '# contact = "S0123ABCD"\n'
        case str(words):
            yield f"contact = {_text(words)}\n"
        case named:
            yield f"contact = {_text(named.id)}  # {comment(named)}\n"


def _rules(rights: Rights) -> Iterator[str]:
    here = (rights.channel,)
    place = rights.channel.shown
    if rights.everybody_looks:
        yield from _rule(f"{LOOK} {place} may look", ("read",), channels=here)
    if rights.leads:
        deeds = ("read", "history", "members", "recall")
        yield "# For teams of their own groups, copy this rule: a name, user groups and groups for each."
        yield from _rule(
            f"{LEADS} change their groups from {place}", deeds, channels=here, who=rights.leads, groups=rights.groups
        )
    if rights.on_call:
        yield "# Whatever they redirect ends by itself, after 14 hours at the latest."
        yield from _rule(
            f"{ON_CALL} redirects any group for a night", ("read", "recall"), who=rights.on_call, temporary="14h"
        )
    if rights.phone_team:
        yield from _rule(f"{TEAM} may do everything, from anywhere", ALL, who=rights.phone_team)
    if not rights.somebody:
        yield "# Nobody may change anything yet. A rule for that looks like this:"
        yield '# [[allow]]\n# name = "The phone team"\n# users = ["U0123ABCD"]\n# operations = ["all"]\n'


def _rule(
    name: str,
    operations: tuple[str, ...],
    *,
    channels: Who = (),
    who: Who = (),
    groups: tuple[str, ...] = EVERY,
    temporary: str | None = None,
) -> Iterator[str]:
    yield f"[[allow]]\nname = {_text(name)}"
    yield from _ids("channels", channels)
    yield from _ids("users", (one for one in who if not is_user_group(one.id)))
    yield from _ids("user_groups", (one for one in who if is_user_group(one.id)))
    yield f"operations = {_list(operations)}"
    if groups != EVERY:
        yield f"groups = {_list(groups)}"
    if temporary:
        yield f"temporary = {_text(temporary)}"
    yield ""


def _ids(key: str, named: Iterable[DirectoryEntry]) -> Iterator[str]:
    lines = [f"  {_text(one.id)},  # {comment(one)}{f': {one.note}' if one.note else ''}" for one in named]
    if lines:
        yield "\n".join((f"{key} = [", *lines, "]"))


def comment(named: DirectoryEntry) -> str:
    """Its name, on one line whatever it holds."""
    return "".join(one if one.isprintable() else " " for one in str(named))


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, values))}]"


def remembered(policy: Policy, workspace_directory: WorkspaceDirectory) -> Rights | None:
    """None where its channels are not known any more; raise SlackFailure."""
    known = {one.id: one for one in (*workspace_directory.people, *workspace_directory.channels) if not one.gone}
    rules = {begin: _remembered_rule(policy, begin) for begin in (LOOK, LEADS, ON_CALL, TEAM)}
    places = [known[id] for rule in policy.allow for id in rule.channels if id in known]
    announce = known.get(policy.announce or "")
    if announce is None:
        return None
    leads = rules[LEADS]
    return Rights(
        channel=next(iter(places), announce),
        announce=announce,
        everybody_looks=rules[LOOK] is not None,
        leads=_who(leads, known),
        groups=leads.groups if leads else EVERY,
        on_call=_who(rules[ON_CALL], known),
        phone_team=_who(rules[TEAM], known),
        contact=known.get(policy.contact or "", policy.contact),
    )


def _remembered_rule(policy: Policy, begin: str) -> Rule | None:
    return next((rule for rule in policy.allow if rule.name.startswith(begin)), None)


def _who(rule: Rule | None, known: dict[str, DirectoryEntry]) -> Who:
    ids = (*rule.user_groups, *rule.users) if rule else ()
    return tuple(known[id] for id in ids if id in known)
