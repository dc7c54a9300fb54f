"""Whoever waits is told so once, and nobody who has the answer is."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.messages.request import Door, Request
from bot.worker.progress import Slowness
from tests.house import Noting


class Loud(Noting):
    """Says when it was called."""

    def __init__(self) -> None:
        super().__init__()
        self.called = threading.Semaphore(0)

    def checking(self, request: Request, text: str) -> None:
        try:
            super().checking(request, text)
        finally:
            self.called.release()


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.worker.progress.PATIENCE", 0.05)
    monkeypatch.setattr("bot.worker.progress.NEWS", 0.05)


@pytest.fixture
def voice() -> Loud:
    return Loud()


@pytest.fixture
def slowness(voice: Loud) -> Iterator[Slowness]:
    made = Slowness(voice)
    yield made
    made.close()


def asked(line: str) -> Request:
    return Request(key=line, team="T1", user="U1", door=Door.SLASH, line=line, asked_at=datetime.now(UTC))


def test_who_waits_is_told_and_who_was_answered_is_not(slowness: Slowness, voice: Loud) -> None:
    slowness.watch(asked("groups"))
    slowness.over(asked("groups"))
    slowness.watch(asked("group Sales"))
    assert voice.called.acquire(timeout=5)
    assert [text.split(" ...")[0] for text in voice.checked] == ["Checking “group Sales”"]


def test_a_long_search_says_how_far_it_is_until_it_is_over(slowness: Slowness, voice: Loud) -> None:
    slowness.watch(asked("find 1001"))
    slowness.progress(asked("find 1001"), "looked at 20 of 200 groups so far.")
    assert voice.called.acquire(timeout=5)
    assert voice.called.acquire(timeout=5)
    slowness.over(asked("find 1001"))
    slowness.progress(asked("find 1001"), "looked at all.")
    assert "looked at 20 of 200" in voice.checked[1]
    assert slowness._open == {}


def test_a_word_that_can_not_be_said_keeps_no_other_from_being_said(
    slowness: Slowness, voice: Loud, caplog: pytest.LogCaptureFixture
) -> None:
    voice.faults = [RuntimeError("of Park's own")]
    slowness.watch(asked("groups"))
    slowness.watch(asked("group Sales"))
    assert voice.called.acquire(timeout=5)
    assert voice.called.acquire(timeout=5)
    assert len(voice.checked) == 1
    assert "could not say" in caplog.text
