"""A view as the workspace keeps it."""

import secrets
import time
from dataclasses import dataclass, field

from bot.sandbox.slack.ids import new_id
from bot.sandbox.slack.model import Json
from bot.sandbox.slack.parts import named
from bot.sandbox.slack.views.values import Values, first, kept


def new_hash() -> str:
    return f"{int(time.time())}.{secrets.token_hex(4)}"


@dataclass(kw_only=True, eq=False)
class Sheet:
    """`content` is what the app sent, `values` what the person entered, `trouble` what the whole view tells them."""

    user: str
    content: Json
    channel: str | None = None
    root: str = ""
    previous: str | None = None
    id: str = field(default_factory=lambda: new_id("V"))
    hash: str = field(default_factory=new_hash)
    values: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str | None = None

    def __post_init__(self) -> None:
        self.root = self.root or self.id
        self.content = {**self.content, "blocks": [named(block) for block in self.content["blocks"]]}
        self.values = first(self.blocks, self.channel)

    @property
    def blocks(self) -> list[Json]:
        return list(self.content["blocks"])

    def replace(self, content: Json) -> None:
        """Show something else: what was entered stays in fields whose ids stay, whatever their new initial value."""
        self.content = {**content, "blocks": [named(block) for block in content["blocks"]]}
        self.values = kept(self.values, self.blocks, self.channel)
        self.hash, self.errors, self.trouble = new_hash(), {}, None
