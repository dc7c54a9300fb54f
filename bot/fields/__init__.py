"""The nouns of the operations, each once: how it is typed, how it is said back, and what on the PBX it names."""

from bot.fields.members import MAX_MEMBERS, MEMBER, MEMBERS, Member, Members
from bot.fields.name import (
    FROM_GROUP,
    GROUP,
    NEW_NAME,
    SEARCH,
    TO_GROUP,
    FromGroup,
    GroupName,
    NewGroupName,
    Search,
    ToGroup,
    spellings,
)
from bot.fields.noun import Noun, Refers
from bot.fields.other import CHANGE, LINE, NUMBER, REASON, SWITCH, ChangeNumber, ExtensionNumber, Line, Switch
from bot.fields.recall import RECALL, Recall, RecallTarget
from bot.fields.time import TIME, Time, say_seconds

__all__ = [
    "CHANGE",
    "FROM_GROUP",
    "GROUP",
    "LINE",
    "MAX_MEMBERS",
    "MEMBER",
    "MEMBERS",
    "NEW_NAME",
    "NUMBER",
    "REASON",
    "RECALL",
    "SEARCH",
    "SWITCH",
    "TIME",
    "TO_GROUP",
    "ChangeNumber",
    "ExtensionNumber",
    "FromGroup",
    "GroupName",
    "Line",
    "Member",
    "Members",
    "NewGroupName",
    "Noun",
    "Recall",
    "RecallTarget",
    "Refers",
    "Search",
    "Switch",
    "Time",
    "ToGroup",
    "say_seconds",
    "spellings",
]
