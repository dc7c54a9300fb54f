"""What the probe tries."""

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping

from bot.cli.doctor.model import Case, Finding, error, ok, skipped, warning
from bot.cli.doctor.probe import Ground, Learnt, NotLearnt, refused, said, told_to_stop
from bot.errors import ParkError, UnknownOutcome, Unreachable
from bot.pbx.models import ParkGroup, RecallTo
from bot.pbx.requests import sendable
from bot.pbx.responses import Page
from bot.pbx.transport import Deadline


def unknown_extension(ground: Ground) -> Learnt:
    number = str(secrets.randbelow(10**9) + 10**9)
    if ground.pbx.number(number) is not None:
        raise NotLearnt(f"{number} happens to be an extension")
    if no := ground.join(ground.group, number):
        return "refused", f"an extension that nobody has is refused ({said(no)})"
    return "accepted", "an extension that nobody has is accepted"


def not_a_member(ground: Ground) -> Learnt:
    if no := refused(lambda: ground.pbx.remove_member(ground.group, ground.free[0])):
        return "refused", f"to remove somebody who is no member is refused ({said(no)})"
    return "accepted", "to remove somebody who is no member is accepted, and changes nothing"


def member_order(ground: Ground) -> Learnt:
    """The highest number goes in last but one, so that three users tell all orders apart."""
    if len(ground.free) < 3:
        raise NotLearnt(f"{len(ground.free)} of the three users that it takes are in no park group")
    high, middle, low = ground.free[:3]
    added = [middle, high, low]
    for number in added:
        if no := ground.join(ground.group, number):
            raise NotLearnt(f"the PBX does not take {number} as a member: {said(no)}")
    came = ground.members(ground.group)
    orders = {
        "assigned": (added, "in the order in which they were added"),
        "newest_first": (added[::-1], "the last added first"),
        "sorted": ([low, middle, high], "by extension"),
        "sorted_down": ([high, middle, low], "by extension, the highest first"),
    }
    for answer, (order, words) in orders.items():
        if came == order:
            return answer, f"the members list comes back {words}"
    return "other", f"the members list has an order of its own: added {', '.join(added)}, shown {', '.join(came)}"


def member_twice(ground: Ground) -> Learnt:
    number = _joined(ground)
    before = ground.members(ground.group)
    if no := ground.join(ground.group, number):
        return "refused", f"to add a member again is refused ({said(no)})"
    after = ground.members(ground.group)
    if after == before:
        return "accepted", "to add a member again is accepted, and changes nothing"
    return "changes", f"to add a member again changes the list from {', '.join(before)} to {', '.join(after)}"


def member_elsewhere(ground: Ground) -> Learnt:
    """Both groups are the probe's own."""
    number = _joined(ground)
    no = ground.join(ground.other, number)
    here, there = number in ground.members(ground.group), number in ground.members(ground.other)
    if no:
        return "refused", f"a member of another group is refused ({said(no)})"
    if here and there:
        return "both", "a member of another group is accepted, and is in both then"
    return (
        ("moved", "a member of another group is moved") if there else ("ignored", "the PBX says yes and does nothing")
    )


def delete_with_members(ground: Ground) -> Learnt:
    """The last: its groups are gone then."""
    _joined(ground)
    if no := refused(lambda: ground.pbx.delete_group(ground.group)):
        return "refused", f"a group that has members can't be deleted ({said(no)})"
    return "accepted", "a group can be deleted with its members in it"


def _joined(ground: Ground) -> str:
    """Somebody who is in the first group."""
    number = ground.free[0]
    if number not in ground.members(ground.group) and (no := ground.join(ground.group, number)):
        raise NotLearnt(f"the PBX does not take {number} as a member: {said(no)}")
    return number


def duplicate_name(ground: Ground) -> Learnt:
    ground.show()
    if no := refused(ground.make):
        return "refused", f"a name that a group has already is refused ({said(no)})"
    return "accepted", "two groups can have the same name"


def filter(ground: Ground) -> Learnt:
    return _narrowed(ground, "filter", f"name eq '{ground.name}'")


