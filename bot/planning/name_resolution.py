"""Resolves typed names to users and ring groups, and offers corrections."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import product
from typing import Any, TypeVar

from rapidfuzz import fuzz

from bot.changes.snapshot import Person
from bot.errors import NOTHING_CHANGED, Ambiguous, Missing, NotFound, NotPossible, Refused
from bot.messages.message import FormOffer, Offer, leaving_out
from bot.messages.text import Word, fold, join_words, quote
from bot.operations.arguments.targets import Recall, split_number
from bot.operations.arguments.types import spellings
from bot.operations.base import Operation
from bot.operations.matching import time_field
from bot.pbx.client import PbxClient
from bot.pbx.directory import Directory
from bot.pbx.limits import check_extension, is_extension
from bot.pbx.models import RecallTo, RingGroup, User
from bot.times.clauses import find_malformed_time, time_hint, time_splits

_TYPE_NAMES = {
    "EXTENSION": "a user's extension",
    "RING_GROUP": "a ring group",
    "CALL_QUEUE": "a call queue",
    "CONFERENCE_ROOM": "a conference room",
    "VIRTUAL_RECEPTIONIST": "a virtual receptionist",
}


def _number_kind(pbx: PbxClient, text: str) -> str | None:
    """The PBX's type of an extension number; None where the text is no number, or an unassigned one."""
    number = pbx.number(text) if is_extension(text) else None
    return number.type if number else None


def _describe_kind(kind: str) -> str:
    return _TYPE_NAMES.get(kind, "something else, not a user")


T = TypeVar("T")

MAX_OFFERS = 5
"""Buttons for one question, so that they can be read at a glance."""


MAX_SUGGESTIONS = 3
"""Suggestions for one unknown name."""


class Corrections:
    """Builds buttons that repeat one operation with a corrected name."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation

    def require_one(self, found: list[T], text: str, spelling: Callable[[T], str], label: Callable[[T], str]) -> T:
        """The only match for `text`; raises Ambiguous with a button for each of several."""
        if len(found) == 1:
            return found[0]
        first = found[:MAX_OFFERS]
        rest = f"{len(found) - MAX_OFFERS} more fit, too many for buttons: type more of it, or the number."
        raise Ambiguous(
            f"“{text}” fits {len(found)}. Which one? Nothing was changed yet.",
            offers=self.alternatives(text, list(map(spelling, first)), list(map(label, first))),
            notes=(rest,) if len(found) > MAX_OFFERS else (),
        )

    def alternatives(self, text: str, names: Sequence[str], labels: Sequence[str] | None = None) -> tuple[Offer, ...]:
        """Buttons for the line with `text` replaced by each of `names`, which are unquoted.

        A button that does less than `text` says is no primary one, and its label begins with what it leaves out.
        """
        return tuple(
            self._offer(dict(self._replaced(text, name)), label=label, left_out=unmatched_words(text, label, name))
            for name, label in zip(names, labels or names, strict=True)
        )

    def similar(
        self, text: str, names: Sequence[str], labels: Sequence[str] | None = None
    ) -> tuple[tuple[Offer, ...], tuple[FormOffer, ...]]:
        """Suggestions for an unknown `text`: buttons for names of which it holds similar whole words.

        Where it is a name and a time that was not read, a form with the time in its field, to be corrected.
        """
        name_part, time_part = split_time(text)
        pairs = [
            (name, label)
            for name, label in zip(names, labels or names, strict=True)
            if is_similar(name_part, label) or is_similar(name_part, name)
        ][:MAX_SUGGESTIONS]
        whole = [name for name, label in pairs if time_part and not unmatched_words(name_part, label, name)]
        if whole and (field := time_field(type(self.operation), time_part)):
            return (), tuple(self._form(text, name, {field: time_part}) for name in whole[:1])
        return self.alternatives(text, [name for name, _ in pairs], [label for _, label in pairs]), ()

    def _form(self, text: str, name: str, unread: dict[str, str]) -> FormOffer:
        update = dict(self._replaced(text, name))
        known = self.operation.model_copy(update=update).model_dump(mode="json", exclude_none=True)
        arguments = {field: value for field, value in known.items() if field in self.operation.form()}
        operation_id = self.operation.operation_id
        return FormOffer(label="Correct the time", operation=operation_id, arguments=arguments | unread)

    def not_all_possible(self, bad: Collection[str], reasons: tuple[str, ...], *offers: Offer) -> NotPossible:
        """The refusal for the `bad` members, with a button for the line with only the others."""
        rest = tuple(text for text in getattr(self.operation, "members", ()) if text not in bad)
        left = ", ".join(text for text in getattr(self.operation, "members", ()) if text in bad)
        valid = (self._offer({"members": rest}, left_out=left),) if rest else ()
        return NotPossible("Not all of that can be done, so nothing was.", notes=reasons, offers=(*offers, *valid))

    def time_hints(self, text: str) -> tuple[str, ...]:
        """How to type a time, where an unknown name ends like one."""
        about = time_hint(text, may_end="ends" in self.operation.times()) if self.operation.times() else None
        return (about,) if about else ()

    def _replaced(self, text: str, name: str) -> Iterator[tuple[str, Any]]:
        for field, _, value in self.operation.said():
            if value == text:
                yield field, name
            elif isinstance(value, Recall) and value.ring_group == text:
                yield field, value.model_copy(update={"ring_group": name})
            elif isinstance(value, tuple) and text in value:
                yield field, tuple(name if one == text else one for one in value)

    def _offer(self, update: dict[str, Any], *, label: str = "", left_out: str = "") -> Offer:
        line = self.operation.model_copy(update=update).text()
        said = f"{label}: {line}" if label not in line else line
        return Offer(label=leaving_out(left_out, said) if left_out else said, line=line)


MIN_WORD_SIMILARITY = 70.0
"""Least similarity of two words, of rapidfuzz's 100, to be taken for one with a slip: "Sals" and "Sales"."""


