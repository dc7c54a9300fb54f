"""The ring group that a recall goes to."""

from itertools import product
from typing import Any

from bot.desk.kinds import kind_of
from bot.desk.mending import Mending
from bot.errors import NOTHING, Missing, NotFound, NotPossible, Refused
from bot.fields import Recall, spellings
from bot.names import fold
from bot.pbx.client import PBX
from bot.pbx.directory import Directory
from bot.pbx.models import RecallTo, RingGroup


class RingGroups:
    """Looked up for one operation."""

    def __init__(self, pbx: PBX, directory: Directory, mending: Mending) -> None:
        self.pbx, self.directory, self.mending = pbx, directory, mending

    def named(self, recall: Recall) -> RingGroup:
        """Recalls never go to a third extension, which is explained."""
        text = recall.ring_group or ""
        for anew, spelling in product((False, True), (*spellings(text), f"ring group {text}")):
            if found := self.directory.ring_group(spelling, anew=anew):
                by_number = [one for one in found if one.extension_number == spelling]
                return self.mending.only(
                    by_number or found, text, lambda one: one.extension_number or one.name, ring_group_label
                )
        raise self._none(text)

    def settings(self, recall: Recall, before: dict[str, Any]) -> dict[str, Any]:
        """The two settings that a recall target is made of, its ring group read anew.

        A ring group that is gone is left out when recalls go to the user: the PBX may refuse to hear of it again.
        """
        if recall.ring_group is not None:
            return {"recall_to": recall.to.value, "ring_group_id": self._now(self.named(recall)).id}
        kept = before.get("ring_group_id")
        gone = {"ring_group_id": None} if kept and self._read(kept) is None else {}
        return {"recall_to": RecallTo.USER.value, **gone}

    def label(self, id: str) -> str:
        """Name and number; the id where the PBX no longer has it."""
        found = self.directory.ring_group_by_id(id)
        return ring_group_label(found) if found else f"a ring group that is gone ({id})"

    def _now(self, known: RingGroup) -> RingGroup:
        """Policy decided on the name that was known: it has to be the name still."""
        now = self._read(known.id)
        if now is None or fold(now.name) != fold(known.name):
            self.directory.forget_ring_groups()
            what = "is gone" if now is None else f"is called “{now.name}” now"
            raise NotFound(f"The ring group “{known.name}” {what}. {NOTHING}")
        return now

    def _read(self, id: str) -> RingGroup | None:
        try:
            return self.pbx.ring_group(id)
        except Missing:
            return None

    def _none(self, text: str) -> Refused:
        closest = self.mending.instead(text, [one.name for one in self.directory.closest_ring_groups(text)])
        if self.directory.user(text):
            return NotPossible(
                f"“{text}” is a user. A recall goes to the user who parked the call or to a ring group,"
                f" never to a third extension. {NOTHING}",
                offers=closest,
            )
        kind = kind_of(self.pbx, text)
        what = f"“{text}” is {kind.said}, not a ring group." if kind else f"There is no ring group called “{text}”."
        return NotFound(f"{what} {NOTHING}", notes=self.mending.about_times(text), offers=closest)


def ring_group_label(ring_group: RingGroup) -> str:
    """Name and number, as in Night Desk (6001)."""
    return f"{ring_group.name} ({ring_group.extension_number})" if ring_group.extension_number else ring_group.name
