"""The starting policy as a file: ids, each with the name that it had, and the reasons for whoever reads it first."""

import json
from collections.abc import Iterable, Iterator
from datetime import date

from bot.init.examples import examples
from bot.init.rights import Rights, Who
from bot.policy.ids import is_user_group
from bot.policy.rules import EVERY
from bot.slack.roster import Named

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


def _ids(key: str, named: Iterable[Named]) -> Iterator[str]:
    lines = [f"  {_text(one.id)},  # {comment(one)}{f': {one.note}' if one.note else ''}" for one in named]
    if lines:
        yield "\n".join((f"{key} = [", *lines, "]"))


def comment(named: Named) -> str:
    """Its name, on one line whatever it holds."""
    return "".join(one if one.isprintable() else " " for one in str(named))


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, values))}]"
