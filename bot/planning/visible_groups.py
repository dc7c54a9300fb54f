"""The names of the park groups that a requester may see, kept for all whose rights are the same."""

import threading
from collections.abc import Sequence

from bot.pbx.ordered_names import OrderedName, OrderedNames
from bot.policy.evaluation import ALL_NAMES, VisibleNames

MAX_KEPT = 16
"""Rights whose names are kept: with 10,000 groups they take 80 KiB each."""


class VisibleGroups:
    """Selects names by rights; thread-safe."""

    def __init__(self) -> None:
        """Keeps nothing yet."""
        self._kept: dict[VisibleNames, tuple[int, Sequence[OrderedName]]] = {}
        self._lock = threading.Lock()

    def among(self, names: OrderedNames, reach: VisibleNames) -> Sequence[OrderedName]:
        """Returns those of the names that are within reach, in order."""
        if reach == ALL_NAMES:
            return names.names
        version, kept = self._kept.get(reach, (-1, ()))
        if version == names.version:
            return kept
        found = [one for one in names.names if reach.includes(one.name)]
        with self._lock:
            self._kept.pop(reach, None)
            self._kept[reach] = (names.version, found)
            for oldest in list(self._kept)[:-MAX_KEPT]:
                del self._kept[oldest]
        return found
