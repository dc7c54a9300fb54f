"""The probe: experiments that show how this PBX behaves where PortSIP documents nothing.

An experiment returns its result as a stable word and in words for people, or raises Inconclusive or PBXError.
"""

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from bot.cli.doctor.model import DoctorContext, Finding, error, ok, skipped, warning
from bot.cli.doctor.probe import Inconclusive, ProbeFixture, describe, rejection_of, stop_on_signals
from bot.errors import ParkError, UnknownOutcome, Unreachable
from bot.messages.slash_command import typed
from bot.pbx.models import ParkGroup, RecallTo
from bot.pbx.requests import encode_settings
from bot.pbx.responses import Page
from bot.pbx.transport import Deadline

Result = tuple[str, str]
Experiment = Callable[[ProbeFixture], Result]

UNKNOWN_FIELD = "park_doctor_probe"
"""A field that no PBX has."""
_RENEWAL_SECONDS = 10.0


def run_probe(context: DoctorContext) -> Iterator[Finding]:
    """Runs all experiments, unless Park itself may make no changes."""
    if context.settings.park_read_only:
        yield error(
            "probe.read_only", "nothing was tried: PARK_READ_ONLY is set", "Remove it for the probe, then run it again."
        )
    elif context.pause_reason is not None:
        text = f"nothing was tried: Park is paused ({context.pause_reason})"
        yield error("probe.paused", text, f"Type `{typed('resume')}` in Slack, then run the probe again.")
    else:
        with stop_on_signals() as stop:
            findings = _run_experiments(ProbeFixture(context.pbx, stop), stop)
        yield from findings


def _run_experiments(fixture: ProbeFixture, stop: threading.Event) -> list[Finding]:
    """Returns the findings only after the clean-up, which must not depend on the reader of the output."""
    try:
        results = [_run_experiment(f"probe.{id}", run, fixture) for id, run in EXPERIMENTS.items()]
    finally:
        left = fixture.clean_up()
    return [*results, *_closing_findings(fixture.name, left, stopped=stop.is_set())]


def _run_experiment(id: str, run: Experiment, fixture: ProbeFixture) -> Finding:
    try:
        answer, text = run(fixture)
    except (Inconclusive, ParkError) as reason:
        fixture.unanswered += isinstance(reason, Unreachable | UnknownOutcome)
        return skipped(id, f"not tested: {reason}")
    return ok(id, text, answer=answer)


def _closing_findings(name: str, left: list[str], *, stopped: bool) -> Iterator[Finding]:
    yield skipped(
        "probe.prompt", "not tested: what an update does to the server's prompt. The probe never changes the server"
    )
    if stopped:
        yield warning(
            "probe.stopped", "the probe was stopped before it was finished", "Run it again, and let it finish."
        )
    if left:
        text = f"the probe could not remove its park groups, or they may still be there: {', '.join(left)}"
        remedy = f"Delete the park groups whose names begin with “{name}” in the PBX's web portal."
        yield error("probe.left_behind", text, remedy)
    else:
        yield ok("probe.cleaned_up", f"the probe's park groups “{name}” were removed")


def refresh_token_rotation(fixture: ProbeFixture) -> Result:
    """Renews only the doctor's own sign-in; a running bot keeps its tokens."""
    rotates = fixture.pbx.sign_in.refresh_rotates_token(Deadline(_RENEWAL_SECONDS))
    if rotates is None:
        raise Inconclusive("Park signs in with PBX_TOKEN, which has no refresh token")
    if rotates:
        return "rotate", "each renewal of the sign-in returns a new refresh token"
    return "stay", "the same refresh token renews the sign-in each time"


def blank_field(fixture: ProbeFixture) -> Result:
    """Reads a new group, which has no ring group."""
    group = fixture.read_raw_group()
    if "ring_group_id" not in group:
        return "missing", "the PBX leaves out fields that are blank"
    if group["ring_group_id"] is None:
        return "null", "the PBX shows blank fields as null"
    if group["ring_group_id"] == "":
        return "empty", 'the PBX shows blank fields as ""'
    raise Inconclusive("a new group already has a ring group")


