"""The whole set-up: send it as a file, apply a file."""

from dataclasses import replace
from typing import Annotated

from bot.changes.change import Change
from bot.changes.plan import Plan
from bot.errors import NotPossible
from bot.messages.message import Attachment, Message
from bot.operations.arguments.types import FILE
from bot.operations.base import ChangeOperation, ReadOperation
from bot.operations.context import OperationContext
from bot.operations.permissions import permissions_of
from bot.pbx.limits import check_group, check_server
from bot.policy.model import Permission
from bot.setups.comparing import differences
from bot.setups.csv_file import members_as_csv
from bot.setups.files import KINDS
from bot.setups.reading import to_file
from bot.setups.yaml_file import dump
from bot.texts import setups as texts

SETUP_FILE = replace(
    FILE, label="File", hint="A set-up as YAML, or a CSV of extension and group; 1 MB at most", filetypes=KINDS
)

SetupFileId = Annotated[str, SETUP_FILE]


class Export(ReadOperation):
    """Sends the set-up of the server and of all groups that the requester may see, as a YAML file."""

    operation_id = "export"
    title = "Export the set-up"
    phrase = "export"
    also = (
        "export setup|set-up|everything|all|yaml",
        "export [the] [whole] [park] setup|set-up|configuration|config [as yaml]",
        "export as yaml",
    )
    permission = Permission.READ
    help = "Sends you the set-up of the server and of all groups as a YAML file, to keep, to compare or to apply again."
    examples = ("export",)

    def read(self, context: OperationContext) -> Message:
        setup = to_file(context.setup(), visible=context.may_see)
        return Message(title=texts.exported(len(setup.groups)), file=Attachment(name="park.yaml", content=dump(setup)))


class ExportMembers(ReadOperation):
    """Sends the members of all groups that the requester may see, as a CSV file."""

    operation_id = "export_members"
    title = "Export the members"
    phrase = "export members as csv"
    also = ("export [all] [the] members", "export csv", "export as csv", "members as csv")
    permission = Permission.READ
    help = "Sends you all members with their groups as a CSV file, safe to open in a spreadsheet and to apply again."
    examples = ("export members as csv",)

    def read(self, context: OperationContext) -> Message:
        text = members_as_csv(context.setup(), visible=context.may_see)
        return Message(
            title=texts.exported_members(text.count("\n") - 1), file=Attachment(name="park-members.csv", content=text)
        )


class ManyChanges(ChangeOperation):
    """Changes many groups with one plan, which stops where it can't go on and keeps what was done."""

    permission = Permission.MEMBERS
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
    title = "Apply a file"
    phrase = "apply {file}"
    also = ("apply file {file}", "import [file] {file}")
    help = (
        "Makes the PBX as a file says: a set-up as YAML, as `export` sends it, or a CSV of extension and group."
        " Shows first what would change. Without a file, a form opens to choose one."
    )
    examples = ("apply F07SETUP001",)
    button = "Apply"

    file: SetupFileId

    def plan(self, context: OperationContext) -> Plan:
        source = context.setup_files.find(self.file)
        now = context.setup()
        found = source.resolve(now, context.pbx)
        changes = differences(now, found.wanted)
        return plan_of_many(texts.applied(source.name), texts.apply(source.name), changes, tuple(found.notes))
