"""RequestContext: one request's view of the PBX; implements OperationContext."""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import product
from typing import Any

from bot.changes.approvals import Approvals
from bot.changes.change import Change, apply_to_snapshot
from bot.changes.lookups import MembershipLookup, PromptFiles, names_today
from bot.changes.plan import Plan
from bot.changes.readings import Readings
from bot.changes.repository import ChangeRepository
from bot.changes.snapshot import SERVER, Person, Snapshot, Target
from bot.errors import NotFound, NotPossible, PBXError, Unreachable
from bot.journal.history import Viewer
from bot.messages.message import Fact, Offer
from bot.messages.text import fold
from bot.operations.arguments.targets import Recall
from bot.operations.arguments.types import Reference, spellings
from bot.operations.base import Operation
from bot.operations.context import GroupList, OperationContext, PermissionCheck
from bot.pbx.client import PbxClient
from bot.pbx.directory import Directory, Kind, ServerSettingsCache
from bot.pbx.models import ParkGroup, ParkServer
from bot.pbx.name_index import closest_names
from bot.pbx.ordered_names import OrderedName, OrderedNames
from bot.planning.corrections import Corrections, for_explanation
from bot.planning.examples import RingGroupReach, existing_example
from bot.planning.name_resolution import RingGroupResolver, UserResolver, ring_group_label
from bot.policy.model import Permission
from bot.runtime.threads import side_by_side
from bot.setups.files import SetupFiles
from bot.setups.past import SetupHistory
from bot.setups.reading import PbxSetup, read_setup
from bot.setups.replaced import Replacement, find_replacement, group_names
from bot.texts import names, refusals

log = logging.getLogger(__name__)