def partial_update(fixture: ProbeFixture) -> Result:
    """Updates a group without its recall target."""
    fixture.recall_to_ring_group()
    if rejection := fixture.update_group():
        reason = describe(rejection)
        return (
            "whole",
            f"the PBX refuses an update without the recall target ({reason}): each update has to be complete",
        )
    group = fixture.read_group()
    if (group.recall_to, group.ring_group_id) == (RecallTo.RING_GROUP, fixture.ring_group):
        return "partial", "the PBX keeps what an update leaves out"
    if group.recall_to == RecallTo.USER:
        return "replacement", "the PBX resets what an update leaves out to its default"
    return "mixed", f"the PBX changes what an update leaves out to {group.recall_to}, ring group {group.ring_group_id}"


def unknown_field(fixture: ProbeFixture) -> Result:
    """Updates a group with a field that the PBX does not know."""
    if rejection := fixture.update_group(recall_to=RecallTo.USER, **{UNKNOWN_FIELD: True}):
        return "refused", f"the PBX refuses an update with an unknown field ({describe(rejection)})"
    if UNKNOWN_FIELD in fixture.read_raw_group():
        return "kept", "the PBX stores and shows unknown fields"
    return "ignored", "the PBX ignores unknown fields"


def read_only_field(fixture: ProbeFixture) -> Result:
    """Updates a group with its id, which is shown but not writable."""
    if rejection := fixture.update_group(recall_to=RecallTo.USER, id=fixture.group):
        return "refused", f"the PBX refuses an update with the group's id ({describe(rejection)}). Park leaves it out"
    return "ignored", "the PBX ignores the group's id in an update"


def unchanged_update(fixture: ProbeFixture) -> Result:
    """Sends a group back as it was read, as the bot's own updates do."""
    if rejection := fixture.post_group(encode_settings(fixture.read_group().sent_fields())):
        reason = describe(rejection)
        return "refused", f"the PBX refuses a group as it showed it ({reason}), so Park can't change groups"
    return "accepted", "the PBX accepts a group as it showed it"


def clear_ring_group(fixture: ProbeFixture, *, value: str, **fields: str | None) -> Result:
    """Updates a group with a blank ring group; `value` describes the blank in words."""
    fixture.recall_to_ring_group()
    if rejection := fixture.update_group(recall_to=RecallTo.USER, **fields):
        return "refused", f"the PBX refuses {value} as the ring group ({describe(rejection)})"
    if fixture.read_group().ring_group_id is None:
        return "cleared", f"{value} clears the ring group"
    return "kept", f"{value} leaves the ring group as it was"


def duplicate_name(fixture: ProbeFixture) -> Result:
    """Creates a second group with the first one's name."""
    fixture.read_group()
    if rejection := rejection_of(fixture.create_group):
        return "refused", f"the PBX refuses a second group with the same name ({describe(rejection)})"
    return "accepted", "the PBX accepts two groups with the same name"


def list_filter(fixture: ProbeFixture) -> Result:
    """Filters the list of groups by name."""
    return _narrow_list(fixture, "filter", f"name eq '{fixture.name}'")


def list_filter_case(fixture: ProbeFixture) -> Result:
    """Filters the list of groups by name in capitals, if filters work at all."""
    if list_filter(fixture)[0] != "supported":
        raise Inconclusive("this PBX does not filter the list of groups")
    if fixture.pbx.group_page(filter=f"name eq '{fixture.name.upper()}'").items:
        return "ignored", "filters by name are not case-sensitive"
    return "exact", "filters by name are case-sensitive"


def list_search(fixture: ProbeFixture) -> Result:
    """Searches the list of groups by name."""
    return _narrow_list(fixture, "search", fixture.name)


def _narrow_list(fixture: ProbeFixture, parameter: str, text: str) -> Result:
    own = {fixture.group, fixture.other_group}
    everything = {group.id for group in fixture.pbx.group_page().items}
    if everything <= own:
        raise Inconclusive("the PBX has no other park groups to filter")
    pages: list[Page[ParkGroup]] = []
    if rejection := rejection_of(lambda: pages.append(fixture.pbx.group_page(0, **{parameter: text}))):
        return "refused", f"the PBX refuses {parameter} for the list of groups ({describe(rejection)})"
    found = {group.id for group in pages[0].items}
    if not found & own or found >= everything:
        return "ignored", f"{parameter} does not narrow the list of groups as documented"
    return "supported", f"{parameter} narrows the list of groups"


def unknown_extension(fixture: ProbeFixture) -> Result:
    """Adds an extension that no user has."""
    number = str(secrets.randbelow(10**9) + 10**9)
    if fixture.pbx.number(number) is not None:
        raise Inconclusive(f"the random number {number} is an extension")
    if rejection := fixture.add_member(fixture.group, number):
        return "refused", f"the PBX refuses an extension that nobody has ({describe(rejection)})"
    return "accepted", "the PBX accepts an extension that nobody has"


