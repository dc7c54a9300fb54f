"""Whatever several people type and click, and however time passes: nothing happens that no rule of the policy allows.

Random sequences against the real app under random policies. `oracle.py` judges by the policy file alone what happened.
PARK_RANDOM_REQUESTS_EXAMPLES sets how many new sequences are tried in place of a few fixed ones,
PARK_RANDOM_REQUESTS_STEPS their length. A failure is made smaller only if PARK_RANDOM_REQUESTS_SHRINK is set,
because each attempt starts the app.
"""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from bot.sandbox.environment import ORDINARY_INSTANT, Sandbox
from bot.sandbox.slack.model import Message
from tests.faults.scene import FAST_RETRIES
from tests.promises.oracle import Oracle, Rules, as_toml

EXAMPLES = int(os.environ.get("PARK_RANDOM_REQUESTS_EXAMPLES", "0"))
STEPS = int(os.environ.get("PARK_RANDOM_REQUESTS_STEPS", "25"))
PHASES = [Phase.generate, *([Phase.shrink] if os.environ.get("PARK_RANDOM_REQUESTS_SHRINK") else [])]
PEOPLE, CHANNELS = ["ana", "ben", "eve", "gil"], ["phones", "random"]
GROUPS = ["Sales", "Support", "Billing", "Warehouse", "Night Shift"]
NAMES = ["Billing", "Warehouse", "Night Shift", "Front Desk", "The Lounge", "Back to Front", "Sales for Partners"]
"""Names that no example in Park's own texts holds, so that whoever reads one was told of it."""


def some(*items: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(items), min_size=1, max_size=3, unique=True)


KINDS = some("members", "recall", "groups", "server", "pause")
SCOPES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"users": some(*PEOPLE), "groups": st.one_of(st.just(["*"]), some("Sal*", "Supp*", "*ing", "Night*", "Ware*"))},
    optional={
        "channels": some("phones", "random"),
        "hours": st.just(["Mon-Fri 08:00-10:30 UTC"]),
    },
)
LIMITS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "ring_groups": some("Night*", "Rec*"),
        "temporary": st.sampled_from(["1h", "4h"]),
        "members": st.just(1),
    },
)
CONDITIONS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {}, {"approvers": ["ana", "eve"]}, {"emergency": "ops"}]
)
LOOKING = st.builds(lambda scope, kinds: scope | {"operations": kinds}, SCOPES, some("read", "history"))
CHANGING = st.builds(
    lambda scope, kinds, limits, condition: scope | {"operations": kinds} | limits | condition,
    SCOPES,
    KINDS,
    LIMITS,
    CONDITIONS,
)
DENYING = st.builds(lambda scope, kinds: scope | {"operations": kinds}, SCOPES, KINDS)
POLICIES: st.SearchStrategy[Rules] = st.builds(
    lambda looking, changing, denying: {"allow": [*looking, *changing], "deny": denying},
    st.lists(LOOKING, min_size=1, max_size=3),
    st.lists(CHANGING, min_size=4, max_size=7),
    st.lists(DENYING, max_size=1),
)
NUMBERS = st.integers(1, 12)
GROUP = st.sampled_from(GROUPS)
MEMBER = st.sampled_from(["1001", "1002", "1007", "1055", "1021"])
ENDS = st.sampled_from(["", "", " for 30m", " for 2h", " for 6h", " at 12:00 for 1h", " at 12:30"])
CHANGES = st.one_of(
    st.builds("add {} to {}{}".format, MEMBER, GROUP, ENDS),
    st.builds("remove {} from {}{}".format, MEMBER, GROUP, ENDS),
    st.builds("move {} to {}{}".format, MEMBER, GROUP, ENDS),
    st.builds("remove {}".format, MEMBER),
    st.builds("recall {} to {}{}".format, GROUP, st.sampled_from(["Night Desk", "Reception", "user"]), ENDS),
    st.builds('rename {} to "{} two"'.format, GROUP, GROUP),
    st.builds("delete {}".format, GROUP),
    st.builds('create "{} three"'.format, GROUP),
    st.builds("server recall time {}{}".format, st.sampled_from(["90", "120"]), ENDS),
)
ABOUT = st.builds(
    lambda words, number: words.format(number),
    st.sampled_from(
        [
            "undo {}", "undo change {}", "undo change {} anyway", "keep change {}", "extend change {} for 1h",
            "extend change {} until 11:00", "cancel change {}", "do change {} now", "end change {} now",
            "approve change {}", "refuse change {}", "why {}", "replace change {} with recall Sales to Night Desk",
            "replace change {} with recall Sales to user for 1h", "preview undo change {}",
        ]
    ),
    NUMBERS,
)  # fmt: skip
QUESTIONS = st.one_of(
    st.sampled_from(["groups", "pending", "history", "undo", "help", "access", "server", "find 1002", "find 1055"]),
    st.builds("{} {}".format, st.sampled_from(["group", "history", "undo", "who can delete", "can me delete"]), GROUP),
)
LINES = st.one_of(
    CHANGES,
    CHANGES,
    ABOUT,
    ABOUT,
    QUESTIONS,
    CHANGES.map("preview {}".format),
    CHANGES.map("ask {}".format),
    CHANGES.map("emergency {} because fire".format),
    st.sampled_from(["pause because of work", "resume"]),
)


