"""Views through the Web API: trigger_ids, updates, hashes, stacks."""

import pytest
from slack_sdk.errors import SlackApiError

from tests.sandbox.slack.conftest import Park, a_park
from tests.sandbox.slack.pieces import (
    actions,
    button,
    entry,
    faults,
    home,
    modal,
    opened,
    payload,
    plain,
    section,
    trigger,
)


def pressed(park: Park) -> str:
    """The trigger of a click on Go in the view on top."""
    park.slack.click(park.ada, park.slack.view(park.ada), label="Go")
    return str(payload(park)["trigger_id"])


def test_a_view_is_answered_and_shown_with_slacks_fields(park: Park) -> None:
    view = opened(park, section(), private_metadata="m")
    assert {
        "team_id": park.slack.team,
        "bot_id": park.slack.bot_id,
        "root_view_id": view["id"],
        "previous_view_id": None,
        "callback_id": "add",
        "private_metadata": "m",
        "external_id": "",
        "state": {"values": {}},
        "clear_on_close": False,
    }.items() <= view.items()
    assert view["id"].startswith("V")
    seen = park.slack.view(park.ada)
    assert (seen.id, seen.hash, seen.title, seen.plain) == (
        view["id"],
        view["hash"],
        "Add",
        "Add\nhello\n[Send]  [Cancel]",
    )
    with pytest.raises(LookupError):
        park.slack.view(park.ben)


def test_a_trigger_opens_one_view_within_three_seconds(park: Park) -> None:
    once = trigger(park)
    park.bot.views_open(trigger_id=once, view=modal())
    late = trigger(park)
    park.slack.state.triggers.expire()
    for given, error in ((once, "exchanged"), (late, "expired"), ("1.2.abc", "invalid"), ("nonsense", "invalid")):
        with pytest.raises(SlackApiError, match=f"{error}_trigger_id"):
            park.bot.views_open(trigger_id=given, view=modal())


def test_a_refused_view_leaves_its_trigger_to_be_used(park: Park) -> None:
    given = trigger(park)
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        park.bot.views_open(trigger_id=given, view=modal(title=plain("x" * 25)))
    park.bot.views_open(trigger_id=given, view=modal())


def test_what_is_needed_is_named(park: Park) -> None:
    calls = {"views.open": "view", "views.publish": "view", "views.update": "view_id"}
    for name, field in calls.items():
        with pytest.raises(SlackApiError, match="invalid_arguments") as caught:
            park.bot.api_call(name, json={})
        assert faults(caught.value) == [f"[ERROR] missing required field: {field} [json-pointer:]"]
    with pytest.raises(SlackApiError) as caught:
        park.bot.api_call("views.open", json={"view": modal()})
    assert faults(caught.value) == ["[ERROR] missing required field: trigger_id [json-pointer:]"]


def test_a_modal_holds_three_views_and_each_knows_its_root_and_the_one_below(park: Park) -> None:
    first = opened(park, actions(button()))
    ids = [first["id"]]
    for _ in range(2):
        view = park.bot.views_push(trigger_id=pressed(park), view=modal(actions(button())))["view"]
        assert (view["root_view_id"], view["previous_view_id"]) == (first["id"], ids[-1])
        ids.append(view["id"])
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        park.bot.views_push(trigger_id=pressed(park), view=modal())
    assert [view.id for view in park.slack.views_of(park.ada)] == ids


def test_only_a_gesture_in_an_open_modal_pushes(park: Park) -> None:
    opened(park, actions(button()))
    with pytest.raises(SlackApiError, match="not_found"):
        park.bot.views_push(trigger_id=trigger(park), view=modal())
    given = pressed(park)
    park.slack.close(park.ada)
    with pytest.raises(SlackApiError, match="not_found"):
        park.bot.views_push(trigger_id=given, view=modal())


def test_another_modal_takes_the_place_of_the_first(park: Park) -> None:
    opened(park, actions(button()))
    park.bot.views_open(trigger_id=pressed(park), view=modal(title=plain("Other")))
    assert [view.title for view in park.slack.views_of(park.ada)] == ["Other"]