def removal_of_non_member(fixture: ProbeFixture) -> Result:
    """Removes a user who is in no group."""
    if rejection := rejection_of(lambda: fixture.pbx.remove_member(fixture.group, fixture.free_extensions[0])):
        return "refused", f"the PBX refuses to remove somebody who is not a member ({describe(rejection)})"
    return "accepted", "the PBX accepts the removal of somebody who is not a member, and changes nothing"


def member_order(fixture: ProbeFixture) -> Result:
    """Adds three users in an order that is neither sorted nor reversed, and reads them back."""
    if len(fixture.free_extensions) < 3:
        raise Inconclusive(
            f"it needs three users who are in no park group, and there are {len(fixture.free_extensions)}"
        )
    high, middle, low = fixture.free_extensions[:3]
    added = [middle, high, low]
    for number in added:
        _add_member(fixture, number)
    members = fixture.members(fixture.group)
    orders = {
        "assigned": (added, "in the order in which they were added"),
        "newest_first": (added[::-1], "the last added first"),
        "sorted": ([low, middle, high], "by extension"),
        "sorted_down": ([high, middle, low], "by extension, the highest first"),
    }
    for answer, (order, words) in orders.items():
        if members == order:
            return answer, f"the PBX lists members {words}"
    return "other", f"the PBX lists members in another order: added {', '.join(added)}, listed {', '.join(members)}"


def member_added_twice(fixture: ProbeFixture) -> Result:
    """Adds a member to its own group again."""
    number = _ensure_member(fixture)
    before = fixture.members(fixture.group)
    if rejection := fixture.add_member(fixture.group, number):
        return "refused", f"the PBX refuses to add a member twice ({describe(rejection)})"
    after = fixture.members(fixture.group)
    if after == before:
        return "accepted", "the PBX accepts a member who is added twice, and changes nothing"
    return "changes", f"adding a member twice changes the list from {', '.join(before)} to {', '.join(after)}"


def member_of_two_groups(fixture: ProbeFixture) -> Result:
    """Adds a member of one group to another; both groups are the probe's."""
    number = _ensure_member(fixture)
    rejection = fixture.add_member(fixture.other_group, number)
    in_first, in_other = (number in fixture.members(group) for group in (fixture.group, fixture.other_group))
    if rejection:
        return "refused", f"the PBX refuses a member of another group ({describe(rejection)})"
    if in_first and in_other:
        return "both", "the PBX adds a member of another group, who is then in both"
    if in_other:
        return "moved", "the PBX moves a member of another group"
    return "ignored", "the PBX accepts a member of another group, and changes nothing"


def deletion_with_members(fixture: ProbeFixture) -> Result:
    """Deletes a group that has a member; has to be the last experiment."""
    _ensure_member(fixture)
    if rejection := rejection_of(lambda: fixture.pbx.delete_group(fixture.group)):
        return "refused", f"the PBX refuses to delete a group with members ({describe(rejection)})"
    return "accepted", "the PBX deletes a group with its members in it"


def _ensure_member(fixture: ProbeFixture) -> str:
    number = fixture.free_extensions[0]
    if number not in fixture.members(fixture.group):
        _add_member(fixture, number)
    return number


def _add_member(fixture: ProbeFixture, number: str) -> None:
    if rejection := fixture.add_member(fixture.group, number):
        raise Inconclusive(f"the PBX refuses {number} as a member ({describe(rejection)})")


EXPERIMENTS: Mapping[str, Experiment] = {
    "refresh_tokens": refresh_token_rotation,
    "blanks_shown": blank_field,
    "update": partial_update,
    "unknown_fields": unknown_field,
    "id_field": read_only_field,
    "shown_fields": unchanged_update,
    "null": partial(clear_ring_group, value="null", ring_group_id=None),
    "empty": partial(clear_ring_group, value='""', ring_group_id=""),
    "missing": partial(clear_ring_group, value="a missing field"),
    "duplicate_name": duplicate_name,
    "filter": list_filter,
    "filter_case": list_filter_case,
    "search": list_search,
    "unknown_extension": unknown_extension,
    "not_a_member": removal_of_non_member,
    "member_order": member_order,
    "member_twice": member_added_twice,
    "member_elsewhere": member_of_two_groups,
    "delete_with_members": deletion_with_members,
}
"""The experiments in the order in which they run, by the stable last part of their finding's id."""
