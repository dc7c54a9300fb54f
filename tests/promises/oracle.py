"""Judges what Park did by the policy file alone; shares no code with `bot.policy`."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from bot.journal.models import Entry, State
from bot.sandbox.environment import Sandbox

Rules = dict[str, list[dict[str, Any]]]
"""The rules of a policy file by table, with people and channels by their names in the sandbox."""
IDS = {"users", "channels", "approvers", "emergency"}
UNGROUPED = {"server", "pause"}


def as_toml(rules: Rules) -> str:
    """The policy file, with placeholders for the sandbox's ids."""
    lines = ['announce = "{ops}"']
    for table, several in rules.items():
        for number, one in enumerate(several):
            lines += [f"[[{table}]]", f'name = "{table} {number}"']
            lines += [f"{key} = {_value(value, key in IDS)}" for key, value in one.items()]
    return "\n".join(lines)


def _value(value: Any, placeholders: bool) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_value(one, placeholders) for one in value)}]"
    return str(value) if isinstance(value, int) else f'"{{{value}}}"' if placeholders else f'"{value}"'


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What somebody did: one target of a change, and how large the whole change is."""

    kind: str
    groups: frozenset[str]
    ring_group: str | None = None
    at: datetime
    duration: timedelta | None = timedelta(0)
    members: int = 0
    emergency: bool = False
    approved_by: frozenset[str] = frozenset()


@dataclass
class Oracle:
    """What happened so far, and whether each part of it was allowed."""

    sandbox: Sandbox
    rules: Rules
    groups: list[str]
    steps: list[str] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    ends: dict[int, Entry] = field(default_factory=dict)
    entries: dict[int, Entry] = field(default_factory=dict)
    taken_back: set[int] = field(default_factory=set)
    """Numbers of the changes that were allowed only because they took back one's own."""

    def __post_init__(self) -> None:
        self.people = {id: name for name, id in self.sandbox.people.items()}
        self.channels = {id: name for name, id in self.sandbox.channels.items()}
        self._audited, self._shown = 0, dict.fromkeys(self.people, 0)

    def begin(self, person: str | None, channel: str | None, line: str, *, clicked: bool = False) -> None:
        """Notes what is going to be done."""
        self.person, self.channel, self.now = person, channel, self.sandbox.now()
        self.steps.append(f"{person} in {channel} {'clicks' if clicked else 'types'} {line!r}")
        if person is not None and not clicked:
            self.typed[person] = f"{self.typed.get(person, '')}\n{line.casefold()}"

    def judge(self) -> None:
        """Raises AssertionError for a write, a cancelled end or a revealed name without a rule."""
        before = self.entries
        self.entries = {entry.id: entry for entry in self._journal()}
        ended = [one for one in self.entries.values() if one.state.ended and not _ended(before.get(one.id))]
        for entry in sorted(ended, key=lambda one: (one.ended_at or one.run_at, one.id)):
            self._judge_entry(entry, before)
        self._judge_ends(before, ended)
        self._judge_audit(ended)
        self._judge_names()

    def _journal(self) -> Iterator[Entry]:
        number = 1
        while True:
            try:
                yield self.sandbox.park.tenant.journal.get(number)
            except KeyError:
                return
            number += 1

    def _judge_entry(self, entry: Entry, before: dict[int, Entry]) -> None:
        operation = entry.operations[0]["operation"]
        if entry.state not in (State.DONE, State.UNKNOWN) or entry.request.source.name == "CLOCK":
            return
        if operation in ("pause", "resume"):
            deed = Deed(kind="pause", groups=frozenset(), at=self.now)
            self._require(entry, [deed])
        elif operation in ("keep", "extend", "cancel", "now"):
            self._judge_retiming(entry, operation, before)
        elif entry.plan is not None and entry.plan["changes"]:
            if self._takes_back_own(entry, operation):
                self.taken_back.add(entry.id)
            else:
                self._require(entry, list(self._deeds(entry, operation, before)))

    def _takes_back_own(self, entry: Entry, operation: str) -> bool:
        """Whether the changes are the inverse of those of an earlier change of the same person."""
        first = self.entries.get(entry.about) if operation == "undo" and entry.about else None
        if first is None or first.request.user != entry.request.user or first.id in self.taken_back:
            return False
        if first.operations[0]["operation"] == "undo" or first.plan is None or entry.plan is None:
            return False
        if entry.operations[0]["arguments"].get("anyway"):
            return False
        names = {name for change in first.plan["changes"] for name in _names(change)}
        return all(_names(change) <= names for change in entry.plan["changes"])

    def _judge_retiming(self, entry: Entry, operation: str, before: dict[int, Entry]) -> None:
        first = self.entries[entry.about or 0]
        own = first.request.user == entry.request.user
        duration: timedelta | None = None
        if operation == "cancel":
            duration = timedelta(0)
            if own:
                return
        elif operation == "now":
            ends = first.plan and first.plan["times"] and first.plan["times"]["ends"]
            duration = datetime.fromisoformat(ends) - self.now if ends else None
        else:
            (then,) = [one for one in before.values() if one.about == first.id and one.state is State.SCHEDULED]
            end = self.entries[then.id]
            made = first.ended_at or first.run_at
            duration = end.run_at - made if end.state is State.SCHEDULED else None
            if own and duration is not None and end.run_at <= then.run_at:
                return
        deeds = self._deeds(first, first.operations[0]["operation"], before, duration=duration)
        self._require(entry, list(deeds))

    def _deeds(self, entry: Entry, operation: str, before: dict[int, Entry], **known: Any) -> Iterator[Deed]:
        plan = entry.plan or {}
        changes = plan["changes"]
        at = entry.ended_at or self.now
        people = {one for change in changes for side in _moved(change) for one in side}
        ends = plan["times"] and plan["times"]["ends"]
        duration = datetime.fromisoformat(ends) - at if ends else None
        if operation == "undo" and entry.about in {one.about for one in before.values() if _is_coming(one)}:
            duration = timedelta(0)
        if plan["replaces"] is not None and duration is not None:
            duration += at - (self.entries[plan["replaces"]].ended_at or at)
        for change in changes:
            yield Deed(
                kind=_kind(change),
                groups=_names(change),
                ring_group=self._ring_group(change),
                at=at,
                duration=known.get("duration", duration),
                members=len(people),
                emergency=plan["emergency"] is not None
                and re.search("[a-z]{2}", plan["emergency"]["reason"]) is not None,
                approved_by=self._approvers(entry),
            )

    def _approvers(self, entry: Entry) -> frozenset[str]:
        approvals = (one for one in self.entries.values() if one.about == entry.id and one.state is State.DONE)
        given = (one for one in approvals if one.operations[0]["operation"] == "approve")
        return frozenset(self.people[one.request.user] for one in given if one.request.user != entry.request.user)

    def _ring_group(self, change: dict[str, Any]) -> str | None:
        before, after = ((change[side] or {"settings": {}})["settings"] for side in ("before", "after"))
        id = after.get("ring_group_id")
        if not id or id == before.get("ring_group_id"):
            return None
        return str(self.sandbox.pbx.state.ring_groups[id]["name"])

    def _require(self, entry: Entry, deeds: list[Deed]) -> None:
        person, channel = self.people[entry.request.user], self.channels.get(entry.request.channel or "")
        for deed in deeds:
            for name in deed.groups or {""}:
                assert self._allowed(person, channel, deed, name), self._story(
                    f"{person} in {channel} may not do change {entry.id} ({entry.request.line}): {deed} on {name!r}"
                )

    def _allowed(self, person: str, channel: str | None, deed: Deed, name: str) -> bool:
        where = (person, channel, deed, name)
        return any(_allows(rule, *where) for rule in self.rules["allow"]) and not any(
            _covers(rule, *where) for rule in self.rules["deny"]
        )

    def _judge_ends(self, before: dict[int, Entry], ended: list[Entry]) -> None:
        """Each end that is no longer to come happened, or was called off by something that was judged above."""
        done = [one for one in ended if one.state in (State.DONE, State.UNKNOWN, State.ALREADY)]
        settled = {one.about for one in done} | {(one.plan or {}).get("replaces") for one in done}
        for end in before.values():
            now = self.entries[end.id]
            if end.about is None or not _is_coming(end) or _is_coming(now):
                continue
            happened = now.state in (State.DONE, State.ALREADY, State.RUNNING, State.WAITING)
            assert happened or end.about in settled, self._story(f"the end of change {end.about} became {now.state}")

    def _judge_audit(self, ended: list[Entry]) -> None:
        """The PBX has no change that no entry stands for."""
        audit = self.sandbox.pbx.state.audit
        plans = [one.plan for one in ended if one.plan is not None]
        known = {name for plan in plans for change in plan["changes"] for name in _names(change) or {None}}
        for one in audit[self._audited :]:
            name = one["object_name"] if "GROUP" in one["object_type"] else None
            assert name in known, self._story(f"nobody asked for {one}")
        self._audited = len(audit)

    def _judge_names(self) -> None:
        """Nobody is told the name of a group in private that they neither may read nor typed, nor saw in public."""
        public = "\n".join(
            message.plain.casefold()
            for channel in self.channels
            for top in self.sandbox.slack.messages(channel)
            for message in self.sandbox.slack.messages(channel, thread=top.ts)
        )
        for user, person in self.people.items():
            said = self.sandbox.slack.ephemerals(user)
            for message in said[self._shown[user] :]:
                for name in self.groups:
                    if name.casefold() not in public + self.typed.get(person, "") and self._names(name, message.plain):
                        looking = Deed(kind="read", groups=frozenset({name}), at=self.now)
                        channel = self.channels.get(message.channel)
                        assert self._allowed(person, channel, looking, name), self._story(
                            f"{person} in {channel} was told of {name}: {message.plain}"
                        )
            self._shown[user] = len(said)

    @staticmethod
    def _names(name: str, text: str) -> bool:
        return re.search(rf"\b{re.escape(name)}\b", text) is not None

    def _story(self, what: str) -> str:
        return "\n".join([what, as_toml(self.rules), *self.steps])


