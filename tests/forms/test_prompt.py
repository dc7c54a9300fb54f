"""The call park server's prompt is set from a file that a user chooses in a form."""

from datetime import timedelta

import pytest

from bot.sandbox.environment import Stage
from bot.sandbox.pbx.dataset import tone
from bot.sandbox.pbx.faults import Fault, Kind
from bot.sandbox.slack.model import Message
from tests.forms.conftest import Ready

HOLD, BYE = tone(0.5), tone(0.25, rate=48_000)
FILE = "Sound file"


def opened(stage: Stage, ready: Ready, line: str = "server prompt") -> None:
    """Opens the form with a command by Ana."""
    assert stage.slack.slash(stage.people["ana"], stage.channels["phones"], line).ok
    ready(FILE)


def choose(stage: Stage, name: str, content: bytes) -> str:
    """Uploads a file of Ana's into the form, and returns its id."""
    id = stage.slack.add_file(stage.people["ana"], name, content)
    stage.slack.fill(stage.people["ana"], id, label=FILE)
    return id


def submit(stage: Stage, ready: Ready, *words: str) -> str:
    """Submits the form, and returns the text of the next view."""
    assert stage.slack.submit(stage.people["ana"]).ok
    return ready(*words).plain


def done(stage: Stage, ready: Ready, name: str = "hold.wav", content: bytes = HOLD) -> None:
    """Fills, submits and confirms the form."""
    opened(stage, ready)
    choose(stage, name, content)
    submit(stage, ready, "Set prompt")
    assert stage.slack.submit(stage.people["ana"]).ok
    stage.settle(30)


def cards(stage: Stage) -> list[Message]:
    bot = stage.slack.bot_user
    return [one for one in stage.slack.messages(stage.channels["phones"]) if one.user == bot]


def prompt(stage: Stage) -> bytes | None:
    """The content of the prompt on the PBX."""
    file = stage.pbx.state.files.get(stage.pbx.state.server["prompt_file_id"] or "")
    return file["content"] if file else None


def test_the_file_is_shown_before_it_is_set_and_everybody_sees_that_it_was(stage: Stage, ready: Ready) -> None:
    stage.pbx.console_set_prompt()
    opened(stage, ready)
    choose(stage, "hold.wav", HOLD)
    shown = submit(stage, ready, "Set prompt")
    assert "Change the prompt of the call park server? Nothing is changed yet." in shown
    assert "Prompt: one-moment-please.wav (96 kB) -> hold.wav (16 kB)" in shown.replace("*", "")
    assert not stage.pbx.writes
    assert stage.slack.submit(stage.people["ana"]).ok
    stage.settle(30)
    assert prompt(stage) == HOLD
    (card,) = cards(stage)
    assert "Prompt of the call park server changed" in card.plain
    assert "by @Ana Ruiz · change 1 · done" in card.plain
    (_, reply) = stage.slack.messages(stage.channels["phones"], thread=card.ts)
    assert reply.plain.strip("*") == "Done: read back from the PBX and found as asked."


def test_the_server_tells_its_prompt(stage: Stage, ready: Ready) -> None:
    done(stage, ready)
    stage.slack.slash(stage.people["ana"], stage.channels["phones"], "server")
    stage.settle(30)
    assert "Prompt: hold.wav" in stage.slack.ephemerals(stage.people["ana"])[-1].plain.replace("*", "")


@pytest.mark.parametrize("before", ["one-moment-please.wav", None])
def test_undo_puts_back_what_was_there_and_do_it_again_what_came(
    stage: Stage, ready: Ready, before: str | None
) -> None:
    stage.pbx.console_set_prompt(before)
    was = prompt(stage)
    done(stage, ready)
    stage.pbx.state.files = {id: one for id, one in stage.pbx.state.files.items() if one["content"] != was}
    stage.slack.click(stage.people["ana"], cards(stage)[0], label="Undo")
    stage.settle(30)
    assert prompt(stage) == was
    assert "taken back" in cards(stage)[0].plain
    if before:
        assert stage.pbx.state.files[stage.pbx.state.server["prompt_file_id"]]["name"] == before
    stage.slack.click(stage.people["ana"], cards(stage)[0], label="Do it again")
    stage.settle(30)
    assert prompt(stage) == HOLD


def test_undo_shows_a_prompt_that_somebody_else_has_set_since_and_asks(stage: Stage, ready: Ready) -> None:
    done(stage, ready)
    stage.pbx.console_set_prompt()
    stage.slack.click(stage.people["ana"], cards(stage)[0], label="Undo")
    stage.settle(30)
    answer = stage.slack.ephemerals(stage.people["ana"])[-1]
    assert "was changed again since change 1" in answer.plain
    assert "none before the change, hold.wav (16 kB) after it, one-moment-please.wav (96 kB) now" in answer.plain
    assert "Put back as before" in answer.plain


def test_what_is_wrong_with_a_file_is_said_in_the_form_and_another_can_be_chosen(stage: Stage, ready: Ready) -> None:
    opened(stage, ready)
    choose(stage, "stereo.wav", tone(0.5, channels=2, rate=44_100))
    shown = submit(stage, ready, "stereo.wav")
    assert "Nothing was changed" in shown
    assert "It is stereo: save it as mono." in shown
    assert "It has 44.1 kHz: save it with 16, 32 or 48 kHz." in shown
    choose(stage, "hold.wav", HOLD)
    assert "-> hold.wav" in submit(stage, ready, "Set prompt")
    assert not stage.pbx.writes


