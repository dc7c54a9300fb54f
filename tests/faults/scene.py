"""A stage in a hurry, with a few people to act on it and eyes to see what stands in Slack and on the PBX."""

import threading
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from bot.sandbox.environment import Stage
from bot.sandbox.pbx.faults import Fault, Kind
from bot.sandbox.slack.model import Ack, Message
from bot.worker.lease import RetryPolicy

HURRY = RetryPolicy(again=timedelta(seconds=0.1), looks=(0.05, 0.1, 0.2))
DEADLINE = 1.0
"""Seconds that a call to the PBX may take here."""
NOTHING = "Nothing was changed"


@dataclass
class Scene:
    """People are named as the stage names them, channels too."""

    stage: Stage

    def slash(self, line: str, who: str = "ana", where: str = "phones") -> Ack:
        """Type it, and see it acknowledged."""
        ack = self.stage.slack.slash(self.stage.people[who], self.stage.channels[where], line)
        assert ack.ok, ack
        return ack

    def do(self, line: str, who: str = "ana", where: str = "phones") -> None:
        """Type it, and wait until it is settled and told."""
        self.slash(line, who, where)
        self.stage.settle(30)

    def click(self, message: Message, label: str, who: str = "ana") -> None:
        """Click, and wait until it is settled and told."""
        ack = self.stage.slack.click(self.stage.people[who], message, label=label)
        assert ack.ok, ack
        self.stage.settle(30)

    def cards(self, where: str = "phones") -> list[Message]:
        """What Park posted for all to see, outside of threads."""
        bot = self.stage.slack.bot_user
        return [one for one in self.stage.slack.messages(self.stage.channels[where]) if one.user == bot]

    def card(self, where: str = "phones") -> Message:
        """The only one."""
        (only,) = self.cards(where)
        return only

    def replies(self, where: str = "phones") -> list[Message]:
        """What Park said under its cards."""
        channel = self.stage.channels[where]
        return [
            reply
            for card in self.cards(where)
            for reply in self.stage.slack.messages(channel, thread=card.ts)
            if reply.ts != card.ts
        ]

    def reply(self, where: str = "phones") -> Message:
        """The only one."""
        (only,) = self.replies(where)
        return only

    def whispers(self, who: str = "ana") -> list[Message]:
        """What only that person saw, but for "Checking ..."."""
        seen = self.stage.slack.ephemerals(self.stage.people[who])
        return [one for one in seen if not one.plain.lstrip("*").startswith("Checking")]

    def whisper(self, who: str = "ana") -> Message:
        """The last of these."""
        return self.whispers(who)[-1]

    def direct(self, who: str = "ana") -> list[Message]:
        """What Park told them in direct messages and the threads under these."""
        person = self.stage.people[who]
        rooms = [one for one in self.stage.slack.state.channels.values() if one.direct and person in one.members]
        roots = [message for room in rooms for message in self.stage.slack.messages(room.id)]
        return [one for root in roots for one in self.stage.slack.messages(root.channel, thread=root.ts)]

    def mentions(self, message: Message, who: str = "ana") -> bool:
        """Whether Slack notifies that person of it."""
        return f"<@{self.stage.people[who]}>" in str(message.blocks)

    def members(self, group: str) -> list[str]:
        return self.stage.pbx.state.members_of(group)

    def id(self, group: str) -> str:
        return self.stage.pbx.state.group_id(group)

    def path(self, group: str) -> str:
        """As the PBX hears it."""
        return f"/api/call_park_groups/{quote(self.id(group), safe='')}"

    @property
    def writes(self) -> list[str]:
        """What the PBX was asked to change: method and path, as fault patterns match them."""
        return [heard.line for heard in self.stage.pbx.writes]

    def fail(self, kind: Kind, match: str = "POST *", **more: object) -> Fault:
        """Let the PBX do this to the next request that fits."""
        return self.stage.pbx.faults.add(Fault(kind=kind, match=match, **more))  # type: ignore[arg-type]

    def hold(self, match: str = "POST *") -> Fault:
        """Keep the next request that fits waiting at the PBX until `go_on`."""
        return self.fail(Kind.SLOW, match, seconds=0, hold=threading.Event())

    def reached(self, fault: Fault) -> None:
        """Wait for the request that meets the fault."""
        assert fault.reached.wait(10)

    def go_on(self, fault: Fault) -> None:
        """Let the held request be carried out."""
        assert fault.hold
        fault.hold.set()

    def changes(self) -> int:
        """How many changes of anything the PBX knows, whoever made them."""
        return len(self.stage.pbx.state.audit)
