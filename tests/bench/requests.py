"""How many requests each operation makes of the PBX, and how many in sequence: `python -m tests.bench.requests`.

Cold is a Park that has just started; fresh is one that has read the names a moment ago: these cost nothing then. The
floor is what no implementation that reads, writes once for each change and verifies can go below, with fresh names.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.http import RecordedRequest

LATENCY = 0.05
"""Seconds that each request takes, so that requests side by side overlap."""
READ_WRITE_READ = "read to plan, write, read back"


class Line(NamedTuple):
    """A line with what precedes it, its floor as requests and requests in sequence, and what the requests are for."""

    line: str
    floor: tuple[int, int]
    why: str
    before: Sequence[str] = ()


LINES = (
    Line("groups", (0, 0), "the list, 100 a page"),
    Line("group Sales", (2, 1), "its settings, its members"),
    Line("find 1001", (0, 0), "members of each group until it is found, from memory while that is fresh"),
    Line("server", (1, 1), "its settings, the star codes"),
    Line("recall Sales to Night Desk", (3, 3), READ_WRITE_READ + "; when cold also the server's times for the card"),
    Line("add 1001 to Sales", (5, 3), READ_WRITE_READ + ", settings and members each time; that it is a user"),
    Line("remove 1002 from Sales", (5, 3), READ_WRITE_READ + ", settings and members each time"),
    Line("move 1002 to Support", (10, 4), "two groups at each reading; two writes"),
    Line("create Returns", (3, 2), "that the name is free; the write; settings and members read back"),
    Line("rename Billing to Invoices", (3, 3), READ_WRITE_READ + "; that the name is free"),
    Line("server recall time 7m", (3, 3), READ_WRITE_READ),
    Line("undo change 1", (3, 3), READ_WRITE_READ, ("recall Sales to user then Night Desk",)),
    Line("preview delete Sales", (2, 1), "settings and members"),
)


class Asked(NamedTuple):
    """What the PBX was asked because of one line."""

    requests: int
    in_sequence: int
    writes: int


def ask(sandbox: Sandbox, line: str) -> Asked:
    """Types a line and counts the requests that the PBX hears because of it."""
    sandbox.pbx.requests.clear()
    sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], line)
    sandbox.settle()
    return Asked(len(sandbox.pbx.requests), longest_sequence(sandbox.pbx.requests), len(sandbox.pbx.writes))


def longest_sequence(requests: Iterable[RecordedRequest]) -> int:
    """Returns the most requests of which each began after the one before it had been answered."""
    lengths: list[tuple[float, int]] = []
    for one in sorted(requests, key=lambda request: request.began):
        longest = max((length for ended, length in lengths if ended <= one.began), default=0)
        lengths.append((one.ended, longest + 1))
    return max((length for _, length in lengths), default=0)


def count(line: Line, *, fresh: bool) -> Asked:
    """Counts on a sandbox of its own."""
    with Sandbox() as sandbox:
        for one in (*line.before, *(("groups", "find 1001", "preview recall Sales to Night Desk") if fresh else ())):
            ask(sandbox, one)
        sandbox.pbx.faults.latency = LATENCY
        return ask(sandbox, line.line)


def main() -> None:
    """Prints the table."""
    print(f"{'requests of the PBX':30}{'cold':>10}{'fresh':>12}{'floor':>12}{'writes':>8}   (in brackets: in sequence)")
    for line in LINES:
        cold, fresh = count(line, fresh=False), count(line, fresh=True)
        counts = (f"{requests} ({sequence})" for requests, sequence in (cold[:2], fresh[:2], line.floor))
        print(f"{line.line:30}{''.join(f'{one:>11}' for one in counts)}{fresh.writes:8}   {line.why}")


if __name__ == "__main__":
    main()
