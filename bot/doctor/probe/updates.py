"""What an update does to what it holds, and to what it leaves out."""

from bot.doctor.probe.ground import Ground
from bot.doctor.probe.trying import Learnt, NotLearnt, said
from bot.pbx.models import RecallTo
from bot.pbx.sendable import sendable

STRANGER = "park_doctor_probe"
"""A field that no PBX has."""


def blanks_shown(ground: Ground) -> Learnt:
    """Of a new group, which has no ring group."""
    shown = ground.raw()
    if "ring_group_id" not in shown:
        return "missing", "a blank field is left out"
    how = {None: ("null", "a blank field is shown as null"), "": ("empty", 'a blank field is shown as ""')}
    if shown["ring_group_id"] not in how:
        raise NotLearnt("a new group has a ring group all by itself")
    return how[shown["ring_group_id"]]


def update(ground: Ground) -> Learnt:
    ground.send_to_ring_group()
    if no := ground.update():
        return "whole", f"an update must hold everything: without the recall target it is refused ({said(no)})"
    after = ground.show()
    if (after.recall_to, after.ring_group_id) == (RecallTo.RING_GROUP, ground.ring_group):
        return "partial", "an update is partial: what it leaves out stays as it was"
    if after.recall_to == RecallTo.USER:
        return "replacement", "an update is a replacement: what it leaves out goes back to its default"
    return "mixed", f"what an update leaves out becomes {after.recall_to}, ring group {after.ring_group_id}"


def unknown_fields(ground: Ground) -> Learnt:
    if no := ground.update(recall_to=RecallTo.USER, **{STRANGER: True}):
        return "refused", f"an update with a field that the PBX does not know is refused ({said(no)})"
    if STRANGER in ground.raw():
        return "kept", "a field that the PBX does not know is kept and shown"
    return "ignored", "a field that the PBX does not know is ignored"


def id_field(ground: Ground) -> Learnt:
    """As a field that is shown and can't be written."""
    if no := ground.update(recall_to=RecallTo.USER, id=ground.group):
        return "refused", f"an update that holds the id is refused ({said(no)}): Park leaves it out"
    return "ignored", "an id in an update is ignored"


def shown_fields(ground: Ground) -> Learnt:
    """As Park's own updates are made."""
    settings = ground.show().shown()
    if no := ground.give_back(sendable(settings)):
        return (
            "refused",
            f"what a group shows is refused when Park sends it back ({said(no)}): Park can't change groups",
        )
    return "accepted", "what a group shows is accepted when Park sends it back"


def null(ground: Ground) -> Learnt:
    return _blanked(ground, "null", {"ring_group_id": None})


def empty(ground: Ground) -> Learnt:
    return _blanked(ground, '""', {"ring_group_id": ""})


def missing(ground: Ground) -> Learnt:
    return _blanked(ground, "a missing field", {})


def _blanked(ground: Ground, what: str, fields: dict[str, str | None]) -> Learnt:
    ground.send_to_ring_group()
    if no := ground.update(recall_to=RecallTo.USER, **fields):
        return "refused", f"{what} for the ring group is refused ({said(no)})"
    if ground.show().ring_group_id is None:
        return "cleared", f"{what} clears the ring group"
    return "kept", f"{what} leaves the ring group as it was"
