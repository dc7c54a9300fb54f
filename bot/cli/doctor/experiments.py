"""What the probe tries."""

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping

from bot.cli.doctor.model import DoctorContext, Finding, error, ok, skipped, warning
from bot.cli.doctor.probe import Learnt, NotLearnt, ProbeFixture, refused, said, told_to_stop
from bot.errors import ParkError, UnknownOutcome, Unreachable
from bot.pbx.models import ParkGroup, RecallTo
from bot.pbx.requests import sendable
from bot.pbx.responses import Page
from bot.pbx.transport import Deadline


def unknown_extension(fixture: ProbeFixture) -> Learnt:
    number = str(secrets.randbelow(10**9) + 10**9)
    if fixture.pbx.number(number) is not None:
        raise NotLearnt(f"{number} happens to be an extension")
    if no := fixture.join(fixture.group, number):
        return "refused", f"an extension that nobody has is refused ({said(no)})"
    return "accepted", "an extension that nobody has is accepted"


def not_a_member(fixture: ProbeFixture) -> Learnt:
    if no := refused(lambda: fixture.pbx.remove_member(fixture.group, fixture.free[0])):
        return "refused", f"to remove somebody who is no member is refused ({said(no)})"
    return "accepted", "to remove somebody who is no member is accepted, and changes nothing"


def member_order(fixture: ProbeFixture) -> Learnt:
    """The highest number goes in last but one, so that three users tell all orders apart."""
    if len(fixture.free) < 3:
        raise NotLearnt(f"{len(fixture.free)} of the three users that it takes are in no park group")
    high, middle, low = fixture.free[:3]
    added = [middle, high, low]
    for number in added:
        if no := fixture.join(fixture.group, number):
            raise NotLearnt(f"the PBX does not take {number} as a member: {said(no)}")
    came = fixture.members(fixture.group)
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


def member_twice(fixture: ProbeFixture) -> Learnt:
    number = _joined(fixture)
    before = fixture.members(fixture.group)
    if no := fixture.join(fixture.group, number):
        return "refused", f"to add a member again is refused ({said(no)})"
    after = fixture.members(fixture.group)
    if after == before:
        return "accepted", "to add a member again is accepted, and changes nothing"
    return "changes", f"to add a member again changes the list from {', '.join(before)} to {', '.join(after)}"


def member_elsewhere(fixture: ProbeFixture) -> Learnt:
    """Both groups are the probe's own."""
    number = _joined(fixture)
    no = fixture.join(fixture.other, number)
    here, there = number in fixture.members(fixture.group), number in fixture.members(fixture.other)
    if no:
        return "refused", f"a member of another group is refused ({said(no)})"
    if here and there:
        return "both", "a member of another group is accepted, and is in both then"
    return (
        ("moved", "a member of another group is moved") if there else ("ignored", "the PBX says yes and does nothing")
    )


def delete_with_members(fixture: ProbeFixture) -> Learnt:
    """The last: its groups are gone then."""
    _joined(fixture)
    if no := refused(lambda: fixture.pbx.delete_group(fixture.group)):
        return "refused", f"a group that has members can't be deleted ({said(no)})"
    return "accepted", "a group can be deleted with its members in it"


def _joined(fixture: ProbeFixture) -> str:
    """Somebody who is in the first group."""
    number = fixture.free[0]
    if number not in fixture.members(fixture.group) and (no := fixture.join(fixture.group, number)):
        raise NotLearnt(f"the PBX does not take {number} as a member: {said(no)}")
    return number


def duplicate_name(fixture: ProbeFixture) -> Learnt:
    fixture.show()
    if no := refused(fixture.make):
        return "refused", f"a name that a group has already is refused ({said(no)})"
    return "accepted", "two groups can have the same name"


def filter(fixture: ProbeFixture) -> Learnt:
    return _narrowed(fixture, "filter", f"name eq '{fixture.name}'")


def filter_case(fixture: ProbeFixture) -> Learnt:
    """Only where filters count at all."""
    if filter(fixture)[0] != "supported":
        raise NotLearnt("filters do not count")
    found = fixture.pbx.group_page(filter=f"name eq '{fixture.name.upper()}'")
    if found.items:
        return "ignored", "eq in a filter does not tell capitals from small letters"
    return "exact", "eq in a filter tells capitals from small letters"


def search(fixture: ProbeFixture) -> Learnt:
    return _narrowed(fixture, "search", fixture.name)


def _narrowed(fixture: ProbeFixture, how: str, text: str) -> Learnt:
    ours = {fixture.group, fixture.other}
    everything = {group.id for group in fixture.pbx.group_page().items}
    if everything <= ours:
        raise NotLearnt("there are no other groups to narrow the list from")
    pages: list[Page[ParkGroup]] = []
    if no := refused(lambda: pages.append(fixture.pbx.group_page(0, **{how: text}))):
        return "refused", f"a {how} in the list of groups is refused ({said(no)})"
    found = {group.id for group in pages[0].items}
    if not found & ours or found >= everything:
        return "ignored", f"a {how} does not narrow the list of groups as documented"
    return "supported", f"a {how} narrows the list of groups"


