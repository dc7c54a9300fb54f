"""Park groups: list, show, find a member, create, rename, delete."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.changes.change import Change
from bot.changes.diff import recall_text, setting_facts
from bot.changes.plan import Plan
from bot.changes.snapshot import Person, Snapshot, Target
from bot.errors import NotPossible, Unreachable
from bot.journal.targets import key_of_member
from bot.messages.message import Fact, FormOffer, Message, Offer, Row, Table
from bot.messages.text import fold, quote
from bot.operations.actions import form_offer, repeat_form
from bot.operations.arguments.targets import Member, Recall, RecallTarget
from bot.operations.arguments.types import GroupName, NewGroupName, Search
from bot.operations.base import ChangeOperation, ReadOperation
from bot.operations.context import OperationContext
from bot.operations.schedule_list import schedules_of
from bot.operations.temporary import changed_numbers, temporary_ends, temporary_rows
from bot.pbx.models import ParkGroup, RecallTo
from bot.policy.model import Permission
from bot.runtime.threads import side_by_side
from bot.texts import answers, impossible, pbx, temporary, workflows
from bot.texts import changes as texts
from bot.times.format import format_moment

RECENT = 5.0
"""Seconds for which a list that was read needs no time beside it."""


class Groups(ReadOperation):
    """Lists all park groups, or those with a text in their name."""

    operation_id = "groups"
    phrase = "groups [{search}]"
    also = (
        "groups with|like|containing {search}",
        "list|show groups [{search}]",
        "list|show [me] [all] [the] [park] groups",
        "list",
        "all [park] groups",
        "which groups",
    )
    permission = Permission.READ
    examples = ("groups sal",)

    search: Search | None = None

    def read(self, context: OperationContext) -> Message:
        found, as_of = self._groups(context)
        ends = temporary_ends(context, [one.id for one in found])
        return Message(
            title=answers.groups_found(len(found), self.search),
            items=tuple(f"{one.name}: {_with_end(group_summary(context, one), ends.get(one.id))}" for one in found),
            table=_group_table(context, found, ends),
            lines=(answers.SHOW_GROUP_USAGE,) if found else (),
            offers=context.unknown_group(self.search).message.offers if self.search and not (found or as_of) else (),
            notes=(as_of,) if as_of else (),
        )

    def _groups(self, context: OperationContext) -> tuple[list[ParkGroup], str]:
        """Returns the groups and, where they are from memory, as of when; raises PBXError if there is no memory."""
        age = context.directory.groups_age()
        try:
            if self.search:
                return visible_groups(context, context.pbx.groups(search=self.search), self.search), ""
            groups = context.visible_groups().part(0, None)
        except Unreachable:
            if age is None:
                raise
            known = context.visible_groups(self.search or "", cached=True).part(0, None)
            return known, pbx.as_of(_ago(context, age), reachable=False)
        if age is None or age < RECENT or (context.directory.groups_age() or 0) < age:
            return groups, ""
        return groups, pbx.as_of(_ago(context, age), reachable=True)


def _ago(context: OperationContext, seconds: float) -> str:
    now = context.repository.now()
    return format_moment(now - timedelta(seconds=seconds), now, ZoneInfo(context.zone))


def _group_table(context: OperationContext, groups: Sequence[ParkGroup], ends: Mapping[str, str]) -> Table:
    """The groups with their recall target, their number of members, and until when something is temporary."""
    return Table(
        columns=answers.GROUP_COLUMNS,
        rows=tuple(
            (
                one.name,
                recall_text(one.sent_fields(), context.ring_group_name),
                answers.members_in_list(context.directory.member_count(one.id)),
                ends.get(one.id, ""),
            )
            for one in groups
        ),
    )


def _with_end(summary: str, until: str | None) -> str:
    return temporary.in_list(summary, until) if until else summary


def visible_groups(context: OperationContext, groups: Iterable[ParkGroup], search: str) -> list[ParkGroup]:
    """The groups that the requester may see and whose name contains `search`, sorted by name."""
    wanted = fold(search)
    found = (one for one in groups if wanted in fold(one.name) and context.may_see(one.name))
    return sorted(found, key=lambda one: fold(one.name))


def group_summary(context: OperationContext, group: ParkGroup) -> str:
    """A group's recall target and, if it is cached, its number of members."""
    recall = recall_text(group.sent_fields(), context.ring_group_name)
    return answers.group_in_list(recall, context.directory.member_count(group.id))


class Group(ReadOperation):
    """Shows a group's settings and members."""

    operation_id = "group"
    phrase = "group {group}"
    also = (
        "show|list|open [me] {group}",
        "who is|are in {group}",
        "who's|whos in {group}",
        "members [of] {group}",
        "show|list [me] [all] [the] members of|in {group}",
        "{group} members",
    )
    bare_pattern = ".+"
    permission = Permission.READ
    examples = ("group Sales", "Sales")

    group: GroupName

    def read(self, context: OperationContext) -> Message:
        target, snapshot = context.snapshot(context.group(self.group))
        members = snapshot.members or ()
        return Message(
            title=answers.group(target.title),
            facts=(
                *setting_facts(snapshot, context.ring_group_name, with_name=False),
                Fact(label=answers.MEMBERS, value=str(len(members)) if members else answers.GROUP_IS_EMPTY),
            ),
            items=tuple(map(str, members)),
            rows=(
                *temporary_rows(context, [target.key], lambda change: change.target.key == target.key),
                *schedules_of(context, target),
            ),
            forms=_forms(context, target.title),
        )


