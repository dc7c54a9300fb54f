"""What the server imports and prepares from which the tests fork their processes."""

import alembic.command
import psycopg

import bot.app
import bot.cli.main
import bot.sandbox.bot_process
import tests.faults.replica
import tests.forked
from tests.journal_template import use_template

__all__ = ["alembic", "bot", "psycopg", "tests"]
use_template()
