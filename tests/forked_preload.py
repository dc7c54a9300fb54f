"""What the server imports and prepares from which the tests fork their processes."""

import gc
import logging
import threading
from datetime import timedelta

import alembic.command
import psycopg

import bot.app
import bot.cli.main
import bot.sandbox.bot_process
import tests.faults.replica
import tests.forked
from bot.sandbox.environment import DEMO_POLICY, ORDINARY_INSTANT, Sandbox
from tests.journal_template import use_template
from tests.short_pauses import short_pauses
from tests.waiting import PATIENCE

__all__ = ["alembic", "bot", "psycopg", "tests"]


def warm_up() -> None:
    """Has a Park with what the demo has make a change and its end, so that what they need is made for all processes.

    That is half of what a process computes that starts and makes one change: compiled SQL, validators, routes, texts.
    Nothing runs afterwards, as only this thread is in the processes that are forked.
    """
    with Sandbox(now=ORDINARY_INSTANT, policy=DEMO_POLICY, park_drift_interval=1, park_holidays="DE-BY") as sandbox:
        sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], "add 1001 to Sales for 1h")
        sandbox.settle()
        sandbox.forward(timedelta(hours=2))
        sandbox.slack.wait_for(lambda: "1001" not in sandbox.pbx.state.members_of("Sales"))
        sandbox.settle()
    for thread in threading.enumerate()[1:]:
        thread.join(PATIENCE)  # those of the last requests end by themselves
        if thread.is_alive():
            raise RuntimeError(f"a fork would lack the thread {thread}")


use_template()
PAUSES = short_pauses()  # of all processes: nothing ends it
PAUSES.__enter__()
logging.disable()
warm_up()
logging.disable(logging.NOTSET)
gc.collect()
gc.freeze()  # a search for garbage would copy the memory that forked processes share
