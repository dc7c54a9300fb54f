"""The whole set-up: send it as a file, apply a file, keep it as it is, restore it as it was."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar
from zoneinfo import ZoneInfo

from pydantic import model_validator

from bot.changes.change import Change
from bot.changes.plan import Plan
from bot.changes.recreated import RESTORE
from bot.errors import NotFound, NotPossible
from bot.messages.message import Attachment, Message
from bot.messages.text import Words, fold, join_words, quote
from bot.operations.arguments.types import CHANGE, FILE, ArgumentType, Reference, read_name, spellings
from bot.operations.base import ChangeOperation, ReadOperation
from bot.operations.context import OperationContext
from bot.operations.permissions import permissions_of
from bot.pbx.limits import check_group, check_server
from bot.policy.model import Permission
from bot.setups.comparing import differences
from bot.setups.files import KINDS
from bot.setups.matching import NotMatched
from bot.setups.past import PastSetup
from bot.setups.reading import PbxSetup, left_out, to_file
from bot.setups.resolving import Resolved
from bot.setups.restoring import restore_all, restore_group, restore_server
from bot.texts import changes as change_texts
from bot.texts import setups as texts
from bot.texts import snapshots, wording
from bot.times.format import format_dated
from bot.times.periods import is_moment, read_moment

SETUP_FILE = replace(FILE, name="set-up file", filetypes=KINDS)

SetupFileId = Annotated[str, SETUP_FILE]


class Export(ReadOperation):
    """Sends the set-up of the server and of all groups that the requester may see, as a YAML file."""

    operation_id = "export"
    phrase = "export"
    also = (
        "export setup|set-up|everything|all|yaml",
        "export [the] [whole] [park] setup|set-up|configuration|config [as yaml]",
        "export as yaml",
    )
    permission = Permission.READ
    examples = ("export",)

    def read(self, context: OperationContext) -> Message:
        from bot.setups.yaml_file import dump  # takes 2 MiB, so it is loaded with the first file

        now = context.setup()
        setup, notes = to_file(now, visible=context.may_see), left_out(now)
        file = Attachment(name="park.yaml", content=dump(setup, notes))
        return Message(title=texts.exported(len(setup.groups)), notes=notes, file=file)


class ExportMembers(ReadOperation):
    """Sends the members of all groups that the requester may see, as a CSV file."""

    operation_id = "export_members"
    phrase = "export members as csv"
    also = ("export [all] [the] members", "export csv", "export as csv", "members as csv")
    permission = Permission.READ
    examples = ("export members as csv",)

    def read(self, context: OperationContext) -> Message:
        from bot.setups.csv_file import members_as_csv  # loaded with the first file

        text = members_as_csv(context.setup(), visible=context.may_see)
        return Message(
            title=texts.exported_members(text.count("\n") - 1), file=Attachment(name="park-members.csv", content=text)
        )


class ManyChanges(ChangeOperation):
    """Changes many groups with one plan, which stops where it can't go on and keeps what was done."""

    permission: ClassVar[Permission | None] = Permission.MEMBERS
    requirement = "what its changes need"
    may_end = False
    needs_confirmation = True

    def permissions_for(self, context: OperationContext, change: Change) -> tuple[Permission, ...]:
        return permissions_of(change)


def plan_of_many(title: str, preview_title: str, changes: tuple[Change, ...], notes: tuple[str, ...]) -> Plan:
    """A plan of many changes, checked against the limits of the PBX; raises NotPossible."""
    for change in changes:
        if change.after is not None:
            check = check_server if change.target.is_server else check_group
            try:
                check(change.after.settings)
            except NotPossible as fault:
                raise NotPossible(f"{change.target.title}: {fault}") from fault
    return Plan(
        title=title,
        preview_title=preview_title,
        changes=changes,
        notes=(*notes, *((texts.NOT_UNDOABLE_IDS,) if any(one.after is None for one in changes) else ())),
        already=() if changes else (texts.SAME,),
        by_stages=True,
    )


