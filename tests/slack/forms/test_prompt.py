"""The call park server's prompt is set from a file that a user chooses in a form."""

from datetime import timedelta

import pytest

from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.dataset import tone
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.sandbox.slack.model import Message
from tests.slack.forms.conftest import Ready

HOLD, BYE = tone(0.5), tone(0.25, rate=48_000)
FILE = "Sound file"


def opened(sandbox: Sandbox, ready: Ready, line: str = "server prompt") -> None:
    """Opens the form with a command by Ana."""
    assert sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], line).ok
    ready(FILE)


def choose(sandbox: Sandbox, name: str, content: bytes) -> str:
    """Uploads a file of Ana's into the form, and returns its id."""
    id = sandbox.slack.add_file(sandbox.people["ana"], name, content)
    sandbox.slack.fill(sandbox.people["ana"], id, label=FILE)
    return id


def submit(sandbox: Sandbox, ready: Ready, *words: str) -> str:
    """Submits the form, and returns the text of the next view."""
    assert sandbox.slack.submit(sandbox.people["ana"]).ok
    return ready(*words).plain


def done(sandbox: Sandbox, ready: Ready, name: str = "hold.wav", content: bytes = HOLD) -> None:
    """Fills, submits and confirms the form."""
    opened(sandbox, ready)
    choose(sandbox, name, content)
    submit(sandbox, ready, "Set prompt")
    assert sandbox.slack.submit(sandbox.people["ana"]).ok
    sandbox.settle()


def cards(sandbox: Sandbox) -> list[Message]:
    bot = sandbox.slack.bot_user
    return [one for one in sandbox.slack.messages(sandbox.channels["phones"]) if one.user == bot]


def prompt(sandbox: Sandbox) -> bytes | None:
    """The content of the prompt on the PBX."""
    file = sandbox.pbx.state.files.get(sandbox.pbx.state.server["prompt_file_id"] or "")
    return file["content"] if file else None


def test_the_file_is_shown_before_it_is_set_and_everybody_sees_that_it_was(sandbox: Sandbox, ready: Ready) -> None:
    sandbox.pbx.console_set_prompt()
    opened(sandbox, ready)
    choose(sandbox, "hold.wav", HOLD)
    shown = submit(sandbox, ready, "Set prompt")
    assert "Set the call park server's prompt to hold.wav (16 kB)? Nothing has changed yet." in shown
    assert "Prompt: one-moment-please.wav (96 kB) → hold.wav (16 kB)" in shown.replace("*", "")
    assert not sandbox.pbx.writes
    assert sandbox.slack.submit(sandbox.people["ana"]).ok
    sandbox.settle()
    assert prompt(sandbox) == HOLD
    (card,) = cards(sandbox)
    assert "Call park server: prompt is now" in card.plain
    assert "by @Ana Ruiz · #1 · done" in card.plain
    (_, reply) = sandbox.slack.messages(sandbox.channels["phones"], thread=card.ts)
    assert reply.plain.strip("*") == "Done and verified on the PBX."


def test_the_server_tells_its_prompt(sandbox: Sandbox, ready: Ready) -> None:
    done(sandbox, ready)
    sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], "server")
    sandbox.settle()
    assert "Prompt: hold.wav" in sandbox.slack.ephemerals(sandbox.people["ana"])[-1].plain.replace("*", "")


@pytest.mark.parametrize("before", ["one-moment-please.wav", None])
def test_undo_puts_back_what_was_there_and_do_it_again_what_came(
    sandbox: Sandbox, ready: Ready, before: str | None
) -> None:
    sandbox.pbx.console_set_prompt(before)
    was = prompt(sandbox)
    done(sandbox, ready)
    sandbox.pbx.state.files = {id: one for id, one in sandbox.pbx.state.files.items() if one["content"] != was}
    sandbox.slack.click(sandbox.people["ana"], cards(sandbox)[0], label="Undo")
    sandbox.settle()
    assert prompt(sandbox) == was
    assert "undone" in cards(sandbox)[0].plain
    if before:
        assert sandbox.pbx.state.files[sandbox.pbx.state.server["prompt_file_id"]]["name"] == before
    sandbox.slack.click(sandbox.people["ana"], cards(sandbox)[0], label="Do it again")
    sandbox.settle()
    assert prompt(sandbox) == HOLD


def test_undo_shows_a_prompt_that_somebody_else_has_set_since_and_asks(sandbox: Sandbox, ready: Ready) -> None:
    done(sandbox, ready)
    sandbox.pbx.console_set_prompt()
    sandbox.slack.click(sandbox.people["ana"], cards(sandbox)[0], label="Undo")
    sandbox.settle()
    answer = sandbox.slack.ephemerals(sandbox.people["ana"])[-1]
    assert "has been changed since #1" in answer.plain
    assert "none before the change, hold.wav (16 kB) after it, one-moment-please.wav (96 kB) now" in answer.plain
    assert "Put back as before" in answer.plain


def test_what_is_wrong_with_a_file_is_said_in_the_form_and_another_can_be_chosen(
    sandbox: Sandbox, ready: Ready
) -> None:
    opened(sandbox, ready)
    choose(sandbox, "stereo.wav", tone(0.5, channels=2, rate=44_100))
    shown = submit(sandbox, ready, "stereo.wav")
    assert "Nothing was changed" in shown
    assert "It is stereo: save it as mono." in shown
    assert "Its sample rate is 44.1 kHz: save it with 16, 32 or 48 kHz." in shown
    choose(sandbox, "hold.wav", HOLD)
    assert "→ hold.wav" in submit(sandbox, ready, "Set prompt")
    assert not sandbox.pbx.writes


