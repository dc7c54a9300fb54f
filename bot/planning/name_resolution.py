"""Resolves typed names to users and ring groups."""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

from bot.changes.snapshot import Person
from bot.errors import Missing, NotFound, NotPossible, Refused
from bot.messages.message import Offer
from bot.messages.text import fold, quote
from bot.operations.arguments.targets import Recall, split_number
from bot.operations.arguments.types import Reference, spellings
from bot.operations.base import ChangeOperation
from bot.operations.groups import Find, Group
from bot.operations.members import Remove
from bot.operations.unsupported import means_all
from bot.pbx.client import PbxClient
from bot.pbx.directory import Directory
from bot.pbx.limits import check_extension, is_extension
from bot.pbx.models import RecallTo, RingGroup, User
from bot.planning.corrections import Corrections, for_explanation
from bot.texts import changes, lines, names, recalls, refusals


def _number_kind(pbx: PbxClient, text: str) -> str | None:
    """The PBX's type of an extension number; None where the text is no number, or an unassigned one."""
    number = pbx.number(text) if is_extension(text) else None
    return number.type if number else None


def _describe_kind(kind: str) -> str:
    return names.NUMBER_KINDS.get(kind, names.OTHER_NUMBER_KIND)


class UserResolver:
    """Resolves the users in one operation.

    `email_of` gives a Slack user's e-mail address, `may_see` whether the requester may read a group.
    """

    def __init__(
        self,
        pbx: PbxClient,
        directory: Directory,
        corrections: Corrections,
        email_of: Callable[[str], str | None],
        may_see: Callable[[str], bool],
    ) -> None:
        self.pbx, self.directory, self.corrections = pbx, directory, corrections
        self.email_of, self.may_see = email_of, may_see
        self._holders: dict[str, User | None] = {}

    def resolve(self, members: Sequence[str]) -> dict[str, Person]:
        """The user that each text names; raises if any is unknown, with a button for the others."""
        found, faults = dict[str, Person](), dict[str, Refused]()
        for text in members:
            try:
                found[text] = self._resolve_one(text)
            except Refused as fault:
                if len(getattr(self.corrections.operation, "members", ())) < 2:
                    raise
                faults[text] = fault
        if faults:
            raise self.corrections.not_all_possible(faults, tuple(map(str, faults.values())))
        return found

    def _resolve_one(self, text: str) -> Person:
        found = self._candidates(text)
        user = self.corrections.require_one(
            found, text, lambda user: user.extension_number or "", _user_label, names.PEOPLE
        )
        check_extension(user.extension_number or "")
        if isinstance(self.corrections.operation, ChangeOperation):
            user = self._confirmed(text, user)
        return Person.of(user)

    def _confirmed(self, text: str, user: User) -> User:
        """Reads again who has the extension of a user from the cache: the PBX is told numbers, not users.

        Raises:
            NotFound: The user that was named has another extension now, or none.
        """
        number = user.extension_number or ""
        if number not in self._holders:
            found = self.directory.user(number, refresh=True)
            self._holders[number] = next((one for one in found if one.extension_number == number), None)
        holder = self._holders[number]
        if holder is None or holder.id == user.id:  # None: this PBX can't be searched by number
            return user
        if text == number:
            return holder
        self.directory.invalidate_users()
        owner = Person.of(holder).name or refusals.SOMEBODY_ELSE
        raise NotFound(refusals.extension_moved(number, owner, text))

    def _candidates(self, text: str) -> list[User]:
        """Users that match; digits are an extension, even if somebody has them as a name."""
        found = self._by_email_of(text) if text.startswith("<@") else self._search(text)
        if not found:
            raise self._not_found(text)
        with_extension = [user for user in found if user.extension_number]
        if not with_extension:
            raise NotPossible(refusals.no_extension(_user_label(found[0])))
        return [user for user in with_extension if user.extension_number == text] or with_extension

    def _by_email_of(self, mention: str) -> list[User]:
        email = self.email_of(mention.strip("<@>"))
        if found := self._search(email) if email else []:
            return found
        raise NotFound(refusals.no_user_with(email) if email else refusals.NO_USER_FOR_MENTION)

    def _search(self, text: str) -> list[User]:
        found = self.directory.user(text) or self.directory.user(text, refresh=True)
        if found or (both := split_number(text)) is None:
            return found
        number, name = both
        return [user for user in self._search(number) if fold(name) in map(fold, _names_of(user))]

    def _not_found(self, text: str) -> Refused:
        if means_all(text):
            groups = [f"group {quote(name)}" for name in self.corrections.operation.references(Reference.GROUP)]
            shown = next(iter(groups), "groups")
            return NotFound(lines.ONE_BY_ONE, offers=(Offer(label=shown, line=shown),))
        kind = for_explanation(lambda: _number_kind(self.pbx, text))
        if kind is not None and kind != "EXTENSION":
            return NotPossible(refusals.not_a_user(text, _describe_kind(kind)))
        both = split_number(text)
        known = (for_explanation(lambda: self._search(both[0])) if both else None) or []
        near = [user for user in (*known, *self.directory.closest_users(text)) if user.extension_number]
        numbers = dict.fromkeys(str(user.extension_number) for user in near)
        labels = [str(Person.of(one)) for one in _once(near)]
        offers, forms = self.corrections.similar(text, list(numbers), labels)
        return NotFound(
            refusals.no_user(text),
            notes=(*self._group_hints(text), *self.corrections.hints(text, labels)),
            offers=(offers := offers or self._similar_groups(text)),
            forms=forms or (() if offers else self.corrections.without(text)),
        )

    def _similar_groups(self, text: str) -> tuple[Offer, ...]:
        """Buttons for the groups that were meant where somebody was looked for under a name like a group's."""
        if not isinstance(self.corrections.operation, Find):
            return ()
        near = [name for name in self.directory.closest_groups(text) if self.may_see(name)]
        return Corrections(Group(group=text)).similar(text, near)[0]

    def _group_hints(self, text: str) -> tuple[str, ...]:
        groups = for_explanation(lambda: self.directory.group(text)) or []
        operation = self.corrections.operation
        deletes = isinstance(operation, Remove) and operation.group is None  # nobody else is told how to delete it
        hint = refusals.group_to_delete if deletes else refusals.group_with_members
        return tuple(hint(one.name, quote(one.name)) for one in groups if self.may_see(one.name))


