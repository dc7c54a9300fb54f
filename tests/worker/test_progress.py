"""Users who wait are notified once; users who have their answer are not."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.messages.request import Request, Source
from bot.worker.progress import ProgressNotifier
from tests.bot_harness import RecordingMessenger
from tests.waiting import PATIENCE


class SignallingMessenger(RecordingMessenger):
    """Signals each progress notice."""

    def __init__(self) -> None:
        super().__init__()
        self.called = threading.Semaphore(0)

    def send_progress(self, request: Request, text: str) -> None:
        try:
            super().send_progress(request, text)
        finally:
            self.called.release()

    def clear_progress(self, request: Request) -> None:
        super().clear_progress(request)
        self.called.release()


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.worker.progress.FIRST_NOTICE", 0.05)
    monkeypatch.setattr("bot.worker.progress.NEXT_NOTICE", 0.05)


@pytest.fixture
def messenger() -> SignallingMessenger:
    return SignallingMessenger()


@pytest.fixture
def progress_notifier(messenger: SignallingMessenger) -> Iterator[ProgressNotifier]:
    made = ProgressNotifier(messenger)
    yield made
    made.close()


def request_for(line: str) -> Request:
    return Request(
        key=line, team="T1", user="U1", source=Source.SLASH, line=line, asked_at=datetime(2026, 1, 5, 9, tzinfo=UTC)
    )


def test_who_waits_is_told_and_who_was_answered_is_not(
    progress_notifier: ProgressNotifier, messenger: SignallingMessenger
) -> None:
    progress_notifier.watch(request_for("groups"))
    progress_notifier.finish(request_for("groups"))
    progress_notifier.watch(request_for("group Sales"))
    assert messenger.called.acquire(timeout=PATIENCE)
    assert messenger.checked == [
        "Working on “group Sales”. It takes a little longer than usual. No need to send it again."
    ]


def test_a_notice_disappears_when_its_request_is_finished(
    progress_notifier: ProgressNotifier, messenger: SignallingMessenger
) -> None:
    progress_notifier.watch(request_for("group Sales"))
    assert messenger.called.acquire(timeout=PATIENCE)
    progress_notifier.finish(request_for("group Sales"))
    assert messenger.called.acquire(timeout=PATIENCE)
    assert messenger.cleared == ["group Sales"]


def test_nobody_who_waits_means_no_thread_and_the_next_who_waits_is_told(
    progress_notifier: ProgressNotifier, messenger: SignallingMessenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.worker.progress.IDLE_SECONDS", 0.01)
    for number in range(3):
        progress_notifier.watch(request_for(f"group Sales{number}"))
        assert messenger.called.acquire(timeout=PATIENCE)
        progress_notifier.finish(request_for(f"group Sales{number}"))
        assert messenger.called.acquire(timeout=PATIENCE)
        for thread in threading.enumerate():
            if thread.name == "progress-notifier":
                thread.join(PATIENCE)
                assert not thread.is_alive()
    assert messenger.cleared == [f"group Sales{number}" for number in range(3)]


def test_a_notice_says_what_is_wrong_with_the_pbx(messenger: SignallingMessenger) -> None:
    made = ProgressNotifier(messenger, pbx_trouble=lambda: "The PBX refuses the connection.")
    made.watch(request_for("group Sales"))
    assert messenger.called.acquire(timeout=PATIENCE)
    made.close()
    assert "The PBX refuses the connection." in messenger.checked[0]
    assert "slow" not in messenger.checked[0]


def test_a_long_search_says_how_far_it_is_until_it_is_over(
    progress_notifier: ProgressNotifier, messenger: SignallingMessenger
) -> None:
    progress_notifier.watch(request_for("find 1001"))
    progress_notifier.report(request_for("find 1001"), "looked at 20 of 200 groups so far.")
    assert messenger.called.acquire(timeout=PATIENCE)
    assert messenger.called.acquire(timeout=PATIENCE)
    progress_notifier.finish(request_for("find 1001"))
    progress_notifier.report(request_for("find 1001"), "looked at all.")
    assert "Looked at 20 of 200" in messenger.checked[1]
    assert progress_notifier._progress == {}


def test_a_word_that_can_not_be_said_keeps_no_other_from_being_said(
    progress_notifier: ProgressNotifier, messenger: SignallingMessenger, caplog: pytest.LogCaptureFixture
) -> None:
    messenger.progress_faults = [RuntimeError("of Park's own")]
    progress_notifier.watch(request_for("groups"))
    progress_notifier.watch(request_for("group Sales"))
    assert messenger.called.acquire(timeout=PATIENCE)
    assert messenger.called.acquire(timeout=PATIENCE)
    assert len(messenger.checked) == 1
    assert "could not say" in caplog.text


def test_a_notice_that_was_sent_while_another_replica_finished_the_request_disappears(
    messenger: SignallingMessenger,
) -> None:
    looks = iter((False, True))  # before and after the notice is sent
    made = ProgressNotifier(messenger, lambda request: next(looks))
    made.watch(request_for("add 1001 to Sales"))
    assert messenger.called.acquire(timeout=PATIENCE)
    assert messenger.called.acquire(timeout=PATIENCE)
    made.close()
    assert messenger.cleared == ["add 1001 to Sales"]
    assert made.idle
    assert not made.watches(request_for("add 1001 to Sales"))


def test_no_notice_is_sent_about_what_another_replica_has_finished(messenger: SignallingMessenger) -> None:
    looked = threading.Event()

    def is_finished(request: Request) -> bool:
        looked.set()
        return True

    made = ProgressNotifier(messenger, is_finished)
    made.watch(request_for("add 1001 to Sales"))
    assert looked.wait(PATIENCE)
    made.close()
    assert messenger.checked == []
    assert not made.watches(request_for("add 1001 to Sales"))