_SECONDS = 10.0


def refresh_tokens(fixture: ProbeFixture) -> Learnt:
    """Only of the doctor's own sign-in: what Park holds stays as it is."""
    rotates = fixture.pbx.sign_in.rotates(Deadline(_SECONDS))
    if rotates is None:
        raise NotLearnt("the PBX was shown PBX_TOKEN, with which no refresh token comes")
    if rotates:
        return "rotate", "refresh tokens rotate: each renewal brings another"
    return "stay", "refresh tokens stay: the same one renews again and again"


STRANGER = "park_doctor_probe"
"""A field that no PBX has."""


def blanks_shown(fixture: ProbeFixture) -> Learnt:
    """Of a new group, which has no ring group."""
    shown = fixture.raw()
    if "ring_group_id" not in shown:
        return "missing", "a blank field is left out"
    how = {None: ("null", "a blank field is shown as null"), "": ("empty", 'a blank field is shown as ""')}
    if shown["ring_group_id"] not in how:
        raise NotLearnt("a new group has a ring group all by itself")
    return how[shown["ring_group_id"]]


def update(fixture: ProbeFixture) -> Learnt:
    fixture.send_to_ring_group()
    if no := fixture.update():
        return "whole", f"an update must hold everything: without the recall target it is refused ({said(no)})"
    after = fixture.show()
    if (after.recall_to, after.ring_group_id) == (RecallTo.RING_GROUP, fixture.ring_group):
        return "partial", "an update is partial: what it leaves out stays as it was"
    if after.recall_to == RecallTo.USER:
        return "replacement", "an update is a replacement: what it leaves out goes back to its default"
    return "mixed", f"what an update leaves out becomes {after.recall_to}, ring group {after.ring_group_id}"


def unknown_fields(fixture: ProbeFixture) -> Learnt:
    if no := fixture.update(recall_to=RecallTo.USER, **{STRANGER: True}):
        return "refused", f"an update with a field that the PBX does not know is refused ({said(no)})"
    if STRANGER in fixture.raw():
        return "kept", "a field that the PBX does not know is kept and shown"
    return "ignored", "a field that the PBX does not know is ignored"


def id_field(fixture: ProbeFixture) -> Learnt:
    """As a field that is shown and can't be written."""
    if no := fixture.update(recall_to=RecallTo.USER, id=fixture.group):
        return "refused", f"an update that holds the id is refused ({said(no)}): Park leaves it out"
    return "ignored", "an id in an update is ignored"


def shown_fields(fixture: ProbeFixture) -> Learnt:
    """As Park's own updates are made."""
    settings = fixture.show().shown()
    if no := fixture.give_back(sendable(settings)):
        return (
            "refused",
            f"what a group shows is refused when Park sends it back ({said(no)}): Park can't change groups",
        )
    return "accepted", "what a group shows is accepted when Park sends it back"


def null(fixture: ProbeFixture) -> Learnt:
    return _blanked(fixture, "null", {"ring_group_id": None})


def empty(fixture: ProbeFixture) -> Learnt:
    return _blanked(fixture, '""', {"ring_group_id": ""})


def missing(fixture: ProbeFixture) -> Learnt:
    return _blanked(fixture, "a missing field", {})


def _blanked(fixture: ProbeFixture, what: str, fields: dict[str, str | None]) -> Learnt:
    fixture.send_to_ring_group()
    if no := fixture.update(recall_to=RecallTo.USER, **fields):
        return "refused", f"{what} for the ring group is refused ({said(no)})"
    if fixture.show().ring_group_id is None:
        return "cleared", f"{what} clears the ring group"
    return "kept", f"{what} leaves the ring group as it was"


LESSONS: Mapping[str, Callable[[ProbeFixture], Learnt]] = {
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


def probe(context: DoctorContext) -> Iterator[Finding]:
    """Refuses where Park itself may write nothing."""
    if context.settings.park_read_only:
        yield error("probe.read_only", "PARK_READ_ONLY is set: nothing is tried", "Remove it for the probe.")
    elif context.paused is not None:
        text = f"Park is paused ({context.paused}): nothing is tried"
        yield error("probe.paused", text, "`/park resume` in Slack ends the pause.")
    else:
        with told_to_stop() as stop:
            findings = _all(ProbeFixture(context.pbx, stop), stop)
        yield from findings


def _all(fixture: ProbeFixture, stop: threading.Event) -> list[Finding]:
    """Told at the end: whoever listens may go away, and what was made may not stay."""
    try:
        learnt = [_learnt(f"probe.{id}", lesson, fixture) for id, lesson in LESSONS.items()]
    finally:
        left = fixture.clean()
    return [*learnt, *_end(fixture.name, left, stopped=stop.is_set())]


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


def _learnt(id: str, lesson: Callable[[ProbeFixture], Learnt], fixture: ProbeFixture) -> Finding:
    try:
        answer, text = lesson(fixture)
    except (NotLearnt, ParkError) as why:
        fixture.unanswered += isinstance(why, Unreachable | UnknownOutcome)
        return skipped(id, f"not learnt: {why}")
    return ok(id, text, answer=answer)
