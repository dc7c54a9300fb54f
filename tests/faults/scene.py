"""A harness for conversations with Park: acts as its users, and reads what Slack and the PBX show afterwards."""

import random
import threading
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.sandbox.slack.model import Ack, Message
from bot.worker.lease import RetryPolicy
from tests.waiting import IN_CI, PATIENCE

FAST_RETRIES = RetryPolicy(retry_delay=timedelta(seconds=0.1), verify_delays=(0.05, 0.1, 0.2))
DEADLINE = 1.0
"""Seconds that a call to the PBX may take in these tests."""
NOTHING = "Nothing was changed"


def first_seed(part: int = 0) -> int:
    """Returns the seed of random episodes: in CI always the same, so that chance has no part in it."""
    return part if IN_CI else random.randrange(10**6)


def pending_states(message: Message) -> list[str]:
    """The states in the table that `pending as table` shows."""
    (table,) = (block for block in message.blocks if block["type"] == "table")
    header, *rows = table["rows"]
    at = [cell["text"] for cell in header].index("State")
    return [row[at]["text"] for row in rows]


@dataclass
class ConversationHarness:
    """Acts on a running stage; users and channels have the names that the stage gives them."""

    sandbox: Sandbox

    def slash(self, line: str, who: str = "ana", where: str = "phones") -> Ack:
        """Sends a slash command and asserts that it is acknowledged."""
        ack = self.sandbox.slack.slash(self.sandbox.people[who], self.sandbox.channels[where], line)
        assert ack.ok, ack
        return ack

    def do(self, line: str, who: str = "ana", where: str = "phones") -> None:
        """Sends a slash command and waits until it is processed and confirmed."""
        self.slash(line, who, where)
        self.sandbox.settle()

    def click(self, message: Message, label: str, who: str = "ana") -> None:
        """Clicks a button and waits until the click is processed and confirmed."""
        ack = self.sandbox.slack.click(self.sandbox.people[who], message, label=label)
        assert ack.ok, ack
        self.sandbox.settle()

    def cards(self, where: str = "phones") -> list[Message]:
        """Returns Park's public messages outside of threads."""
        bot = self.sandbox.slack.bot_user
        return [one for one in self.sandbox.slack.messages(self.sandbox.channels[where]) if one.user == bot]

    def card(self, where: str = "phones") -> Message:
        """Returns the card; there must be exactly one."""
        (only,) = self.cards(where)
        return only

    def replies(self, where: str = "phones") -> list[Message]:
        """Returns Park's replies in the threads of its cards."""
        channel = self.sandbox.channels[where]
        return [
            reply
            for card in self.cards(where)
            for reply in self.sandbox.slack.messages(channel, thread=card.ts)
            if reply.ts != card.ts
        ]

    def reply(self, where: str = "phones") -> Message:
        """Returns the reply; there must be exactly one."""
        (only,) = self.replies(where)
        return only

    def ephemerals(self, who: str = "ana") -> list[Message]:
        """Returns the ephemeral messages that the user was shown, except progress notices."""
        seen = self.sandbox.slack.ephemerals(self.sandbox.people[who])
        return [one for one in seen if not one.plain.lstrip("*").startswith("Working on")]

    def last_ephemeral(self, who: str = "ana") -> Message:
        """Returns the last ephemeral message that the user was shown."""
        return self.ephemerals(who)[-1]

    def direct(self, who: str = "ana") -> list[Message]:
        """Returns the user's direct messages from Park, with the threads under them."""
        user = self.sandbox.people[who]
        conversations = [
            one for one in self.sandbox.slack.state.channels.values() if one.direct and user in one.members
        ]
        roots = [message for one in conversations for message in self.sandbox.slack.messages(one.id)]
        return [one for root in roots for one in self.sandbox.slack.messages(root.channel, thread=root.ts)]

    def mentions(self, message: Message, who: str = "ana") -> bool:
        """Whether the message mentions the user."""
        return f"<@{self.sandbox.people[who]}>" in str(message.blocks)

    def members(self, group: str) -> list[str]:
        return self.sandbox.pbx.state.members_of(group)

    def id(self, group: str) -> str:
        return self.sandbox.pbx.state.group_id(group)

    def path(self, group: str) -> str:
        """Returns the group's path in the REST API."""
        return f"/api/call_park_groups/{quote(self.id(group), safe='')}"

    @property
    def writes(self) -> list[str]:
        """The write requests that the PBX received, as method and path, the way fault patterns match them."""
        return [request.line for request in self.sandbox.pbx.writes]

    def fail(self, kind: FaultKind, match: str = "POST *", **more: object) -> Fault:
        """Lets the PBX fail in this way at the next request that matches."""
        return self.sandbox.pbx.faults.add(Fault(kind=kind, match=match, **more))  # type: ignore[arg-type]

    def hold(self, match: str = "POST *") -> Fault:
        """Blocks the next request that matches at the PBX until `go_on`."""
        return self.fail(FaultKind.SLOW, match, seconds=0, hold=threading.Event())

    def reached(self, fault: Fault) -> None:
        """Waits for the request that meets the fault."""
        assert fault.reached.wait(PATIENCE)

    def go_on(self, fault: Fault) -> None:
        """Lets the blocked request continue."""
        assert fault.hold
        fault.hold.set()

    def changes(self) -> int:
        """Returns the number of changes in the PBX's audit log, by Park or by others."""
        return len(self.sandbox.pbx.state.audit)
