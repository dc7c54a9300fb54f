"""What is said when a request has ended: to the asker alone, or in the thread for all to see."""

from dataclasses import replace
from typing import Self

from pydantic import BaseModel, ConfigDict

from bot.message import Message


class Confirmation(BaseModel):
    """`private` goes to the asker; or a `card` with its `status` for the thread, and a `reply` under it."""

    model_config = ConfigDict(frozen=True)

    private: Message | None = None
    card: Message | None = None
    status: str = ""
    reply: Message | None = None
    mention: bool = False
    """Slow, failed and unknown outcomes name the asker: a card alone notifies nobody."""

    @classmethod
    def only(cls, message: Message) -> Self:
        """For the asker's eyes."""
        return cls(private=message)

    def noting(self, note: str) -> Self:
        """The same with one more note, if there is one."""
        if not note:
            return self
        parts = {"private": self.private, "reply": self.reply}
        noted = {part: replace(said, notes=(*said.notes, note)) for part, said in parts.items() if said}
        return self.model_copy(update=noted)
