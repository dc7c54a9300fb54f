"""A cache of objects knows whether their names have changed."""

from bot.pbx.cache import Membership, ObjectCache
from bot.pbx.models import Member, ParkGroup


def group(id: str, name: str, to: str = "USER_ONLY") -> ParkGroup:
    return ParkGroup.model_validate({"id": id, "name": name, "recall_to": to})


def make_cache(*groups: ParkGroup) -> ObjectCache[ParkGroup]:
    cache = ObjectCache[ParkGroup](60, lambda: 0.0, lambda one: (one.name,))
    cache.store(groups, cache.mark(), complete=True)
    return cache


def test_names_are_put_in_order_again_only_after_one_has_changed() -> None:
    cache = make_cache(group("1", "Support"), group("2", "sales"))
    before = cache.in_order()
    assert [one.name for one in before.names] == ["sales", "Support"]
    cache.replace(group("1", "Support", "RING_GROUP_ONLY"))
    cache.store([group("1", "Support"), group("2", "sales")], cache.mark(), complete=True)
    assert cache.in_order() is before
    cache.store([group("2", "Zulu")], cache.mark())
    assert [one.name for one in cache.in_order().names] == ["Support", "Zulu"]


def test_a_group_that_came_or_went_changes_the_names() -> None:
    cache = make_cache(group("1", "Support"), group("2", "Sales"))
    cache.in_order()
    cache.store([group("3", "Billing")], cache.mark())
    assert [one.id for one in cache.in_order().names] == ["3", "2", "1"]
    cache.store([group("1", "Support")], cache.mark(), complete=True)
    assert [one.id for one in cache.in_order().names] == ["1"]
    assert [one.id for one in cache.seen(["2", "1"])] == ["1"]


def test_what_was_read_before_an_invalidation_is_not_stored() -> None:
    cache = make_cache(group("1", "Support"))
    since = cache.mark()
    cache.invalidate()
    assert not cache.store([group("2", "Sales")], since, complete=True)
    assert not cache.is_complete()
    assert [one.id for one in cache.in_order().names] == ["1"]


def test_a_member_who_is_read_in_another_group_is_counted_there_alone() -> None:
    members = Membership(60, lambda: 0.0)
    both = [Member.model_validate({"extension_number": number, "display_name": number}) for number in ("1001", "1002")]
    members.store("a", both, 0.0)
    members.store("b", both[1:], 0.0)
    assert (members.count("a"), members.count("b")) == (1, 1)
    members.store("a", both, 0.0)
    assert (members.count("a"), members.count("b")) == (2, 0)
    members.invalidate("a")
    assert (members.count("a"), members.group_of("1002")) == (None, None)
