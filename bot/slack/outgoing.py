"""Marks what leaves for Slack with the PBX that it is about, and keeps each PBX's messages to its own channels.

Park with one PBX marks nothing. With several, a message carries the PBX's name in the block_ids of its buttons, and a
view in its private_metadata; `bot.tenants.origin` reads both.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import BoltResponse

from bot.errors import SlackRefused
from bot.slack.blocks import Payload
from bot.slack.failures import OTHER_CHANNEL

MARK = "pbx"
"""The key of private_metadata, and the first part of a block_id, that hold a PBX's name."""
MAX_MESSAGE_BLOCKS, MAX_VIEW_BLOCKS = 50, 100
"""Blocks; docs.slack.dev, Block Kit and views."""
Json = dict[str, Any]


class Outgoing:
    """What each message, view and acknowledgement of a PBX passes on its way to Slack; the default changes nothing."""

    def __init__(self, name: str = "", title: str = "", channels: frozenset[str] | None = None) -> None:
        """Prepares the marks.

        Args:
            name: The PBX's name in park.toml; empty for the only PBX.
            title: What people read instead, where a message is not in a channel of the PBX.
            channels: Ids of the channels that belong to the PBX; None: all.
        """
        self.name, self._title, self._channels = name, title, channels
        self.home_header: Callable[[str], list[Json]] = lambda user: []
        """Returns the blocks above a user's Home tab."""

    def owns(self, channel: str) -> bool:
        """Returns whether something about the PBX may stand in a channel, or in a conversation with a person."""
        return self._channels is None or not _is_channel(channel) or channel in self._channels

    def require_own(self, channel: str) -> None:
        """Raises SlackRefused for a channel that belongs to another PBX, or to none."""
        if not self.owns(channel):
            raise SlackRefused(OTHER_CHANNEL)

    def message(self, payload: Payload, channel: str | None) -> Payload:
        """Returns a message with its marks; `channel` is where it goes, None: only the person who asked reads it."""
        if not self.name:
            return payload
        blocks = [self._marked(block, number) for number, block in enumerate(payload["blocks"])]
        if (channel is None or not _is_channel(channel)) and 0 < len(blocks) < MAX_MESSAGE_BLOCKS:
            blocks.append(self._title_block())
        return {"text": payload["text"], "blocks": blocks}

    def view(self, view: Mapping[str, Any]) -> Json:
        """Returns a modal with its mark, and with the PBX's title where it was not opened in a channel."""
        if not self.name:
            return dict(view)
        metadata = json.loads(view.get("private_metadata") or "{}")
        blocks = list(view["blocks"])
        if not metadata.get("channel") and len(blocks) < MAX_VIEW_BLOCKS:
            blocks.append(self._title_block())
        return {**view, "blocks": blocks, "private_metadata": _encode({**metadata, MARK: self.name})}

    def home(self, user: str, view: Mapping[str, Any]) -> Json:
        """Returns a Home tab with its mark, and with the choice of PBXs on top."""
        if not self.name:
            return dict(view)
        blocks = [*self.home_header(user), *view["blocks"]][:MAX_VIEW_BLOCKS]
        return {**view, "blocks": blocks, "private_metadata": _encode({MARK: self.name})}

    def response(self, response: BoltResponse) -> BoltResponse:
        """Marks the message or the view in an acknowledgement."""
        if not self.name or not response.body:
            return response
        try:
            content = json.loads(response.body)
        except ValueError:  # an acknowledgement without content
            return response
        if isinstance(content, dict) and "view" in content:
            response.body = json.dumps({**content, "view": self.view(content["view"])})
        elif isinstance(content, dict) and "blocks" in content:
            blocks = [self._marked(block, number) for number, block in enumerate(content["blocks"])]
            response.body = json.dumps({**content, "blocks": blocks})
        return response

    def _marked(self, block: Mapping[str, Any], number: int) -> Json:
        """Returns a block whose buttons say which PBX they are about; Slack sends its block_id with each click."""
        has_buttons = block["type"] == "actions" or "accessory" in block
        return {**block, "block_id": f"{MARK}:{self.name}:{number}"} if has_buttons else dict(block)

    def _title_block(self) -> Json:
        text = {"type": "plain_text", "text": self._title or self.name}
        return {"type": "context", "elements": [text]}


def _is_channel(id: str) -> bool:
    """Returns whether an id is that of a channel, and not of a person or of a conversation with one."""
    return id[:1] in ("C", "G")


def _encode(metadata: Mapping[str, Any]) -> str:
    return json.dumps(metadata, separators=(",", ":"), ensure_ascii=False)
