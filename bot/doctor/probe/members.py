"""Members, tried with users who are in no group."""

import secrets

from bot.doctor.probe.ground import Ground
from bot.doctor.probe.trying import Learnt, NotLearnt, refused, said


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
