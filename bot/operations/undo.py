"""Operations that revert, and their opposite: undo, undo last, put back drift, do again."""

from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar

from bot.changes.change import Change, ChangedSince, revert
from bot.changes.diff import conflict_facts, member_list
from bot.changes.plan import Plan
from bot.errors import NotPossible, Overtaken
from bot.messages.message import Offer
from bot.messages.text import Words, words_as_text
from bot.operations.arguments.types import ArgumentType, ChangeNumber, DriftNumber, is_number, say_after_verb
from bot.operations.base import ChangeOperation, Operation
from bot.operations.context import OperationContext
from bot.operations.groups import refuse_taken
from bot.operations.permissions import permissions_of
from bot.operations.scheduling import ChangeReference
from bot.policy.model import Permission
from bot.texts import changes as texts
from bot.texts import impossible, lines, schedules, setups, wording


def _read_anyway(words: Words) -> bool:
    if len(words) == 1 and words[0].is_keyword("anyway"):
        return True
    raise ValueError(lines.ONLY_ANYWAY)


ANYWAY = ArgumentType(placeholder="anyway", read=_read_anyway, say=lambda _: "anyway")


class RevertingOperation(ChangeOperation):
    """Reverts what an earlier change modified, and nothing that was changed again since."""

    number: int
    anyway: Annotated[bool, ANYWAY] | None = None

    @classmethod
    def times(cls) -> dict[str, ArgumentType]:
        """None: a reversal is immediate and permanent."""
        return {}

    def subject(self) -> str:
        """What the number identifies, as in `#42`."""
        return wording.change_number(self.number)

    def revert(self, context: OperationContext, change: Change) -> Change:
        """The inverse of a change, from the present state of its target.

        Raises:
            NotPossible: it was changed again since, or the earlier prompt file is no longer stored.
        """
        now = context.now(change)
        number = self.about()
        if number is not None and (now is None or _lost_ring_group(context, change)):
            change = context.matched(change, number)
            now = context.now(change)
        try:
            back = revert(change, now, anyway=bool(self.anyway))
        except ChangedSince as stop:
            raise self._changed_since(context, stop) from stop
        if back.before is None and back.after is not None:
            _refuse_taken_name(context, back.target.title)
        _refuse_unsaved_prompt(context, back)
        return back

    def _changed_since(self, context: OperationContext, stop: ChangedSince) -> Overtaken:
        """The refusal, with a button that restores the first state in any case."""
        title, what = stop.change.target.title, self.subject()
        if stop.now is None:
            return Overtaken(impossible.gone(title, what))
        anyway = f"preview {type(self)(number=self.number, anyway=True).text()}"
        return Overtaken(
            impossible.changed_since(title, what),
            notes=tuple(
                f"{fact.label}: {fact.value}" for fact in conflict_facts(stop.change, stop.now, context.ring_group_name)
            ),
            offers=(Offer(label=impossible.PUT_BACK, line=anyway),) if stop.change.after is not None else (),
        )


def _lost_ring_group(context: OperationContext, change: Change) -> bool:
    """Whether the PBX no longer has the ring group that recalls went to before."""
    id = change.before.compared().get("ring_group_id") if change.before else None
    return id is not None and context.directory.ring_group_by_id(id) is None


def _refuse_taken_name(context: OperationContext, name: str) -> None:
    try:
        refuse_taken(context, name)
    except NotPossible as taken:
        raise Overtaken(str(taken), notes=taken.message.notes, offers=taken.message.offers) from taken


def _refuse_unsaved_prompt(context: OperationContext, back: Change) -> None:
    prompt = back.after.prompt if back.after else None
    if prompt is not None and not back.is_noop and not context.prompt_files.is_available(prompt):
        raise NotPossible(impossible.prompt_not_saved(str(prompt)), notes=(impossible.PROMPT_FILE_HINT,))


def _notes(change: Change) -> Iterator[str]:
    """What can't be restored exactly."""
    if change.before is None and change.after is not None:
        yield impossible.created_again(change.target.title)
    elif change.added and change.before and change.before.members:
        yield impossible.added_last(change.target.title, member_list(change.added))


