"""How many requests each operation makes of the PBX, and why: `python -m tests.bench.requests`.

Cold is a Park that has just started; fresh is one that has read the names a moment ago: these cost nothing then.
"""

from collections.abc import Sequence

from bot.sandbox.environment import Sandbox

READ_WRITE_READ = "read to plan, again before the write, write, read back"
LINES: Sequence[tuple[str, Sequence[str], str]] = (
    ("groups", (), "the list, 100 a page"),
    ("group Sales", (), "its settings, its members"),
    ("find 1001", (), "members of each group until it is found, from memory while that is fresh"),
    ("server", (), "its settings, the star codes"),
    ("recall Sales to Night Desk", (), READ_WRITE_READ + "; server's times for the card"),
    ("add 1001 to Sales", (), "settings and members at each reading; that it is a user; the write"),
    ("remove 1002 from Sales", (), "settings and members at each reading; the write"),
    ("move 1002 to Support", (), "two groups at each reading; two writes"),
    ("create Returns", (), "that the name is free; the write; settings and members read back"),
    ("rename Billing to Invoices", (), READ_WRITE_READ + "; that the name is free"),
    ("server recall time 7m", (), READ_WRITE_READ),
    ("undo change 1", ("recall Sales to user then Night Desk",), READ_WRITE_READ),
    ("preview delete Sales", (), "settings and members"),
)


def asked(sandbox: Sandbox, line: str) -> tuple[int, int]:
    """Requests that the PBX heard because of it, and how many of them were writes."""
    sandbox.pbx.requests.clear()
    sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], line)
    sandbox.settle(60)
    return len(sandbox.pbx.requests), len(sandbox.pbx.writes)


def count(line: str, before: Sequence[str], *, fresh: bool) -> tuple[int, int]:
    """On a stage of its own."""
    with Sandbox() as sandbox:
        for one in (*before, *(("groups", "find 1001", "preview recall Sales to Night Desk") if fresh else ())):
            asked(sandbox, one)
        return asked(sandbox, line)


def main() -> None:
    """Print the table."""
    print(f"{'requests of the PBX':32}{'cold':>6}{'fresh':>7}{'writes':>8}")
    for line, before, why in LINES:
        cold, _ = count(line, before, fresh=False)
        fresh, writes = count(line, before, fresh=True)
        print(f"{line:32}{cold:6}{fresh:7}{writes:8}   {why}")


if __name__ == "__main__":
    main()