class Apply(ManyChanges):
    """Makes the PBX as a file says: a set-up as YAML, or members as CSV."""

    operation_id = "apply"
    phrase = "apply {file}"
    also = ("apply file {file}", "import [file] {file}")
    examples = ("apply F07SETUP001",)

    file: SetupFileId

    def plan(self, context: OperationContext) -> Plan:
        source = context.setup_files.find(self.file)
        now = context.setup()
        found = source.resolve(now, context.pbx)
        changes = differences(now, found.wanted)
        return plan_of_many(texts.applied(source.name), texts.apply(source.name), changes, tuple(found.notes))


class TakeSnapshot(ReadOperation):
    """Keeps the whole set-up as it is now, as Park does daily, so that it can be restored."""

    operation_id = "snapshot"
    phrase = "snapshot"
    also = ("take [a] snapshot", "snapshot now|everything")
    permission = Permission.READ
    examples = ("snapshot",)

    def read(self, context: OperationContext) -> Message:
        taken = context.setup_history.take(context.viewer.user)
        compared = taken.differing is not None
        differs = (texts.snapshot_differs(taken.differing) if taken.differing else texts.SNAPSHOT_SAME,) * compared
        return Message(title=texts.snapshot_taken(taken.id, taken.groups), notes=(*differs, *taken.left_out))


EVERYTHING, SERVER = "<everything>", "<server>"
"""What is restored, where it is no group: no group's name is written like that."""
_SCOPES = {
    **dict.fromkeys(("everything", "all", "all groups", "all park groups"), EVERYTHING),
    **dict.fromkeys(("server", "the server"), SERVER),
}


def _read_scope(words: Words) -> str:
    found = _SCOPES.get(" ".join(word.text.lower() for word in words))
    return read_name(words) if found is None or any(word.quoted for word in words) else found


def _say_scope(what: str) -> str:
    return what.strip("<>") if what in (EVERYTHING, SERVER) else quote(what, always=fold(what) in _SCOPES)


def _read_moment(words: Words) -> str:
    text = " ".join(word.text for word in words)
    if any(word.quoted for word in words) or not is_moment(text):
        raise ValueError(texts.no_moment(text))
    return text


def _read_deleting(words: Words) -> bool:
    if (said := join_words(words)).lower() not in ("groups", "group"):
        raise ValueError(snapshots.only_new_groups(said))
    return True


SCOPE = ArgumentType(
    placeholder="<group | server | everything>",
    name="restored scope",
    read=_read_scope,
    say=_say_scope,
    reference=Reference.SCOPE,
    takes_any_words=True,
)
MOMENT = ArgumentType(placeholder="<past time>", name="restored moment", read=_read_moment, say=str)
BEFORE = replace(CHANGE, name="restored change")
DELETING = ArgumentType(
    placeholder="groups", name="new groups", read=_read_deleting, say=lambda _: "groups", is_choice=True
)


NEAR = timedelta(days=1)
"""Age of a snapshot at a time, from which a restoration to it says which snapshot it goes by."""


