"""The call park server: show it, and change its six settings."""

from typing import Any, ClassVar

from bot.changes.change import Change
from bot.changes.diff import recall_text, setting_facts, setting_text
from bot.changes.plan import Plan
from bot.changes.snapshot import SERVER, Prompt, Snapshot
from bot.errors import NotPossible, PBXError
from bot.messages.message import Fact, Message
from bot.operations.arguments.targets import RecallTarget
from bot.operations.arguments.times import Time
from bot.operations.arguments.types import ExtensionNumber, NotifySwitch, SoundFile, Switch
from bot.operations.base import ChangeOperation, ReadOperation
from bot.operations.context import OperationContext
from bot.operations.recall import recall_form_value, recall_notes, star_codes
from bot.policy.model import Permission
from bot.runtime.threads import side_by_side
from bot.texts import answers, impossible, wording
from bot.texts import changes as texts


class Server(ReadOperation):
    """Shows the call park server's settings; its timers apply to every group."""

    operation_id = "server"
    phrase = "server"
    also = (
        "show|list server",
        "show|list the server",
        "the server",
        "call park server",
        "show the call park server",
        "server settings",
        "settings",
    )
    permission = Permission.READ
    examples = ("server",)

    def read(self, context: OperationContext) -> Message:
        snapshot = context.server()
        star = star_codes(context)
        prompt = snapshot.settings.get("prompt_file_name")
        return Message(
            title=answers.SERVER,
            facts=(
                *setting_facts(snapshot, context.ring_group_name),
                *((Fact(label=answers.PROMPT, value=str(prompt)),) if prompt else ()),
            ),
            notes=(
                answers.parks_on_extension(star["CALL_PARK"]),
                answers.parks_in_group(star["GROUP_CALL_PARK"], star["CALL_RETRIEVE"]),
                answers.server_recall_serves(star["CALL_PARK"]),
                answers.TIMES_SERVE_BOTH,
            ),
        )


def server_plan(
    context: OperationContext,
    setting: str,
    before: Snapshot | None = None,
    *,
    prompt: Prompt | None = None,
    **settings: Any,
) -> Plan:
    """A plan that changes settings or the prompt of the call park server.

    Args:
        setting: the setting's name in the REST API, or "prompt".
        before: the server's state, if it was read already.
    """
    before = before or context.server()
    change = Change(target=SERVER, before=before, after=before.with_settings(**settings).with_prompt(prompt))
    done, planned, already = _titles(context, setting, change.after or before)
    return Plan(
        title=done,
        preview_title=planned,
        changes=(change,),
        notes=recall_notes(context, change) if "recall_to" in settings else (),
        already=(already,) if change.is_noop else (),
    )


def _titles(context: OperationContext, setting: str, after: Snapshot) -> tuple[str, str, str]:
    """What the setting is then, what is planned, and that it is so already."""
    if setting == "recall_to":
        where = texts.CALL_PARK_SERVER
        value = recall_text(after.settings, context.ring_group_name, texts.PARKER_OF_CALLS)
        planned = texts.set_recall(texts.SERVER, value)
        return texts.recall_set(where, value), planned, texts.recall_already(where, value)
    value = setting_text(after, setting, context.ring_group_name)
    if setting == "enabled":
        return texts.call_park_switched(value), texts.switch_call_park(value), texts.call_park_already(value)
    name = wording.inside(texts.LABELS[setting])
    return texts.server_set(name, value), texts.set_server(name, value), texts.server_already(name, value)


class ServerSetting(ChangeOperation):
    """Sets one setting of the call park server to the operation's only argument."""

    permission = Permission.SERVER
    setting: ClassVar[str]
    """The setting's name in the REST API."""

    @classmethod
    def present(cls, context: OperationContext, known: dict[str, Any]) -> dict[str, Any]:
        (argument,) = cls.argument_types()
        return {argument: context.server().settings.get(cls.setting)}

    def plan(self, context: OperationContext) -> Plan:
        (argument,) = self.argument_types()
        return server_plan(context, self.setting, **{self.setting: getattr(self, argument)})


class ServerEnabled(ServerSetting):
    """Switches call park on or off; off requires a confirmation, as it affects every user."""

    operation_id = "server_enabled"
    phrase = "server {on}"
    also = (
        "turn|switch server {on}",
        "turn|switch {on} server",
        "turn the server {on}",
        "turn|switch {on} call|calls park|parking",
        "turn|switch call|calls park|parking {on}",
        "call|calls park|parking {on}",
    )
    setting = "enabled"
    examples = ("server on", "server off")

    on: Switch

    @property
    def needs_confirmation(self) -> bool:  # type: ignore[override]
        return not self.on

    @property
    def button(self) -> str:  # type: ignore[override]
        return texts.SWITCH_ON if self.on else texts.SWITCH_OFF

    def plan(self, context: OperationContext) -> Plan:
        plan = super().plan(context)
        return plan.model_copy(
            update={"irreversible": () if self.on or plan.changes[0].is_noop else (impossible.CALLS_LOST,)}
        )