class RequestContext(OperationContext):
    """The context of one operation and one requester.

    `may_see` and `may` decide by the policy. `offers_again` raises JournalUnavailable.
    """

    def __init__(
        self,
        operation: Operation,
        pbx: PbxClient,
        directory: Directory,
        settings_cache: ServerSettingsCache,
        repository: ChangeRepository,
        *,
        zone: str,
        email_of: Callable[[str], str | None],
        may_see: Callable[[str], bool],
        visible: Callable[[OrderedNames], Sequence[OrderedName]],
        may: PermissionCheck,
        restrictions: Callable[[Permission], tuple[str, ...]],
        ring_groups: RingGroupReach,
        policy: str,
        whom_to_ask: Fact,
        link: Callable[[str, str], str],
        viewer: Viewer,
        offers_again: Callable[[], tuple[Offer, ...]],
        prompt_files: PromptFiles,
        setup_files: SetupFiles,
        setup_history: SetupHistory,
        approvals: Approvals,
    ) -> None:
        self.operation, self.pbx, self.directory, self.settings_cache = operation, pbx, directory, settings_cache
        self.repository, self.viewer, self.zone, self.policy = repository, viewer, zone, policy
        self.may_see, self.may, self.restrictions, self.offers_again = may_see, may, restrictions, offers_again
        self.prompt_files, self.setup_files, self.approvals = prompt_files, setup_files, approvals
        self.setup_history = setup_history
        self.whom_to_ask, self.link, self._ring_group_reach = whom_to_ask, link, ring_groups
        self._visible = visible
        self.pbx_answers = True
        """Whether the PBX may be asked for what is also answered without it."""
        self._corrections = Corrections(operation)
        self._users = UserResolver(pbx, directory, self._corrections, email_of, may_see)
        self._ring_groups = RingGroupResolver(pbx, directory, self._corrections)
        self.readings = Readings(pbx)
        self.memberships = MembershipLookup(pbx, directory, may_see, self.readings)
        self.assumed: tuple[Change, ...] = ()
        self._replacements: dict[int, Replacement | None] = {}

    def assume(self, changes: Sequence[Change]) -> None:
        """Reads the PBX from here on as it would be after these changes."""
        self.assumed = self.memberships.assumed = tuple(changes)

    def _assuming(self, target: Target, snapshot: Snapshot | None) -> Snapshot | None:
        for change in self.assumed:
            if change.target.key == target.key:
                snapshot = apply_to_snapshot(snapshot, change)
        return snapshot

    def resolve(self) -> None:
        """Looks up every name in the operation, before anything else is read; raises Refused."""
        self._read_names()
        for _, argument_type, value in self.operation.said():
            match argument_type.reference:
                case Reference.GROUP:
                    self.group(value)
                case Reference.RECALL if value.ring_group is not None:
                    self._ring_groups.resolve(value)
                case Reference.MEMBER if not value.isdigit():
                    self.people((value,))
                case Reference.MEMBERS:
                    self.people([one for one in value if not one.isdigit()])

    def _read_names(self) -> None:
        """Reads the first names of each kind that the operation refers to side by side, where they are not fresh."""
        kinds = dict.fromkeys(
            kind
            for _, argument_type, value in self.operation.said()
            if (kind := _kind_of(argument_type.reference, value)) is not None
        )
        if len(unread := self.directory.unread(kinds)) > 1:
            side_by_side(*unread)

    @cached_property
    def mentioned_groups(self) -> frozenset[str]:
        found = {self.group(text).name for text in self.operation.references(Reference.GROUP)}
        return frozenset(found | set(self.operation.references(Reference.NEW_GROUP)))

    @cached_property
    def mentioned_ring_groups(self) -> frozenset[str]:
        """Names of the ring groups that the request mentions."""
        recalls = self.operation.references(Reference.RECALL)
        return frozenset(self._ring_groups.resolve(recall).name for recall in recalls if recall.ring_group is not None)

    def visible_groups(self, search: str = "", *, cached: bool = False) -> GroupList:
        names = self.directory.cached_group_names() if cached else self.directory.group_names()
        visible, wanted = self._visible(names), fold(search)
        return GroupList(self.directory, [one for one in visible if wanted in one.folded] if wanted else visible)

    def names_today(self, changes: Iterable[Change]) -> frozenset[str]:
        try:
            return names_today(self.directory, changes) if self.pbx_answers else frozenset()
        except PBXError as fault:
            log.warning("the present names of groups are not known: %s", fault)
            self.pbx_answers = False
            return frozenset()

    def example(self, line: str) -> str | None:
        return existing_example(line, self.directory, self.may, self._ring_group_reach)

    def group(self, text: str) -> ParkGroup:
        for anew, spelling in product((False, True), spellings(text)):
            if found := self.directory.group(spelling, refresh=anew):
                return self._corrections.require_one(
                    found, text, lambda group: group.name, lambda group: group.name, names.PARK_GROUPS
                )
        raise self.unknown_group(text)

    def unknown_group(self, text: str, among: Iterable[str] | None = None) -> NotFound:
        if among is None:
            for_explanation(lambda: self.directory.group(text))  # has all names read
        near = self.directory.closest_groups(text) if among is None else closest_names(text, among)
        return self._corrections.unknown_group(text, [name for name in near if self.may_see(name)])

    def people(self, members: Sequence[str]) -> tuple[Person, ...]:
        return tuple({person.number: person for person in self._users.resolve(members).values()}.values())

    def not_all_possible(self, people: Collection[Person], reasons: tuple[str, ...], *offers: Offer) -> NotPossible:
        numbers = {person.number for person in people}
        named = self._users.resolve(getattr(self.operation, "members", ()))
        bad = [text for text, person in named.items() if person.number in numbers]
        return self._corrections.not_all_possible(bad, reasons, *offers)

    def recall_settings(self, recall: Recall, before: Snapshot | None = None) -> dict[str, Any]:
        return self._ring_groups.settings(recall, before.settings if before else {})

    def read_ring_group(self, recall: Recall, present: str | None = None) -> None:
        self._ring_groups.read_ahead(recall, present)

    def ring_group_name(self, id: str) -> str:
        known = self.directory.ring_groups_seen([id])
        try:
            if self.pbx_answers or not known:
                return self._ring_groups.label(id)
        except Unreachable:
            if not known:
                raise
            self.pbx_answers = False
        return ring_group_label(known[0])

    def server(self) -> Snapshot:
        snapshot = self._assuming(SERVER, self.readings.read(SERVER))
        assert snapshot is not None  # noqa: S101 - the server can't be missing: a PBX without one answers an error
        return snapshot

    def server_with_prompt(self) -> tuple[Snapshot, str]:
        snapshot = self.readings.read(SERVER)
        assert snapshot is not None  # noqa: S101 - as above
        prompt, why = self.prompt_files.current(self.pbx, ParkServer.model_validate(snapshot.settings))
        assumed = self._assuming(SERVER, snapshot.with_prompt(prompt))
        return assumed or snapshot, why

    def now(self, change: Change) -> Snapshot | None:
        if change.includes_prompt:
            return self.server_with_prompt()[0]
        return self._assuming(change.target, self.readings.read(change.target, members=change.includes_members))

    def snapshot(self, group: ParkGroup, *, members: bool = True) -> tuple[Target, Snapshot]:
        began, was_read = self.directory.now(), self.readings.is_read_ahead(group.id)
        snapshot = self.readings.read(Target(id=group.id, name=group.name), members=members)
        if snapshot is None and (again := self._with_another_id(group)) is not None:
            group, snapshot = again, self.readings.read(Target(id=again.id, name=again.name), members=members)
        if snapshot is None or fold(snapshot.settings["name"]) != fold(group.name):
            self.directory.invalidate_groups()
            raise self._renamed_or_deleted(group, snapshot)
        if not was_read:
            self.memberships.store(group.id, snapshot, began)
        target = Target(id=group.id, name=snapshot.settings["name"])
        return target, self._assuming(target, snapshot) or snapshot

    def _with_another_id(self, group: ParkGroup) -> ParkGroup | None:
        """The group that has a name now, where the one that had it is gone: the PBX may have been replaced."""
        self.directory.invalidate_groups()
        self.directory.invalidate_ring_groups()
        return self.group_with_name(group.name)

    def _renamed_or_deleted(self, group: ParkGroup, now: Snapshot | None) -> NotFound:
        if now is None:
            return NotFound(refusals.group_gone(group.name))
        name = now.settings["name"]
        if not self.may_see(name):
            return NotFound(refusals.group_renamed(group.name, None))
        groups = self.operation.references(Reference.GROUP)
        typed = [text for text in groups if fold(group.name) in map(fold, spellings(text))]
        offers = tuple(offer for text in typed for offer in self._corrections.alternatives(text, [name]))
        return NotFound(refusals.group_renamed(group.name, name), offers=offers)

    def matched(self, change: Change, number: int) -> Change:
        id = change.target.id
        if id is not None and not self._is_known(id) and (again := self.repository.recreated_id(id)) is not None:
            return change.model_copy(update={"target": change.target.model_copy(update={"id": again})})
        found = self._replacement(number)
        return found.matched(change) if found else change

    def _replacement(self, number: int) -> Replacement | None:
        if number not in self._replacements:
            known = self.setup_history.known(number)
            self.directory.invalidate_groups()
            self._replacements[number] = find_replacement(known, self.directory.all_groups(), self.pbx.ring_groups())
        return self._replacements[number]

    def present(self, changes: Sequence[Change], number: int, names: frozenset[str]) -> tuple[Change, ...]:
        """The changes of that number as `matched`, looking only at groups that the PBX has not and `names` names.

        Args:
            names: folded names of the groups that the request is about.
        """
        return tuple(
            self.matched(one, number) if not self._is_known(one.target.id) and names & group_names(one) else one
            for one in changes
        )

    def present_parts(
        self, parts: frozenset[tuple[str, str]], number: int, names: frozenset[str]
    ) -> frozenset[tuple[str, str]]:
        """The parts that a schedule changes, with the ids of now; `names` as for `present`."""
        if all(key in ("", SERVER.key) or self._is_known(key) for key, _ in parts):
            return parts
        changes = self.repository.plan(number).undone
        keys = {
            one.target.key: now.target.key
            for one, now in zip(changes, self.present(changes, number, names), strict=True)
        }
        return frozenset((keys.get(key, key), part) for key, part in parts)

    def _is_known(self, id: str | None) -> bool:
        return id is None or self.directory.group_by_id(id) is not None

    def is_as_shown(self, plan: Plan, digest: str, number: int) -> bool:
        """Whether a plan is the one of a digest, which was shown for a button or an approval.

        Where the PBX was replaced since, it counts if it is the same by names.

        Args:
            number: of the change that is planned.
        """
        if plan.digest() == digest:
            return True
        if (replacement := self._replacement(number)) is None:
            return False
        base = None if plan.base is None else tuple(map(replacement.as_before, plan.base))
        before = plan.model_copy(update={"changes": tuple(map(replacement.as_before, plan.changes)), "base": base})
        return before.digest() == digest

    def setup(self) -> PbxSetup:
        began = self.directory.now()
        found = read_setup(self.pbx)
        for target, snapshot in found.groups:
            self.memberships.store(target.key, snapshot, began)
        assumed = [(target, self._assuming(target, snapshot)) for target, snapshot in found.groups]
        groups = tuple((target, snapshot) for target, snapshot in assumed if snapshot is not None)
        return replace(found, server=self._assuming(SERVER, found.server) or found.server, groups=groups)

    def group_with_name(self, name: str) -> ParkGroup | None:
        return next((group for group in self.directory.group(name) if fold(group.name) == fold(name)), None)


def _kind_of(reference: Reference | None, value: Any) -> Kind | None:
    """What a value is looked up among; None for what needs no list of names."""
    match reference:
        case Reference.GROUP:
            return "group"
        case Reference.RECALL if value.ring_group is not None:
            return "ring_group"
        case Reference.MEMBER | Reference.MEMBERS:
            return "user"
    return None