class Restore(ManyChanges):
    """Makes a group, the server or everything as it was at a time, or before a change."""

    operation_id = RESTORE
    phrase = "restore {what} to [{moment}] [before change {before}] [and delete new {new}]"
    also = (
        "restore {what} to|from|as of {moment}",
        "restore {what} to [as it was] before [change] {before}",
        "restore {what} as it was [at|on] {moment}",
        "roll back {what} to {moment}",
    )
    examples = ("restore Sales to Friday 18:00", "restore everything to before change 42")

    what: Annotated[str, SCOPE]
    moment: Annotated[str, MOMENT] | None = None
    before: Annotated[int, BEFORE] | None = None
    new: Annotated[bool, DELETING] | None = None

    @classmethod
    def times(cls) -> dict[str, ArgumentType]:
        """None: the time in the line is the one to go back to."""
        return {}

    @classmethod
    def form_faults(cls, arguments: Mapping[str, Any]) -> dict[str, str]:
        given = [name for name in ("moment", "before") if arguments.get(name) is not None]
        if len(given) != 1:
            return {given[-1] if given else "moment": snapshots.ONE_TIME}
        spares_others = arguments.get("new") and arguments.get("what") != EVERYTHING
        return {"new": snapshots.NEW_ONLY_WITH_EVERYTHING} if spares_others else {}

    @model_validator(mode="after")
    def _one_time(self) -> "Restore":
        if (self.moment is None) == (self.before is None):
            raise ValueError(texts.no_moment(self.moment or ""))
        return self

    def plan(self, context: OperationContext) -> Plan:
        if self.new and self.what != EVERYTHING:
            raise NotPossible(snapshots.NEW_ONLY_WITH_EVERYTHING)
        now = context.setup()
        found_past, when = self._past(context, now)
        past = found_past.setup
        name = {EVERYTHING: texts.EVERYTHING, SERVER: change_texts.SERVER}.get(self.what, self.what)
        try:
            found = self._restored(context, past, now)
        except NotMatched as fault:
            similar = context.unknown_group(self.what, [target.title for target, _ in past.groups]).message.offers
            raise NotFound(str(fault), offers=similar) from None
        changes = differences(now, found.wanted)
        notes = (*found.notes, *self._kept(context, now, past), *self._source(found_past, context))
        if self.what in (EVERYTHING, SERVER):
            notes = (*notes, *left_out(now))
        plan = plan_of_many(texts.restored(name, when), texts.restore(name, when), changes, notes)
        return plan if changes else plan.model_copy(update={"already": (snapshots.same_as_then(name, when), *notes)})

    def _restored(self, context: OperationContext, past: PbxSetup, now: PbxSetup) -> Resolved:
        if self.what == EVERYTHING:
            return restore_all(past, now, context.pbx, deletes_new=bool(self.new))
        if self.what == SERVER:
            return restore_server(past, now, context.pbx)
        return restore_group(past, now, context.pbx, spellings(self.what))

    def _past(self, context: OperationContext, now: PbxSetup) -> tuple[PastSetup, str]:
        """How it was, and when that was in words."""
        present, zone = context.repository.now(), ZoneInfo(context.zone)
        if self.before is not None:
            ended = context.repository.entry(self.before).ended_at
            context.repository.plan(self.before)
            if ended is None:
                raise NotPossible(texts.NEVER_MADE)
            return context.setup_history.before(ended, now), texts.before(wording.change_number(self.before))
        try:
            at: datetime | None = read_moment(self.moment or "", present, zone)
        except ValueError as fault:
            raise NotPossible(str(fault)) from None
        if at is None:
            raise NotPossible(texts.no_moment(self.moment or ""))
        return context.setup_history.at(at, now), texts.as_of(format_dated(at, zone, present))

    def _source(self, past: PastSetup, context: OperationContext) -> tuple[str, ...]:
        """Which snapshot it goes by, where that is not of the same day: what others changed may be missing."""
        if past.taken_at is None:
            return (snapshots.NO_SNAPSHOT,)
        taken = format_dated(past.taken_at, ZoneInfo(context.zone), context.repository.now())
        if past.taken_at > past.at:
            return (snapshots.first_snapshot(taken),)
        return () if past.at - past.taken_at <= NEAR else (snapshots.far_snapshot(taken),)

    def _kept(self, context: OperationContext, now: PbxSetup, past: PbxSetup) -> tuple[str, ...]:
        if self.what != EVERYTHING or self.new:
            return ()
        then = {one for target, _ in past.groups for one in (target.id, fold(target.title))}
        created = [target.title for target, _ in now.groups if not {target.id, fold(target.title)} & then]
        shown = [name for name in created if context.may_see(name)]
        return (texts.created_since(shown),) if shown else ()