def _once(users: Sequence[User]) -> list[User]:
    return list({str(user.extension_number): user for user in users}.values())


def _names_of(user: User) -> list[str]:
    return [name for name in (user.display_name, user.name, user.email) if name]


def _user_label(user: User) -> str:
    return str(Person.of(user)) if user.extension_number else str(user.display_name or user.name or user.id)


class RingGroupResolver:
    """Resolves the ring group in one operation."""

    def __init__(self, pbx: PbxClient, directory: Directory, corrections: Corrections) -> None:
        self.pbx, self.directory, self.corrections = pbx, directory, corrections
        self._read_ahead: dict[str, RingGroup | None] = {}

    def resolve(self, recall: Recall) -> RingGroup:
        """The ring group that a recall target names; explains why a user can't be one."""
        text = recall.ring_group or ""
        for anew, spelling in product((False, True), (*spellings(text), f"ring group {text}")):
            if found := self.directory.ring_group(spelling, refresh=anew):
                by_number = [one for one in found if one.extension_number == spelling]
                return self.corrections.require_one(
                    by_number or found,
                    text,
                    lambda one: one.extension_number or one.name,
                    ring_group_label,
                    names.RING_GROUPS,
                )
        number, name = split_number(text) or ("", "")
        if named := [one for one in self.directory.ring_group(number) if fold(one.name) == fold(name)]:
            return named[0]
        raise self._not_found(text)

    def settings(self, recall: Recall, before: dict[str, Any]) -> dict[str, Any]:
        """The settings `recall_to` and `ring_group_id` for a recall target.

        A ring group that no longer exists is removed when recalls go to the user: the PBX may reject its id.
        """
        if recall.ring_group is not None:
            return {"recall_to": recall.to.value, "ring_group_id": self._read_again(self.resolve(recall)).id}
        kept = before.get("ring_group_id")
        gone = {"ring_group_id": None} if kept and self._read(kept) is None else {}
        return {"recall_to": RecallTo.USER.value, **gone}

    def read_ahead(self, recall: Recall, present: str | None) -> None:
        """Reads the ring group that `settings` will check, if it is known: the one that is named, or set now."""
        id = present if recall.ring_group is None else self.resolve(recall).id
        if id:
            self._read_ahead[id] = self._read(id)

    def label(self, id: str) -> str:
        """Name and number; a text without them if the PBX no longer has it."""
        found = self.directory.ring_group_by_id(id)
        return ring_group_label(found) if found else changes.RING_GROUP_GONE

    def _read_again(self, known: RingGroup) -> RingGroup:
        """Reads the ring group anew: its name must still be the one that was authorized."""
        now = self._read(known.id)
        if now is None or fold(now.name) != fold(known.name):
            self.directory.invalidate_ring_groups()
            raise NotFound(
                refusals.ring_group_gone(known.name)
                if now is None
                else refusals.ring_group_renamed(known.name, now.name)
            )
        return now

    def _read(self, id: str) -> RingGroup | None:
        if id in self._read_ahead:
            return self._read_ahead.pop(id)  # once: a later plan reads it again
        try:
            return self.pbx.ring_group(id)
        except Missing:
            return None

    def _not_found(self, text: str) -> Refused:
        near = self.directory.closest_ring_groups(text)
        similar = [one.name for one in near]
        offers, forms = self.corrections.similar(text, similar)
        if for_explanation(lambda: self.directory.user(text)):
            return NotPossible(
                refusals.user_as_recall(text),
                offers=offers,
            )
        kind = for_explanation(lambda: _number_kind(self.pbx, text))
        what = refusals.no_ring_group(text) if kind is None else refusals.not_a_ring_group(text, _describe_kind(kind))
        hints = self.corrections.hints(text, similar)
        if not offers and not forms:
            hints, forms = (*hints, recalls.RECALL_TARGETS), self.corrections.without(text)
        return NotFound(what, notes=hints, offers=offers, forms=forms)


def ring_group_label(ring_group: RingGroup) -> str:
    """Name and number, as in Night Desk (6001)."""
    return f"{ring_group.name} ({ring_group.extension_number})" if ring_group.extension_number else ring_group.name