def _ended(entry: Entry | None) -> bool:
    return entry is not None and entry.state.ended


def _is_coming(entry: Entry) -> bool:
    return entry.state is State.SCHEDULED and entry.request.source.name == "CLOCK"


def _names(change: dict[str, Any]) -> frozenset[str]:
    if change["target"]["id"] is None and change["target"]["name"] is None:
        return frozenset()
    sides = (side["settings"].get("name") for side in (change["before"], change["after"]) if side)
    return frozenset(name for name in (*sides, change["target"]["name"]) if name)


def _moved(change: dict[str, Any]) -> tuple[Collection[str], Collection[str]]:
    before, after = (
        {one["number"] for one in (side or {}).get("members") or ()} for side in (change["before"], change["after"])
    )
    return after - before, before - after


def _kind(change: dict[str, Any]) -> str:
    if not _names(change):
        return "server"
    before, after = change["before"], change["after"]
    if before is None or after is None or before["settings"]["name"] != after["settings"]["name"]:
        return "groups"
    return "members" if any(_moved(change)) else "recall"


def _matches(patterns: list[str], name: str) -> bool:
    return any(re.fullmatch(re.escape(one).replace(r"\*", ".*"), name, re.IGNORECASE) for one in patterns)


def _covers(rule: dict[str, Any], person: str, channel: str | None, deed: Deed, name: str) -> bool:
    """Whether the conditions that allow and deny rules have in common hold."""
    local = deed.at.astimezone(deed.at.tzinfo)
    open_now = local.weekday() < 5 and time(8) <= local.time().replace(tzinfo=None) < time(10, 30)
    return (
        deed.kind in rule["operations"]
        and person in rule["users"]
        and channel in rule.get("channels", [channel])
        and ("groups" not in rule or deed.kind in UNGROUPED or _matches(rule["groups"], name))
        and ("hours" not in rule or open_now)
    )


def _allows(rule: dict[str, Any], person: str, channel: str | None, deed: Deed, name: str) -> bool:
    limit = {"1h": timedelta(hours=1), "4h": timedelta(hours=4), None: None}[rule.get("temporary")]
    longest = timedelta(seconds=90) + limit if limit is not None else None
    return (
        _covers(rule, person, channel, deed, name)
        and (longest is None or (deed.duration is not None and deed.duration <= longest))
        and deed.members <= rule.get("members", 99)
        and (deed.ring_group is None or _matches(rule.get("ring_groups", ["*"]), deed.ring_group))
        and ("emergency" not in rule or deed.emergency)
        and ("approvers" not in rule or bool(deed.approved_by & set(rule["approvers"])))
    )
