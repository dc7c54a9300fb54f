"""Snapshots as differences."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.setups.past import as_json, difference, from_json, patched

stored = st.fixed_dictionaries(
    {
        "server": st.dictionaries(st.sampled_from(["enabled", "recall_time"]), st.integers()),
        "groups": st.dictionaries(
            st.sampled_from("abc"),
            st.fixed_dictionaries(
                {"name": st.text(min_size=1, max_size=3), "members": st.lists(st.just(["1001", "Ana"]))}
            ),
        ),
        "ring_groups": st.dictionaries(st.sampled_from("rs"), st.tuples(st.text(max_size=3), st.none()).map(list)),
    }
)


@given(st.lists(stored, min_size=1, max_size=5))
def test_differences_lead_to_the_last_of_them(states: list[dict[str, object]]) -> None:
    kept = [states[0], *(difference(old, new) for old, new in pairwise(states))]
    assert patched(kept) == states[-1]


@given(stored)
def test_what_is_the_same_takes_nothing(state: dict[str, object]) -> None:
    assert difference(state, state) == {}


@given(stored)
def test_what_is_stored_is_read_as_the_same(state: dict[str, object]) -> None:
    again = as_json(from_json(state))
    assert again["groups"] == state["groups"]
