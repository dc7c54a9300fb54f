"""External menus: requests for options while a user types, time-outs and limits."""

import threading
from typing import Any

import pytest
from slack_bolt import Ack

from tests.sandbox.slack.conftest import Park, a_park, bolt, connected
from tests.sandbox.slack.pieces import Json, entry, opened, option, options, payload, plain, section
from tests.waiting import PATIENCE

MENU = {"type": "external_select", "min_query_length": 1}
GROUPS = ["Sales", "Sales EU", "Support"]


def offering(park: Park, *answers: Json) -> Any:
    """An app that offers the groups with what was typed in their name, or else the answers."""
    app = bolt(park)
    given = iter(answers)

    @app.options("a")
    def offer(ack: Ack, payload: Json) -> None:
        found = [option(name) for name in GROUPS if payload["value"].lower() in name.lower()]
        ack(next(given, {"options": found}))

    return app


def names(offer: list[Json]) -> list[str]:
    return [one["text"]["text"] for one in offer]


def test_the_app_is_asked_and_its_options_are_offered(park: Park) -> None:
    opened(park, entry(MENU, label="Group"))
    with connected(park, offering(park)):
        assert names(park.slack.suggest(park.ada, "sal")) == ["Sales", "Sales EU"]
        assert park.slack.suggest(park.ada, "zzz", label="Group") == []
    sent = payload(park)
    assert {"type": "block_suggestion", "block_id": "b", "action_id": "a", "value": "zzz"}.items() <= sent.items()
    assert sent["container"] == {"type": "view", "view_id": park.slack.view(park.ada).id}
    assert sent["view"]["callback_id"] == "add"
    assert park.slack.delivered[-1].envelope["accepts_response_payload"]


def test_what_was_offered_can_be_chosen_and_what_was_not_is_typed_first(park: Park) -> None:
    opened(park, entry(MENU, label="Group"))
    with connected(park, offering(park)):
        park.slack.suggest(park.ada, "s")
        asked = len(park.slack.delivered)
        park.slack.fill(park.ada, "Sales EU", label="Group")
        assert len(park.slack.delivered) == asked
        park.slack.suggest(park.ada, "eu")
        park.slack.fill(park.ada, "Support", label="Group")
        assert len(park.slack.delivered) == asked + 2
        with pytest.raises(LookupError, match="'Nobody' is not offered"):
            park.slack.fill(park.ada, "Nobody", label="Group")
    assert park.slack.view(park.ada).fields == {"Group": "Support"}


def test_several_are_chosen_one_after_the_other_and_stay(park: Park) -> None:
    menu = {"type": "multi_external_select", "min_query_length": 1, "initial_options": [option("Old")]}
    opened(park, entry(menu, label="Groups"))
    with connected(park, offering(park)):
        park.slack.fill(park.ada, ["Old", "Sales EU", "Support"], label="Groups")
    assert park.slack.view(park.ada).fields == {"Groups": "Old, Sales EU, Support"}


def test_the_app_is_not_asked_before_enough_is_typed(park: Park) -> None:
    opened(park, entry({"type": "external_select"}), entry({**MENU, "min_query_length": 0}, block_id="any"))
    before = len(park.slack.delivered)
    assert park.slack.suggest(park.ada, "sa", block_id="b") == []
    assert len(park.slack.delivered) == before
    park.slack.suggest(park.ada, "sal", block_id="b")
    park.slack.suggest(park.ada, "", block_id="any")
    assert len(park.slack.delivered) == before + 2


def test_options_in_groups_are_offered_too(park: Park) -> None:
    groups = [{"label": plain("A"), "options": options(2)}, {"label": plain("B"), "options": [option("Sales")]}]
    opened(park, entry(MENU))
    with connected(park, offering(park, {"option_groups": groups})):
        assert names(park.slack.suggest(park.ada, "x")) == ["Option 0", "Option 1", "Sales"]


@pytest.mark.parametrize(
    "answer",
    [
        {"options": options(101)},
        {"options": [option("x" * 76)]},
        {"options": [{"text": "plain", "value": "x"}]},
        {"options": [option("x", "")]},
        {"options": [{**option("x"), "url": "https://example.com"}]},
        {"option_groups": [{"label": plain("A"), "options": []}]},
        {"options": options(1), "option_groups": [{"label": plain("A"), "options": options(1)}]},
    ],
)
def test_options_that_slack_cannot_show_are_no_results(park: Park, answer: Json) -> None:
    opened(park, entry(MENU))
    with connected(park, offering(park, answer)):
        offer = park.slack.suggest(park.ada, "x")
    assert (offer, offer.error) == ([], "invalid_options")


def test_an_answer_without_options_is_refused_and_one_with_none_is_no_results(park: Park) -> None:
    app = bolt(park)

    @app.options("a")
    def offer(ack: Ack) -> None:
        ack()

    opened(park, entry(MENU))
    with connected(park, app):
        assert park.slack.suggest(park.ada, "x").error == "invalid_options"
    with connected(park, offering(park, {"options": []})):
        assert park.slack.suggest(park.ada, "x").error is None


def test_options_that_come_too_late_are_no_results() -> None:
    freed = threading.Event()
    with a_park(ack_timeout=0.2) as park:
        app = bolt(park)

        @app.options("a")
        def late(ack: Ack) -> None:
            freed.wait(PATIENCE)
            ack(options=options(1))

        opened(park, entry(MENU))
        with connected(park, app):
            offer = park.slack.suggest(park.ada, "x")
            freed.set()
        assert (offer, offer.error) == ([], "operation_timeout")


def test_a_menu_in_a_message_asks_with_the_message(park: Park) -> None:
    menu = {**MENU, "action_id": "a"}
    park.bot.chat_postMessage(channel=park.ops, text="Which?", blocks=[section("Which?", accessory=menu)])
    [message] = park.slack.messages(park.ops)
    app = offering(park)
    app.action("a")(lambda ack: ack())
    with connected(park, app):
        assert names(park.slack.suggest(park.ben, "sup", where=message)) == ["Support"]
        sent = payload(park)
        park.slack.fill(park.ben, "Support", where=message, action_id="a")
    assert (sent["message"]["ts"], sent["channel"]["id"]) == (message.ts, park.ops)
    assert payload(park)["actions"][0]["selected_option"] == option("Support")


def test_only_external_menus_ask(park: Park) -> None:
    opened(park, entry())
    with pytest.raises(LookupError, match="plain_text_input"):
        park.slack.suggest(park.ada, "x")
