"""The files of prompts: kept by their content, the latest twenty."""

import hashlib
from pathlib import Path

from sqlalchemy import create_engine, inspect

from bot.journal.journal import Journal
from bot.journal.migrations import migrate
from bot.journal.storage import MOST, PromptStore, StoredPrompt
from tests.journal.making import Desk, url


def file(text: str, source: str | None = None) -> StoredPrompt:
    content = text.encode()
    return StoredPrompt(f"{text}.wav", content, hashlib.sha256(content).hexdigest(), source)


def test_a_file_is_found_by_its_content_its_reference_and_its_id_in_slack(context: Desk) -> None:
    prompts, one = PromptStore(context.journal.database), file("hello", "F07HELLO00")
    prompts.keep(one)
    prompts.keep(file("other"))
    assert prompts.content(one.sha256) == b"hello"
    assert prompts.find(one.reference) == one
    assert prompts.find("F07HELLO00") == one
    assert prompts.find("F07OTHER00") is None
    assert prompts.content("0" * 64) is None


def test_the_latest_are_kept_and_what_is_kept_again_is_the_latest(context: Desk) -> None:
    prompts, first = PromptStore(context.journal.database), file("first")
    prompts.keep(first)
    for number in range(MOST - 1):
        prompts.keep(file(str(number)))
    prompts.keep(first)
    prompts.keep(file("one more"))
    assert prompts.content(first.sha256) == b"first"
    assert prompts.content(file("0").sha256) is None
    assert prompts.content(file("1").sha256) is not None


def test_what_came_from_slack_is_known_by_that_though_the_pbx_shows_it_later(context: Desk) -> None:
    prompts = PromptStore(context.journal.database)
    prompts.keep(file("hello", "F07HELLO00"))
    prompts.keep(file("hello"))
    assert prompts.find("F07HELLO00") == file("hello", "F07HELLO00")


def test_they_are_there_after_a_restart(context: Desk) -> None:
    PromptStore(context.journal.database).keep(file("hello"))
    context.restart()
    assert PromptStore(context.journal.database).content(file("hello").sha256) == b"hello"


def test_a_journal_from_before_there_were_prompts_gets_their_table(tmp_path: Path) -> None:
    engine = create_engine(url(tmp_path))
    with engine.begin() as connection:
        migrate(connection, "0006")
        assert "prompts" not in inspect(connection).get_table_names()
    engine.dispose()
    park = Journal(url(tmp_path))
    assert PromptStore(park.database).find("F07HELLO00") is None
    park.close()
