"""The files of prompts: kept by their content, the latest twenty."""

import hashlib

from bot.journal.storage import MAX_PROMPTS, PromptStore, StoredPrompt
from tests.journal.making import JournalHarness


def file(text: str, source: str | None = None) -> StoredPrompt:
    content = text.encode()
    return StoredPrompt(f"{text}.wav", content, hashlib.sha256(content).hexdigest(), source)


def test_a_file_is_found_by_its_content_its_reference_and_its_id_in_slack(harness: JournalHarness) -> None:
    prompts, one = PromptStore(harness.journal.database), file("hello", "F07HELLO00")
    prompts.keep(one)
    prompts.keep(file("other"))
    assert prompts.content(one.sha256) == b"hello"
    assert prompts.find(one.reference) == one
    assert prompts.find("F07HELLO00") == one
    assert prompts.find("F07OTHER00") is None
    assert prompts.content("0" * 64) is None


def test_the_latest_are_kept_and_what_is_kept_again_is_the_latest(harness: JournalHarness) -> None:
    prompts, first = PromptStore(harness.journal.database), file("first")
    prompts.keep(first)
    for number in range(MAX_PROMPTS - 1):
        prompts.keep(file(str(number)))
    prompts.keep(first)
    prompts.keep(file("one more"))
    assert prompts.content(first.sha256) == b"first"
    assert prompts.content(file("0").sha256) is None
    assert prompts.content(file("1").sha256) is not None


def test_what_came_from_slack_is_known_by_that_though_the_pbx_shows_it_later(harness: JournalHarness) -> None:
    prompts = PromptStore(harness.journal.database)
    prompts.keep(file("hello", "F07HELLO00"))
    prompts.keep(file("hello"))
    assert prompts.find("F07HELLO00") == file("hello", "F07HELLO00")


def test_they_are_there_after_a_restart(harness: JournalHarness) -> None:
    PromptStore(harness.journal.database).keep(file("hello"))
    harness.restart()
    assert PromptStore(harness.journal.database).content(file("hello").sha256) == b"hello"