def test_a_file_that_was_chosen_stays_chosen_while_the_pbx_is_away(sandbox: Sandbox, ready: Ready) -> None:
    opened(sandbox, ready)
    file = choose(sandbox, "hold.wav", HOLD)
    sandbox.pbx.stop()
    shown = submit(sandbox, ready, "isn't answering right now")
    assert f"(x) The file that you chose before ({file})" in shown
    sandbox.pbx.start()
    assert "→ hold.wav" in submit(sandbox, ready, "Set prompt")


def test_the_file_stays_while_something_else_in_the_form_is_wrong(sandbox: Sandbox, ready: Ready) -> None:
    opened(sandbox, ready)
    choose(sandbox, "hold.wav", HOLD)
    sandbox.slack.faults.fail("views.update", "hash_conflict", times=4)  # so that no date can be picked
    sandbox.slack.fill(sandbox.people["ana"], "At a date and time ...", label="Begins")
    sandbox.settle()
    sandbox.slack.faults.clear()
    assert "(x) The file that you chose before" in submit(sandbox, ready, "One more thing to fill in", "Begins at")


def test_a_form_without_a_file_is_not_sent_off(sandbox: Sandbox, ready: Ready) -> None:
    opened(sandbox, ready)
    assert sandbox.slack.submit(sandbox.people["ana"]).error == "not_submitted"
    sandbox.slack.fill(sandbox.people["ana"], choose(sandbox, "hold.wav", HOLD), label=FILE)
    submit(sandbox, ready, "Set prompt")


def test_the_same_prompt_again_is_already_so(sandbox: Sandbox, ready: Ready) -> None:
    done(sandbox, ready)
    opened(sandbox, ready)
    choose(sandbox, "renamed.wav", HOLD)
    assert "Nothing to change" in submit(sandbox, ready, "is already")
    assert len(sandbox.pbx.writes) == 3


def test_a_prompt_that_can_not_be_saved_is_shown_as_lost_before_the_last_click(sandbox: Sandbox, ready: Ready) -> None:
    sandbox.pbx.console_set_prompt()
    sandbox.pbx.faults.add(Fault(kind=FaultKind.STATUS, status=404, match="GET /api/blobs/*", times=None))
    opened(sandbox, ready)
    choose(sandbox, "hold.wav", HOLD)
    shown = submit(sandbox, ready, "Set prompt")
    assert "Will be lost: the current prompt, one-moment-please.wav (96 kB), because it can't be saved" in shown
    assert sandbox.slack.submit(sandbox.people["ana"]).ok
    sandbox.settle()
    assert prompt(sandbox) == HOLD
    assert "#1 · done" in cards(sandbox)[0].plain
    sandbox.slack.click(sandbox.people["ana"], cards(sandbox)[0], label="Undo")
    sandbox.settle()
    assert "was never saved or is no longer stored" in sandbox.slack.ephemerals(sandbox.people["ana"])[-1].plain
    assert prompt(sandbox) == HOLD


def test_a_prompt_for_a_while_goes_back_by_itself_though_its_file_is_gone_from_slack(
    sandbox: Sandbox, ready: Ready
) -> None:
    sandbox.pbx.console_set_prompt()
    was = prompt(sandbox)
    opened(sandbox, ready)
    choose(sandbox, "holiday.wav", BYE)
    sandbox.slack.fill(sandbox.people["ana"], "At a date and time ...", label="Begins")
    ready("Begins at")
    begins = int(sandbox.now().timestamp()) // 60 * 60 + 3600
    sandbox.slack.fill(sandbox.people["ana"], begins, label="Begins at")
    sandbox.slack.fill(sandbox.people["ana"], "2 h", label="Ends")
    submit(sandbox, ready, "Set prompt")
    assert sandbox.slack.submit(sandbox.people["ana"]).ok
    sandbox.settle()
    sandbox.slack.state.files.clear()
    sandbox.forward(timedelta(hours=1))
    sandbox.slack.wait_for(lambda: prompt(sandbox) == BYE)
    sandbox.settle()
    sandbox.forward(timedelta(hours=2))
    sandbox.slack.wait_for(lambda: prompt(sandbox) == was)


def test_a_line_with_a_link_to_a_file_asks_first(sandbox: Sandbox) -> None:
    ana, phones = sandbox.people["ana"], sandbox.channels["phones"]
    link = f"https://park-sandbox.slack.com/files/{ana}/{sandbox.files['welcome']}/welcome.wav"
    assert sandbox.slack.slash(ana, phones, f"server prompt {link}").ok
    sandbox.settle()
    shown = sandbox.slack.ephemerals(ana)[-1]
    assert "Prompt: none → welcome.wav (32 kB)" in shown.plain.replace("*", "")
    assert not sandbox.pbx.writes
    sandbox.slack.click(ana, shown, label="Set prompt")
    sandbox.settle()
    assert prompt(sandbox) == tone()


def test_somebody_elses_file_that_was_not_shared_here_is_refused(sandbox: Sandbox) -> None:
    private = sandbox.slack.add_file(sandbox.people["ben"], "private.wav", HOLD, channel=sandbox.channels["random"])
    sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], f"server prompt {private}")
    sandbox.settle()
    text = sandbox.slack.ephemerals(sandbox.people["ana"])[-1].plain
    assert "belongs to somebody else" in text
    assert "Nothing was changed" in text
    assert not sandbox.pbx.writes


def test_whoever_may_not_change_the_server_has_no_file_fetched(sandbox: Sandbox) -> None:
    sandbox.slack.slash(sandbox.people["ben"], sandbox.channels["phones"], f"server prompt {sandbox.files['welcome']}")
    sandbox.settle()
    assert "You can't do that here" in sandbox.slack.ephemerals(sandbox.people["ben"])[-1].plain
    assert not {"files.info", "file_download"} & {call.method for call in sandbox.slack.calls}
    assert not sandbox.pbx.requests
