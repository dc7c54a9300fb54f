"""The questions about channels and access rights."""

from dataclasses import dataclass

from bot.cli.init.console import Console, InvalidAnswer
from bot.cli.init.slack_step import NOBODY, find_entries, find_entry
from bot.messages.text import fold
from bot.pbx.name_index import closest_names
from bot.policy.field_types import is_user_group
from bot.policy.matching import matches_any
from bot.policy.rules import MATCH_ALL
from bot.slack.workspace import DirectoryEntry, WorkspaceDirectory

Entries = tuple[DirectoryEntry, ...]

MAX_LISTED_GROUPS = 12
"""The number of park groups that are listed by name in one line."""
_INTRODUCTION = """\
Who may do what. Name people and user groups as Slack shows them, separated by commas: @ana, Ben Ito, @leads. A rule for
a user group holds for whoever is in it. Only what you allow here is allowed; you can change the policy file later."""


@dataclass(frozen=True, kw_only=True)
class AccessAnswers:
    """Who may do what; each of the three sets of people and user groups may be empty."""

    owner: DirectoryEntry | None
    """Who runs the set-up, and may do everything."""
    channel: DirectoryEntry
    announce: DirectoryEntry
    everybody_reads: bool
    leads: Entries
    groups: tuple[str, ...] = MATCH_ALL
    """Name patterns of the park groups that the leads may change."""
    on_call: Entries
    phone_team: Entries
    contact: DirectoryEntry | str | None

    @property
    def allows_changes(self) -> bool:
        """Whether anybody may change anything."""
        return bool(self.owner or self.leads or self.on_call or self.phone_team)

    @property
    def unlimited(self) -> Entries:
        """Who may do everything."""
        return (*((self.owner,) if self.owner else ()), *self.phone_team)


def matching_groups(patterns: tuple[str, ...], groups: list[str]) -> list[str]:
    """Selects the park groups whose names match a pattern."""
    return [name for name in groups if matches_any(patterns, fold(name))]


