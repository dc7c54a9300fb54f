"""What is surely wrong with a form that was filled in, by memory alone: it can be said before anybody is asked."""

from collections.abc import Iterator, Sequence

from bot.fields import Refers, spellings
from bot.names import fold
from bot.offering import Offering
from bot.operation import Operation

MOST_NAMED = 10


def known_faults(offering: Offering, asked: Operation) -> dict[str, str]:
    """By field, in words; nothing is said where the names were not read lately."""
    return dict(_faults(offering, asked))


def _faults(offering: Offering, asked: Operation) -> Iterator[tuple[str, str]]:
    groups = {fold(value) for _, noun, value in asked.said() if noun.refers is Refers.GROUP}
    for name, noun, value in asked.said():
        match noun.refers:
            case Refers.GROUP if len(offering.missing("group", tried := spellings(value))) == len(tried):
                yield name, f"There is no park group called “{value}”."
            case Refers.NEW_GROUP if fold(value) not in groups and offering.exists("group", value):
                yield name, f"There already is a park group {value}."
            case Refers.RECALL if value.ring_group is not None:
                tried = (*spellings(value.ring_group), f"ring group {value.ring_group}")
                if len(offering.missing("ring_group", tried)) == len(tried):
                    yield name, f"There is no ring group called “{value.ring_group}”."
            case Refers.MEMBER | Refers.MEMBERS:
                texts = (value,) if isinstance(value, str) else value
                if nobody := offering.missing("user", [text for text in texts if not text.startswith("<@")]):
                    yield name, f"Nobody on the PBX has the extension or name {_listed(nobody)}."


def _listed(texts: Sequence[str]) -> str:
    more = len(texts) - MOST_NAMED
    return ", ".join(texts[:MOST_NAMED]) + (f" and {more} more of these" if more > 0 else "")
