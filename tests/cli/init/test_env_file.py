"""Values written to .env are read back unchanged, whatever they contain."""

from hypothesis import given
from hypothesis import strategies as st

from bot.cli.init.files import merge_env, parse_env, quote_value

VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1) | st.text("a'\"\\${}:-# \t", min_size=1)


@given(VALUES)
def test_a_value_is_read_back_as_it_was(value: str) -> None:
    assert parse_env(f"A=1\nNAME={quote_value(value)}\nB=2\n") == {"A": "1", "NAME": value, "B": "2"}


@given(st.dictionaries(st.sampled_from(["A", "B", "C"]), VALUES), st.dictionaries(st.sampled_from(["A", "B"]), VALUES))
def test_new_values_go_over_the_old_ones_and_the_rest_stays(old: dict[str, str], new: dict[str, str]) -> None:
    text = merge_env(merge_env("", old, {}), new, {})
    assert parse_env(text) == old | new
    assert merge_env(text, new, {}) == text


def test_comments_and_lines_of_others_stay_where_they_are() -> None:
    text = "# ours\n\nexport OTHER=1 # why\nA='old'\n  A=older\nnonsense line\nB=2"
    assert merge_env(text, {"A": "new", "B": None, "C": "3"}, {"C": "# this\n"}) == (
        "# ours\n\nexport OTHER=1 # why\nA=new\nnonsense line\n# this\nC=3\n"
    )
