"""What the typeahead offers for the first characters of a name, for any number of names."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages.text import fold
from bot.pbx.auth import Credentials
from bot.pbx.client import PbxClient
from bot.pbx.directory import Directory
from bot.planning.picker_sources import PickerOption
from bot.planning.pickers import PickerOptions, PickerScope, SearchIndex
from bot.policy.evaluation import ALL_NAMES, VisibleNames
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.texts import forms
from tests.strategies import names

known = st.sampled_from(["Sales", "sales EMEA", "Inside Sales", "1001 Ana Ruiz", "Café Süd"])
labels = st.lists(names | known, max_size=12)
typed = st.text(st.sampled_from("salés 10\u00a0nüA"), max_size=4) | names


def expected_options(choices: list[PickerOption], text: str) -> list[PickerOption]:
    """Reference implementation: options that start with the text first, then by label."""
    found = [one for one in choices if fold(text) in fold(one.label)]
    return sorted(found, key=lambda one: (not fold(one.label).startswith(fold(text)), fold(one.label)))


@given(labels, typed)
def test_what_begins_with_the_text_comes_first_and_then_what_holds_it(labels: list[str], text: str) -> None:
    choices = [PickerOption(str(number), label) for number, label in enumerate(labels)]
    assert list(SearchIndex(choices).fitting(text)) == expected_options(choices, text)


def test_a_label_that_holds_the_text_twice_is_offered_once() -> None:
    choice = PickerOption("1", "sales sales")
    assert list(SearchIndex([choice]).fitting("sales")) == [choice]


@given(st.text())
def test_names_of_plain_letters_are_folded_like_all_others(name: str) -> None:
    assert fold(name) == fold(fold(name))
    assert fold(name.upper()) == fold(name.lower()) or not name.isascii()


SALES_SCOPE: PickerScope = "group", VisibleNames(frozenset({"Sales*", "Support"}), frozenset({"* EMEA"}))
EMPTY_SCOPE: PickerScope = "group", VisibleNames(frozenset())


@pytest.fixture(name="offering")
def _offering() -> Iterator[PickerOptions]:
    with FakePbx() as fake_pbx:
        pbx = PbxClient(fake_pbx.url, Credentials(token=fake_pbx.token))
        yield PickerOptions(Directory(pbx))
        pbx.close()


def test_what_is_within_reach_is_offered_and_nothing_else(offering: PickerOptions) -> None:
    assert offering.empty_reason(SALES_SCOPE) == forms.NAMES_LOADING
    offering.warm()
    found = {one.value for one in offering.choices(SALES_SCOPE, "")}
    assert {"Sales", "Support"} <= found
    assert all(name == "Support" or (name.startswith("Sales") and not name.endswith(" EMEA")) for name in found)
    assert offering.empty_reason(SALES_SCOPE) == ""
    assert (offering.choices(EMPTY_SCOPE, ""), offering.empty_reason(EMPTY_SCOPE)) == ([], forms.NOTHING_ALLOWED)


@pytest.mark.parametrize("limit", ["MAX_INLINE_NAMES", "MAX_PATTERN_TESTS"])
def test_among_many_names_what_is_within_reach_is_found_by_whoever_can_wait(
    offering: PickerOptions, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(f"bot.planning.pickers.{limit}", 3)
    offering.warm()
    assert (offering.choices(SALES_SCOPE, ""), offering.empty_reason(SALES_SCOPE)) == ([], forms.NAMES_LOADING)
    offering.warm(SALES_SCOPE)
    assert "Sales" in {one.value for one in offering.choices(SALES_SCOPE, "")}


def test_what_was_filed_longest_ago_is_forgotten_where_many_may_pick_something_else(
    offering: PickerOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    offering.warm(SALES_SCOPE, EMPTY_SCOPE)
    monkeypatch.setattr("bot.planning.pickers.MAX_INLINE_NAMES", 3)
    monkeypatch.setattr("bot.planning.pickers.MAX_INDEXES", 1)
    offering.warm(("group", VisibleNames(frozenset({"Bill*"}))))
    assert offering.empty_reason(SALES_SCOPE) == forms.NAMES_LOADING
    assert offering.empty_reason(("group", VisibleNames(frozenset({"Bill*"})))) == ""
    assert "Sales" in {one.value for one in offering.choices(("group", ALL_NAMES), "sales")}, "what is for all stays"
