"""A sandbox that tests share: each begins with an empty workspace, and must leave all else as it found it.

It serves tests that read or preview: a start, and names that are read for the first time, cost more than they do.
"""

import copy
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from bot.journal.models import State
from bot.journal.tables import leases, metadata
from bot.sandbox.environment import Sandbox

PASSING = {"posts", "calls", "views", "triggers", "statuses", "prompts", "timestamps"}
"""What of a workspace's state a test may leave: it is cleared, or seen by nobody."""
_TABLES = [table.name for table in metadata.sorted_tables if table is not leases]
"""The tables of the journal that are compared; leases are renewed by themselves."""


@dataclass(frozen=True, eq=False)
class _Pickled:
    """Data as it was, in a form that costs a fraction of a deep copy to make and to compare."""

    content: bytes

    def __eq__(self, other: object) -> bool:
        """Compares the data where the forms differ, as those of equal data may."""
        if not isinstance(other, _Pickled):
            return NotImplemented
        return self.content == other.content or bool(pickle.loads(self.content) == pickle.loads(other.content))

    def __repr__(self) -> str:
        return repr(pickle.loads(self.content))


REQUESTED = {f"the journal's table {name}" for name in ("entries", "changed_targets", "events", "chain")}
"""What a request that changes nothing adds to."""
CHANGED_NOTHING = {State.REFUSED, State.ALREADY}


@contextmanager
def lent(sandbox: Sandbox, *, asks: bool = False) -> Iterator[Sandbox]:
    """Lends the sandbox to a test.

    Args:
        asks: Whether it may leave requests in the journal that have changed nothing.

    Raises:
        AssertionError: The test has left something else than messages, views and those.
    """
    clear(sandbox)
    before = state_of(sandbox)
    yield sandbox
    sandbox.settle()
    after = state_of(sandbox)
    for part, value in before.items():
        if not (asks and part in REQUESTED):
            assert after[part] == value, f"a test that shares its sandbox has changed {part}"
    if asks:
        assert _states(sandbox) <= CHANGED_NOTHING, "a test that shares its sandbox has made a change"


def clear(sandbox: Sandbox) -> None:
    """Takes away messages, views and what was recorded."""
    sandbox.settle()
    slack = sandbox.slack
    for person in sandbox.people.values():
        while slack.views_of(person):
            slack.close(person, everything=True)
    sandbox.settle()
    with slack.state.changed:
        for passed in (slack.state.posts, slack.state.calls, slack.state.statuses, slack.state.prompts):
            passed.clear()
    sandbox.pbx.requests.clear()


def state_of(sandbox: Sandbox) -> dict[str, Any]:
    """Returns all that a test could leave to the next one, in comparable parts."""
    slack, pbx = sandbox.slack.state, sandbox.pbx
    parts: dict[str, Any] = {f"the workspace's {name}": _plain(value) for name, value in vars(slack).items()}
    parts = {name: value for name, value in parts.items() if name.removeprefix("the workspace's ") not in PASSING}
    parts |= {f"the PBX's {name}": _plain(value) for name, value in vars(pbx.state).items() if name != "lock"}
    parts["the PBX's switches"] = asdict(pbx.switches)
    parts["the PBX's faults"] = [*map(repr, pbx.faults.pending), pbx.faults.latency, dict(pbx.faults.latencies)]
    parts["the PBX's server"], parts["the PBX's sessions"] = pbx.running, _plain(vars(pbx.sessions))
    parts["Home tabs"] = [person for person in slack.people if slack.views.home(person)]
    parts["Slack's faults"] = copy.deepcopy([{k: v for k, v in vars(sandbox.slack.faults).items() if k != "_state"}])
    parts["the clock"], parts["Park"] = sandbox.ahead, id(sandbox.park)
    parts["the policy"] = sandbox.park.tenant.policy_store.now
    return parts | journal_of(sandbox)


def _plain(value: Any) -> Any:
    """Returns a copy of data, and of anything else what identifies it."""
    try:
        return _Pickled(pickle.dumps(value))
    except (pickle.PicklingError, TypeError, AttributeError):  # it has functions, locks or sockets
        pass
    try:
        return copy.deepcopy(value)
    except TypeError:  # it has locks or sockets
        return id(value)


def _states(sandbox: Sandbox) -> set[str]:
    """Returns the states of all requests."""
    with sandbox.park.tenant.journal.database.reading() as connection:
        return {str(state) for (state,) in connection.exec_driver_sql("SELECT DISTINCT state FROM entries")}


def journal_of(sandbox: Sandbox) -> dict[str, Any]:
    """Returns the rows of each table, read by the driver: SQLAlchemy takes ten times as long."""
    with sandbox.park.tenant.journal.database.reading() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        return {
            f"the journal's table {table}": driver.execute(f"SELECT * FROM {table}").fetchall() for table in _TABLES
        }
