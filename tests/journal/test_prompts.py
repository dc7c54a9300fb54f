"""The files of prompts: kept by their content, the latest twenty."""

import hashlib
from pathlib import Path

from sqlalchemy import create_engine, inspect

from bot.journal import Journal
from bot.journal.migrations import migrate
from bot.journal.prompts import MOST, Kept, Prompts


def file(text: str, source: str | None = None) -> Kept:
    content = text.encode()
    return Kept(f"{text}.wav", content, hashlib.sha256(content).hexdigest(), source)


def journal(tmp_path: Path) -> Journal:
    return Journal(f"sqlite:///{tmp_path / 'park.sqlite3'}")


def test_a_file_is_found_by_its_content_its_reference_and_its_id_in_slack(tmp_path: Path) -> None:
    park = journal(tmp_path)
    prompts, one = Prompts(park.database), file("hello", "F07HELLO00")
    prompts.keep(one)
    prompts.keep(file("other"))
    assert prompts.content(one.sha256) == b"hello"
    assert prompts.find(one.reference) == one
    assert prompts.find("F07HELLO00") == one
    assert prompts.find("F07OTHER00") is None
    assert prompts.content("0" * 64) is None
    park.close()


def test_the_latest_are_kept_and_what_is_kept_again_is_the_latest(tmp_path: Path) -> None:
    park = journal(tmp_path)
    prompts, first = Prompts(park.database), file("first")
    prompts.keep(first)
    for number in range(MOST - 1):
        prompts.keep(file(str(number)))
    prompts.keep(first)
    prompts.keep(file("one more"))
    assert prompts.content(first.sha256) == b"first"
    assert prompts.content(file("0").sha256) is None
    assert prompts.content(file("1").sha256) is not None
    park.close()


def test_what_came_from_slack_is_known_by_that_though_the_pbx_shows_it_later(tmp_path: Path) -> None:
    park = journal(tmp_path)
    prompts = Prompts(park.database)
    prompts.keep(file("hello", "F07HELLO00"))
    prompts.keep(file("hello"))
    assert prompts.find("F07HELLO00") == file("hello", "F07HELLO00")
    park.close()


def test_they_are_there_after_a_restart(tmp_path: Path) -> None:
    park = journal(tmp_path)
    Prompts(park.database).keep(file("hello"))
    park.close()
    again = journal(tmp_path)
    assert Prompts(again.database).content(file("hello").sha256) == b"hello"
    again.close()


def test_a_journal_from_before_there_were_prompts_gets_their_table(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'park.sqlite3'}")
    with engine.begin() as connection:
        migrate(connection, "0006")
        assert "prompts" not in inspect(connection).get_table_names()
    engine.dispose()
    park = journal(tmp_path)
    assert Prompts(park.database).find("F07HELLO00") is None
    park.close()