class AccessQuestions:
    """Asks for the access rights, with the answers in the present policy as defaults.

    Args:
        bot_name: The name by which people invite Park to a channel.
        groups: Names of the park groups on the PBX.
        previous: The answers in the present policy, if there is one.
    """

    def __init__(
        self,
        console: Console,
        workspace_directory: WorkspaceDirectory,
        bot_name: str,
        groups: list[str],
        previous: AccessAnswers | None,
    ) -> None:
        self._console, self._directory, self._bot_name = console, workspace_directory, bot_name
        self._groups, self._previous = groups, previous

    def ask(self) -> AccessAnswers:
        """Asks all questions; raises SlackFailure if Slack's names can't be read."""
        self._console.say(_INTRODUCTION)
        self._console.say("Reading people and channels from Slack. A large workspace takes a minute or two.")
        previous = self._previous
        owner = self._ask_owner()
        question = "In which channel will people make changes?"
        channel = self._ask_channel(question, "channel", previous.channel if previous else None)
        everybody_reads = self._ask_everybody_reads(channel)
        question = f"Who leads teams, and may change their groups from {channel.handle}?"
        leads = self._ask_people(question, "leads", previous.leads if previous else ())
        groups = self._ask_groups() if leads else MATCH_ALL
        question = "Who is on call, and may redirect the calls of any group for up to 14 hours?"
        on_call = self._ask_people(question, "on_call", previous.on_call if previous else ())
        question = "Who else may do everything, from anywhere?"
        phone_team = self._ask_people(question, "phone_team", previous.phone_team if previous else ())
        contact = self._ask_contact((*phone_team, *leads, *on_call, *((owner,) if owner else ())))
        question = "Where should Park announce changes that nobody else would see, such as from a direct message?"
        announce = self._ask_channel(question, "announce", previous.announce if previous else channel)
        return AccessAnswers(
            owner=owner,
            channel=channel,
            announce=announce,
            everybody_reads=everybody_reads,
            leads=leads,
            groups=groups,
            on_call=on_call,
            phone_team=tuple(one for one in phone_team if one != owner),  # who has a rule already
            contact=contact,
        )

    def _ask_owner(self) -> DirectoryEntry | None:
        def parse(answer: str) -> DirectoryEntry | None:
            if not answer:
                raise InvalidAnswer("Type your name in Slack, or nobody if you won't use Park yourself.")
            if answer.casefold() in NOBODY:
                return None
            entry = find_entry(answer, self._directory.people, "person")
            if is_user_group(entry.id):
                raise InvalidAnswer(f"{entry.handle} is a user group. Type your own name.")
            return entry

        previous = self._previous.owner if self._previous else None
        question = "Which one are you in Slack? You get a rule that lets you do everything"
        found = self._console.ask(question, parse, key="owner", default=previous.handle if previous else "")
        self._say_people((found,) if found else ())
        return found

    def _ask_channel(self, question: str, key: str, previous: DirectoryEntry | None) -> DirectoryEntry:
        def parse(answer: str) -> DirectoryEntry:
            if not answer:
                raise InvalidAnswer("Type the channel's name, such as #phones.")
            return find_entry(answer, self._directory.channels, "channel")

        found = self._console.ask(question, parse, key=key, default=previous.handle if previous else "")
        self._console.say(f"  {found.handle} is {found.id}.")
        if not found.bot_is_member:
            self._console.say(f"  Park is not in {found.handle} yet. Type there later: /invite @{self._bot_name}")
        return found

    def _ask_everybody_reads(self, channel: DirectoryEntry) -> bool:
        if channel.note:
            hint = "a rule for everybody in it holds for whoever joins it"
            self._console.say(f"  {channel.handle} is {channel.note}: {hint}.")
        default = self._previous.everybody_reads if self._previous else None
        question = f"May everybody in {channel.handle}, except guests, look at groups, members and settings"
        return self._console.confirm(question, key="everybody_reads", default=default)

    def _ask_people(self, question: str, key: str, previous: Entries) -> Entries:
        def parse(answer: str) -> Entries:
            return find_entries(answer, self._directory.people, "person or user group")

        default = ", ".join(one.handle for one in previous) or "nobody"
        found = self._console.ask(question, parse, key=key, default=default)
        self._say_people(found)
        return found

    def _say_people(self, people: Entries) -> None:
        for one in people:
            self._console.say(f"  {one} is {one.id}{f', {one.note}' if one.note else ''}.")

    def _ask_groups(self) -> tuple[str, ...]:
        default = ", ".join(self._previous.groups) if self._previous and self._previous.leads else ""
        self._console.say(f"  The PBX has {_format_names(self._groups) or 'no park groups yet'}.")
        question = "Which park groups, separated by commas? * stands for any text: Sales*, or * for all of them"
        patterns = self._console.ask(question, self._parse_patterns, key="groups", default=default)
        if self._groups:
            self._console.say(f"  That is {_format_names(matching_groups(patterns, self._groups))}.")
        return patterns

    def _parse_patterns(self, answer: str) -> tuple[str, ...]:
        """Raises InvalidAnswer for a pattern that matches no group, unless the PBX has no groups at all."""
        if fold(answer) in map(fold, self._groups):
            return (answer,)  # a comma in it is part of the name
        patterns = tuple(dict.fromkeys(part.strip() for part in answer.split(",") if part.strip()))
        if not patterns:
            raise InvalidAnswer("Type the names of park groups, or * for all of them.")
        for pattern in patterns if self._groups else ():
            if not matching_groups((pattern,), self._groups):
                text = f"“{pattern}” matches none of the park groups."
                similar = closest_names(pattern, self._groups, 1)
                if not similar:
                    raise InvalidAnswer(text)
                suggestion = ", ".join(similar[0] if one == pattern else one for one in patterns)
                raise InvalidAnswer(f"{text} Did you mean {similar[0]}?", suggestion=suggestion)
        return patterns

    def _ask_contact(self, people: Entries) -> DirectoryEntry | str | None:
        """Proposes the previous contact, else the first user group, else the first person with rights."""
        default = self._previous.contact if self._previous else None
        default = default or next((one for one in people if is_user_group(one.id)), people[0] if people else None)
        handle = default.handle if isinstance(default, DirectoryEntry) else default or "nobody"
        question = "Whom should people ask when Park refuses something? A person, user group, channel or any words"
        return self._console.ask(question, self._parse_contact, key="contact", default=handle)

    def _parse_contact(self, answer: str) -> DirectoryEntry | str | None:
        """Takes an answer that is no name as text, unless it begins like one."""
        if answer.casefold() in NOBODY:
            return None
        entries = (*self._directory.people, *self._directory.channels)
        try:
            return find_entry(answer, entries, "person, user group or channel")
        except InvalidAnswer:
            if answer[0] in "@#":
                raise
            return answer


def _format_names(names: list[str]) -> str:
    more = len(names) - MAX_LISTED_GROUPS
    return ", ".join(names[:MAX_LISTED_GROUPS]) + (f" and {more} more" if more > 0 else "")