def test_an_update_needs_the_hash_that_the_view_has_now(park: Park) -> None:
    view = opened(park, section("one"))
    newer = park.bot.views_update(view_id=view["id"], hash=view["hash"], view=modal(section("two")))["view"]
    assert (newer["id"], newer["hash"] != view["hash"]) == (view["id"], True)
    with pytest.raises(SlackApiError, match="hash_conflict"):
        park.bot.views_update(view_id=view["id"], hash=view["hash"], view=modal(section("three")))
    assert "two" in park.slack.view(park.ada).plain
    park.bot.views_update(view_id=view["id"], view=modal(section("three")))
    assert "three" in park.slack.view(park.ada).plain


def test_a_view_is_found_by_its_external_id_which_no_other_may_have(park: Park) -> None:
    opened(park, external_id="mine")
    park.bot.views_update(external_id="mine", view=modal(section("found"), external_id="mine"))
    assert "found" in park.slack.view(park.ada).plain
    with pytest.raises(SlackApiError, match="duplicate_external_id"):
        park.bot.views_publish(user_id=park.ben, view=home(external_id="mine"))
    with pytest.raises(SlackApiError, match="not_found"):
        park.bot.views_update(external_id="other", view=modal())


def test_a_closed_view_is_not_there_to_be_updated(park: Park) -> None:
    view = opened(park)
    park.slack.close(park.ada)
    with pytest.raises(SlackApiError, match="not_found"):
        park.bot.views_update(view_id=view["id"], view=modal())


def test_an_update_keeps_what_was_typed_where_the_ids_stay_and_takes_initial_values_where_they_do_not(
    park: Park,
) -> None:
    text = {"type": "plain_text_input", "initial_value": "first"}
    view = opened(park, entry(text, block_id="stays"), entry(text, label="Other", block_id="goes"))
    park.slack.fill(park.ada, "typed", label="Name")
    again = {"type": "plain_text_input", "initial_value": "second"}
    blocks = [entry(again, block_id="stays"), entry(again, label="Other", block_id="new")]
    park.bot.views_update(view_id=view["id"], view=modal(*blocks))
    assert park.slack.view(park.ada).fields == {"Name": "typed", "Other": "second"}


def test_an_emptied_field_stays_empty_whatever_initial_value_an_update_brings(park: Park) -> None:
    view = opened(park, entry())
    filled = entry({"type": "plain_text_input", "initial_value": "late"})
    park.bot.views_update(view_id=view["id"], view=modal(filled))
    assert park.slack.view(park.ada).fields == {"Name": ""}


def test_a_home_tab_is_published_for_one_person_and_keeps_its_id(park: Park) -> None:
    first = park.bot.views_publish(user_id=park.ada, view=home(section("one")))["view"]
    assert "title" not in first
    second = park.bot.views_publish(user_id=park.ada, hash=first["hash"], view=home(section("two")))["view"]
    assert first["id"] == second["id"]
    with pytest.raises(SlackApiError, match="hash_conflict"):
        park.bot.views_publish(user_id=park.ada, hash=first["hash"], view=home())
    seen = park.slack.home(park.ada)
    assert seen is not None
    assert seen.plain == "two"
    assert park.slack.home(park.ben) is None


def test_a_home_tab_needs_a_home_view_a_person_and_to_be_enabled(park: Park) -> None:
    for user, view in ((park.ada, modal()), ("U0", home())):
        with pytest.raises(SlackApiError, match="invalid_arguments"):
            park.bot.views_publish(user_id=user, view=view)
    with a_park(home_tab=False) as closed, pytest.raises(SlackApiError, match="not_enabled"):
        closed.bot.views_publish(user_id=closed.ada, view=home())


def test_views_have_faults_as_every_method_has(park: Park) -> None:
    park.slack.faults.fail("views.open", "ratelimited")
    given = trigger(park)
    with pytest.raises(SlackApiError, match="ratelimited"):
        park.bot.views_open(trigger_id=given, view=modal())
    park.bot.views_open(trigger_id=given, view=modal())
