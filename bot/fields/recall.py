"""Where a recalled call goes, as typed."""

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from bot.fields.name import read_name
from bot.fields.noun import Noun, Refers
from bot.pbx.models import RecallTo
from bot.words import Words, quote

_USER = r"(the )?((parking )?user( only| alone)?|parker|(whoever|person who|one who) parked( it| the call)?)"


class Recall(BaseModel):
    """A recall target: `ring_group` is a name or number as typed, None for the user alone."""

    model_config = ConfigDict(frozen=True)

    to: RecallTo
    ring_group: str | None = None


def _read_recall(words: Words) -> Recall:
    text = " ".join(word.text for word in words if not word.quoted).lower()
    if re.fullmatch(_USER, text) and not any(word.quoted for word in words):
        return Recall(to=RecallTo.USER)
    for index, word in enumerate(words):
        before = " ".join(str(one) for one in words[:index]).lower().rstrip(",").removesuffix(" and").rstrip(",")
        if word.means("then") and re.fullmatch(_USER, before):
            return Recall(to=RecallTo.USER_THEN_RING_GROUP, ring_group=_read_ring_group(words[index + 1 :]))
    return Recall(to=RecallTo.RING_GROUP, ring_group=_read_ring_group(words))


def _read_ring_group(words: Words) -> str:
    """Without `ring group` before it: "The Desk" and "Ring Leaders" may well be what they are called."""
    bare = words[1:] if words and words[0].means("the") else words
    if len(bare) > 2 and bare[0].means("ring") and bare[1].means("group"):
        words = bare[2:]
    if not words:
        raise ValueError("Name the ring group, as in user then Night Desk.")
    return read_name(words)


def _say_recall(recall: Recall) -> str:
    if recall.ring_group is None:
        return "user"
    text = recall.ring_group
    ring_group = f"ring group {text}" if text.isdigit() else quote(text)
    return f"user then {ring_group}" if recall.to is RecallTo.USER_THEN_RING_GROUP else ring_group


RECALL = Noun(
    placeholder="<user | ring group | user then ring group>",
    label="Where recalls go",
    read=_read_recall,
    say=_say_recall,
    refers=Refers.RECALL,
)

RecallTarget = Annotated[Recall, RECALL]
