"""Who may do what."""

from dataclasses import dataclass

from bot.cli.init.console import Console, Mistake
from bot.cli.init.slack_step import NOBODY, one_of, some_of
from bot.messages.text import fold
from bot.pbx.name_index import closest
from bot.policy.field_types import is_user_group
from bot.policy.matching import covers
from bot.policy.rules import EVERY
from bot.slack.workspace import DirectoryEntry, WorkspaceDirectory

Who = tuple[DirectoryEntry, ...]


@dataclass(frozen=True, kw_only=True)
class Rights:
    """Each kind of people may be nobody."""

    channel: DirectoryEntry
    announce: DirectoryEntry
    everybody_looks: bool
    leads: Who
    groups: tuple[str, ...] = EVERY
    """Patterns, for the leads."""
    on_call: Who
    phone_team: Who
    contact: DirectoryEntry | str | None

    @property
    def somebody(self) -> bool:
        """Whether anybody may change anything."""
        return bool(self.leads or self.on_call or self.phone_team)


def fitted(patterns: tuple[str, ...], groups: list[str]) -> list[str]:
    """Which of the groups the patterns fit."""
    return [name for name in groups if covers(patterns, fold(name))]


_BEFORE = """\
Who may do what. Name people and user groups as Slack shows them, with commas between: @ana, Ben Ito, @leads. A rule for
a user group follows whoever is in it. Nothing is allowed that you don't allow here; the file can be changed later."""
_SHOWN = 12


class RightsQuestions:
    """Seven, each with an answer for Enter: that of `before`, if there was one."""

    def __init__(
        self, console: Console, workspace_directory: WorkspaceDirectory, groups: list[str], before: Rights | None
    ) -> None:
        self._console, self._roster, self._groups, self._before = console, workspace_directory, groups, before

    def ask(self) -> Rights:
        """Raise SlackFailure where Slack can't tell its names."""
        self._console.say(_BEFORE)
        self._console.say("Slack's names are read now, which takes a minute or two in a very large workspace.")
        before = self._before
        channel = self._channel("In which channel will people change things", before.channel if before else None)
        looks = self._ask_looks(channel)
        leads = self._people("Who leads teams, and may change their groups from there", before.leads if before else ())
        groups = self._ask_groups() if leads else EVERY
        on_call = self._people(
            "Who is on call, and may redirect any group's calls for up to 14 hours", before.on_call if before else ()
        )
        team = self._people("Who may do everything, from anywhere", before.phone_team if before else ())
        contact = self._ask_contact((*team, *leads, *on_call))
        announce = self._channel(
            "Where to tell of changes that nobody else would see (as from a direct message)",
            before.announce if before else channel,
        )
        return Rights(
            channel=channel, everybody_looks=looks, leads=leads, groups=groups,
            on_call=on_call, phone_team=team, contact=contact, announce=announce,
        )  # fmt: skip

    def _channel(self, question: str, before: DirectoryEntry | None) -> DirectoryEntry:
        default = before.shown if before else ""

        def take(answer: str) -> DirectoryEntry:
            if not answer:
                raise Mistake("Type the channel's name, as in #phones.")
            return one_of(answer, self._roster.channels, "channel")

        found = self._console.ask(question, take, default=default)
        self._console.say(f"  {found.shown} is {found.id}.")
        return found

    def _ask_looks(self, channel: DirectoryEntry) -> bool:
        if channel.note:
            self._console.say(
                f"  {channel.shown} is {channel.note}: a rule for everybody in it is for whoever joins it."
            )
        default = self._before.everybody_looks if self._before else True
        question = f"May everybody in {channel.shown} look at groups, members and settings (guests excepted)"
        return self._console.agrees(question, default=default)

    def _people(self, question: str, before: Who) -> Who:
        default = ", ".join(one.shown for one in before) or "nobody"
        found = self._console.ask(
            question, lambda answer: some_of(answer, self._roster.people, "person or user group"), default=default
        )
        for one in found:
            self._console.say(f"  {one} is {one.id}{f', {one.note}' if one.note else ''}.")
        return found

    def _ask_groups(self) -> tuple[str, ...]:
        before = self._before.groups if self._before else EVERY
        self._console.say(f"  The PBX has {_listed(self._groups) or 'no park groups yet'}.")
        question = "On which park groups, with commas between; * stands for any text, as in Sales*"
        patterns = self._console.ask(question, self._patterns, default=", ".join(before))
        if self._groups:
            self._console.say(f"  That is {_listed(fitted(patterns, self._groups))}.")
        return patterns

    def _patterns(self, answer: str) -> tuple[str, ...]:
        """A name may hold a comma. Raise Mistake for what fits nothing."""
        if fold(answer) in map(fold, self._groups):
            return (answer,)
        patterns = tuple(dict.fromkeys(part.strip() for part in answer.split(",") if part.strip()))
        for one in patterns if self._groups else ():
            if not fitted((one,), self._groups):
                close = closest(one, self._groups, lambda name: (name,), 1)
                offer = ", ".join(close[0] if each == one else each for each in patterns) if close else None
                hint = f" Did you mean {close[0]}?" if close else ""
                raise Mistake(f"“{one}” fits none of the park groups.{hint}", offer=offer)
        return patterns

    def _ask_contact(self, people: Who) -> DirectoryEntry | str | None:
        before = self._before.contact if self._before else None
        likely = before or next((one for one in people if is_user_group(one.id)), people[0] if people else None)
        default = likely.shown if isinstance(likely, DirectoryEntry) else likely or "nobody"
        question = "Whom is somebody told to ask who is refused (somebody, a user group, a channel, or words)"
        return self._console.ask(question, self._contact, default=default)

    def _contact(self, answer: str) -> DirectoryEntry | str | None:
        """What begins like a name has to be one."""
        if answer.casefold() in NOBODY:
            return None
        things = (*self._roster.people, *self._roster.channels)
        try:
            return one_of(answer, things, "person, user group or channel")
        except Mistake:
            if answer[0] in "@#":
                raise
            return answer


def _listed(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
