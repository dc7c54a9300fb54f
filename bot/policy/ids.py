"""Slack ids as the policy file holds them: what looks like a name is refused with the way to its id."""

import re
from collections.abc import Callable
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo


class Kind(NamedTuple):
    """One kind of id."""

    noun: str
    key: str
    letters: str
    where: str


KINDS = (
    Kind("a channel", "channels", "CG", "in Slack: channel name > View channel details, at the bottom"),
    Kind("a user", "users", "UW", "in Slack: profile > the three dots > Copy member ID"),
    Kind("a user group", "user_groups", "S", "Slack's usergroups.list names them"),
)
CHANNEL, USER, USER_GROUP = KINDS
APPROVER = Kind("a user or a user group", "approvers", "UWS", USER.where)
_NO_USE = {
    "D": "a direct message, which no rule can name: leave channels out for those",
    "E": "an Enterprise organisation",
    "T": "a workspace",
    "B": "a bot: its user id begins with U",
    "A": "an app: its user id begins with U",
}


def _says(text: str, kind: Kind) -> bool:
    return re.fullmatch(f"[{kind.letters}][A-Z0-9]+", text) is not None


def is_user_group(text: str) -> bool:
    """Of an id."""
    return _says(text, USER_GROUP)


def _complaint(text: str, wanted: Kind) -> str:
    such = f"an id such as {wanted.letters[0]}0123ABCD ({wanted.where})"
    if (found := _NO_USE.get(text[:1])) and re.fullmatch("[A-Z][A-Z0-9]{8,}", text):
        return f'"{text}" is the id of {found}; here write {such}'
    for kind in KINDS:
        if _says(text, kind):
            return f'"{text}" is the id of {kind.noun}, which belongs in {kind.key}; here write {such}'
    if inside := re.search(rf"\b[{wanted.letters}][A-Z0-9]{{7,}}\b", text):
        return f'"{text}" is more than an id: write "{inside[0]}"'
    return f'"{text}" is not the id of {wanted.noun}; names change, ids do not: write {such}'


def _is_id_of(kind: Kind) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not _says(text, kind):
            raise ValueError(_complaint(text, kind))
        return text

    return check


def _schema(kind: Kind) -> FieldInfo:
    """For editors."""
    extra: JsonDict = {"pattern": f"^[{kind.letters}][A-Z0-9]+$"}
    info: FieldInfo = Field(json_schema_extra=extra)
    return info


ChannelId = Annotated[str, AfterValidator(_is_id_of(CHANNEL)), _schema(CHANNEL)]
UserId = Annotated[str, AfterValidator(_is_id_of(USER)), _schema(USER)]
UserGroupId = Annotated[str, AfterValidator(_is_id_of(USER_GROUP)), _schema(USER_GROUP)]
ApproverId = Annotated[str, AfterValidator(_is_id_of(APPROVER)), _schema(APPROVER)]