def filter_case(ground: Ground) -> Learnt:
    """Only where filters count at all."""
    if filter(ground)[0] != "supported":
        raise NotLearnt("filters do not count")
    found = ground.pbx.group_page(filter=f"name eq '{ground.name.upper()}'")
    if found.items:
        return "ignored", "eq in a filter does not tell capitals from small letters"
    return "exact", "eq in a filter tells capitals from small letters"


def search(ground: Ground) -> Learnt:
    return _narrowed(ground, "search", ground.name)


def _narrowed(ground: Ground, how: str, text: str) -> Learnt:
    ours = {ground.group, ground.other}
    everything = {group.id for group in ground.pbx.group_page().items}
    if everything <= ours:
        raise NotLearnt("there are no other groups to narrow the list from")
    pages: list[Page[ParkGroup]] = []
    if no := refused(lambda: pages.append(ground.pbx.group_page(0, **{how: text}))):
        return "refused", f"a {how} in the list of groups is refused ({said(no)})"
    found = {group.id for group in pages[0].items}
    if not found & ours or found >= everything:
        return "ignored", f"a {how} does not narrow the list of groups as documented"
    return "supported", f"a {how} narrows the list of groups"


_SECONDS = 10.0


def refresh_tokens(ground: Ground) -> Learnt:
    """Only of the doctor's own sign-in: what Park holds stays as it is."""
    rotates = ground.pbx.sign_in.rotates(Deadline(_SECONDS))
    if rotates is None:
        raise NotLearnt("the PBX was shown PBX_TOKEN, with which no refresh token comes")
    if rotates:
        return "rotate", "refresh tokens rotate: each renewal brings another"
    return "stay", "refresh tokens stay: the same one renews again and again"


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


LESSONS: Mapping[str, Callable[[Ground], Learnt]] = {
    "refresh_tokens": refresh_tokens,
    "blanks_shown": blanks_shown,
    "update": update,
    "unknown_fields": unknown_fields,
    "id_field": id_field,
    "shown_fields": shown_fields,
    "null": null,
    "empty": empty,
    "missing": missing,
    "duplicate_name": duplicate_name,
    "filter": filter,
    "filter_case": filter_case,
    "search": search,
    "unknown_extension": unknown_extension,
    "not_a_member": not_a_member,
    "member_order": member_order,
    "member_twice": member_twice,
    "member_elsewhere": member_elsewhere,
    "delete_with_members": delete_with_members,
}


def probe(case: Case) -> Iterator[Finding]:
    """Refuses where Park itself may write nothing."""
    if case.settings.park_read_only:
        yield error("probe.read_only", "PARK_READ_ONLY is set: nothing is tried", "Remove it for the probe.")
    elif case.paused is not None:
        text = f"Park is paused ({case.paused}): nothing is tried"
        yield error("probe.paused", text, "`/park resume` in Slack ends the pause.")
    else:
        with told_to_stop() as stop:
            findings = _all(Ground(case.pbx, stop), stop)
        yield from findings


def _all(ground: Ground, stop: threading.Event) -> list[Finding]:
    """Told at the end: whoever listens may go away, and what was made may not stay."""
    try:
        learnt = [_learnt(f"probe.{id}", lesson, ground) for id, lesson in LESSONS.items()]
    finally:
        left = ground.clean()
    return [*learnt, *_end(ground.name, left, stopped=stop.is_set())]


def _end(name: str, left: list[str], *, stopped: bool) -> Iterator[Finding]:
    yield skipped("probe.prompt", "not learnt: what an update does to the server's prompt; the server is never touched")
    if stopped:
        yield warning("probe.stopped", "the probe was stopped before its end", "Let it come to its end.")
    if left:
        text = f"these park groups could not be removed, or may still be there: {', '.join(left)}"
        remedy = f"Delete every park group whose name begins with “{name}” on the PBX's own pages."
        yield error("probe.left_behind", text, remedy)
    else:
        yield ok("probe.cleaned_up", f"the groups “{name}” are removed")


def _learnt(id: str, lesson: Callable[[Ground], Learnt], ground: Ground) -> Finding:
    try:
        answer, text = lesson(ground)
    except (NotLearnt, ParkError) as why:
        ground.unanswered += isinstance(why, Unreachable | UnknownOutcome)
        return skipped(id, f"not learnt: {why}")
    return ok(id, text, answer=answer)
