"""Names are chosen by rights once, for as long as no name changes."""

from bot.pbx.ordered_names import OrderedNames
from bot.planning.visible_groups import MAX_KEPT, VisibleGroups
from bot.policy.evaluation import ALL_NAMES, VisibleNames

NAMES = OrderedNames.of(1, [("support", "2"), ("Sales EMEA", "3"), ("Sales", "1")])
SALES = VisibleNames(frozenset({"sales*"}))


def test_they_are_in_the_order_of_their_folded_names() -> None:
    assert [one.id for one in VisibleGroups().among(NAMES, ALL_NAMES)] == ["1", "3", "2"]
    assert dict(NAMES.by_id) == {"1": "Sales", "2": "support", "3": "Sales EMEA"}
    assert [one.id for one in NAMES.called("support")] == ["2"]
    assert list(NAMES.called("sale")) == []


def test_only_what_is_within_reach_is_chosen_and_kept_for_others_of_the_same_rights() -> None:
    visible = VisibleGroups()
    found = visible.among(NAMES, SALES)
    assert [one.name for one in found] == ["Sales", "Sales EMEA"]
    assert visible.among(NAMES, VisibleNames(frozenset({"sales*"}))) is found
    assert [one.name for one in visible.among(NAMES, VisibleNames(denied=frozenset({"sales*"})))] == ["support"]


def test_a_group_that_was_renamed_out_of_reach_is_chosen_no_more() -> None:
    visible = VisibleGroups()
    visible.among(NAMES, SALES)
    renamed = OrderedNames.of(2, [("support", "2"), ("Billing", "3"), ("Sales", "1")])
    assert [one.name for one in visible.among(renamed, SALES)] == ["Sales"]


def test_rights_that_were_not_used_for_long_are_forgotten() -> None:
    visible = VisibleGroups()
    first = visible.among(NAMES, SALES)
    for number in range(MAX_KEPT):
        visible.among(NAMES, VisibleNames(frozenset({f"group {number}"})))
    assert visible.among(NAMES, SALES) is not first
    assert list(visible.among(NAMES, SALES)) == list(first)
