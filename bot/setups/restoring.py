"""What is wanted so that it is as it was: ids of then are matched with those of now, by name and number if need be."""

from collections.abc import Iterator, Sequence
from typing import Any

from bot.changes.snapshot import Person, Snapshot, Target
from bot.messages.text import fold
from bot.pbx.client import PbxClient
from bot.pbx.models import RecallTo
from bot.setups.comparing import WantedGroup, WantedSetup
from bot.setups.matching import Matcher, NotMatched
from bot.setups.model import FileMember
from bot.setups.reading import PbxSetup, recall_part
from bot.setups.resolving import Resolved
from bot.texts import setups as texts

WRITTEN = ("enabled", "extension_number", "recall_time", "recall_ring_group_time", "send_notification_to_parker")
"""Settings of the server that mean the same on every PBX."""


def restore_all(past: PbxSetup, now: PbxSetup, pbx: PbxClient, *, deletes_new: bool = False) -> Resolved:
    """Returns what is wanted so that everything is as it was; what can't be matched is left out and noted.

    Args:
        deletes_new: delete the groups that were created since.
    """
    restorer = _Restorer(past, now, pbx)
    groups = tuple(restorer.group(target, snapshot) for target, snapshot in past.groups)
    wanted = WantedSetup(server=restorer.server(), groups=groups, deletes_others=deletes_new)
    return Resolved(wanted, restorer.notes())


def restore_server(past: PbxSetup, now: PbxSetup, pbx: PbxClient) -> Resolved:
    """Returns what is wanted so that the server is as it was."""
    restorer = _Restorer(past, now, pbx)
    return Resolved(WantedSetup(server=restorer.server()), restorer.notes())


def restore_group(past: PbxSetup, now: PbxSetup, pbx: PbxClient, spellings: Sequence[str]) -> Resolved:
    """Returns what is wanted so that a group is as it was.

    Args:
        spellings: what its name can be, then or now.

    Raises:
        NotMatched: there was no such group then.
    """
    restorer = _Restorer(past, now, pbx)
    group = restorer.named(spellings)
    return Resolved(WantedSetup(groups=(group,)), restorer.notes())


class _Restorer:
    def __init__(self, past: PbxSetup, now: PbxSetup, pbx: PbxClient) -> None:
        known = (person for _, snapshot in now.groups for person in snapshot.members or ())
        self._matcher = Matcher(pbx, now.ring_groups, known)
        self._matcher.prepare(FileMember(one.number) for _, snapshot in past.groups for one in snapshot.members or ())
        self._past, self._now = past, now
        self._ids = {target.id for target, _ in now.groups}
        self._names = {fold(target.title): target for target, _ in now.groups}
        self._by_name: list[str] = []
        self._left_out: list[str] = []

    def notes(self) -> list[str]:
        """What was matched by name, and what could not be matched."""
        notes = list(dict.fromkeys(self._matcher.notes))
        if self._by_name:
            notes.append(texts.matched_by_name(self._by_name))
        return [*notes, *(texts.left_out(text) for text in self._left_out)]

    def server(self) -> dict[str, Any]:
        """Returns the settings that the server had, as far as this PBX has them."""
        then, present = self._past.server.compared(), self._now.server.settings
        settings = {key: then[key] for key in WRITTEN if key in then and key in present}
        return settings | self._recall(self._past.server)

    def named(self, spellings: Sequence[str]) -> WantedGroup:
        """Returns how the group was that has one of these names now, or else that had it then."""
        for name in spellings:
            present = self._names.get(fold(name))
            same_id = [one for one in self._past.groups if present is not None and one[0].id == present.id]
            same_name = [one for one in self._past.groups if fold(one[0].title) == fold(name)]
            for target, snapshot in (*same_id, *same_name):
                return self.group(target, snapshot)
        raise NotMatched(texts.no_group_then(spellings[0]))

    def group(self, target: Target, snapshot: Snapshot) -> WantedGroup:
        """Returns how a group was."""
        known = target.id in self._ids
        same_name = self._names.get(fold(target.title))
        if not known and same_name is not None:
            self._by_name.append(target.title)
        id = target.id if known else same_name.id if same_name else None
        return WantedGroup(target.title, self._recall(snapshot), tuple(self._members(snapshot)), id)

    def _recall(self, snapshot: Snapshot) -> dict[str, Any]:
        """Returns the settings of a recall; none where its ring group can't be matched, so that it stays."""
        settings = snapshot.compared()
        id = settings.get("ring_group_id")
        if "recall_to" not in settings:
            return {}
        if settings["recall_to"] == RecallTo.USER or id in self._now.ring_groups:
            return {"recall_to": settings["recall_to"], "ring_group_id": id}
        part = recall_part(settings, self._past.ring_groups)
        try:
            return self._matcher.recall(part) if part else self._unknown_ring_group()
        except NotMatched as fault:
            self._left_out.append(str(fault))
            return {}

    def _unknown_ring_group(self) -> dict[str, Any]:
        raise NotMatched(texts.NO_SUCH_RING_GROUP)

    def _members(self, snapshot: Snapshot) -> Iterator[Person]:
        for one in snapshot.members or ():
            try:
                yield self._matcher.member(FileMember(one.number, " ".join((one.name or "").split())))
            except NotMatched as fault:
                self._left_out.append(str(fault))
