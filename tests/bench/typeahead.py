"""How long an options request thinks, over 10,000 groups and 50,000 users: `python -m tests.bench.typeahead`.

And over groups of which many rules allow hardly any: what these allow is filed in the background, for all who may pick
the same, but for as few names and patterns as are held against each other while somebody waits (the last two).
"""

import time
from collections.abc import Callable
from statistics import median

from bot.messages.text import fold
from bot.pbx.auth import Credentials
from bot.pbx.client import PbxClient
from bot.pbx.directory import Directory
from bot.planning.picker_sources import KINDS, PickerKind
from bot.planning.pickers import MAX_INLINE_NAMES, PickerScope, Typeahead
from bot.policy.evaluation import ALL_NAMES, visible_groups
from bot.policy.model import Permission, Principal
from bot.policy.rules import Policy
from bot.sandbox.pbx.fake_pbx import FakePbx

GROUPS, USERS = 10_000, 50_000
CASES = ((GROUPS, 200), (MAX_INLINE_NAMES, 200), (MAX_INLINE_NAMES, 20))
"""Groups, and rules."""
LIMIT = 0.3
"""Seconds within which an options request is to be acknowledged."""
ANA = Principal(user="U1", team="T1", channel="C1", user_groups=frozenset({"S1"}))
PATTERNS = {
    "a name and a beginning": ("Group {:05}", "Desk {:03}*"),
    "two parts of a name": ("*p {:05}", "*desk {:03}*"),
}
TYPED: tuple[tuple[PickerKind, str], ...] = (
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
    return [one.name for one in directory.cached_groups() if fold(text) in fold(one.name)]


def policy(count: int, patterns: tuple[str, ...]) -> Policy:
    """Each rule is for Ana here, and allows one group of 10,000; each tenth has a twin that denies another."""
    rules = [
        {"users": ["U1"], "operations": ["members"], "groups": [one.format(number * 40) for one in patterns]}
        for number in range(count)
    ]
    denied = [{**rule, "groups": [f"{group}1" for group in rule["groups"]]} for rule in rules[::10]]
    return Policy.model_validate({"allow": rules, "deny": denied})


def by_policy() -> None:
    """Print what rules add: before the ack, and in the background."""
    for groups, count in CASES:
        with FakePbx(groups=groups) as fake_pbx:
            pbx = PbxClient(fake_pbx.url, Credentials(token=fake_pbx.token))
            directory = Directory(pbx)
            directory.load_all()
            pbx.close()
        for words, patterns in PATTERNS.items():
            rules = policy(count, patterns)

            def ack(typeahead: Typeahead, rules: Policy = rules) -> int:
                """All that an options request does."""
                part: PickerScope = ("group", visible_groups(rules, ANA, Permission.MEMBERS))
                return len(typeahead.choices(part, ""))

            def file(typeahead: Typeahead, rules: Policy = rules) -> None:
                typeahead.file(("group", visible_groups(rules, ANA, Permission.MEMBERS)))

            anew, filed = Typeahead(directory), Typeahead(directory)
            filed.file()
            first, filing = seconds(lambda: ack(anew), 1), seconds(lambda: file(filed), 1)  # noqa: B023
            then = seconds(lambda: ack(filed))  # noqa: B023
            print(
                f"{groups} groups, {count} rules with {words}: {ack(filed)} offered, "
                f"first ack {first * 1000:.1f} ms ({first / LIMIT:.3f} of its limit), filed in {filing * 1000:.0f} ms,"
                f" then ack {then * 1000:.2f} ms ({then / LIMIT:.3f})"
            )


def main() -> None:
    """Print each, and its ratio to a plain scan of all groups."""
    with FakePbx(groups=GROUPS, users=USERS) as fake_pbx:
        pbx = PbxClient(fake_pbx.url, Credentials(token=fake_pbx.token))
        directory = Directory(pbx)
        typeahead = Typeahead(directory)
        reading, filing = seconds(directory.load_all, 1), seconds(typeahead.file, 1)
        pbx.close()
    plain = seconds(lambda: scan(directory, "group 09"))
    print(f"read from the PBX {reading:.2f} s, filed {filing:.2f} s, of kinds {', '.join(KINDS)}")
    print(f"{'a plain scan of all groups':32} {plain * 1000:8.2f} ms")
    for kind, text in TYPED:
        taken = seconds(lambda kind=kind, text=text: typeahead.choices((kind, ALL_NAMES), text))  # type: ignore[misc]
        print(f"{kind} {text!r:26} {taken * 1000:8.2f} ms   {taken / plain:6.3f} of a plain scan")
    by_policy()


if __name__ == "__main__":
    main()
