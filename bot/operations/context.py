"""OperationContext: what an operation may use while it reads or plans.

`bot.planning.context.RequestContext` implements it. Operations are typed against this protocol, so that they import
nothing of the layers above them.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.changes.approvals import Approvals
from bot.changes.change import Change
from bot.changes.lookups import MembershipLookup, PromptFiles
from bot.changes.repository import ChangeRepository
from bot.changes.snapshot import Person, Snapshot, Target
from bot.errors import NotFound, NotPossible
from bot.journal.history import Viewer
from bot.messages.message import Fact, Offer
from bot.operations.arguments.targets import Recall
from bot.pbx.client import PbxClient
from bot.pbx.directory import Directory, ServerSettingsCache
from bot.pbx.models import ParkGroup
from bot.pbx.ordered_names import OrderedName
from bot.policy.model import Permission
from bot.setups.files import SetupFiles
from bot.setups.past import SetupHistory
from bot.setups.reading import PbxSetup


class PermissionCheck(Protocol):
    """Tells whether the requester may use a permission at all, or on one group."""

    def __call__(self, permission: Permission, group: str | None = None) -> bool: ...


@dataclass(frozen=True, slots=True)
class GroupList:
    """Park groups that the requester may see, in the order of their names; read from the cache as they are shown."""

    directory: Directory
    names: Sequence[OrderedName]

    def __len__(self) -> int:
        """Number of the groups."""
        return len(self.names)

    def part(self, start: int, stop: int | None) -> list[ParkGroup]:
        """Returns the groups from one place to before another, without those that are gone since."""
        return self.directory.groups_seen(one.id for one in self.names[start:stop])


class OperationContext(Protocol):
    """One request's view of the PBX, the journal and the policy."""

    pbx: PbxClient
    directory: Directory
    settings_cache: ServerSettingsCache
    repository: ChangeRepository
    memberships: MembershipLookup
    prompt_files: PromptFiles
    setup_files: SetupFiles
    setup_history: SetupHistory
    approvals: Approvals
    viewer: Viewer
    zone: str
    """The requester's IANA time zone."""
    policy: str
    """Fingerprint of the policy in force."""
    may_see: Callable[[str], bool]
    """Whether the requester may read the park group of that name."""
    may: PermissionCheck
    restrictions: Callable[[Permission], tuple[str, ...]]
    """Limits, hours and approvals, in words, under which alone the requester has a permission here."""
    link: Callable[[str, str], str]
    """Returns the URL of a message in Slack, by its channel and timestamp; empty where it is not known."""
    whom_to_ask: Fact
    """Whom the policy names for questions about permissions."""
    offers_again: Callable[[], tuple[Offer, ...]]
    """Buttons for the lines that the requester used last and may still use; raises JournalUnavailable."""

    @property
    def mentioned_groups(self) -> frozenset[str]:
        """Names of the park groups that the request mentions, as the PBX spells them; a new group's as typed."""

    def visible_groups(self, search: str = "", *, cached: bool = False) -> GroupList:
        """The groups that the requester may see and whose names contain `search`.

        Args:
            cached: those that are cached, where the PBX can't be asked.
        """

    def names_today(self, changes: Iterable[Change]) -> frozenset[str]:
        """The present names of the groups that changes are about; none once the PBX has not answered."""

    def example(self, line: str) -> str | None:
        """An example with names that the PBX has and that the requester may use; None where it has no such names."""

    def group(self, text: str) -> ParkGroup:
        """The park group that `text` names; raises NotFound or Ambiguous."""

    def unknown_group(self, text: str, among: Iterable[str] | None = None) -> NotFound:
        """The error for a name that no park group has, with buttons for the request with similar names.

        Args:
            among: names of groups of another time; by default those of the groups that the PBX has.
        """

    def people(self, members: Sequence[str]) -> tuple[Person, ...]:
        """The users that the texts name, in order and without repetition; raises where any of them is unknown."""

    def not_all_possible(self, people: Collection[Person], reasons: tuple[str, ...], *offers: Offer) -> NotPossible:
        """The refusal for `people`, with a button that does it for the other members of the request."""

    def recall_settings(self, recall: Recall, before: Snapshot | None = None) -> dict[str, Any]:
        """The settings `recall_to` and `ring_group_id` for a recall target."""

    def read_ring_group(self, recall: Recall, present: str | None = None) -> None:
        """Reads what `recall_settings` will ask the PBX for, so that it can be read beside something else.

        Args:
            recall: the target that is wanted.
            present: id of the ring group that is set now, as far as is known.
        """

    def ring_group_name(self, id: str) -> str:
        """A ring group's name and number, as last read if the PBX does not answer; says so if it does not have it."""

    def server(self) -> Snapshot:
        """The call park server's settings, read now."""

    def server_with_prompt(self) -> tuple[Snapshot, str]:
        """The server's settings with its prompt file, and why the prompt is not known ("" where it is)."""

    def now(self, change: Change) -> Snapshot | None:
        """The present state of an earlier change's target; None where it no longer exists."""

    def snapshot(self, group: ParkGroup, *, members: bool = True) -> tuple[Target, Snapshot]:
        """The group's present state; raises NotFound where it was deleted or renamed since it was looked up."""

    def matched(self, change: Change, number: int) -> Change:
        """A change of that number with the ids of now, where the PBX was replaced since; unchanged where it was not."""

    def present_parts(
        self, parts: frozenset[tuple[str, str]], number: int, names: frozenset[str]
    ) -> frozenset[tuple[str, str]]:
        """The parts that a schedule changes, with the ids of now where the PBX was replaced since.

        Args:
            names: folded names of the groups that the request is about.
        """

    def setup(self) -> PbxSetup:
        """The whole set-up of the PBX, read now."""

    def group_with_name(self, name: str) -> ParkGroup | None:
        """The group that has this name already, ignoring case."""
