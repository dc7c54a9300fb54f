"""Names, and how they are looked for."""

from bot.doctor.probe.ground import Ground
from bot.doctor.probe.trying import Learnt, NotLearnt, refused, said
from bot.pbx.models import ParkGroup
from bot.pbx.paging import Page


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