def _matched_notes(made: Sequence[Change], back: Sequence[Change]) -> tuple[str, ...]:
    """That groups were matched by name, because the PBX was replaced since."""
    ids = {change.target.id for change in made}
    names = [one.target.title for one in back if one.target.id is not None and one.target.id not in ids]
    return (setups.matched_by_name(names),) if names else ()


def _losses(change: Change) -> Iterator[str]:
    """What the reversal deletes."""
    if change.before and change.after is None:
        yield impossible.group_is_lost(change.target.title)


def _deletes_schedule(context: OperationContext, number: int, made: Plan) -> NotPossible:
    """Says what the undo of a schedule does, with the button that does it; the refusal where it has ended."""
    schedule = context.repository.schedules.get(number)
    present = context.repository.schedules.present(schedule) is not None
    offer = Offer(label=schedules.DELETE_SCHEDULE, line=f"delete schedule {number}", style="danger")
    return NotPossible(schedules.undo_deletes(number, made.preview_title, present=present), offers=(offer,))


class Undo(ChangeReference, RevertingOperation):
    """Reverts a change; requested by the Undo button on its card."""

    operation_id = "undo"
    phrase = "undo {number} [{anyway}]"
    also = ("undo change {number} [{anyway}]", "end|stop|finish [change] {number} [now]")
    examples = ("undo 42",)

    number: ChangeNumber

    def plan(self, context: OperationContext) -> Plan:
        done = context.repository.applied_plan(self.number)
        if done.repetition is not None:
            raise _deletes_schedule(context, self.number, done)
        self._refuse_what_others_have_set(context, done)
        changes = tuple(self.revert(context, change) for change in reversed(done.undone))
        if not all(one.is_noop for one in changes):
            self._refuse_what_was_set_since(context, done)
        title, preview_title = self._titles(context, done)
        plan = Plan(
            title=title,
            preview_title=preview_title,
            changes=changes,
            notes=(*_matched_notes(done.undone, changes), *(note for change in changes for note in _notes(change))),
            already=(self._already(context, done),) if all(one.is_noop for one in changes) else (),
            irreversible=tuple(loss for change in changes for loss in _losses(change)),
            about=self.number,
            by_stages=done.by_stages,
        )
        begun = context.repository.begun_end(self.number)
        return plan if begun is None else plan.completing(begun)

    def _already(self, context: OperationContext, done: Plan) -> str:
        """Why there is nothing to undo: the change was undone, has only ended another, or was changed again since."""
        if done.ends_change is not None and not done.leaves_something:
            return texts.only_ended(self.number, done.ends_change)
        undone = context.repository.undone_by(self.number) is not None
        return (texts.already_undone if undone else texts.nothing_left)(self.number)

    def _refuse_what_others_have_set(self, context: OperationContext, done: Plan) -> None:
        """Refuses to undo a change twice where the same was set again since: that is another change."""
        undo = None if self.anyway else context.repository.undone_by(self.number)
        if undo is None:
            return
        restored = self.model_copy(update={"anyway": True})
        if not all(restored.revert(context, change).is_noop for change in done.undone):
            raise Overtaken(texts.undone_before(self.number, undo.id), notes=(texts.SET_AGAIN_SINCE,))

    def _refuse_what_was_set_since(self, context: OperationContext, done: Plan) -> None:
        """Refuses to undo what a later change has set to the same, which would take back that one too.

        A temporary change has its setting for itself, and its end is not stopped.
        """
        if self.anyway or context.repository.will_end(self.number):
            return
        if (later := context.repository.set_since(self.number, done)) is None:
            return
        anyway = f"preview {Undo(number=self.number, anyway=True).text()}"
        raise Overtaken(
            texts.set_since(self.number, later.id),
            notes=(texts.SET_AGAIN_SINCE,),
            offers=(Offer(label=impossible.PUT_BACK, line=anyway),),
        )

    def _titles(self, context: OperationContext, done: Plan) -> tuple[str, str]:
        """What is undone: the end of a temporary change, or a change that an undo of an undo does again."""
        first, number, undoes = done, self.number, True
        while first.about is not None:
            number, first, undoes = first.about, context.repository.plan(first.about), not undoes
        if not undoes:
            return texts.redone(first.preview_title), texts.redo(number, first.preview_title)
        if number == self.number and context.repository.will_end(number):
            return texts.ended(first.preview_title), texts.end_now(number, first.preview_title)
        return texts.undone(first.preview_title), texts.undo(number, first.preview_title)


