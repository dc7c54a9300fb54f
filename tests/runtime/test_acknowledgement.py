"""Work that follows an acknowledgement is done once, in its order, and never forgotten."""

import threading

from bot.runtime.acknowledgement import Acknowledgement, after_acknowledgement
from bot.runtime.threads import ThreadPool
from tests.waiting import PATIENCE


def test_without_an_acknowledgement_work_is_done_at_once() -> None:
    done = list[int]()
    after_acknowledgement(lambda: done.append(1))
    assert done == [1]


def test_work_is_done_in_its_order_once_the_acknowledgement_is_sent() -> None:
    done, acknowledgement = list[int](), Acknowledgement()
    with acknowledgement.awaited():
        after_acknowledgement(lambda: done.append(1))
        after_acknowledgement(lambda: done.append(2))
    assert not done
    acknowledgement.sent()
    assert done == [1, 2]


def test_work_of_a_thread_that_outlives_the_acknowledgement_is_done_at_once() -> None:
    done, acknowledgement, pool = list[int](), Acknowledgement(), ThreadPool("tested", 1)
    is_sent = threading.Event()

    def work() -> None:
        is_sent.wait(PATIENCE)
        after_acknowledgement(lambda: done.append(1))

    with acknowledgement.awaited():
        submitted = pool.submit(work)
    acknowledgement.sent()
    is_sent.set()
    submitted.result(10)
    pool.shutdown()
    assert done == [1]
