"""What every test may rely on."""

import gc
import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.journal import postgresql
from bot.sandbox.environment import ORDINARY_INSTANT, Sandbox
from bot.sandbox.slack.fake_slack import FakeSlack
from bot.slack.scheduling import CallScheduler
from tests import postgres as servers
from tests.cheap_starts import cheap_starts
from tests.short_pauses import short_pauses
from tests.waiting import IN_CI

TESTS = Path(__file__).parent
settings.register_profile(
    "park",
    suppress_health_check=[HealthCheck.too_slow],
    deadline=None,
    derandomize=IN_CI,
    max_examples=50,
)
settings.load_profile("park")

Sandbox.default_now = datetime.fromisoformat(os.environ.get("PARK_TEST_NOW", ORDINARY_INSTANT.isoformat()))
"""No test depends on the hour of the day: clocks start at an ordinary instant, or at PARK_TEST_NOW (ISO 8601)."""
Sandbox.skips_waits = True


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two workers a core with `-n auto`, as tests wait about half of their time; one with `-n logical`."""
    return len(os.sched_getaffinity(0)) * (1 if config.option.numprocesses == "logical" else 2)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Has each worker import the test modules from another one on, where all are run.

    In a new checkout each of them has its assertions rewritten, for 10 s of CPU in all: a worker finds what the others
    have stored by then.
    """
    worker = getattr(session.config, "workerinput", None)
    if worker is None or [Path(one).resolve() for one in session.config.args] != [TESTS]:
        return
    modules = sorted(TESTS.rglob("test_*.py"))
    first = len(modules) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
    for file in (*modules[first:], *modules[:first]):
        with suppress(Exception, pytest.skip.Exception):  # the collection imports it again, and says so
            import_module(".".join(file.relative_to(TESTS.parent).with_suffix("").parts))


def pytest_collection_finish() -> None:
    """Leaves what stays until the end, such as all tests, out of the searches for garbage, and has them made rarely."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """Gives the databases of a test back once its fixtures have ended, for others to use."""
    try:
        yield
    finally:
        for server in servers.running:
            server.give_back_all()


@pytest.fixture
def ordinary_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starts clocks at the ordinary instant whatever PARK_TEST_NOW says: for tests that name hours of the day."""
    monkeypatch.setattr(Sandbox, "default_now", ORDINARY_INSTANT)


@pytest.fixture(autouse=True)
def logging_is_restored() -> Iterator[None]:
    """Undoes what a command configures for its whole process, as the tests after it read the logs."""
    root, park = logging.getLogger(), logging.getLogger("bot")
    handlers, levels = list(root.handlers), (root.level, park.level)
    yield
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
    for logger, level in zip((root, park), levels, strict=True):
        if logger.level != level:  # to set a level clears what all loggers remember
            logger.setLevel(level)


@pytest.fixture(autouse=True, scope="session")
def messages_are_not_paced() -> Iterator[None]:
    """The sandbox's Slack limits only what a test has it limit; the tests of the pace set their own burst."""
    CallScheduler.burst, burst = 10_000, CallScheduler.burst
    yield
    CallScheduler.burst = burst


@pytest.fixture(autouse=True, scope="session")
def slack_waits_for_busy_machines() -> Iterator[None]:
    """Slack's three seconds pass on a busy machine; tests of them set their own."""
    FakeSlack.time_limit, limit = 10.0, FakeSlack.time_limit
    yield
    FakeSlack.time_limit = limit


@pytest.fixture(autouse=True, scope="session")
def starts_are_cheap() -> Iterator[None]:
    """What every start of Park has in common is made once for a worker of pytest's."""
    with cheap_starts():
        yield


@pytest.fixture(autouse=True, scope="session")
def pauses_are_short() -> Iterator[None]:
    """No test waits for the pauses between two attempts; tests of them set their own."""
    with short_pauses():
        yield


@pytest.fixture(scope="module", params=[False, True], ids=["socket mode", "http"])
def http(request: pytest.FixtureRequest) -> bool:
    """Whether Slack's way in is HTTP: tests that ask for it are run over both by turns (`ways_in_take_turns`)."""
    return bool(request.param)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves out what `ways_in_take_turns` leaves out."""
    items[:] = ways_in_take_turns(items)


def ways_in_take_turns(items: list[pytest.Item]) -> list[pytest.Item]:
    """Returns the tests to run: the tests of a module, and the parameters of a test, over the two ways in by turns.

    Both ways in hand the same payloads to the same app: tests/slack says so for each kind of payload over each way.
    With the mark `over_both_ways_in` the first parameters of a test are run over both.
    """
    functions, turns = dict[str, dict[str, int]](), dict[str, dict[str, int]]()
    chosen, both = set[tuple[str, bool]](), set[str]()
    for item in items:
        if (found := _way_in(item)) is not None:
            test, function, over_http = found
            numbers = functions.setdefault(function.partition("::")[0], {})
            before = numbers.setdefault(function, len(numbers))
            turn = turns.setdefault(function, {}).setdefault(test, len(turns[function]))
            is_over_both = turn == 0 and item.get_closest_marker("over_both_ways_in") is not None
            if is_over_both or over_http == bool((before + turn) % 2):
                chosen.add((test, over_http))
            both ^= {test}  # what was selected over one way in only is asked for as it is
    return [one for one in items if (found := _way_in(one)) is None or found[0] in both or found[::2] in chosen]


def _way_in(item: pytest.Item) -> tuple[str, str, bool] | None:
    """Returns a test without its way in, its function, and whether it is over HTTP; None where there is no choice."""
    if not isinstance(item, pytest.Function) or not hasattr(item, "callspec"):
        return None
    parameters = item.callspec.params
    if "http" not in parameters:
        return None
    function = item.nodeid.partition("[")[0]
    others = "-".join(one for one in item.callspec._idlist if one not in ("socket mode", "http"))
    return f"{function}[{others}]", function, bool(parameters["http"])


@pytest.fixture
def long_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Raises the limits of PostgreSQL, for busy machines and tests of something else."""
    monkeypatch.setattr(postgresql, "WRITE_TIMEOUT", 30.0)
    monkeypatch.setattr(postgresql, "IDLE_TIMEOUT", 30.0)


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Server]:
    """One a worker of pytest's; skipped with the reason where there is none, unless it is required."""
    try:
        with servers.server() as server:
            yield server
    except servers.Unavailable as fault:
        if os.environ.get(servers.REQUIRED):
            raise
        pytest.skip(f"PostgreSQL: {fault}")
