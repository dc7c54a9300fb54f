"""Lists: filter, search, orderby, skip and top, answered as {"count", "items"}."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from bot.sandbox.pbx.odata import parse
from bot.sandbox.pbx.problem import invalid
from bot.sandbox.pbx.state import Record
from bot.sandbox.pbx.switches import Switches

PARAMETERS = frozenset({"filter", "search", "orderby", "skip", "top"})
MOST = 100
"""Items in one page, and the default."""


def listing(
    records: Iterable[Record], query: Mapping[str, str], switches: Switches, show: Callable[[Record], Record]
) -> Record:
    """One page; `count` is that of all that matched. Raise VALIDATE_FAILED."""
    known_only(query, PARAMETERS)
    skip, top = _whole(query, "skip", 0, 0, 2**31 - 1), _whole(query, "top", MOST, 1, MOST)
    if found := list(records):
        fields = frozenset(found[0])
        found = _searched(_filtered(found, query, fields, switches), query, switches)
        found = _ordered(found, query.get("orderby", ""), fields)
    return {"count": len(found), "items": [show(record) for record in found[skip : skip + top]]}


def known_only(query: Mapping[str, str], known: frozenset[str] = frozenset()) -> None:
    """Refuse parameters that the documentation doesn't have."""
    if strangers := sorted(set(query) - known):
        raise invalid(f"Unknown query parameters: {', '.join(strangers)}.")


def _filtered(
    found: list[Record], query: Mapping[str, str], fields: frozenset[str], switches: Switches
) -> list[Record]:
    if "filter" not in query or switches.filter == "ignored":
        return found
    if switches.filter == "refused":
        raise invalid("filter is not supported.")
    fits = parse(query["filter"], fields, ignore_case=switches.eq_ignores_case)
    return [record for record in found if fits(record)]


def _searched(found: list[Record], query: Mapping[str, str], switches: Switches) -> list[Record]:
    words = query.get("search", "").casefold()
    if not words or switches.search == "ignored":
        return found
    shown = ("name", "display_name", "extension_number", "email")
    return [record for record in found if any(words in str(record.get(key) or "").casefold() for key in shown)]


def _ordered(found: list[Record], orderby: str, fields: frozenset[str]) -> list[Record]:
    for term in reversed([part.split() for part in orderby.split(",") if part.strip()]):
        field, way = (*term, "asc")[:2]
        if len(term) > 2 or field not in fields or way not in ("asc", "desc"):
            raise invalid(f"orderby is not understood: {orderby}")
        found = sorted(found, key=partial(_sortable, field), reverse=way == "desc")
    return found


def _sortable(field: str, record: Record) -> str:
    return str(record[field] or "")


def _whole(query: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and low <= int(text) <= high):
        raise invalid(f"{name} must be a whole number from {low} to {high}.")
    return int(text)
