"""What is offered for the first characters of a name: the best first, however many names there are."""

from hypothesis import given
from hypothesis import strategies as st

from bot.names import fold
from bot.typeahead import Choice, File
from tests.strategies import names

known = st.sampled_from(["Sales", "sales EMEA", "Inside Sales", "1001 Ana Ruiz", "Café Süd"])
labels = st.lists(names | known, max_size=12)
typed = st.text(st.sampled_from("salés 10\u00a0nüA"), max_size=4) | names


def by_hand(choices: list[Choice], text: str) -> list[Choice]:
    """Those that begin with it first, then by label."""
    found = [one for one in choices if fold(text) in fold(one.label)]
    return sorted(found, key=lambda one: (not fold(one.label).startswith(fold(text)), fold(one.label)))


@given(labels, typed)
def test_what_begins_with_the_text_comes_first_and_then_what_holds_it(labels: list[str], text: str) -> None:
    choices = [Choice(str(number), label) for number, label in enumerate(labels)]
    assert list(File(choices).fitting(text)) == by_hand(choices, text)


def test_a_label_that_holds_the_text_twice_is_offered_once() -> None:
    choice = Choice("1", "sales sales")
    assert list(File([choice]).fitting("sales")) == [choice]


@given(st.text())
def test_names_of_plain_letters_are_folded_like_all_others(name: str) -> None:
    assert fold(name) == fold(fold(name))
    assert fold(name.upper()) == fold(name.lower()) or not name.isascii()
