"""Whoever is meant by an extension, a name or a @mention."""

from collections.abc import Callable, Sequence

from bot.changes import Person
from bot.desk.kinds import kind_of
from bot.desk.mending import Mending
from bot.errors import NOTHING, NotFound, NotPossible, Refused
from bot.pbx.client import PBX
from bot.pbx.directory import Directory
from bot.pbx.limits import check_extension
from bot.pbx.models import User
from bot.words import quote


class Users:
    """Looked up for one operation; `email_of` is Slack's word, `may_see` the policy's on reading a group."""

    def __init__(
        self,
        pbx: PBX,
        directory: Directory,
        mending: Mending,
        email_of: Callable[[str], str | None],
        may_see: Callable[[str], bool],
    ) -> None:
        self.pbx, self.directory, self.mending, self.email_of, self.may_see = pbx, directory, mending, email_of, may_see

    def named(self, members: Sequence[str]) -> dict[str, Person]:
        """The user that each text names; where some can't be had, none are, and a button does the rest."""
        found, faults = dict[str, Person](), dict[str, Refused]()
        for text in members:
            try:
                found[text] = self._one(text)
            except Refused as fault:
                if len(getattr(self.mending.operation, "members", ())) < 2:
                    raise
                faults[text] = fault
        if faults:
            raise self.mending.all_or_nothing(faults, tuple(map(str, faults.values())))
        return found

    def _one(self, text: str) -> Person:
        person = Person.of(self.mending.only(self._found(text), text, lambda user: user.extension_number or "", _said))
        check_extension(person.number)
        return person

    def _found(self, text: str) -> list[User]:
        """Digits are an extension, even where somebody else is called that; nobody without one can be a member."""
        found = self._of_slack(text) if text.startswith("<@") else self._known_or_new(text)
        if not found:
            raise self._nobody(text)
        with_extension = [user for user in found if user.extension_number]
        if not with_extension:
            raise NotPossible(f"{_said(found[0])} has no extension, so can be in no park group. {NOTHING}")
        return [user for user in with_extension if user.extension_number == text] or with_extension

    def _of_slack(self, mention: str) -> list[User]:
        email = self.email_of(mention.strip("<@>"))
        if found := self._known_or_new(email) if email else []:
            return found
        whom = f"the e-mail address {email}" if email else "the e-mail address of that Slack user (I can't see it)"
        raise NotFound(f"No user of the PBX has {whom}: type the extension instead. {NOTHING}")

    def _known_or_new(self, text: str) -> list[User]:
        return self.directory.user(text) or self.directory.user(text, anew=True)

    def _nobody(self, text: str) -> Refused:
        kind = kind_of(self.pbx, text)
        if kind is not None and not kind.user:
            return NotPossible(f"{text} is {kind.said}; only users can be members of a park group. {NOTHING}")
        near = [user for user in self.directory.closest_users(text) if user.extension_number]
        return NotFound(
            f"Nobody on the PBX has the extension or name “{text}”. {NOTHING}",
            notes=(*self._perhaps_a_group(text), *self.mending.about_times(text)),
            offers=self.mending.instead(text, [str(user.extension_number) for user in near], list(map(_said, near))),
        )

    def _perhaps_a_group(self, text: str) -> tuple[str, ...]:
        groups = [group for group in self.directory.group(text) if self.may_see(group.name)]
        return tuple(f"{one.name} is a park group; only “delete {quote(one.name)}” deletes one." for one in groups)


def _said(user: User) -> str:
    return str(Person.of(user)) if user.extension_number else str(user.display_name or user.name or user.id)
