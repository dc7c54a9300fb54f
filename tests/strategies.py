"""Operations and their arguments, made up."""

import re
from datetime import datetime, time, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from bot.operations.approvals import CHANGE_TO_REFUSE, EMERGENCY_LINE, EMERGENCY_REASON, REFUSAL_REASON
from bot.operations.arguments.targets import MEMBER, MEMBERS, RECALL, Recall
from bot.operations.arguments.times import END, PERIOD, PERSON, RECURS, START, TIME
from bot.operations.arguments.types import (
    CHANGE,
    CHANGE_OR_GROUP,
    DRIFT,
    FILE,
    FROM_GROUP,
    GROUP,
    LINE,
    NEW_NAME,
    NOTIFY_SWITCH,
    NUMBER,
    SEARCH,
    SWITCH,
    TO_GROUP,
    ArgumentType,
)
from bot.operations.base import ChangeOperation, Operation
from bot.operations.catalog import OPERATIONS
from bot.operations.control import PAUSE_END, PAUSE_REASON
from bot.operations.help import TOPIC
from bot.operations.history_query import ASPECT, HISTORY_GROUP, HISTORY_MEMBER
from bot.operations.schedules import SKIPPED
from bot.operations.scheduling import NEW_END
from bot.operations.setups import BEFORE, DELETING, EVERYTHING, MOMENT, SCOPE, SERVER, SETUP_FILE
from bot.operations.undo import ANYWAY, LAST_CHANGE_OF
from bot.pbx.models import RecallTo
from bot.times.model import WEEKDAYS, Duration, End, Instant, OnDate, OnNumbers, OnWeekday, Start, WallClock, is_date
from tests.recurrence.strategies import recurrences

EXEMPLARY_CHANGES = [one for one in OPERATIONS if issubclass(one, ChangeOperation) and one.advertised and one.examples]
"""The changes that are offered to everybody, with examples of their lines."""

awkward = st.sampled_from(
    [
        "to",
        "for",
        "Back to Front",
        "user",
        "the Sales",
        "Sales, EMEA",
        'The "A" team',
        "O'Neil's",
        "ring group",
        "1001 a",
        "?",
        "-",
        "a\\b",
        "Open until 7",
        "Room for 2h",
        "Desk at 18:00",
        "Sales, until 7",
        "Desk tonight",
        "until 7",
    ]
)
names = awkward | st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FF, categories=["L", "N", "P", "S"]), min_size=1, max_size=20
).filter(lambda name: not re.fullmatch("<[#@!].*>", name))
"""But for those that look like Slack's mentions: Slack sends none that was typed letter by letter."""
reasons = names.map("work {}".format)
numbers = st.from_regex(r"[0-9]{3,8}", fullmatch=True)
people = numbers | st.from_regex(r"<@U[0-9A-Z]{3,9}>", fullmatch=True) | names.filter(lambda name: not name.isdigit())
recalls = st.one_of(
    st.just(Recall(to=RecallTo.USER)),
    st.builds(Recall, to=st.just(RecallTo.RING_GROUP), ring_group=names | numbers),
    st.builds(Recall, to=st.just(RecallTo.USER_THEN_RING_GROUP), ring_group=names | numbers),
)
years = st.none() | st.integers(1970, 2999)
_dates = (
    st.tuples(st.integers(1, 31), st.integers(1, 12), years)
    .filter(lambda one: is_date(*one))
    .flatmap(
        lambda one: st.builds(
            OnDate,
            day=st.just(one[0]),
            month=st.just(one[1]),
            year=st.just(one[2]),
            weekday=st.none() | st.sampled_from(WEEKDAYS),
        )
    )
)
_numbers = st.builds(OnNumbers, first=st.integers(1, 12), second=st.integers(1, 12), year=years).filter(
    lambda one: one.first != one.second
)
clocks = st.builds(time, st.integers(0, 23), st.integers(0, 59))
days = st.one_of(
    st.sampled_from(["today", "tonight", "tomorrow", "day after tomorrow"]),
    st.builds(OnWeekday, weekday=st.sampled_from(WEEKDAYS), next=st.booleans()),
    _dates,
    _numbers,
)
elapsed = st.integers(60, 366 * 86_400).map(lambda seconds: Duration(elapsed=timedelta(seconds=seconds)))
zones = st.sampled_from([None, None, "EST", "CET", "UTC+05:30", "Europe/London", "Asia/Kolkata"])
_bare = st.builds(time, st.integers(1, 12), st.sampled_from([0, 0, 30, 45]))
_plain = days.filter(lambda day: day not in ("tonight", "tomorrow", "day after tomorrow"))
walls = st.one_of(
    st.builds(WallClock, day=days, clock=clocks | st.sampled_from(["end of day", "morning"])),
    st.builds(WallClock, day=days),
    st.builds(WallClock, clock=clocks | st.just("end of day"), zone=zones),
    st.builds(WallClock, day=_plain, clock=_bare, bare=st.just(True)),
    st.builds(WallClock, clock=_bare, bare=st.just(True), zone=zones),
)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.builds(
    lambda at, second: Instant(at=at.replace(second=second, microsecond=0)),
    st.datetimes(datetime(1971, 1, 1), datetime(2999, 1, 1), timezones=offsets),  # noqa: DTZ001
    st.sampled_from([0, 0, 17]),
)
_through = st.builds(WallClock, day=days, through=st.just(True))
_ends = st.builds(WallClock, day=st.just("weekend"))
ends = st.builds(End, when=elapsed | walls | instants | _through | _ends)
starts = st.builds(Start, when=elapsed | walls | instants)
lines = st.sampled_from(["add 1001 to Sales", 'delete "Back to Front"', "recall Sales to user"])


