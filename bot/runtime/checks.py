"""What is checked about Park and each PBX, for the health pages and as metrics."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple, Self

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

Report = tuple[bool, dict[str, str | dict[str, str]]]
"""Whether what is asked for is so, and the state of each part; of several PBXs, by the name of each."""

Backlog = tuple[Mapping[str, int], timedelta]
"""Number of unfinished journal entries by state, and for how long the oldest has been due."""
SERVED, NOT_SERVED = "served", "not served"
"""What is reported of a PBX that could not be started, before the reason."""


class Condition(NamedTuple):
    """The state of one part of Park: whether it lets Park be ready, and the state in words."""

    ok: bool
    text: str

    @classmethod
    def of(cls, ok: bool, text: str, otherwise: str) -> Self:
        """Returns a state that is described by the first text if it is ok, else by the second."""
        return cls(ok, text if ok else otherwise)


REMEMBERED_SECONDS = 5.0
"""For how long the result of a check that costs something is given again."""


class Remembered:
    """Keeps the result of a check for a few seconds, however many pages are asked for meanwhile."""

    def __init__(self, check: Callable[[], Condition], clock: Callable[[], float] = time.monotonic) -> None:
        self._check, self._clock = check, clock
        self._found: tuple[float, Condition] | None = None
        self._lock = threading.Lock()

    def __call__(self) -> Condition:
        """Returns the result; who asks while it is checked waits for it."""
        with self._lock:
            if self._found is None or self._clock() - self._found[0] >= REMEMBERED_SECONDS:
                found = self._check()
                self._found = self._clock(), found
            return self._found[1]


@dataclass(frozen=True)
class PartChecks:
    """The checks of one PBX, or of what all have in common, as callables: this module depends on no other package.

    Args:
        threads: for each background thread whether it runs.
        conditions: the state of each part; all of them have to be ok.
        backlog: unfinished journal entries; None if the journal can't be read.
    """

    threads: Mapping[str, Callable[[], bool]]
    conditions: Mapping[str, Callable[[], Condition]]
    backlog: Callable[[], Backlog | None] | None = None

    def alive(self) -> dict[str, bool]:
        """Asks for each thread whether it runs, without waiting for anything."""
        return {name: check() for name, check in self.threads.items()}

    def states(self) -> dict[str, Condition]:
        """Evaluates all conditions."""
        return {name: check() for name, check in self.conditions.items()}


@dataclass(frozen=True, kw_only=True)
class HealthChecks:
    """The checks behind the pages.

    Args:
        shared: the checks of what all PBXs have in common.
        read_pbxs: returns those of each PBX that is served, by its name, which is empty where there is only one.
        read_not_served: returns why a PBX is not served, by its name.
    """

    shared: PartChecks
    read_pbxs: Callable[[], Mapping[str, PartChecks]]
    read_not_served: Callable[[], Mapping[str, str]] = dict

    @property
    def pbxs(self) -> Mapping[str, PartChecks]:
        """The checks of each PBX that is served now."""
        return self.read_pbxs()

    @property
    def not_served(self) -> Mapping[str, str]:
        """Why a PBX is not served now."""
        return self.read_not_served()

    def live(self) -> Report:
        """Reports on the threads without waiting for anything; only a restart can repair a dead one."""
        alive = {"": self.shared.alive()}
        for name, checks in self.pbxs.items():
            alive.setdefault(name, {}).update(checks.alive())
        said = {name: {key: "alive" if one else "dead" for key, one in each.items()} for name, each in alive.items()}
        return all(all(each.values()) for each in alive.values()), _by_name(said)

    def ready(self) -> Report:
        """Reports whether Park does what it is there for: accept requests, carry out ends, tell people.

        A PBX for which it does not makes Park unready only if there is no other.
        """
        shared = self.shared.states()
        pbxs = {name: checks.states() for name, checks in self.pbxs.items()}
        said = {name: {key: one.text for key, one in found.items()} for name, found in pbxs.items()}
        said[""] = {key: one.text for key, one in shared.items()} | said.get("", {})
        some = any(all(one.ok for one in found.values()) for found in pbxs.values())
        refused = {f"pbx {name}": f"{NOT_SERVED}: {reason}" for name, reason in self.not_served.items()}
        return some and all(one.ok for one in shared.values()), _by_name(said) | refused

    def states(self) -> Iterator[tuple[str, str, Condition]]:
        """Yields the name of each PBX, of a check, and its state; the name is empty for what all have in common."""
        for name, checks in (("", self.shared), *self.pbxs.items()):
            for key, condition in checks.states().items():
                yield name, key, condition
            if name:
                yield name, "served", Condition(True, SERVED)
        for name, reason in self.not_served.items():
            yield name, "served", Condition(False, reason)


def _by_name(said: Mapping[str, Mapping[str, str]]) -> dict[str, str | dict[str, str]]:
    """Returns what is common to all beside one mapping for each PBX."""
    return {**said[""], **{f"pbx {name}": dict(each) for name, each in said.items() if name}}


class ConditionCollector(Collector):
    """Exports each condition as a metric."""

    def __init__(self, checks: HealthChecks) -> None:
        self._checks = checks

    def collect(self) -> Iterator[GaugeMetricFamily]:
        gauge = GaugeMetricFamily("park_ready", "1 if this part lets Park be ready, else 0.", labels=["check", "pbx"])
        for pbx, name, found in self._checks.states():
            gauge.add_metric([name, pbx], int(found.ok))
        yield gauge


class BacklogCollector(Collector):
    """Exports the backlogs of the journals as metrics; an unreadable journal does not affect other metrics."""

    def __init__(self, checks: HealthChecks) -> None:
        self._checks = checks

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("park_journal_up", "Whether the journal could be read.", labels=["pbx"])
        depth = GaugeMetricFamily(
            "park_journal_depth", "What is not yet done and told, by state.", labels=["state", "pbx"]
        )
        waiting = GaugeMetricFamily(
            "park_oldest_waiting_seconds",
            "How long the change that waits longest has been due; 0 where none is.",
            labels=["pbx"],
        )
        for pbx, checks in self._checks.pbxs.items():
            found = checks.backlog() if checks.backlog else None
            up.add_metric([pbx], int(found is not None))
            if found is not None:
                depths, oldest = found
                waiting.add_metric([pbx], oldest.total_seconds())
                for state, number in depths.items():
                    depth.add_metric([state, pbx], number)
        yield from (up, depth, waiting)
