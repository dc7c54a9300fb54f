"""Every word of a line is accounted for: in a reading, in a button that says what it leaves out, or in the refusal."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotUnderstood
from bot.messages.message import FormOffer, Message, Offer
from bot.operations.base import Operation
from bot.operations.control import Pause
from bot.operations.groups import Delete
from bot.operations.parser import parse, parse_unconfirmed
from bot.operations.server import ServerEnabled

NOISE = ("zog", "Blick", "quux", "whenever", "naja", "soonish", "xylo")
LINES = (
    "add 1001 to Sales",
    "add 1001, 1002 to Sales",
    "remove 1001 from Sales",
    "move 1001 from Sales to Support",
    "recall Sales to Night Desk",
    "recall Sales to user then Night Desk",
    "create Support",
    "create Late Shift recall to user",
    "rename Sales to Late Shift",
    "delete Sales",
    "server on",
    "server off",
    "server recall time 5m",
    "server extension 666",
    "pause",
    "resume",
    "groups",
    "group Sales",
    "find 1001",
    "pending",
    "preview add 1001 to Sales",
    "Sales",
)
TIMES = ("", " for 2h", " until 18:00", " until tomorrow 8:00", " at 18:00", " until whenever", " for a fortnight")
BEFORE = ("", "please ", "hey, ", "can you ", "could you please ", "hi Park, ", "ok ", "thanks, ")
AFTER = ("", " please", " thanks", ", thank you!", " pls", ".", "!", " now", " for me please")


@st.composite
def noisy_lines(draw: st.DrawFn) -> str:
    """A line of known pieces, courtesy around it, and nonsense somewhere in it."""
    words = (draw(st.sampled_from(LINES)) + draw(st.sampled_from(TIMES))).split()
    for noise in draw(st.lists(st.sampled_from(NOISE), max_size=2)):
        words.insert(draw(st.integers(0, len(words))), noise)
    return draw(st.sampled_from(BEFORE)) + " ".join(words) + draw(st.sampled_from(AFTER))


def nonsense_in(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower())) & {noise.lower() for noise in NOISE}


def said_by(offer: Offer | FormOffer) -> str:
    """What a button does, and what its label says that it leaves out."""
    label = offer.label if offer.label.startswith("Without “") else ""
    return f"{label} {offer.line}" if isinstance(offer, Offer) else f"{label} {offer.arguments}"


def check_offers(line: str, message: Message) -> None:
    offers: tuple[Offer | FormOffer, ...] = (*message.offers, *message.forms)
    for offer in offers:
        if isinstance(offer, Offer) and offer.line in ("help", "server"):
            continue
        if "…" not in offer.label:  # a label has room for so much
            assert nonsense_in(line) <= nonsense_in(said_by(offer)), offer
        left_out = offer.label.startswith("Without “")
        assert not (left_out and isinstance(offer, Offer) and offer.style)
        assert not (left_out and isinstance(offer, FormOffer) and offer.whole)


@given(noisy_lines())
def test_no_word_of_a_line_is_dropped(line: str) -> None:
    try:
        readings = parse(line)
    except NotUnderstood as refused:
        check_offers(line, refused.message)
    else:
        assert all(nonsense_in(line) <= nonsense_in(reading.text()) for reading in readings)


@given(st.sampled_from(LINES), st.sampled_from(TIMES[:5]), st.sampled_from(BEFORE), st.sampled_from(AFTER))
def test_courtesy_changes_nothing_that_is_done(line: str, times: str, before: str, after: str) -> None:
    def first_reading(text: str) -> Operation | None:
        try:
            return parse_unconfirmed(text)[0]
        except NotUnderstood:
            return None

    meant, said = first_reading(line + times), first_reading(f"{before}{line}{times}{after}")
    if after == " now" and getattr(meant, "starts", None):
        assert said is None
    elif meant is not None:
        assert said is not None
        assert type(said) is type(meant)
        if not line.startswith("preview"):
            assert said == meant


def is_drastic(line: str) -> bool:
    operation = parse_unconfirmed(line)[0]
    return isinstance(operation, Delete | Pause) or (isinstance(operation, ServerEnabled) and not operation.on)


@given(st.sampled_from(LINES), st.data())
def test_no_slip_is_corrected_to_delete_pause_or_off(line: str, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(line.split()[0]) - 1))
    slip = line[:index] + data.draw(st.sampled_from("xqe")) + line[index + 1 :]
    assert slip == line or not any(map(is_drastic, results_of(slip)))


def results_of(line: str) -> list[str]:
    """The line that is done, or the lines that are offered."""
    try:
        return [parse_unconfirmed(line)[0].text()]
    except NotUnderstood as refused:
        return [offer.line for offer in refused.message.offers]


ODD = [
    "Late Shift",
    "the",
    "now",
    "please",
    "delete",
    "to",
    "Support!",
    "Support.",
    "1001",
    "?!",
    "a b c",
    "Sales, EMEA",
]


@pytest.mark.parametrize("name", ODD)
def test_a_new_name_that_may_hold_more_than_a_name_is_asked_about(name: str) -> None:
    for line in (f"create {name}", f"rename Sales to {name}"):
        with suppress(NotUnderstood):
            assert all(reading.operation_id in ("preview", "help") for reading in parse(line))


@pytest.mark.parametrize("name", ["Support", "R&D", "Team-1", "Süd", "Sales2"])
def test_one_plain_word_or_a_quoted_name_is_certain(name: str) -> None:
    assert parse(f"create {name}")[0].operation_id == "create"
    assert parse(f'create "{name} and more"')[0].operation_id == "create"
    assert parse(f"please create {name}, thanks!")[0].operation_id == "create"
