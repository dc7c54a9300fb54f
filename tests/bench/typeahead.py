"""How long an options request thinks, over 10,000 groups and 50,000 users: `python -m tests.bench.typeahead`."""

import time
from collections.abc import Callable
from statistics import median

from bot.names import fold
from bot.pbx.client import PBX
from bot.pbx.credentials import Credentials
from bot.pbx.directory import Directory
from bot.sandbox.pbx import SandboxPBX
from bot.typeahead import KINDS, Kind, Typeahead

GROUPS, USERS = 10_000, 50_000
TYPED: tuple[tuple[Kind, str], ...] = (
    ("group", "g"),
    ("group", "group 09"),
    ("group", "999"),
    ("user", "a"),
    ("user", "149999"),
    ("user", "ana ruiz 4"),
    ("user", "nobody of that name"),
)


def seconds(work: Callable[[], object], times: int = 15) -> float:
    """Of one run, in the middle of many."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return median(taken)


def scan(directory: Directory, text: str) -> list[str]:
    """What has to be done where nothing is filed: every label folded at every keystroke."""
    return [one.name for one in directory.remembered_groups() if fold(text) in fold(one.name)]


def main() -> None:
    """Print each, and its ratio to a plain scan of all groups."""
    with SandboxPBX(groups=GROUPS, users=USERS) as sandbox:
        pbx = PBX(sandbox.url, Credentials(token=sandbox.token))
        directory = Directory(pbx)
        typeahead = Typeahead(directory)
        reading, filing = seconds(directory.warm, 1), seconds(typeahead.file, 1)
        pbx.close()
    plain = seconds(lambda: scan(directory, "group 09"))
    print(f"read from the PBX {reading:.2f} s, filed {filing:.2f} s, of kinds {', '.join(KINDS)}")
    print(f"{'a plain scan of all groups':32} {plain * 1000:8.2f} ms")
    for kind, text in TYPED:
        taken = seconds(lambda kind=kind, text=text: typeahead.choices(kind, text))  # type: ignore[misc]
        print(f"{kind} {text!r:26} {taken * 1000:8.2f} ms   {taken / plain:6.3f} of a plain scan")


if __name__ == "__main__":
    main()
