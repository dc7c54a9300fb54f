"""The journal can't be written: nothing is acknowledged, nothing is changed, and nothing is lost."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.faults.scene import ConversationHarness
from tests.waiting import PATIENCE, wait_until


@contextmanager
def locked_journal(scene: ConversationHarness) -> Iterator[None]:
    """Locks the journal's file from another connection."""
    path = scene.sandbox.settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None, timeout=PATIENCE)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def test_a_command_that_could_not_be_recorded_says_that_nothing_was_done(scene: ConversationHarness) -> None:
    with locked_journal(scene):
        scene.slash("add 1001 to Sales")
        assert "Nothing was done" in scene.last_ephemeral().plain
    scene.sandbox.settle()
    assert scene.sandbox.pbx.requests == []
    scene.do("add 1001 to Sales")
    assert scene.changes() == 1


def test_a_click_that_could_not_be_recorded_says_that_nothing_was_done_and_works_later(
    scene: ConversationHarness,
) -> None:
    scene.do("preview add 1001 to Sales")
    button = scene.last_ephemeral()
    with locked_journal(scene):
        assert scene.sandbox.slack.click(scene.sandbox.people["ana"], button, label="Apply").ok
        scene.sandbox.slack.wait_for(lambda: "Nothing was done" in scene.last_ephemeral().plain)
    assert scene.writes == []
    scene.click(button, "Apply")
    assert scene.changes() == 1


def test_a_mention_that_could_not_be_recorded_is_delivered_again_and_then_done_once(scene: ConversationHarness) -> None:
    slack, sandbox = scene.sandbox.slack, scene.sandbox
    with locked_journal(scene):
        slack.say(sandbox.people["ana"], sandbox.channels["phones"], f"<@{slack.bot_user}> add 1001 to Sales")
        assert not slack.delivered[-1].ack.ok, "so Slack delivers it again"
    slack.wait_for(lambda: slack.delivered[-1].ack.ok)
    sandbox.settle()
    assert slack.delivered[-1].envelope["retry_attempt"] == 1
    assert scene.changes() == len(scene.writes) == 1


def test_a_mention_whose_acknowledgement_was_lost_is_done_once(scene: ConversationHarness) -> None:
    slack, sandbox = scene.sandbox.slack, scene.sandbox
    slack.say(sandbox.people["ana"], sandbox.channels["phones"], f"<@{slack.bot_user}> add 1001 to Sales")
    slack.deliver_again("events_api")
    sandbox.settle()
    assert scene.changes() == len(scene.writes) == 1


def test_questions_are_answered_without_a_journal(scene: ConversationHarness) -> None:
    with locked_journal(scene):
        scene.slash("group Sales")
        scene.sandbox.slack.wait_for(scene.ephemerals)
        assert "1002" in scene.last_ephemeral().plain


def test_a_refusal_is_said_though_it_could_not_be_recorded(
    scene: ConversationHarness, caplog: pytest.LogCaptureFixture
) -> None:
    with locked_journal(scene):
        scene.slash("group Sales", who="gil", where="random")
        scene.sandbox.slack.wait_for(lambda: scene.ephemerals("gil"))
        assert "You can't do that here." in scene.last_ephemeral("gil").plain
    assert "could not be recorded" in caplog.text


def test_what_could_not_be_recorded_before_the_write_is_not_written_until_it_can_be(
    scene: ConversationHarness, caplog: pytest.LogCaptureFixture
) -> None:
    reading = scene.hold("GET */members")
    scene.slash("add 1001 to Sales")
    scene.reached(reading)
    with locked_journal(scene):
        scene.go_on(reading)
        _wait_for_log(caplog, "could not be recorded")
        assert scene.writes == []
    scene.sandbox.settle()
    assert scene.changes() == len(scene.writes) == 1
    assert "· done" in scene.card().plain


def test_a_write_whose_end_could_not_be_recorded_is_found_and_not_sent_again(
    scene: ConversationHarness, caplog: pytest.LogCaptureFixture
) -> None:
    writing = scene.hold()
    scene.slash("add 1001 to Sales")
    scene.reached(writing)
    with locked_journal(scene):
        scene.go_on(writing)
        _wait_for_log(caplog, "could not be recorded")
        assert scene.cards() == []
    scene.sandbox.settle()
    assert scene.changes() == len(scene.writes) == 1
    assert "· done" in scene.card().plain


def _wait_for_log(caplog: pytest.LogCaptureFixture, words: str) -> None:
    wait_until(lambda: words in caplog.text, words)


def test_history_that_cannot_be_read_is_said(scene: ConversationHarness) -> None:
    with scene.sandbox.park.tenant.journal.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE events RENAME TO elsewhere")
    scene.do("history")
    assert "The history can't be read right now." in scene.last_ephemeral().plain
