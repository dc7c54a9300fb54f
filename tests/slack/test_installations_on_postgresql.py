"""Installations and OAuth states are kept on PostgreSQL as on SQLite, by two replicas alike."""

from contextlib import closing
from datetime import timedelta

from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Installation

from bot.journal.apply_tokens import ApplyTokens
from bot.journal.journal import Journal
from bot.slack.installations import Installations
from tests.postgres import Server

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
TOKEN = f"xoxb-{'1' * 12}-{'2' * 13}-{'a' * 60}"
"""Longer than Slack's are today, so that its encrypted form is longer than the SDK's own columns."""


def test_a_token_is_stored_found_rotated_and_removed(postgres: Server) -> None:
    url = postgres.database()
    with closing(Journal(url)) as one, closing(Journal(url)) as other:
        here, there = (Installations(journal.database, "1.2", [OLD]) for journal in (one, other))
        here.store.save(
            Installation(
                app_id="A1", team_id="T1", team_name="One", bot_token=TOKEN, bot_id="B1", bot_user_id="U1", user_id="U2"
            )
        )
        assert there.token("T1") == TOKEN
        assert [app.name for app in there.all()] == ["One"]
        assert Installations(other.database, "1.2", [NEW, OLD]).rotate() == 2
        assert Installations(one.database, "1.2", [NEW]).token("T1") == TOKEN
        assert here.remove("T1")
        assert there.token("T1") is None


def test_a_state_is_consumed_once_whichever_replica_gets_it(postgres: Server) -> None:
    url = postgres.database()
    with closing(Journal(url)) as one, closing(Journal(url)) as other:
        here, there = (Installations(journal.database, "1.2", [OLD]).states for journal in (one, other))
        state = here.issue()
        assert there.consume(state)
        assert not here.consume(state)
        assert not here.consume("forged")


def test_a_token_of_a_pipeline_is_known_to_each_replica(postgres: Server) -> None:
    url = postgres.database()
    with closing(Journal(url)) as one, closing(Journal(url)) as other:
        token = ApplyTokens(one.database).create("ci", "U0123ABCD", timedelta(days=1), by="the test")
        assert ApplyTokens(other.database).use(token).acts_as == "U0123ABCD"
        assert ApplyTokens(other.database).revoke("ci", by="the test")