def split_time(text: str) -> tuple[str, str]:
    """Splits an unknown name into the name and the time that it ends in, read or not; the time is "" if it has none."""
    words = tuple(map(Word, text.split()))
    unread = find_malformed_time(words)
    tail = unread[0] if unread else time_splits(words)[0]
    return (join_words(tail.rest), tail.typed) if tail.typed and tail.rest else (text, "")


def unmatched_words(text: str, *names: str) -> str:
    """The words of a typed text that resemble no word of a suggested name, in their order; a time never does."""
    name_part, time_part = split_time(text)
    if time_part:
        return f"{unmatched_words(name_part, *names)} {time_part}".strip()
    if any(_resembles("".join(_words(text)), "".join(_words(name))) for name in names):
        return ""
    known = [word for name in names for word in _words(name)]
    left = [
        typed for typed in text.split() if not any(_resembles(one, word) for one in _words(typed) for word in known)
    ]
    return " ".join(word for word in left if _words(word))


def is_similar(text: str, name: str) -> bool:
    """Whether most of a name's words, or its first one, are among the typed words, slips allowed; or written as one."""
    typed, known = [word for word in _words(text) if word not in _EVERYBODY], _words(name)
    if _resembles("".join(typed), "".join(known)):
        return True
    found = [word for word in known if any(_resembles(one, word) for one in typed)]
    return bool(found) and (len(found) * 2 > len(known) or len(found) * 2 > len(typed))


_FILLERS = ("the", "park", "ring", "group", "groups", "called", "named", "user", "of")
"""Words around a name that say nothing else."""
_EVERYBODY = {"all", "any", "anybody", "anyone", "everybody", "everyone", "nobody", "none", "somebody", "someone"}
"""Words that resemble a name only by chance."""


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text))


def _resembles(one: str, other: str) -> bool:
    """Whether two words are the same but for a slip; short ones and numbers have to be almost the same."""
    if min(len(one), len(other)) < MIN_LETTERS or one.isdigit() or other.isdigit():
        return one == other
    return fuzz.ratio(one, other) >= MIN_WORD_SIMILARITY


