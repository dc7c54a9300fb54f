"""Random conversations with temporary changes, in which the PBX, Slack, the clock and Park itself fail at random.

`python -m tests.faults.random_faults 3600` plays episodes for an hour and prints what happened in them.
"""

import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.audit.verify import verify
from bot.changes.plan import Plan
from bot.journal.models import Entry, State
from bot.messages.request import Source
from bot.sandbox.environment import DEMO_POLICY, ORDINARY_INSTANT, Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.sandbox.slack.faults import Drop
from bot.sandbox.slack.model import Message, Post
from bot.worker.lease import RetryPolicy
from tests.faults.true_cards import untrue_cards

POLICY = RetryPolicy(retry_delay=timedelta(seconds=0.2), verify_delays=(0.01, 0.02), pause_recheck=timedelta(seconds=1))
STEPS = 40
PEOPLE = ("ana", "ana", "ben")
GROUPS = ("Sales", "Support", "Billing")
MEMBERS = ("1001", "1004", "1005")
TARGETS = ("Night Desk", "Reception", "user", "user then Night Desk")
ENDS = (" for 30m", " for 1h", " for 2h", " for 5m", "", " at 12:00 for 1h")
SLACK_CODES = (
    "ratelimited", "internal_error", "fatal_error", "channel_not_found", "is_archived", "not_in_channel",
    "msg_too_long", "invalid_blocks", "no_text", "restricted_action", "ekm_access_denied", "team_access_not_granted",
    "token_expired", "invalid_auth", "account_inactive", "missing_scope", "message_not_found", "cant_update_message",
    "user_not_found", "user_disabled", "a_code_of_tomorrow", 500, 503, Drop.BEFORE,
)  # fmt: skip
SLACK_METHODS = (
    "chat.postMessage", "chat.postMessage", "chat.update", "chat.postEphemeral", "conversations.open", "users.info",
    "usergroups.users.list", "usergroups.list", "views.publish", "response_url",
)  # fmt: skip
SIGN_IN = "POST /api/auth/*"
PBX_FAULTS: tuple[Callable[[random.Random], dict[str, Any]], ...] = (
    lambda rng: {"kind": FaultKind.STATUS, "match": SIGN_IN, "status": rng.choice((400, 403, 404, 408, 429, 503))},
    lambda rng: {"kind": FaultKind.STATUS, "status": rng.choice((400, 401, 403, 404, 408, 409, 422, 500, 503))},
    lambda rng: {"kind": FaultKind.GATEWAY, "lands": rng.random() < 0.3},
    lambda rng: {"kind": FaultKind.THROTTLED, "retry_after": rng.choice((None, "1", "600"))},
    lambda _: {"kind": FaultKind.EXPIRED, "match": "* /api/call_park*"},
    lambda _: {"kind": FaultKind.DROP_BEFORE},
    lambda _: {"kind": FaultKind.DROP_AFTER, "match": "POST *"},
    lambda _: {"kind": FaultKind.LATE, "match": "POST *", "seconds": 0.3},
    lambda _: {"kind": FaultKind.MALFORMED, "match": "GET *"},
    lambda _: {"kind": FaultKind.SLOW, "seconds": 1.5},
)


