"""Settings are valid, or each invalid variable is named."""

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings.environment import Settings, parse_listen_address, read_settings

SLACK = {"SLACK_BOT_TOKEN": "xoxb-secret", "SLACK_APP_TOKEN": "xapp-secret"}
WHOLE = {**SLACK, "PBX_URL": "https://pbx.example.com:8887/api", "PBX_TOKEN": "a-secret"}


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hides the developer's own .env file and variables."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def read(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return read_settings()


def test_a_token_is_a_way_in(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, WHOLE)
    assert settings.pbx_verify_tls
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.pbx_deadline == 10


def test_a_user_with_a_password_is_a_way_in(monkeypatch: pytest.MonkeyPatch) -> None:
    person = {"PBX_USERNAME": "park", "PBX_PASSWORD": "a-secret", "PBX_DOMAIN": "example.com"}
    assert read(monkeypatch, {**SLACK, "PBX_URL": WHOLE["PBX_URL"], **person}).pbx_username == "park"


def test_a_signing_secret_in_the_app_tokens_place_is_http_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, {**WHOLE, "SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": "a-secret"})
    assert settings.slack_app_token is None
    assert settings.slack_signing_secret is not None
    assert parse_listen_address(settings.park_http_listen) == ("127.0.0.1", 3000)


def test_addresses_of_ipv6_are_listened_on_too() -> None:
    assert parse_listen_address("[::1]:3000") == ("::1", 3000)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/api", "http://127.0.0.1:1/api/"])
def test_slacks_address_ends_with_one_slash(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert read(monkeypatch, {**WHOLE, "SLACK_API_URL": url}).slack_api_url == "http://127.0.0.1:1/api/"


def test_a_file_named_env_is_read_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PBX_TOKEN=from-the-file\nUNKNOWN=ignored\n", encoding="utf-8")
    settings = read(monkeypatch, {**SLACK, "PBX_URL": WHOLE["PBX_URL"]})
    assert settings.pbx_token is not None
    assert settings.pbx_token.get_secret_value() == "from-the-file"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({}, ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "PBX_URL"]),
        ({**SLACK, "PBX_URL": WHOLE["PBX_URL"]}, ["PBX_TOKEN", "PBX_USERNAME"]),
        ({**SLACK, "PBX_URL": WHOLE["PBX_URL"], "PBX_USERNAME": "park"}, ["PBX_PASSWORD"]),
        ({**WHOLE, "SLACK_APP_TOKEN": ""}, ["SLACK_APP_TOKEN for Socket Mode", "SLACK_SIGNING_SECRET for HTTP"]),
        (
            {**WHOLE, "SLACK_SIGNING_SECRET": "a-secret"},
            ["SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "not both"],
        ),
        ({**WHOLE, "PARK_HTTP_LISTEN": "3000"}, ["PARK_HTTP_LISTEN", "127.0.0.1:3000"]),
        ({**WHOLE, "PARK_HTTP_LISTEN": "localhost:http"}, ["PARK_HTTP_LISTEN", "127.0.0.1:3000"]),
        ({**WHOLE, "PARK_HTTP_LISTEN": "localhost:65536"}, ["PARK_HTTP_LISTEN", "127.0.0.1:3000"]),
        ({**WHOLE, "PBX_URL": "pbx.example.com"}, ["PBX_URL"]),
        ({**WHOLE, "PBX_VERIFY_TLS": "perhaps"}, ["PBX_VERIFY_TLS"]),
        ({**WHOLE, "PBX_DEADLINE": "0"}, ["PBX_DEADLINE"]),
        ({**WHOLE, "PBX_DEADLINE": "60"}, ["PBX_DEADLINE"]),
    ],
)
def test_every_variable_at_fault_is_named_and_no_secret_is(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], named: list[str]
) -> None:
    with pytest.raises(SettingsError) as caught:
        read(monkeypatch, environment)
    assert all(name in str(caught.value) for name in named)
    assert "secret" not in str(caught.value)


def test_history_is_kept_for_ever_or_for_a_month_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, WHOLE).park_retention_days is None
    assert read(monkeypatch, {**WHOLE, "PARK_RETENTION_DAYS": "365"}).park_retention_days == 365
    with pytest.raises(SettingsError, match=r"PARK_RETENTION_DAYS: .*must be 30 or more"):
        read(monkeypatch, {**WHOLE, "PARK_RETENTION_DAYS": "29"})


def test_all_that_is_secret_is_known_to_the_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    database = {"DATABASE_URL": "postgresql+psycopg://park:of-the-database@db/park"}
    settings = read(monkeypatch, {**WHOLE, **database, "PBX_USERNAME": "park", "PBX_PASSWORD": "a-password"})
    assert {"xoxb-secret", "xapp-secret", "a-secret", "a-password", "of-the-database"} <= settings.secrets
    assert "park" not in settings.secrets


def test_a_level_is_read_in_any_case_and_a_wrong_one_is_told_which_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, {**WHOLE, "PARK_LOG_LEVEL": "debug"}).park_log_level == "DEBUG"
    with pytest.raises(SettingsError, match=r"PARK_LOG_LEVEL: .*'INFO'"):
        read(monkeypatch, {**WHOLE, "PARK_LOG_LEVEL": "chatty"})


def test_changes_outside_park_are_looked_for_where_somebody_says_how_often(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, WHOLE).park_drift_interval is None
    assert read(monkeypatch, {**WHOLE, "PARK_DRIFT_INTERVAL": "5"}).park_drift_interval == 5
    for name, value in (("PARK_DRIFT_INTERVAL", "0"), ("PARK_DRIFT_REQUESTS", "9"), ("PARK_DRIFT_REQUESTS", "501")):
        with pytest.raises(SettingsError, match=name):
            read(monkeypatch, {**WHOLE, "PARK_DRIFT_INTERVAL": "5", "PARK_DRIFT_REQUESTS": "50", name: value})


KEY = "c3VjaC1hLWtleS1pcy1mb3ItdGVzdHMtb25seS0zMmI="
OAUTH = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "a-secret",
    "PARK_TOKEN_KEY": KEY,
    "PARK_INSTALL_TEAMS": "T0123ABCD, E0456EFGH",
}


def test_installations_stand_in_for_the_bot_token(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, {**WHOLE, **OAUTH, "SLACK_BOT_TOKEN": ""})
    assert settings.slack_bot_token.get_secret_value() == ""
    assert settings.park_install_teams == ("T0123ABCD", "E0456EFGH")
    assert {KEY, "a-secret"} <= settings.secrets


@pytest.mark.parametrize("missing", ["SLACK_CLIENT_SECRET", "PARK_TOKEN_KEY", "PARK_INSTALL_TEAMS"])
def test_what_installations_need_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    with pytest.raises(SettingsError, match=f"^{missing}: is needed: SLACK_CLIENT_ID, "):
        read(monkeypatch, {**WHOLE, "SLACK_BOT_TOKEN": "", **OAUTH, missing: ""})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PARK_TOKEN_KEY", "secret", "python -m bot installations key"),
        ("PARK_TOKEN_KEY", f"{KEY},secret", "python -m bot installations key"),
        ("PARK_INSTALL_TEAMS", "T0123ABCD,#general", "#general is no id"),
    ],
)
def test_a_mistake_in_them_says_what_to_write(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        read(monkeypatch, {**WHOLE, "SLACK_BOT_TOKEN": "", **OAUTH, name: value})


def test_without_a_client_id_the_rest_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="PARK_TOKEN_KEY: stands alone"):
        read(monkeypatch, {**WHOLE, "PARK_TOKEN_KEY": KEY})