MIN_LETTERS = 3
"""Letters of the shortest word that may have a slip."""


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
        user = self.corrections.require_one(found, text, lambda user: user.extension_number or "", _user_label)
        person = Person.of(user)
        check_extension(person.number)
        return person

    def _candidates(self, text: str) -> list[User]:
        """Users that match; digits are an extension, even if somebody has them as a name."""
        found = self._by_email_of(text) if text.startswith("<@") else self._search(text)
        if not found:
            raise self._not_found(text)
        with_extension = [user for user in found if user.extension_number]
        if not with_extension:
            raise NotPossible(
                f"{_user_label(found[0])} has no extension, so can be in no park group. {NOTHING_CHANGED}"
            )
        return [user for user in with_extension if user.extension_number == text] or with_extension

    def _by_email_of(self, mention: str) -> list[User]:
        email = self.email_of(mention.strip("<@>"))
        if found := self._search(email) if email else []:
            return found
        whom = f"the e-mail address {email}" if email else "the e-mail address of that Slack user (I can't see it)"
        raise NotFound(f"No user of the PBX has {whom}: type the extension instead. {NOTHING_CHANGED}")

    def _search(self, text: str) -> list[User]:
        found = self.directory.user(text) or self.directory.user(text, refresh=True)
        if found or (both := split_number(text)) is None:
            return found
        number, name = both
        return [user for user in self._search(number) if fold(name) in map(fold, _names_of(user))]

    def _not_found(self, text: str) -> Refused:
        kind = _number_kind(self.pbx, text)
        if kind not in (None, "EXTENSION"):
            return NotPossible(
                f"{text} is {_describe_kind(kind)}; only users can be members of a park group. {NOTHING_CHANGED}"
            )
        both = split_number(text)
        known = self._search(both[0]) if both else []
        near = [user for user in (*known, *self.directory.closest_users(text)) if user.extension_number]
        numbers = dict.fromkeys(str(user.extension_number) for user in near)
        offers, forms = self.corrections.similar(text, list(numbers), [str(Person.of(one)) for one in _once(near)])
        return NotFound(
            f"Nobody on the PBX has the extension or name “{text}”. {NOTHING_CHANGED}",
            notes=(*self._group_hints(text), *self.corrections.time_hints(text)),
            offers=offers,
            forms=forms,
        )

    def _group_hints(self, text: str) -> tuple[str, ...]:
        groups = [group for group in self.directory.group(text) if self.may_see(group.name)]
        return tuple(f"{one.name} is a park group; only “delete {quote(one.name)}” deletes one." for one in groups)


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

    def resolve(self, recall: Recall) -> RingGroup:
        """The ring group that a recall target names; explains why a user can't be one."""
        text = recall.ring_group or ""
        for anew, spelling in product((False, True), (*spellings(text), f"ring group {text}")):
            if found := self.directory.ring_group(spelling, refresh=anew):
                by_number = [one for one in found if one.extension_number == spelling]
                return self.corrections.require_one(
                    by_number or found, text, lambda one: one.extension_number or one.name, ring_group_label
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

    def label(self, id: str) -> str:
        """Name and number; a text with the id if the PBX no longer has it."""
        found = self.directory.ring_group_by_id(id)
        return ring_group_label(found) if found else f"a ring group that is gone ({id})"

    def _read_again(self, known: RingGroup) -> RingGroup:
        """Reads the ring group anew: its name must still be the one that was authorized."""
        now = self._read(known.id)
        if now is None or fold(now.name) != fold(known.name):
            self.directory.invalidate_ring_groups()
            what = "is gone" if now is None else f"is called “{now.name}” now"
            raise NotFound(f"The ring group “{known.name}” {what}. {NOTHING_CHANGED}")
        return now

    def _read(self, id: str) -> RingGroup | None:
        try:
            return self.pbx.ring_group(id)
        except Missing:
            return None

    def _not_found(self, text: str) -> Refused:
        near = self.directory.closest_ring_groups(text)
        offers, forms = self.corrections.similar(text, [one.name for one in near])
        if self.directory.user(text):
            return NotPossible(
                f"“{text}” is a user. A recall goes to the user who parked the call or to a ring group,"
                f" never to a third extension. {NOTHING_CHANGED}",
                offers=offers,
            )
        kind = _number_kind(self.pbx, text)
        what = (
            f"“{text}” is {_describe_kind(kind)}, not a ring group."
            if kind is not None
            else f"There is no ring group called “{text}”."
        )
        hints = self.corrections.time_hints(text)
        return NotFound(f"{what} {NOTHING_CHANGED}", notes=hints, offers=offers, forms=forms)


def ring_group_label(ring_group: RingGroup) -> str:
    """Name and number, as in Night Desk (6001)."""
    return f"{ring_group.name} ({ring_group.extension_number})" if ring_group.extension_number else ring_group.name