def _is_typed_after_a_verb(name: str) -> bool:
    """Whether a form's text box, which knows no quotes, takes the text for a group and not for a number or a time."""
    words = name.casefold().split()
    return words[-1] not in ("for", "until", "till", "by", "to") and not words[0].lstrip("#")[:1].isdigit()


VALUES: dict[ArgumentType, st.SearchStrategy[Any]] = {
    FILE: st.from_regex(r"F[A-Z0-9]{7,14}|[0-9a-f]{16}", fullmatch=True),
    SETUP_FILE: st.from_regex(r"F[A-Z0-9]{7,14}|[0-9a-f]{16}", fullmatch=True),
    GROUP: names,
    FROM_GROUP: names,
    TO_GROUP: names,
    NEW_NAME: names,
    SEARCH: names,
    MEMBER: people,
    MEMBERS: st.lists(people, min_size=1, max_size=5, unique=True).map(tuple),
    NUMBER: numbers,
    RECALL: recalls,
    END: ends,
    NEW_END: ends,
    PAUSE_END: ends,
    SKIPPED: st.sampled_from(["tonight", "tomorrow", "Friday", "24 December"]) | ends,
    **dict.fromkeys([PAUSE_REASON, REFUSAL_REASON, EMERGENCY_REASON], reasons),
    START: starts,
    RECURS: recurrences,
    TIME: st.integers(60, 900),
    SWITCH: st.booleans(),
    NOTIFY_SWITCH: st.booleans(),
    CHANGE: st.integers(1, 10**9),
    CHANGE_TO_REFUSE: st.integers(1, 10**9) | names.filter(_is_typed_after_a_verb),
    CHANGE_OR_GROUP: st.integers(1, 10**9) | names.filter(_is_typed_after_a_verb),
    DRIFT: st.integers(1, 10**9),
    ANYWAY: st.just(True),
    LAST_CHANGE_OF: names,
    **dict.fromkeys([LINE, EMERGENCY_LINE], lines),
    HISTORY_GROUP: names,
    HISTORY_MEMBER: people | names,
    PERSON: st.just("me") | st.from_regex(r"<@U[0-9A-Z]{3,9}>", fullmatch=True),
    ASPECT: st.sampled_from(["recall", "members", "name"]),
    PERIOD: st.sampled_from(
        ["today", "since Monday", "last night", "in November", "from 1 to 15 November", "on Friday"]
    )
    | st.dates().map(str),
    SCOPE: st.sampled_from([EVERYTHING, SERVER]) | names,
    MOMENT: st.sampled_from(["today", "last night", "Friday 18:00", "2 hours ago", "3 November"]) | st.dates().map(str),
    BEFORE: st.integers(1, 10**9),
    DELETING: st.just(True),
    TOPIC: st.sampled_from([operation.verb() for operation in OPERATIONS]),
}


def _goes_back_once(values: dict[str, Any]) -> dict[str, Any]:
    """A restoration goes back to a time or to before a change."""
    if "moment" in values and (values["moment"] is None) == (values["before"] is None):
        return values | {"moment": None, "before": values["before"] or 1}
    return values


def _repeats_or_happens_once(values: dict[str, Any]) -> dict[str, Any]:
    if values.get("recurs") is not None and (values["starts"] or values["ends"]):
        return values | {"recurs": None}
    return values


def operations(kind: type[Operation]) -> st.SearchStrategy[Operation]:
    """Operations of one kind, with and without their optional arguments."""
    values = {name: VALUES[argument_type] for name, argument_type in (kind.argument_types() | kind.times()).items()}
    optional = {name for name in values if not kind.model_fields[name].is_required()}
    return st.fixed_dictionaries(
        {name: value | st.none() if name in optional else value for name, value in values.items()}
    ).map(lambda found: kind.model_validate(_goes_back_once(_repeats_or_happens_once(found))))