def test_a_file_that_was_chosen_stays_chosen_while_the_pbx_is_away(stage: Stage, ready: Ready) -> None:
    opened(stage, ready)
    file = choose(stage, "hold.wav", HOLD)
    stage.pbx.stop()
    shown = submit(stage, ready, "can't be asked just now")
    assert f"(x) The file that was chosen before ({file})" in shown
    stage.pbx.start()
    assert "-> hold.wav" in submit(stage, ready, "Set prompt")


def test_the_file_stays_while_something_else_in_the_form_is_wrong(stage: Stage, ready: Ready) -> None:
    opened(stage, ready)
    choose(stage, "hold.wav", HOLD)
    stage.slack.fill(stage.people["ana"], "soon", label="Ends")
    assert stage.slack.submit(stage.people["ana"]).ok
    view = stage.slack.view(stage.people["ana"])
    assert list(view.errors) == ["ends"]
    assert view.fields[FILE] == "hold.wav"


def test_a_form_without_a_file_is_not_sent_off(stage: Stage, ready: Ready) -> None:
    opened(stage, ready)
    assert stage.slack.submit(stage.people["ana"]).error == "not_submitted"
    stage.slack.fill(stage.people["ana"], choose(stage, "hold.wav", HOLD), label=FILE)
    submit(stage, ready, "Set prompt")


def test_the_same_prompt_again_is_already_so(stage: Stage, ready: Ready) -> None:
    done(stage, ready)
    opened(stage, ready)
    choose(stage, "renamed.wav", HOLD)
    assert "Nothing to change" in submit(stage, ready, "already is like that")
    assert len(stage.pbx.writes) == 3


def test_a_prompt_that_can_not_be_saved_is_shown_as_lost_before_the_last_click(stage: Stage, ready: Ready) -> None:
    stage.pbx.console_set_prompt()
    stage.pbx.faults.add(Fault(kind=Kind.STATUS, status=404, match="GET /api/blobs/*", times=None))
    opened(stage, ready)
    choose(stage, "hold.wav", HOLD)
    shown = submit(stage, ready, "Set prompt")
    assert "Will be lost: the prompt that is there now, one-moment-please.wav (96 kB), for it can't be saved" in shown
    assert stage.slack.submit(stage.people["ana"]).ok
    stage.settle(30)
    assert prompt(stage) == HOLD
    assert "change 1 · done" in cards(stage)[0].plain
    stage.slack.click(stage.people["ana"], cards(stage)[0], label="Undo")
    stage.settle(30)
    assert "was not saved" in stage.slack.ephemerals(stage.people["ana"])[-1].plain
    assert prompt(stage) == HOLD


def test_a_prompt_for_a_while_goes_back_by_itself_though_its_file_is_gone_from_slack(
    stage: Stage, ready: Ready
) -> None:
    stage.pbx.console_set_prompt()
    was = prompt(stage)
    opened(stage, ready)
    choose(stage, "holiday.wav", BYE)
    stage.slack.fill(stage.people["ana"], "in 1h", label="Begins")
    stage.slack.fill(stage.people["ana"], "for 2h", label="Ends")
    submit(stage, ready, "Set prompt")
    assert stage.slack.submit(stage.people["ana"]).ok
    stage.settle(30)
    stage.slack.state.files.clear()
    stage.forward(timedelta(hours=1))
    stage.slack.wait_for(lambda: prompt(stage) == BYE, timeout=30)
    stage.settle(30)
    stage.forward(timedelta(hours=2))
    stage.slack.wait_for(lambda: prompt(stage) == was, timeout=30)


def test_a_line_with_a_link_to_a_file_asks_first(stage: Stage) -> None:
    ana, phones = stage.people["ana"], stage.channels["phones"]
    link = f"https://park-sandbox.slack.com/files/{ana}/{stage.files['welcome']}/welcome.wav"
    assert stage.slack.slash(ana, phones, f"server prompt {link}").ok
    stage.settle(30)
    shown = stage.slack.ephemerals(ana)[-1]
    assert "Prompt: none -> welcome.wav (32 kB)" in shown.plain.replace("*", "")
    assert not stage.pbx.writes
    stage.slack.click(ana, shown, label="Set prompt")
    stage.settle(30)
    assert prompt(stage) == tone()


def test_somebody_elses_file_that_was_not_shared_here_is_refused(stage: Stage) -> None:
    private = stage.slack.add_file(stage.people["ben"], "private.wav", HOLD, channel=stage.channels["random"])
    stage.slack.slash(stage.people["ana"], stage.channels["phones"], f"server prompt {private}")
    stage.settle(30)
    text = stage.slack.ephemerals(stage.people["ana"])[-1].plain
    assert "somebody else's" in text
    assert "Nothing was changed" in text
    assert not stage.pbx.writes


def test_whoever_may_not_change_the_server_has_no_file_fetched(stage: Stage) -> None:
    stage.slack.slash(stage.people["ben"], stage.channels["phones"], f"server prompt {stage.files['welcome']}")
    stage.settle(30)
    assert "You may not do that here" in stage.slack.ephemerals(stage.people["ben"])[-1].plain
    assert not {"files.info", "file_download"} & {call.method for call in stage.slack.calls}
    assert not stage.pbx.requests