@dataclass
class Episode:
    """One Park and the people around it, from a quiet start through faults to a quiet end."""

    rng: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    log: list[str] = field(default_factory=list)
    """What was done, for the message of a failure."""

    def __post_init__(self) -> None:
        pbx = FakePbx()
        account: dict[str, Any] = {"pbx_username": pbx.username, "pbx_password": pbx.password, "pbx_domain": pbx.domain}
        self.sandbox = Sandbox(
            pbx=pbx, policy=DEMO_POLICY, retry_policy=POLICY, now=ORDINARY_INSTANT, pbx_deadline=1.0, pbx_token=None,
            **account,
        )  # fmt: skip

    def play(self) -> None:
        """Plays the episode; AssertionError tells what was lost, done twice or not told."""
        with self.sandbox:
            for _ in range(STEPS):
                self._step()
            self._calm_down()
            self._check()

    def _step(self) -> None:
        actions: tuple[tuple[Callable[[], str], int], ...] = (
            (self._type, 10),
            (self._mention, 3),
            (self._click, 4),
            (self._pass_time, 6),
            (self._fail_pbx, 4),
            (self._fail_slack, 4),
            (self._mend, 3),
            (self._drop_connections, 1),
            (self._step_clock_back, 1),
            (self._restart_with_a_late_event, 1),
            (self._deactivate_or_reactivate, 1),
        )
        (action,) = self.rng.choices([action for action, _ in actions], [weight for _, weight in actions])
        self.log.append(f"{self.sandbox.now():%H:%M:%S} {action.__name__.strip('_')}: {action()}")
        self.counts[action.__name__.strip("_")] += 1
        self._wait_a_little(1)

    def _line(self) -> str:
        rng, ends = self.rng, self.rng.choice(ENDS)
        number = rng.randint(1, max([entry.id for entry in self._entries()], default=0) + 1)
        group, member = rng.choice(GROUPS), rng.choice(MEMBERS)
        return rng.choice(
            (
                f"recall {group} to {rng.choice(TARGETS)}{ends}",
                f"add {member} to {group}{ends}",
                f"recall {group} to {rng.choice(TARGETS)}{ends}",
                f"add {member} to {group}{ends}",
                f"remove {member} from {group}{ends}",
                f"server recall time {rng.choice((60, 90, 120))}{ends}",
                f"undo change {number}",
                f"keep change {number}",
                f"extend change {number} for 1h",
                f"cancel change {number}",
                f"pause for {rng.choice(('10m', '1h'))} because of work",
                "resume",
            )
        )

    def _type(self) -> str:
        who, line = self.rng.choice(PEOPLE), self._line()
        slack = self.sandbox.slack
        ack = slack.slash(self.sandbox.people[who], self.sandbox.channels["phones"], line)
        self.counts["acknowledged" if ack.ok else "not acknowledged"] += 1
        return f"{who}: {line}"

    def _mention(self, line: str = "") -> str:
        who, line = self.rng.choice(PEOPLE), line or self._line()
        slack = self.sandbox.slack
        slack.say(self.sandbox.people[who], self.sandbox.channels["phones"], f"<@{slack.bot_user}> {line}")
        if self.rng.random() < 0.3:
            slack.deliver_again("events_api")
        return f"{who}: {line}"

    def _click(self) -> str:
        who = self.rng.choice(PEOPLE)
        buttons = [(message, button) for message in self._seen(who) for button in _buttons(message)]
        if not buttons:
            return "nothing"
        message, button = self.rng.choice(buttons[-12:])
        self.sandbox.slack.click(self.sandbox.people[who], message, value=button["value"])
        return f"{who}: {button['text']['text']}"

    def _seen(self, who: str) -> list[Message]:
        slack, person = self.sandbox.slack, self.sandbox.people[who]
        roots = slack.seen_by(person, self.sandbox.channels["phones"])
        return [one for root in roots for one in (root, *slack.seen_by(person, root.channel, thread=root.ts))]

    def _pass_time(self) -> str:
        minutes = self.rng.choice((1, 3, 10, 31, 61))
        self.sandbox.forward(timedelta(minutes=minutes))
        return f"{minutes} minutes"

    def _fail_pbx(self) -> str:
        values = self.rng.choice(PBX_FAULTS)(self.rng)
        self.sandbox.pbx.faults.add(Fault(**values, times=self.rng.choice((1, 1, 2, 5, None))))
        if values.get("match") == SIGN_IN:
            self.sandbox.pbx.expire_tokens(refresh=True)
        return str(values)

    def _fail_slack(self) -> str:
        method, code = self.rng.choice(SLACK_METHODS), self.rng.choice(SLACK_CODES)
        self.sandbox.slack.faults.fail(method, code, times=self.rng.choice((1, 1, 3, 12)))
        return f"{method} {code}"

    def _mend(self) -> str:
        self.sandbox.pbx.faults.clear()
        self.sandbox.slack.faults.clear()
        return ""

    def _drop_connections(self) -> str:
        self.sandbox.pbx.drop_connections()
        return ""

    def _step_clock_back(self) -> str:
        seconds = self.rng.choice((5, 90, 1200))
        self.sandbox.ahead -= timedelta(seconds=seconds)
        return f"{seconds} s"

    def _restart_with_a_late_event(self) -> str:
        """Restarts Park; a message that was written meanwhile reaches it minutes later, by Slack's retries."""
        line, said = self._line(), list[str]()

        def meanwhile() -> None:
            said.append(self._mention(line))
            self.sandbox.ahead += timedelta(minutes=self.rng.choice((1, 10)))

        self.sandbox.restart(meanwhile)
        return "".join(said)

    def _deactivate_or_reactivate(self) -> str:
        ben = self.sandbox.slack.state.people[self.sandbox.people["ben"]]
        ben.deleted = not ben.deleted
        return "deactivated" if ben.deleted else "active again"

    def _wait_a_little(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self.sandbox.park.idle and time.monotonic() < end:
            time.sleep(0.01)

    def _calm_down(self) -> None:
        """Ends all faults and lets time pass until everything has ended that can."""
        self._mend()
        self.sandbox.slack.state.people[self.sandbox.people["ben"]].deleted = False
        self.sandbox.slack.slash(self.sandbox.people["ana"], self.sandbox.channels["phones"], "resume")
        for _ in range(300):
            self._wait_a_little(2)
            waiting = [entry for entry in self._entries() if not (entry.state.ended and entry.notified)]
            if not waiting:
                return
            due = min(entry.due_at or entry.run_at for entry in waiting)
            self.sandbox.forward(max(due - self.sandbox.now(), timedelta(0)) + timedelta(seconds=1))

    def _entries(self) -> list[Entry]:
        return self.sandbox.park.tenant.journal.recent(10_000)[::-1]

    def _check(self) -> None:
        entries = self._entries()
        for entry in entries:
            self.counts[f"{'end' if entry.request.source is Source.CLOCK else 'request'} {entry.state}"] += 1
        posts = [post for post in self.sandbox.slack.state.posts if post.user == self.sandbox.slack.bot_user]
        waiting = [entry.id for entry in entries if not entry.state.ended or not entry.notified]
        assert waiting == [], self._report(f"{waiting} have not ended, or nobody was told")
        self._each_end_happened(entries)
        self._each_change_was_told(entries, posts)
        self._nothing_was_done_twice(entries)
        assert not (untrue := list(untrue_cards(self.sandbox, entries))), self._report("\n".join(untrue))
        self.counts["messages"] += len(posts)
        with self.sandbox.park.tenant.journal.database.reading() as connection:
            verify(connection)

    def _each_end_happened(self, entries: list[Entry]) -> None:
        ends = {entry.about for entry in entries if entry.request.source is Source.CLOCK}
        for entry in entries:
            plan = Plan.model_validate(entry.plan) if entry.plan else None
            if plan and plan.times and plan.times.ends and entry.state in (State.DONE, State.UNKNOWN):
                assert entry.id in ends, self._report(f"change {entry.id} has no end")

    def _each_change_was_told(self, entries: list[Entry], posts: list[Post]) -> None:
        told = {
            int(number)
            for post in posts
            for number in re.findall(r"(?:hange\W{1,4}|#)(\d+)", f"{post.text}{post.blocks}")
        }
        made = [
            entry.id
            for entry in entries
            if entry.state in (State.DONE, State.UNKNOWN) and entry.plan and entry.request.source is not Source.CLOCK
        ]
        assert set(made) <= told, self._report(f"{set(made) - told} were told nowhere")

    def _nothing_was_done_twice(self, entries: list[Entry]) -> None:
        """Holds the additions and removals of each member against the changes that made them, or may have."""
        made, planned, possible = Counter[Toggle](), Counter[Toggle](), Counter[Toggle]()
        for record in self.sandbox.pbx.state.audit:
            old, new = (_members(record[side]) for side in ("old_state", "new_state"))
            made.update(_toggles(record["object_name"], new - old, old - new))
        for entry in entries:
            plan = Plan.model_validate(entry.plan) if entry.plan else None
            for change in plan.changes if plan and entry.began else ():
                added, removed = ({one.number for one in side} for side in (change.added, change.removed))
                there = _toggles(change.target.title, added, removed)
                possible.update(there)
                if entry.state is State.DONE:
                    planned.update(there)
                if (plan and len(plan.changes) > 1) or entry.state is not State.DONE:  # may have been taken back
                    back = _toggles(change.target.title, removed, added)
                    possible.update((there + back) * entry.attempt)
        assert planned <= made, self._report(f"done by the journal, and not on the PBX: {planned - made}")
        assert made <= possible, self._report(f"done on the PBX more often than asked: {made - possible}")

    def _report(self, fault: str) -> str:
        states = [f"{entry.id} {entry.state} {entry.request.line} {entry.failure or ''}" for entry in self._entries()]
        calls = [f"{call.method} {call.args.get('text', '')} {call.answer}"[:200] for call in self.sandbox.slack.calls]
        return "\n".join((fault, *self.log, *states, *calls[-60:]))


Toggle = tuple[str, str, str]
"""A group's name, a member's number, and whether it was added or removed."""


def _toggles(group: str, added: set[str], removed: set[str]) -> list[Toggle]:
    return [(group, number, "added") for number in added] + [(group, number, "removed") for number in removed]


def _members(state: str) -> set[str]:
    return set(json.loads(state).get("members", ()))


def _buttons(message: Message) -> list[dict[str, Any]]:
    elements = [one for block in message.blocks for one in (*block.get("elements", ()), block.get("accessory") or {})]
    return [one for one in elements if one.get("type") == "button" and "value" in one]


def play_for(seconds: float, seed: int, least: int = 2) -> Counter[str]:
    """Plays episodes for at least so many seconds, `least` or more, and returns how often what happened.

    Goes on until a temporary change has ended: episodes without any prove nothing.
    """
    end, counts = time.monotonic() + seconds, Counter[str]()
    while counts["episodes"] < least or not counts["end done"] or time.monotonic() < end:
        episode = Episode(random.Random(seed + counts["episodes"]), counts)
        episode.play()
        counts["episodes"] += 1
    return counts


if __name__ == "__main__":
    began = random.randrange(10**6)
    print(f"first seed {began}", flush=True)  # noqa: T201 - a command
    for what, number in sorted(play_for(float(sys.argv[1]), began).items()):
        print(f"{number:7} {what}")  # noqa: T201
