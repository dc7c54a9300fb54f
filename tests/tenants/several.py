"""A sandbox with several PBXs, whose groups have the same names, and one Park that serves them."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.slack.model import Message
from bot.settings.tenants import TenantSettings, journal_of
from bot.tenants.tenant import Tenant

BERLIN, MUNICH, PARIS = "berlin", "munich", "paris"
OWN_GROUPS = {BERLIN: "Zebra", MUNICH: "Yak", PARIS: "Wombat"}
"""The only group of each PBX that no other one has."""
POLICY = """\
announce = "{own}"
contact = "{leads}"
drift = "{own}"

[[allow]]
name = "Everybody in the channel may look"
channels = ["{own}"]
operations = ["read"]

[[allow]]
name = "Team leads, from anywhere"
user_groups = ["{leads}"]
operations = ["all"]
recurring = true

[[allow]]
name = "On call, once a lead agrees"
users = [{people}]
operations = ["members", "recall", "groups"]
approvers = ["{leads}"]

[workflows]
channels = ["{own}"]
"""
"""Of each PBX: `{own}` is its channel, `{people}` are those who may do something there."""


class SeveralPbxs(Sandbox):
    """The first PBX is Berlin's, in #phones; Munich's and Paris's are in channels of their names.

    Ana leads all of them; Ben is allowed something in Berlin alone, Eve in Munich alone, Ada in Paris alone, and Gil
    nowhere. #random belongs to no PBX.
    """

    def __init__(self, *, retry_policy: Any = None, http: bool = False, **environment: Any) -> None:
        super().__init__(policy="", retry_policy=retry_policy, http=http, **environment)
        everybody = list(self.people.values())
        for name in (MUNICH, PARIS):
            self.channels[name] = self.slack.add_channel(name, everybody)
        self.channels[BERLIN] = self.channels["phones"]
        self.pbxs = {BERLIN: self.pbx, MUNICH: FakePbx(), PARIS: FakePbx()}
        for name, group in OWN_GROUPS.items():
            self.pbxs[name].console_create_group(group)
        self.allowed = {BERLIN: ["ben"], MUNICH: ["eve"], PARIS: ["ada"]}
        self.moved: dict[str, str] = {}
        """Channels that belong to another PBX than their own, by id; the name of the PBX."""

    @property
    def tenants(self) -> tuple[TenantSettings, ...]:
        """Returns what park.toml would say."""
        return tuple(self._tenant(name, self.settings) for name in self.pbxs)

    def _tenant(self, name: str, common: Any) -> TenantSettings:
        own = self.channels[name]
        file = Path(self._folder.name) / f"policy-{name}.toml"
        people = ", ".join(f'"{self.people[one]}"' for one in self.allowed[name])
        file.write_text(POLICY.format(own=own, leads=self.groups["leads"], people=people), encoding="utf-8")
        owned = {own} - self.moved.keys() | {channel for channel, to in self.moved.items() if to == name}
        fake = self.pbxs[name]
        changed = {"pbx_url": fake.url, "pbx_token": type(common.pbx_token)(fake.token), "park_policy": file}
        if name != BERLIN:
            changed["database_url"] = journal_of(common.database_url, name)
        settings = common.model_copy(update=changed)
        return TenantSettings(
            settings=settings, name=name, title=name.title(), channels=frozenset(owned), inherits=name == BERLIN
        )

    def tenant(self, name: str) -> Tenant:
        """Returns what serves a PBX."""
        return next(one for one in self.park.tenants if one.name == name)

    def members(self, name: str, group: str = "Sales") -> list[str]:
        """Returns the members of a group of a PBX, as they are there."""
        return self.pbxs[name].state.members_of(group)

    def __enter__(self) -> "SeveralPbxs":
        self._others = ExitStack()
        for name in (MUNICH, PARIS):
            self._others.callback(self.pbxs[name].stop)
            self.pbxs[name].start()
        super().__enter__()
        for fake in self.pbxs.values():
            fake.state.ahead = self._ahead
        return self

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self._others.close()

    def type(self, line: str, place: str, person: str = "ana") -> str:
        """Types a slash command in a channel, or with an empty place in the conversation with Park; returns the ack."""
        channel = self.channels[place] if place else self.slack.direct(self.people[person])
        ack = self.slack.slash(self.people[person], channel, line)
        assert ack.ok, ack.error
        self.settle()
        return str((ack.payload or {}).get("text") or "")

    def seen(self, place: str, person: str = "ana") -> list[Message]:
        """Returns all that a person sees in a channel or in the conversation with Park, threads included."""
        user = self.people[person]
        channel = self.channels[place] if place else self.slack.direct(user)
        tops = self.slack.seen_by(user, channel)
        return [*tops, *(one for top in tops for one in self.slack.seen_by(user, channel, thread=top.ts)[1:])]

    def card(self, place: str) -> Message:
        """Returns the last card in a channel."""
        return self.slack.messages(self.channels[place])[-1]

    def write(self, line: str, person: str = "ana") -> str:
        """Writes to Park alone; returns what Park answers in the thread."""
        user = self.people[person]
        conversation = self.slack.direct(user)
        ts = self.slack.say(user, conversation, line)
        bot = self.slack.bot_user
        answers = self.slack.wait_for(
            lambda: [one for one in self.slack.seen_by(user, conversation, thread=ts) if one.user == bot]
        )
        self.settle()
        answers = [one for one in self.slack.seen_by(user, conversation, thread=ts) if one.user == bot]
        return "\n".join(one.plain for one in answers)
