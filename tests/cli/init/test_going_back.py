"""Each answer can be gone back to, and answers outlive Ctrl-C and a lost connection."""

import json
import signal

import pytest

from bot.cli.init.draft import DRAFT_FILE
from tests.cli.init.conftest import QUESTIONS, InitHarness
from tests.cli.init.test_terminal import Terminal, terminal

PROMPTS = {
    "bot_token": "Bot User OAuth Token", "app_token": "App-level token", "url": "Address of", "username": "User name",
    "domain": "Domain of the tenant", "password": "Password (not shown)", "you": "Which one are you",
    "channel": "In which channel", "look": "May everybody", "leads": "Who leads", "groups": "Which park groups",
    "on_call": "Who is on call", "team": "Who else may", "contact": "Whom should", "announce": "Where should Park",
    "read_only": "Start read-only", "write": "Write this",
}  # fmt: skip


def answer(screen: Terminal, init: InitHarness, *questions: str) -> None:
    for question in questions:
        screen.expect(PROMPTS[question])
        screen.send_line(init.default_answers.get(question, ""))


@pytest.mark.parametrize("question", QUESTIONS[1:])
def test_from_each_question_one_goes_back_to_the_one_before(init: InitHarness, question: str) -> None:
    at = QUESTIONS.index(question)
    lines = init.input_lines().splitlines(keepends=True)
    repeated = lines[at - 1]
    assert init.run_with_input("".join((*lines[:at], "<\n", repeated, *lines[at:]))) == 0, init.output
    assert init.output.count(PROMPTS[QUESTIONS[at - 1]]) == 2
    logins = [one for one in init.sandbox.pbx.requests if one.path.endswith("sign_in")]
    assert len(logins) == (2 if question == "you" else 1)


def test_one_can_go_back_to_the_very_first_question_and_answer_it_otherwise(init: InitHarness) -> None:
    lines = init.input_lines(read_only="no").splitlines(keepends=True)
    assert init.run_with_input("".join((lines[0], lines[1], "<\n<\n<\n", *lines))) == 0
    assert "This is the first question." in init.output
    assert init.run_with_input("".join(("\n" * 3, "back\n<\n<\n", "\n" * 10))) == 0
    assert "there is nothing to write" in init.output


def test_an_answer_that_was_gone_back_to_is_the_default(init: InitHarness) -> None:
    lines = init.input_lines(leads="@leads, Eve Novak").splitlines(keepends=True)
    at = QUESTIONS.index("groups")
    assert init.run_with_input("".join((*lines[:at], "<\n", "\n", *lines[at:]))) == 0
    assert "[@leads, Eve Novak]" in init.output
    assert init.sandbox.people["eve"] in init.policy.allow[1].users


def test_a_failed_sign_in_is_not_repeated_when_one_goes_back_past_it(init: InitHarness) -> None:
    with terminal(init) as screen:
        answer(screen, init, "bot_token", "app_token", "url", "username", "domain")
        screen.expect(PROMPTS["password"])
        screen.send_line("hunter2")
        answer(screen, init, "username", "domain", "password")
        screen.expect(PROMPTS["you"])
        screen.send_line("<")
        screen.expect(PROMPTS["password"])
        screen.send_line(init.default_answers["password"])
        screen.expect(PROMPTS["you"])
    logins = [one for one in init.sandbox.pbx.requests if one.path.endswith("sign_in")]
    assert len(logins) == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL, signal.SIGHUP])
def test_the_answers_outlive_an_interruption(init: InitHarness, number: signal.Signals) -> None:
    with terminal(init) as screen:
        answer(screen, init, *QUESTIONS[:8])
        screen.expect(PROMPTS["look"])
        screen.bot.send_signal(number)
        status = screen.wait_for_exit()
    draft = init.folder / DRAFT_FILE
    assert draft.stat().st_mode & 0o777 == 0o600
    if number is signal.SIGINT:
        assert status == 130
        assert f"Your answers are kept in {DRAFT_FILE}; nothing else was written. To go on: " in screen.shown
    with terminal(init) as screen:
        screen.expect("You stopped half-way the last time")
        for question in QUESTIONS[:8]:
            screen.expect(PROMPTS[question])
            screen.expect("]: ")
            screen.send_line("")
        answer(screen, init, *QUESTIONS[8:])
        assert screen.wait_for_exit() == 0
    assert init.files_written == {".env", "policy.toml"}
    assert init.env["PBX_PASSWORD"] == init.default_answers["password"]
    for secret in ("bot_token", "app_token", "password"):
        assert init.default_answers[secret] not in screen.shown


def test_no_wrong_answer_and_no_trust_is_kept(init: InitHarness) -> None:
    with terminal(init) as screen:
        answer(screen, init, "bot_token", "app_token", "url", "username", "domain")
        screen.expect(PROMPTS["password"])
        screen.send_line("hunter2")
        screen.expect(PROMPTS["username"])
        screen.interrupt()
        screen.wait_for_exit()
    kept = json.loads((init.folder / DRAFT_FILE).read_text(encoding="utf-8"))
    assert set(kept) == {"bot_token", "app_token", "url", "username", "domain"}


def test_a_draft_that_is_broken_is_as_none(init: InitHarness) -> None:
    (init.folder / DRAFT_FILE).write_text('["')
    with terminal(init) as screen:
        answer(screen, init, "bot_token")
        screen.expect(PROMPTS["app_token"])
    assert "half-way" not in screen.shown
