"""What tells groups, ring groups and users apart when somebody names one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from bot.pbx.client import PBX
from bot.pbx.models import ParkGroup, RingGroup, User
from bot.pbx.names import Labels
from bot.pbx.paging import Identified, Page

T = TypeVar("T", bound=Identified)
Narrowing = dict[str, str]


class Pages(Protocol[T]):
    """One page of a list, narrowed by `filter` or `search` if the PBX knows how to."""

    def __call__(self, skip: int = 0, **narrowed: str | None) -> "Page[T]": ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind(Generic[T]):
    """`unique` are the labels that no other thing of the kind has; `narrowings` begin with the most promising."""

    pages: Pages[T]
    labels: Callable[[T], Labels]
    unique: Callable[[T], Labels]
    narrowings: Callable[[str], list[Narrowing]]


def groups(pbx: PBX) -> Kind[ParkGroup]:
    """By name."""
    return Kind(
        pages=pbx.group_page,
        labels=lambda group: (group.name,),
        unique=lambda group: (group.name,),
        narrowings=lambda text: [_equal("name", text), {"search": text}],
    )


def ring_groups(pbx: PBX) -> Kind[RingGroup]:
    """By name or extension number."""
    return Kind(
        pages=pbx.ring_group_page,
        labels=lambda group: (group.name, group.extension_number),
        unique=lambda group: (group.extension_number,),
        narrowings=lambda text: [*_number(text), _equal("name", text), {"search": text}],
    )


def users(pbx: PBX) -> Kind[User]:
    """By extension number, display name, account name or e-mail."""
    return Kind(
        pages=pbx.user_page,
        labels=lambda user: (user.extension_number, user.display_name, user.name, user.email),
        unique=lambda user: (user.extension_number, user.name),
        narrowings=lambda text: [*_number(text), {"search": text}],
    )


def _number(text: str) -> list[Narrowing]:
    return [_equal("extension_number", text)] if text.isascii() and text.isdigit() else []


def _equal(field: str, text: str) -> Narrowing:
    """OData: a quote inside a literal is doubled."""
    literal = text.replace("'", "''")
    return {"filter": f"{field} eq '{literal}'"}
