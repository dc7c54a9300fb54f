"""What pickers offer of each kind of name: which cached names, and how each becomes options."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from bot.changes.snapshot import Person
from bot.operations.arguments.targets import RECALL, Recall
from bot.operations.setups import EVERYTHING, SCOPE, SERVER
from bot.pbx.directory import Directory
from bot.pbx.models import Member, ParkGroup, RecallTo, RingGroup, User
from bot.planning.name_resolution import ring_group_label
from bot.texts import forms

NameKind = Literal["group", "ring_group", "user"]
PickerKind = NameKind | Literal["recall", "scope"]
KINDS: tuple[PickerKind, ...] = ("group", "ring_group", "user", "recall", "scope")


@dataclass(frozen=True, slots=True)
class PickerOption:
    """The value that is picked, its label, and what is said below the label."""

    value: str
    label: str
    description: str = ""
    rank: int = 0
    """Options of a lower rank come first, whatever their labels."""


@dataclass(frozen=True, slots=True)
class OptionSource:
    """Where names of one kind are cached, and how each becomes options: none for an object without a number."""

    names: NameKind
    """The kind of the names that it is made of."""
    remembered: Callable[[Directory], list[Any]]
    options: Callable[[Any], tuple[PickerOption, ...]]
    fixed: Callable[[], tuple[PickerOption, ...]] = tuple
    """Options that are there whatever the PBX holds."""


def _group_options(group: ParkGroup) -> tuple[PickerOption, ...]:
    return (PickerOption(group.name, group.name),)


def _scope_options(group: ParkGroup) -> tuple[PickerOption, ...]:
    return (PickerOption(SCOPE.say(group.name), group.name, rank=1),)


def _ring_group_options(one: RingGroup) -> tuple[PickerOption, ...]:
    return (PickerOption(one.extension_number or one.name, ring_group_label(one)),)


def _recall_options(one: RingGroup) -> tuple[PickerOption, ...]:
    ring_group, label = one.extension_number or one.name, ring_group_label(one)
    first, then = (Recall(to=to, ring_group=ring_group) for to in (RecallTo.RING_GROUP, RecallTo.USER_THEN_RING_GROUP))
    return (
        PickerOption(RECALL.say(first), label, rank=1),
        PickerOption(RECALL.say(then), forms.user_then(label), rank=2),
    )


def user_option(one: User | Member) -> PickerOption | None:
    """A user as an option; None for a user without an extension."""
    found = Person.of(one)
    return PickerOption(found.number, str(found)) if found.number else None


def _user_options(one: User | Member) -> tuple[PickerOption, ...]:
    return tuple(filter(None, (user_option(one),)))


TO_USER = RECALL.say(Recall(to=RecallTo.USER))
"""The value of the recall target that needs no ring group."""


def _to_user() -> tuple[PickerOption, ...]:
    return (PickerOption(TO_USER, forms.TO_USER),)


WHOLE = (SCOPE.say(EVERYTHING), SCOPE.say(SERVER))
"""The values of what can be restored and is no group."""


def _whole() -> tuple[PickerOption, ...]:
    return tuple(map(PickerOption, WHOLE, (forms.EVERYTHING, forms.SERVER)))


OPTION_SOURCES: dict[PickerKind, OptionSource] = {
    "group": OptionSource("group", Directory.cached_groups, _group_options),
    "ring_group": OptionSource("ring_group", Directory.cached_ring_groups, _ring_group_options),
    "user": OptionSource("user", Directory.cached_users, _user_options),
    "recall": OptionSource("ring_group", Directory.cached_ring_groups, _recall_options, _to_user),
    "scope": OptionSource("group", Directory.cached_groups, _scope_options, _whole),
}