def group_values(operation: Group, context: OperationContext) -> dict[str, str | int]:
    """A group in values that a workflow goes on with: in words, its recall target, its members and their number."""
    target, snapshot = context.snapshot(context.group(operation.group))
    recall, members = recall_text(snapshot.settings, context.ring_group_name), tuple(map(str, snapshot.members or ()))
    listed = ", ".join(members)
    text = workflows.group_in_words(target.title, recall, listed)
    return {"text": text, "recall": recall, "members": listed, "count": len(members)}


def _forms(context: OperationContext, group: str) -> tuple[FormOffer, ...]:
    """Forms for the changes that the requester may make to the group, without those to be confirmed."""
    from bot.operations.catalog import OPERATIONS  # imports this module

    changes = [
        one
        for one in OPERATIONS
        if issubclass(one, ChangeOperation) and one.takes_group() and not one.needs_confirmation
        if one.permission is not None and context.may(one.permission, group)
    ]
    return (*(form_offer(one, group) for one in changes), *repeat_form(changes, group))


def _temporary_of(context: OperationContext, person: Person) -> tuple[Row, ...]:
    key = key_of_member(person.number)
    return temporary_rows(context, [key], lambda change: person.number in changed_numbers(change))


class Find(ReadOperation):
    """Finds the group of a user by reading groups one by one: the PBX has no query for it."""

    operation_id = "find"
    phrase = "find {member}"
    also = (
        "where is|are {member}",
        "where's|wheres {member}",
        "where am {member}",
        "which group is|am {member} in",
        "find|show extension {member}",
        "which group has {member}",
        "in which group is|am {member}",
    )
    bare_pattern = r"[0-9]+|<@\w+>"
    permission = Permission.READ
    examples = ("find 1001", "1001", "find Ana Ruiz")

    member: Member

    def read(self, context: OperationContext) -> Message:
        (person,) = context.people((self.member,))
        found = context.memberships.find(person.number)
        if found.group is not None:
            rows = _temporary_of(context, person)
            return Message(title=answers.is_in(str(person), found.group.name), rows=rows)
        if found.searched < found.total:
            return Message(
                title=answers.in_none_of(str(person), found.searched), notes=(answers.search_further(found.total),)
            )
        rows = _temporary_of(context, person)
        return Message(title=answers.in_no_group(str(person)), rows=rows)


class Create(ChangeOperation):
    """Creates an empty group; its recalls go to the parking user unless a target is given."""

    operation_id = "create"
    phrase = "create {name} [recall to {recall}]"
    also = (
        "create|make|new [a|the] [new] [park] group [called|named] {name} [recall to {recall}]",
        "create {name} with|and recall|recalls to {recall}",
        "create {name} recalls to {recall}",
    )
    permission = Permission.GROUPS
    may_end = False
    examples = ("create Support recall to ring group Night Desk", "create Support")

    name: NewGroupName
    recall: RecallTarget | None = None

    def plan(self, context: OperationContext) -> Plan:
        recall = self.recall or Recall(to=RecallTo.USER)
        side_by_side(lambda: refuse_taken(context, self.name), lambda: context.read_ring_group(recall))
        after = Snapshot(settings={"name": self.name, **context.recall_settings(recall)}, members=())
        return Plan(
            title=texts.created(self.name),
            preview_title=texts.create(self.name),
            changes=(Change(target=Target(name=self.name), before=None, after=after),),
        )


def refuse_taken(context: OperationContext, name: str, *, but: str | None = None) -> None:
    """Raises NotPossible if the name is in use; names are unique in a tenant.

    Args:
        but: id of the group that may have the name.
    """
    taken = context.group_with_name(name)
    if taken is not None and taken.id != but:
        show = f"group {quote(taken.name)}"
        raise NotPossible(impossible.name_taken(taken.name), offers=(Offer(label=show, line=show),))


class Rename(ChangeOperation):
    """Renames a group."""

    operation_id = "rename"
    phrase = "rename {group} to {name}"
    also = ("rename {group} into|as {name}", "change name of {group} to {name}")
    permission = Permission.GROUPS
    may_end = False
    examples = ('rename Support to "Support EMEA"', "rename Billing to Accounts")

    group: GroupName
    name: NewGroupName

    def plan(self, context: OperationContext) -> Plan:
        group = context.group(self.group)
        target, before = context.snapshot(group, members=False)
        refuse_taken(context, self.name, but=group.id)
        change = Change(target=target, before=before, after=before.with_settings(name=self.name))
        return Plan(
            title=texts.renamed(target.title, self.name),
            preview_title=texts.rename(target.title, self.name),
            changes=(change,),
            already=(texts.already_called(self.name),) if change.is_noop else (),
        )


class Delete(ChangeOperation):
    """Deletes a group after a confirmation. It has no synonyms, so that no other line can mean it."""

    operation_id = "delete"
    phrase = "delete {group}"
    permission = Permission.GROUPS
    may_end = False
    examples = ("delete Support EMEA",)
    needs_confirmation = True

    group: GroupName

    def plan(self, context: OperationContext) -> Plan:
        target, before = context.snapshot(context.group(self.group))
        return Plan(
            title=texts.deleted(target.title),
            preview_title=texts.delete(target.title),
            changes=(Change(target=target, before=before, after=None),),
            irreversible=(texts.lost_with_group(len(before.members or ())),),
        )
