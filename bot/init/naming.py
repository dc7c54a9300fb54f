"""What was typed, held against the names that exist: a name is taken whole, and one that is close is only offered."""

from collections.abc import Iterator, Sequence

from bot.init.asking import Mistake
from bot.names import fold
from bot.pbx.names import closest
from bot.slack.roster import Named

NOBODY = frozenset({"", "-", "nobody", "none"})
CLOSE = 3


def one_of(typed: str, things: Sequence[Named], what: str) -> Named:
    """By name or id; `what` is what it is called, as in "channel". Raise Mistake with what it may have meant."""
    bare = typed.strip().removeprefix("@").removeprefix("#").strip()
    found = _fitting(bare, things)
    there = [one for one in found if not one.gone]
    if len(there) == 1:
        return there[0]
    if len(there) > 1:
        each = ", ".join(f"{one} {one.id}" for one in there)
        raise Mistake(f"“{typed}” can be any of {each}. Type the id of the one that you mean.")
    if found:
        raise Mistake(f"“{typed}” can't be named in a rule: {found[0].gone}.")
    close = closest(bare, [one for one in things if not one.gone], lambda one: one.called, CLOSE)
    raise _unknown(typed, close, what)


def some_of(typed: str, things: Sequence[Named], what: str) -> tuple[Named, ...]:
    """Of names between commas; nothing, `-` or `nobody` is nobody."""
    if typed.casefold() in NOBODY:
        return ()
    if typed.count(",") and _fitting(typed, things):
        return (one_of(typed, things, what),)  # a name may hold a comma
    parts = [part.strip() for part in typed.split(",") if part.strip()]
    return tuple(dict.fromkeys(_each(parts, things, what)))


def _each(parts: list[str], things: Sequence[Named], what: str) -> Iterator[Named]:
    for place, part in enumerate(parts):
        try:
            yield one_of(part, things, what)
        except Mistake as mistake:
            offer = mistake.offer and ", ".join((*parts[:place], mistake.offer, *parts[place + 1 :]))
            raise Mistake(str(mistake), offer=offer) from None


def _fitting(typed: str, things: Sequence[Named]) -> list[Named]:
    """Whatever the case: of @ana and somebody called Ana, neither goes before the other."""
    folded = fold(typed)
    return [one for one in things if folded in map(fold, (one.id, *one.called))]


def _unknown(typed: str, close: list[Named], what: str) -> Mistake:
    said = f"Slack has no {what} called “{typed}”" + (
        ", or it is private: invite Park there first." if what == "channel" else "."
    )
    if not close:
        return Mistake(said)
    return Mistake(f"{said} Did you mean {' or '.join(map(str, close))}?", offer=close[0].shown)
