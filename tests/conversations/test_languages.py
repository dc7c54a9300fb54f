"""A German reader reads German in private, and the cards that everybody reads are in the language of the setting."""

from collections.abc import Iterator

import pytest

from bot.sandbox.environment import Sandbox
from bot.sandbox.slack.model import Message
from bot.texts import schedules as scheduling
from bot.texts.languages import speaking
from bot.worker.card_state import present_card

ENGLISH_CARD, GERMAN_CARD = "Added 1001 Amara Okafor to Sales", "Hinzugefügt zu Sales: 1001 Amara Okafor"
NO_GROUP = "Es gibt keine Parkgruppe „Nowhere“."


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with _with_ida() as running:
        yield running


def _with_ida(**settings: str) -> Sandbox:
    sandbox = Sandbox(**settings)  # type: ignore[arg-type]
    sandbox.add_lead("ida", real_name="Ida Sommer", locale="de-DE")
    return sandbox


def type_line(sandbox: Sandbox, line: str, person: str = "ida") -> None:
    assert sandbox.slack.slash(sandbox.people[person], sandbox.channels["phones"], line).ok
    sandbox.settle()


def private(sandbox: Sandbox, person: str = "ida") -> str:
    return sandbox.slack.ephemerals(sandbox.people[person])[-1].plain.replace("*", "")


def card(sandbox: Sandbox) -> Message:
    (only,) = [one for one in sandbox.slack.messages(sandbox.channels["phones"]) if one.user == sandbox.slack.bot_user]
    return only


def test_a_slash_command_is_answered_in_the_language_of_whoever_typed_it(sandbox: Sandbox) -> None:
    type_line(sandbox, "groups")
    assert "12 Parkgruppen" in private(sandbox)
    type_line(sandbox, "groups", "ana")
    assert "12 park groups" in private(sandbox, "ana")


def test_an_acknowledgement_does_not_wait_for_the_locale_and_the_next_one_knows_it(sandbox: Sandbox) -> None:
    too_long = "x" * 5000
    type_line(sandbox, too_long)
    assert "That line is too long" in private(sandbox)
    type_line(sandbox, too_long)
    assert "zu lang" in private(sandbox)


def test_a_refusal_by_the_worker_is_in_the_language_of_its_requester(sandbox: Sandbox) -> None:
    type_line(sandbox, "add 1001 to Nowhere")
    assert NO_GROUP in private(sandbox)
    type_line(sandbox, "add 1002 to Sales")
    assert "Nichts zu tun" in private(sandbox)


def test_a_line_that_is_offered_is_english_and_can_be_clicked(sandbox: Sandbox) -> None:
    type_line(sandbox, "recall Sales to Nihgt Desk")
    answer = sandbox.slack.ephemerals(sandbox.people["ida"])[-1]
    assert sandbox.slack.click(sandbox.people["ida"], answer, label="recall Sales to Night Desk").ok
    sandbox.settle()
    assert "unanswered parked calls now go to Night Desk" in card(sandbox).plain


def test_a_card_is_in_the_language_of_the_setting_whoever_asked_for_it(sandbox: Sandbox) -> None:
    type_line(sandbox, "add 1001 to Sales")
    assert ENGLISH_CARD in card(sandbox).plain
    [reply] = sandbox.slack.messages(sandbox.channels["phones"], thread=card(sandbox).ts)[1:]
    assert "Done and verified on the PBX." in reply.plain


def test_in_a_german_workspace_cards_are_german_and_private_answers_to_others_are_not() -> None:
    with _with_ida(park_language="de") as sandbox:
        type_line(sandbox, "add 1001 to Sales", "ana")
        assert GERMAN_CARD in card(sandbox).plain
        type_line(sandbox, "add 1001 to Nowhere", "ana")
        assert "There is no park group called “Nowhere”" in private(sandbox, "ana")


def test_somebody_whose_language_park_lacks_reads_that_of_the_setting() -> None:
    with _with_ida(park_language="de") as sandbox:
        sandbox.slack.state.people[sandbox.people["eve"]].locale = "fr-FR"
        type_line(sandbox, "groups", "eve")
        assert "12 Parkgruppen" in private(sandbox, "eve")


def test_a_mention_is_refused_in_the_language_of_whoever_wrote_it(sandbox: Sandbox) -> None:
    sandbox.slack.say(sandbox.people["ida"], sandbox.channels["phones"], "@Park add 1001 to Nowhere")
    sandbox.slack.wait_for(lambda: sandbox.slack.ephemerals(sandbox.people["ida"]))
    assert NO_GROUP in private(sandbox)


def test_a_direct_message_is_answered_in_the_language_of_whoever_wrote_it(sandbox: Sandbox) -> None:
    ida = sandbox.people["ida"]
    conversation = sandbox.slack.direct(ida)
    ts = sandbox.slack.say(ida, conversation, "group Sales")
    answer = sandbox.slack.wait_for(lambda: sandbox.slack.seen_by(ida, conversation, thread=ts)[1:])
    assert "Parkgruppe Sales" in answer[0].plain


@pytest.mark.parametrize(("person", "said"), [("ida", "12 Parkgruppen"), ("ana", "12 park groups")])
def test_the_home_tab_is_in_the_language_of_whoever_opens_it(sandbox: Sandbox, person: str, said: str) -> None:
    user = sandbox.people[person]
    sandbox.slack.open_home(user)
    sandbox.settle()
    home = sandbox.slack.home(user)
    assert home is not None
    assert said in home.plain.replace("*", "")


def test_a_form_and_its_pickers_are_in_the_language_of_whoever_fills_it(sandbox: Sandbox) -> None:
    ida = sandbox.people["ida"]
    type_line(sandbox, "groups")  # the locale is known from here on
    type_line(sandbox, "recall Sales to")
    view = sandbox.slack.view(ida)
    assert "Parkgruppe" in view.plain
    assert "Park group" not in view.plain
    found = sandbox.slack.suggest(ida, "die Person", label="Wiederanruf an")
    assert found[0]["text"]["text"].startswith("Die Person")


def test_that_people_paused_a_schedule_is_known_in_every_language(sandbox: Sandbox) -> None:
    type_line(sandbox, "recall Sales to Night Desk every day 18:00 to 8:00")
    type_line(sandbox, "pause schedule 1")
    type_line(sandbox, "schedules")
    assert "Angehalten." in private(sandbox)
    assert "by hand" not in private(sandbox)
    journal = sandbox.park.tenant.journal
    with speaking("de"):  # as after a change of PARK_LANGUAGE
        shown = present_card(journal, journal.get(1)).card
        labels = [offer.label for offer in shown.offers]
        assert scheduling.ADOPT not in labels
    assert labels
    assert "by hand" not in str(shown)