def _read_last_change_of(words: Words) -> str:
    if words[0].is_keyword("change", "drift") or is_number(words[:1]):
        raise ValueError(lines.ONLY_NUMBER)
    return words_as_text(words)


LAST_CHANGE_OF = ArgumentType(placeholder="<group>", read=_read_last_change_of, say=say_after_verb)


class UndoLast(Operation):
    """Shows a preview of undoing the last change; the planner replaces it with `Undo`."""

    operation_id = "undo_last"
    phrase = "undo [{what}]"
    also: ClassVar[tuple[str, ...]] = (
        "undo [the] last change [of {what}]",
        "undo|revert|withdraw it|this|that",
        "take [it|this|that] back",
        "put|set|send|change|switch it|this|that back",
        "put|set|send {what} back [to normal|before]",
        "oops",
        "revert [{what}]",
        "withdraw",
    )
    permission = None
    requirement = "what the change needed"
    examples: ClassVar[tuple[str, ...]] = ("undo", "undo Sales", "undo server")

    what: Annotated[str, LAST_CHANGE_OF] | None = None


class EndTemporary(UndoLast):
    """Shows a preview of ending what is temporary of a group or of the server; the planner replaces it with `Undo`."""

    operation_id = "end"
    phrase = "end [{what}]"
    also: ClassVar[tuple[str, ...]] = (
        "end|stop|finish [it|this|that] [now]",
        "end|stop|finish {what} [now]",
        "end|stop|finish [the] [temporary] change|recall|redirect|redirection|forwarding of|for|on {what} [now]",
    )
    examples = ("end Sales", "end server")


class PutBack(RevertingOperation):
    """Reverts a drift: a change that was made outside Park."""

    operation_id = "put_back"
    phrase = "put back drift {number} [{anyway}]"
    also = ("undo drift {number} [{anyway}]",)
    permission = None
    advertised = False
    requirement = "what the change needs"
    examples = ("put back drift 7",)

    number: DriftNumber

    def subject(self) -> str:
        return impossible.drift(self.number)

    def required_permission(self, context: OperationContext) -> Permission:
        """The permission for the kind of drift; a drift is of one kind only."""
        change = context.repository.drift(self.number)
        return next(iter(permissions_of(change)), Permission.GROUPS)

    def groups(self, context: OperationContext) -> frozenset[str]:
        return context.repository.drift(self.number).names

    def plan(self, context: OperationContext) -> Plan:
        drift = context.repository.drift(self.number)
        context.directory.invalidate_groups()  # cached from before the change outside Park
        back = self.revert(context, drift)
        return Plan(
            title=impossible.restored(back.target.title, self.number),
            preview_title=impossible.restore(back.target.title, self.number),
            changes=(back,),
            notes=(*_notes(back), *_unknown_members(back)),
            already=(impossible.already_restored(self.number),) if back.is_noop else (),
            irreversible=tuple(_losses(back)),
        )


def _unknown_members(change: Change) -> tuple[str, ...]:
    if change.before is None and change.after is not None and change.after.members is None:
        return (impossible.members_unknown(change.target.title),)
    return ()


class Again(Operation):
    """Shows a preview of one's last change in the channel, to be made again; the planner replaces it with that."""

    operation_id = "again"
    phrase = "do it again"
    also = (
        "do|make it|this|that again",
        "do|make the same again",
        "same again",
        "redo|repeat [it|this|that]",
        "redo|repeat [the|my] last change",
    )
    permission = None
    requirement = "what the change needed"
    examples = ("do it again",)