class RandomRequests(RuleBasedStateMachine):
    """Several people at one Park."""

    sandbox: Sandbox | None = None

    @initialize(rules=POLICIES)
    def start(self, rules: Rules) -> None:
        self.sandbox = Sandbox(policy=as_toml(rules), retry_policy=FAST_RETRIES, now=ORDINARY_INSTANT).__enter__()
        self.oracle = Oracle(self.sandbox, rules, NAMES)

    @rule(person=st.sampled_from(PEOPLE), channel=st.sampled_from(CHANNELS), line=LINES)
    def type(self, person: str, channel: str, line: str) -> None:
        assert self.sandbox is not None
        self.oracle.begin(person, channel, line)
        self.sandbox.slack.slash(self.sandbox.people[person], self.sandbox.channels[channel], line)
        self._judge()

    @rule(person=st.sampled_from(PEOPLE), channel=st.sampled_from(CHANNELS), pick=st.integers(0, 999))
    def click(self, person: str, channel: str, pick: int) -> None:
        """Clicks one of the buttons that the person has in sight, new or old."""
        assert self.sandbox is not None
        buttons = list(self._buttons(person, channel))
        if buttons:
            message, button = buttons[-1 - pick % len(buttons)]
            self.oracle.begin(person, channel, button["accessibility_label"], clicked=True)
            self.sandbox.slack.click(self.sandbox.people[person], message, value=button["value"])
            self._judge()

    @rule(minutes=st.sampled_from([1, 29, 60, 61, 119, 200]))
    def wait(self, minutes: int) -> None:
        """Lets time pass, minute by minute where something is due."""
        assert self.sandbox is not None
        self.oracle.begin(None, None, f"({minutes} minutes pass)")
        self.sandbox.forward(timedelta(minutes=minutes))
        self._judge()

    def _judge(self) -> None:
        assert self.sandbox is not None
        self.sandbox.settle()
        self.oracle.judge()

    def _buttons(self, person: str, channel: str) -> Iterator[tuple[Message, dict[str, Any]]]:
        assert self.sandbox is not None
        user, place = self.sandbox.people[person], self.sandbox.channels[channel]
        seen = [one for one in self.sandbox.slack.seen_by(user, place) if one.user == self.sandbox.slack.bot_user]
        for message in seen[-12:]:
            for block in message.blocks:
                for element in [*block.get("elements", ()), block.get("accessory") or {}]:
                    if element.get("type") == "button" and str(element.get("action_id", "")).startswith("park:offer"):
                        yield message, {"accessibility_label": "?", **element}

    def teardown(self) -> None:
        if self.sandbox is not None:
            self.sandbox.__exit__(None, None, None)


def test_nothing_happens_without_a_rule() -> None:
    run_state_machine_as_test(
        RandomRequests,
        settings=settings(
            max_examples=EXAMPLES or 3,
            derandomize=not EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            database=None,
            phases=PHASES,
        ),
    )
