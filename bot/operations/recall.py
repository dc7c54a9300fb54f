"""Recall of a park group, and what a recall target means for calls."""

import logging
from typing import Any

from bot.changes.change import Change
from bot.changes.diff import recall_text
from bot.changes.plan import Plan
from bot.errors import PBXError
from bot.operations.arguments.targets import RecallTarget
from bot.operations.arguments.types import GroupName
from bot.operations.base import ChangeOperation
from bot.operations.context import OperationContext
from bot.pbx.models import FeatureCode, RecallTo
from bot.policy.model import Permission
from bot.runtime.threads import side_by_side
from bot.texts import changes as texts
from bot.texts import recalls
from bot.times.format import describe_seconds

log = logging.getLogger(__name__)

DEFAULT_STAR_CODES = {"CALL_PARK": "*68", "GROUP_CALL_PARK": "*58", "CALL_RETRIEVE": "*88"}
"""PortSIP's default star codes by feature, for a PBX that does not report its own."""


def star_codes(context: OperationContext) -> dict[str, str]:
    """The tenant's star codes by feature, formatted as code: bare stars would be read as bold."""
    configured = {
        one.feature: one.code for one in _feature_codes(context) if one.code and one.feature in DEFAULT_STAR_CODES
    }
    return {feature: f"`{code}`" for feature, code in (DEFAULT_STAR_CODES | configured).items()}


def _feature_codes(context: OperationContext) -> tuple[FeatureCode, ...]:
    """Empty if they can't be read: they only improve a message."""
    try:
        return context.settings_cache.feature_codes()
    except PBXError as fault:
        log.warning("the PBX does not tell its star codes, so its defaults are said: %s", fault)
        return ()


def recall_notes(context: OperationContext, change: Change) -> tuple[str, ...]:
    """Notes on a recall change: who is left out, when a recall happens, and for which calls."""
    if change.is_noop or change.before is None or change.after is None:
        return ()
    star = star_codes(context)
    server = change.after.settings if change.target.is_server else _server_settings(context)
    if change.target.is_server:
        scope = recalls.covers_extension_parks(star["CALL_PARK"], star["GROUP_CALL_PARK"])
    else:
        scope = recalls.covers_group_parks(star["CALL_PARK"], star["GROUP_CALL_PARK"])
    return tuple(filter(None, (_not_called_note(context, change), _timing_note(server, change), scope)))


def _server_settings(context: OperationContext) -> dict[str, Any]:
    try:
        return context.settings_cache.server().sent_fields()
    except PBXError as fault:
        log.warning("the PBX does not tell its timers, so none are said: %s", fault)
        return {}


def _timing_note(server: dict[str, Any], change: Change) -> str:
    recall_time, ring_group_time = server.get("recall_time"), server.get("recall_ring_group_time")
    if not isinstance(recall_time, int):
        return ""
    both = change.after is not None and change.after.settings.get("recall_to") == RecallTo.USER_THEN_RING_GROUP
    also = describe_seconds(ring_group_time) if both and isinstance(ring_group_time, int) else ""
    return recalls.recalled_after(describe_seconds(recall_time), also)


def _not_called_note(context: OperationContext, change: Change) -> str:
    before, after = (side.settings if side else {} for side in (change.before, change.after))
    lost = []
    if before.get("recall_to") != RecallTo.RING_GROUP and after.get("recall_to") == RecallTo.RING_GROUP:
        lost.append(recalls.PARKER)
    had = before.get("ring_group_id") if before.get("recall_to") != RecallTo.USER else None
    has = after.get("ring_group_id") if after.get("recall_to") != RecallTo.USER else None
    if had and had != has:
        lost.append(context.ring_group_name(had))
    return recalls.not_called(lost) if lost else ""


def recall_form_value(context: OperationContext, settings: dict[str, Any]) -> dict[str, str | None]:
    """A recall target as a form's field holds it."""
    id = settings.get("ring_group_id") if settings.get("recall_to") != RecallTo.USER else None
    found = context.directory.ring_group_by_id(id) if id else None
    return {"to": settings.get("recall_to"), "ring_group": (found.extension_number or found.name) if found else None}


class RecallGroup(ChangeOperation):
    """Changes where the unanswered calls of a park group are recalled to."""

    operation_id = "recall"
    phrase = "recall {group} to {recall}"
    also = (
        "recall {group} back to {recall}",
        "send|redirect|forward|route|divert {group} [recalls|recall|calls|back] to {recall}",
        "send|redirect|forward|route|divert recalls|calls of|for|from {group} to {recall}",
        "set {group} recall|recalls to {recall}",
        "set recall of|for {group} to {recall}",
        "recall of|for {group} to {recall}",
        "{group} recall|recalls to {recall}",
        "change {group} recall to {recall}",
        "group {group} recall to {recall}",
    )
    permission = Permission.RECALL
    examples = ("recall Sales to Night Desk", "recall Sales to user", "recall Sales to user then Night Desk")

    group: GroupName
    recall: RecallTarget

    @classmethod
    def present(cls, context: OperationContext, known: dict[str, Any]) -> dict[str, Any]:
        if "group" not in known:
            return {}
        target, now = context.snapshot(context.group(known["group"]), members=False)
        return {"group": target.title, "recall": recall_form_value(context, now.settings)}

    def plan(self, context: OperationContext) -> Plan:
        group = context.group(self.group)
        (target, before), _ = side_by_side(
            lambda: context.snapshot(group, members=False),
            lambda: context.read_ring_group(self.recall, group.ring_group_id),
            *context.settings_cache.unread(),  # for the notes
        )
        after = before.with_settings(**context.recall_settings(self.recall, before))
        change = Change(target=target, before=before, after=after)
        destination = recall_text(after.settings, context.ring_group_name, texts.PARKER_OF_CALLS)
        return Plan(
            title=texts.recall_set(target.title, destination),
            preview_title=texts.set_recall(target.title, destination),
            changes=(change,),
            notes=recall_notes(context, change),
            already=(texts.recall_already(target.title, destination),) if change.is_noop else (),
        )
