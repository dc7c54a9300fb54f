"""Whoever waits is told so once, and nobody who has the answer is."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.messages.request import Request, Source
from bot.worker.progress import ProgressNotifier
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
    monkeypatch.setattr("bot.worker.progress.FIRST_NOTICE", 0.05)
    monkeypatch.setattr("bot.worker.progress.NEXT_NOTICE", 0.05)


@pytest.fixture
def messenger() -> Loud:
    return Loud()


@pytest.fixture
def progress_notifier(messenger: Loud) -> Iterator[ProgressNotifier]:
    made = ProgressNotifier(messenger)
    yield made
    made.close()


def asked(line: str) -> Request:
    return Request(key=line, team="T1", user="U1", source=Source.SLASH, line=line, asked_at=datetime.now(UTC))


def test_who_waits_is_told_and_who_was_answered_is_not(progress_notifier: ProgressNotifier, messenger: Loud) -> None:
    progress_notifier.watch(asked("groups"))
    progress_notifier.finish(asked("groups"))
    progress_notifier.watch(asked("group Sales"))
    assert messenger.called.acquire(timeout=5)
    assert [text.split(" ...")[0] for text in messenger.checked] == ["Checking “group Sales”"]


def test_a_long_search_says_how_far_it_is_until_it_is_over(
    progress_notifier: ProgressNotifier, messenger: Loud
) -> None:
    progress_notifier.watch(asked("find 1001"))
    progress_notifier.report(asked("find 1001"), "looked at 20 of 200 groups so far.")
    assert messenger.called.acquire(timeout=5)
    assert messenger.called.acquire(timeout=5)
    progress_notifier.finish(asked("find 1001"))
    progress_notifier.report(asked("find 1001"), "looked at all.")
    assert "looked at 20 of 200" in messenger.checked[1]
    assert progress_notifier._progress == {}


def test_a_word_that_can_not_be_said_keeps_no_other_from_being_said(
    progress_notifier: ProgressNotifier, messenger: Loud, caplog: pytest.LogCaptureFixture
) -> None:
    messenger.faults = [RuntimeError("of Park's own")]
    progress_notifier.watch(asked("groups"))
    progress_notifier.watch(asked("group Sales"))
    assert messenger.called.acquire(timeout=5)
    assert messenger.called.acquire(timeout=5)
    assert len(messenger.checked) == 1
    assert "could not say" in caplog.text
