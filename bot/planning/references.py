"""Numbers of earlier changes in a request: which of them exist for the requester, and what group names stand for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.changes.change import Change
from bot.changes.lookups import names_today
from bot.changes.plan import Plan
from bot.changes.repository import SEARCHED, SERVER_NAMES, ChangeRepository
from bot.errors import Ambiguous, NotFound
from bot.journal.models import Entry, newest_first
from bot.messages.message import Offer
from bot.messages.request import Request, Source
from bot.messages.text import fold
from bot.operations.arguments.types import spellings
from bot.operations.base import ChangeOperation, Operation
from bot.operations.catalog import load
from bot.operations.schedules import ScheduleControl
from bot.operations.scheduling import AboutChange, Cancel
from bot.operations.undo import EndTemporary, Undo, UndoLast
from bot.operations.unsupported import everything_at_once
from bot.pbx.directory import Directory
from bot.planning.corrections import Corrections
from bot.policy.model import Permission
from bot.texts import decisions, refusals, schedules

MOST_NAMED = 5
"""Pending changes that a refusal names."""


@dataclass(frozen=True, slots=True)
class ChangeReferences:
    """The earlier changes that one requester can refer to.

    A change that the requester may not read does not exist for them, except for one of their own or one that they may
    approve: a number that was typed tells nothing.
    """

    repository: ChangeRepository
    directory: Directory
    request: Request
    may: Callable[[Permission], bool]
    may_see: Callable[[str], bool]
    may_know: Callable[[Entry], bool]
    """Whether the requester was asked to approve a change."""

    def check(self, number: int) -> Entry:
        """Returns the change of this number; raises NotFound unless it is older than the request and visible."""
        entry = self.repository.older_entry(number, self.request)
        if not self.is_visible(entry):
            raise NotFound(refusals.no_change(number))
        return entry

    def is_visible(self, entry: Entry) -> bool:
        """Whether the requester may know of a change: by its groups' names when it was made, and by today's."""
        if self.is_own(entry) or self.may_know(entry):
            return True
        if entry.request.source is Source.WORKFLOW:  # everybody there sees its card
            return entry.request.channel is not None and entry.request.channel == self.request.channel
        root = self._planned(entry)
        if root is None or root.plan is None:
            return False
        plan = Plan.model_validate(root.plan)
        changes = (*plan.changes, *plan.undone)
        recorded = frozenset(name for change in changes for name in change.names)
        if not (all(map(self.may_see, recorded)) and (recorded or self.may(Permission.READ))):
            return False
        return all(map(self.may_see, names_today(self.directory, changes) - recorded))

    def is_own(self, entry: Entry) -> bool:
        """Whether the requester made the change, or asked for it."""
        return self.request.source is Source.CLOCK or entry.request.user == self.request.user

    def _is_own_here(self, entry: Entry) -> bool:
        by_hand = entry.request.source is not Source.SCHEDULE
        return by_hand and self.is_own(entry) and entry.request.channel == self.request.channel

    def resolve(self, operation: Operation) -> Operation:
        """The operation with the number of its change, which has been checked.

        To undo a change that has not begun is to call it off.
        """
        if isinstance(operation, EndTemporary):
            operation = Undo(number=self._temporary(operation))
        if isinstance(operation, UndoLast):
            operation = Undo(number=self.last_change(operation))
        if isinstance(operation, ScheduleControl) and isinstance(operation.number, str):
            operation = operation.model_copy(update={"number": self._schedule_of(operation, operation.number)})
        if isinstance(operation, AboutChange) and isinstance(operation.number, str):
            operation = operation.model_copy(update={"number": self._pending(operation, operation.number)})
        if (number := operation.about()) is not None:
            entry = self.check(number)
            if isinstance(operation, Undo) and Cancel.may_be_meant(self.repository, entry):
                return Cancel(number=number)
        return operation

    def last_change(self, operation: UndoLast) -> int:
        """The number of the last change that is in effect or scheduled: of a group or the server, else one's own here.

        Raises:
            NotFound: there is none among the latest changes.
        """
        last = self._last_change(operation)
        if last is None:
            raise NotFound(refusals.nothing_to_undo(operation.what))
        return last.id

    def _last_change(self, operation: UndoLast) -> Entry | None:
        """The last change as above; None if there is none, and raises NotFound where no such group is visible."""
        name = operation.what
        meant = self._about(name) if name else self._is_own_here

        def matches(entry: Entry) -> bool:
            return meant(entry) and self.is_visible(entry)

        scheduled = [entry for entry in self.repository.scheduled_starts() if matches(entry)]
        found = newest_first(filter(None, (self.repository.last_in_effect(matches), *scheduled)))
        if not found and name:
            changed = (entry for entry in self.repository.recent(SEARCHED) if entry.plan is not None)
            if (unknown := self._unknown(operation, name, changed)) is not None:
                raise unknown
        return found[0] if found else None

    def last_own(self) -> Entry:
        """The requester's last change here, whatever became of it, unless it was refused; raises NotFound."""
        own = self.repository.asked_by(self.request.team, self.request.user)
        changes = (one for one in own if isinstance(load(one.operations[0]), ChangeOperation))
        found = next(filter(self._is_own_here, changes), None)
        if found is None:
            raise NotFound(decisions.NOTHING_AGAIN, lines=("help",))
        return found

    def _temporary(self, operation: EndTemporary) -> int:
        """The number of the one temporary change in effect of a group or the server, else of one's own here.

        Raises:
            Ambiguous: there are several.
            NotFound: there is none; it names the last change, with a button to take that back.
        """
        name = operation.what
        meant = self._about(name) if name else self._is_own_here
        temporary = [first for first, _ in self.repository.scheduled_ends() if meant(first)]
        found = list(filter(self.is_visible, temporary))
        if not found:
            last = self._last_change(operation)
            if last is None and temporary:  # that nothing is temporary would not be true
                raise NotFound(refusals.nothing_to_undo(name))
            raise self._nothing_temporary(name, last)
        if len(found) > 1:
            raise Ambiguous(
                decisions.several_temporary(name, len(found)),
                notes=tuple(refusals.pending_line(one.id, one.request.line) for one in found),
                offers=tuple(Offer(label=decisions.end_number(one.id), line=f"undo {one.id}") for one in found),
            )
        return found[0].id

    def _nothing_temporary(self, name: str | None, last: Entry | None) -> NotFound:
        if last is None:
            return NotFound(
                decisions.nothing_temporary(name),
                notes=(decisions.no_last_change(name),),
                offers=(Offer(label="pending", line="pending"),),
            )
        label, line = decisions.undo_number(last.id), f"preview undo {last.id}"
        if Cancel.may_be_meant(self.repository, last):
            label, line = refusals.cancel_number(last.id), f"preview cancel {last.id}"
        return NotFound(
            decisions.nothing_temporary(name),
            notes=(decisions.last_change(last.id, last.request.line),),
            offers=(Offer(label=label, line=line),),
        )

    def _planned(self, entry: Entry) -> Entry | None:
        """The entry with a plan that an entry is about, or itself."""
        while entry.plan is None:
            if entry.about is None or entry.about >= entry.id:
                return None
            entry = self.repository.entry(entry.about)
        return entry

    def _pending(self, operation: AboutChange, name: str) -> int:
        meant = [one for one in self._all_pending() if operation.may_be_meant(self.repository, one)]
        found = [one for one in filter(self._about(name), meant) if self.is_visible(one)]
        if len(found) == 1:
            return found[0].id
        if not found:
            raise self._unknown(operation, name, meant) or self._not_meant(name)
        lines = {one.id: operation.model_copy(update={"number": one.id}).text() for one in found}
        raise Ambiguous(
            refusals.several_pending(name, len(found)),
            notes=tuple(refusals.pending_line(one.id, one.request.line) for one in found),
            offers=tuple(Offer(label=line, line=line) for line in lines.values()),
        )

    def _all_pending(self) -> tuple[Entry, ...]:
        return (*(first for first, _ in self.repository.scheduled_ends()), *self.repository.scheduled_starts())

    def _not_meant(self, name: str) -> NotFound:
        """The refusal where nothing pending of a group is meant; it names what there is, schedules included.

        What is pending is read again: what has ended since the first reading is not named.
        """
        recurring = (self.repository.entry(one.number) for one in self.repository.schedules.standing())
        others = [one for one in (*self._all_pending(), *recurring) if self._about(name)(one) and self.is_visible(one)]
        if not others:
            return NotFound(refusals.nothing_pending(name), lines=("pending",))
        notes = tuple(refusals.pending_line(one.id, one.request.line) for one in others[:MOST_NAMED])
        return NotFound(decisions.pending_otherwise(name), notes=notes, lines=("pending",))

    def _schedule_of(self, operation: ScheduleControl, name: str) -> int:
        """The number of the one schedule of a group, or of the server, that the requester may know of."""
        entries = [self.repository.entry(one.number) for one in self.repository.schedules.standing()]
        found = [one for one in filter(self._about(name), entries) if self.is_visible(one)]
        if not found:
            raise self._unknown(operation, name, entries) or NotFound(schedules.no_schedule_of(name))
        if len(found) > 1:
            lines = [operation.model_copy(update={"number": one.id}).text() for one in found]
            raise Ambiguous(
                schedules.several_of(name, len(found)),
                notes=tuple(refusals.pending_line(one.id, one.request.line) for one in found),
                offers=tuple(Offer(label=line, line=line) for line in lines),
            )
        return found[0].id

    def _unknown(self, operation: Operation, name: str, meant: Iterable[Entry]) -> NotFound | None:
        """The error with similar names for one that no visible group has; None for the server, and for such a group's.

        None also where the requester may see no group at all: they are told nothing about names, and the PBX is not
        asked.

        Args:
            meant: what the operation may be about; of the similar names those are offered of which there is something.
        """
        everything = everything_at_once(operation, name)
        if not self.may(Permission.READ):
            return everything
        known = (group.name for one in spellings(name) for group in self.directory.group(one))
        if any(map(self.may_see, known)) or any(fold(one) in SERVER_NAMES for one in spellings(name)):
            return None
        near, entries = [one for one in self.directory.closest_groups(name) if self.may_see(one)], list(meant)
        with_some = [one for one in near if any(map(self._about(one), entries))]
        return Corrections(operation).unknown_group(name, with_some or near)

    def _about(self, name: str) -> Callable[[Entry], bool]:
        """Tells whether a change is about the group of this name, then or today, or about the server.

        A group that had the name then and has another one today is not meant where a group has the name today.
        """
        wanted = {fold(spelling) for spelling in spellings(name)}
        ids = {group.id for spelling in spellings(name) for group in self.directory.group(spelling)}

        def matches(entry: Entry) -> bool:
            changes = Plan.model_validate(entry.plan).undone if entry.plan else ()
            if any(change.target.is_server for change in changes):
                return not wanted.isdisjoint(SERVER_NAMES)
            named = (change for change in changes if not wanted.isdisjoint(map(fold, change.names)))
            by_id = any(change.target.id in ids for change in changes)
            return by_id or any(not (ids and self._is_known(change)) for change in named)

        return matches

    def _is_known(self, change: Change) -> bool:
        """Whether the PBX still has the group of a change."""
        return change.target.id is not None and self.directory.group_by_id(change.target.id) is not None
