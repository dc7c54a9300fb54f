"""What fits the first characters of a name, from memory: no picker waits for the PBX."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.changes import Person
from bot.desk import ring_group_label
from bot.names import fold
from bot.pbx.directory import Directory

MOST = 50
"""Of the 100 options that Slack shows: twice as many long names would not fit a Socket Mode frame of 20,480 bytes."""

Kind = Literal["group", "ring_group", "user"]


@dataclass(frozen=True, slots=True)
class Choice:
    """What is picked, and how it is shown."""

    value: str
    label: str


def choices(directory: Directory, kind: Kind, text: str, *, but: Iterable[str] = ()) -> list[Choice]:
    """By name, by number, by a part; those that begin with the text first. `but`: the values to leave out."""
    wanted, without = fold(text), set(but)
    fitting = [(fold(one.label), one) for one in _all(directory, kind) if one.value not in without]
    found = [(label.find(wanted), label, one) for label, one in fitting if wanted in label]
    return [one for _, _, one in sorted(found, key=lambda rank: (rank[0] > 0, rank[1]))[:MOST]]


def _all(directory: Directory, kind: Kind) -> Iterable[Choice]:
    if kind == "group":
        return [Choice(group.name, group.name) for group in directory.remembered_groups()]
    if kind == "ring_group":
        return [
            Choice(one.extension_number or one.name, ring_group_label(one))
            for one in directory.remembered_ring_groups()
        ]
    people = [Person.of(user) for user in directory.remembered_users()]
    return [Choice(person.number, str(person)) for person in people if person.number]