class ServerNotify(ServerSetting):
    """Switches the notification of the user who parked a call on or off; a PBX before 22.6 has no such setting."""

    operation_id = "server_notify"
    phrase = "server notify parker {on}"
    also = (
        "server notification|notify [to|of] [the] [parker] {on}",
        "notify parker {on}",
        "turn|switch [the] parker notification {on}",
        "turn|switch {on} [the] parker notification",
    )
    setting = "send_notification_to_parker"
    examples = ("server notify parker on",)

    on: NotifySwitch

    @classmethod
    def is_available(cls, context: OperationContext) -> bool:
        if context.pbx.trouble:  # a PBX that is away must not delay the list of what can be done
            return False
        try:
            return cls.setting in context.settings_cache.server().sent_fields()
        except PBXError:
            return False

    def plan(self, context: OperationContext) -> Plan:
        if self.setting not in context.server().settings:
            raise NotPossible(impossible.NO_NOTIFICATION)
        return super().plan(context)


class ServerExtension(ServerSetting):
    """Changes the server's extension; refuses a number that is in use."""

    operation_id = "server_extension"
    phrase = "server extension {extension}"
    also = ("set server extension to {extension}", "server extension to {extension}", "server number {extension}")
    setting = "extension_number"
    examples = ("server extension 666",)

    extension: ExtensionNumber

    def plan(self, context: OperationContext) -> Plan:
        plan = super().plan(context)
        holder = None if plan.changes[0].is_noop else context.pbx.number(self.extension)
        if holder is not None:
            raise NotPossible(impossible.number_taken(self.extension, holder.name or holder.type))
        return plan


class ServerPrompt(ChangeOperation):
    """Replaces the server's prompt file; requires a confirmation, as there is one for the tenant."""

    operation_id = "server_prompt"
    phrase = "server prompt {file}"
    also = ("set server prompt to {file}", "server prompt to {file}", "change server prompt to {file}")
    permission = Permission.SERVER
    examples = ("server prompt F07WELCOME1",)
    needs_confirmation = True

    file: SoundFile

    def plan(self, context: OperationContext) -> Plan:
        wanted = context.prompt_files.find(self.file)
        before, why = context.server_with_prompt()
        plan = server_plan(context, "prompt", before, prompt=wanted)
        lost = impossible.prompt_will_be_lost(str(before.prompt), why)
        return plan.model_copy(update={"irreversible": (lost,) if why and not plan.changes[0].is_noop else ()})


class ServerRecall(ChangeOperation):
    """Changes where calls parked outside a group are recalled to."""

    operation_id = "server_recall"
    phrase = "server recall to {recall}"
    also = (
        "recall server to {recall}",
        "set server recall to {recall}",
        "send server recalls|calls to {recall}",
        "recall the server to {recall}",
    )
    permission = Permission.SERVER
    examples = ("server recall to user then Night Desk",)

    recall: RecallTarget

    @classmethod
    def present(cls, context: OperationContext, known: dict[str, Any]) -> dict[str, Any]:
        return {"recall": recall_form_value(context, context.server().settings)}

    def plan(self, context: OperationContext) -> Plan:
        before, _ = side_by_side(
            context.server,
            lambda: context.read_ring_group(self.recall),
            context.settings_cache.feature_codes.try_read,  # for the notes
        )
        return server_plan(context, "recall_to", before, **context.recall_settings(self.recall, before))


class ServerRecallRingGroupTime(ServerSetting):
    """Changes how long a recall rings the user before it goes to the ring group."""

    operation_id = "server_recall_ring_group_time"
    phrase = "server recall ring group time {time}"
    also = (
        "recall ring group time {time}",
        "set server recall ring group time to {time}",
        "server recall ring group time to {time}",
        "set recall ring group time to {time}",
    )
    setting = "recall_ring_group_time"
    examples = ("server recall ring group time 90s",)

    time: Time


class ServerRecallTime(ServerSetting):
    """Changes how long a parked call waits before it is recalled."""

    operation_id = "server_recall_time"
    phrase = "server recall time {time}"
    also = (
        "set server recall time to {time}",
        "server recall time to {time}",
        "recall time {time}",
        "recall time to {time}",
        "set recall time to {time}",
        "[set] [the] recall time of|for [the] server [to] {time}",
        "[set] [the] recall time of|for call park [to] {time}",
    )
    setting = "recall_time"
    examples = ("server recall time 5m",)

    time: Time
