"""Names of park groups, as typed."""

import re
from dataclasses import replace
from typing import Annotated

from bot.fields.noun import Noun, Refers
from bot.pbx.limits import check_name
from bot.words import Words, whole


def spellings(text: str) -> tuple[str, ...]:
    """The text, then what is left without a leading `the`, `group` or `ring group`: the first that exists is meant."""
    bare = re.sub(r"^(the\s+)?((park|ring)?\s*group\s+)?", "", text, flags=re.IGNORECASE).strip()
    return (text, bare) if bare and bare != text else (text,)


def read_name(words: Words) -> str:
    """All the words are the name; quotes around a part of it belong to it, as in Café "Süd"."""
    text = whole(words)
    if re.fullmatch(r"<[#@!].*>", text):
        raise ValueError(f"{text} is a Slack mention: type the name that the PBX has.")
    check_name(text)
    return text


GROUP = Noun(placeholder="<group>", label="Park group", read=read_name, refers=Refers.GROUP)
FROM_GROUP, TO_GROUP = replace(GROUP, label="From park group"), replace(GROUP, label="To park group")
NEW_NAME = Noun(placeholder="<name>", label="Name", hint="1 to 64 characters", read=read_name, refers=Refers.NEW_GROUP)
SEARCH = Noun(placeholder="<part of a name>", label="Part of a name", read=read_name)

GroupName = Annotated[str, GROUP]
FromGroup = Annotated[str, FROM_GROUP]
ToGroup = Annotated[str, TO_GROUP]
NewGroupName = Annotated[str, NEW_NAME]
Search = Annotated[str, SEARCH]
