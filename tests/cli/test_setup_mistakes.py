"""Mistakes in a set-up: each leads to words that say what is wrong and what to do, in init and in the doctor."""

import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.__main__ import main
from bot.cli.invocation import command_line
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.switches import Switches
from tests.audit.places import as_other_user
from tests.certificates import MISSING, OPENSSL, self_signed
from tests.cli.doctor.conftest import POLICY, Installation
from tests.cli.init.conftest import InitHarness
from tests.cli.init.conftest import init as init
from tests.cli.init.conftest import sandbox as sandbox
from tests.pbx.scripted import Reply, json_reply, scripted

PYTHON_WORDS = (
    "Traceback",
    "Errno",
    "Error(",
    "[SSL",
    "_ssl.c",
    "NoneType",
    "Exception",
    "urlopen",
    "pydantic",
)
"""What no person should have to read."""
OTHER_HOST = "127.0.0.2"
"""On Linux an address of this machine that does not count as loopback's usual one."""
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has more than one loopback address")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason=MISSING)


@pytest.fixture
def installation(
    init: InitHarness, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Installation:
    """The same sandbox, as the doctor finds it once it is set up."""
    made = Installation(init.sandbox, init.folder, monkeypatch, capsys)
    made.file.unlink()
    return made


def configure(installation: Installation) -> None:
    """Sets everything up rightly."""
    slack, pbx = installation.slack, installation.pbx
    installation.policy(POLICY)
    installation.set(SLACK_BOT_TOKEN=slack.bot_token, SLACK_APP_TOKEN=slack.app_token, PBX_URL=pbx.url)
    installation.sign_in_as_user()


def words_of_init(init: InitHarness, **answers: str) -> str:
    """What init says last; nothing is written."""
    before = init.files_written
    assert init.run(**answers) == 2, init.output
    assert init.files_written == before
    return _readable(init.output)


def words_of_doctor(installation: Installation) -> str:
    """The doctor's warnings and errors with their remedies."""
    report = installation.diagnose()
    found = [one for one in report.findings if one["severity"] in ("warning", "error")]
    return _readable("\n".join(f"{one['text']} -> {one['remedy']}" for one in found))


def _readable(text: str) -> str:
    assert not [word for word in PYTHON_WORDS if word in text], text
    return text


@contextmanager
def silent_port() -> Iterator[int]:
    """Takes connections and says nothing that HTTP or TLS knows, like the port of SIP or SSH."""

    def greet() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=greet, daemon=True).start()
        yield listening.getsockname()[1]


# ---- the address of the PBX ----


def test_a_port_where_nothing_listens(init: InitHarness, installation: Installation) -> None:
    words = words_of_init(init, url="127.0.0.1:9")
    assert "127.0.0.1 is there, but nothing listens on port 9." in words
    assert "listens on port 8887 unless that was changed" in words
    configure(installation)
    installation.set(PBX_URL="https://127.0.0.1:9/api")
    assert "nothing listens on port 9. -> Check that the PBX runs, the port" in words_of_doctor(installation)


def test_the_port_of_something_else(init: InitHarness, installation: Installation) -> None:
    with silent_port() as port:
        assert f"Port {port} of 127.0.0.1 does not speak HTTP" in words_of_init(init, url=f"127.0.0.1:{port}")
        configure(installation)
        installation.set(PBX_URL=f"https://127.0.0.1:{port}/api")
        assert "PortSIP's address is https://127.0.0.1:8887/api" in words_of_doctor(installation)


@needs_openssl
def test_a_port_that_speaks_only_https_is_asked_in_https(
    init: InitHarness, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _, tls = self_signed(tmp_path_factory.mktemp("pbx"), "IP:127.0.0.1")
    with FakePbx(tls=tls) as pbx:
        answers = init.default_answers | {"url": pbx.url.replace("https://", "http://")}
        lines = [answers[name] for name in ("bot_token", "app_token", "url")] + ["no"]
        assert init.run_with_input("".join(f"{line}\n" for line in lines)) == 2
        assert (
            f"Port {pbx.url.split(':')[2].split('/')[0]} speaks HTTPS, not HTTP, so Park uses https://." in init.output
        )
        assert "SHA-256" in init.output
        assert pbx.requests == []


@needs_linux
@pytest.mark.parametrize("scheme", ["http://", "https://", ""])
def test_no_password_goes_to_a_port_that_speaks_only_http(init: InitHarness, scheme: str) -> None:
    with scripted(lambda _: json_reply({}, 401), host=OTHER_HOST) as pbx:
        address = pbx.url.removeprefix("http://").removesuffix("/api")
        words = words_of_init(init, url=f"{scheme}{address}")
        assert "speaks HTTP, not HTTPS, and Park sends no password unencrypted" in words
        assert not [one for one in pbx.asked if one.body]


@needs_openssl
def test_a_self_signed_certificate_is_shown_and_nothing_is_sent_before_a_yes(
    init: InitHarness, installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _, tls = self_signed(tmp_path_factory.mktemp("pbx"), "IP:127.0.0.1")
    with FakePbx(tls=tls) as pbx:
        words = words_of_init(init, url=pbx.url)
        assert "does not trust (self-signed certificate)" in words
        assert pbx.requests == []
        configure(installation)
        installation.set(PBX_URL=pbx.url)
        assert "self-signed. Save it: openssl s_client" in words_of_doctor(installation)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Reply(404, b"<html>"), "it is not PortSIP's REST API (HTTP 404)"),
        (Reply(200, b"<html>Welcome"), "it is not PortSIP's REST API (HTTP 200)"),
        (Reply(401, b"<html>"), "it is not PortSIP's REST API (HTTP 401)"),
        (
            Reply(302, headers={"Location": "https://login.example.com/"}),
            "sends elsewhere, to https://login.example.com/",
        ),
        (Reply(502, b"<html>Bad Gateway"), "the PBX may still be starting; try again in a minute"),
    ],
)
def test_a_web_server_that_is_no_pbx(init: InitHarness, answer: Reply, words: str) -> None:
    with scripted(lambda _: answer) as server:
        assert words in words_of_init(init, url=server.url)
        assert not [one for one in server.asked if one.method != "GET" and one.method != "HEAD"]


def test_a_name_that_does_not_exist(init: InitHarness, installation: Installation) -> None:
    assert "There is no host named pbx.invalid" in words_of_init(init, url="pbx.invalid")
    configure(installation)
    installation.set(PBX_URL="https://pbx.invalid:8887/api")
    assert "There is no host named pbx.invalid" in words_of_doctor(installation)


def test_an_address_that_cannot_be_reached(
    init: InitHarness, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drop(*_: object, **__: object) -> socket.socket:
        raise TimeoutError("timed out")

    configure(installation)
    network = SimpleNamespace(create_connection=drop, getaddrinfo=socket.getaddrinfo, SOCK_STREAM=socket.SOCK_STREAM)
    for module in ("bot.pbx.tls", "bot.cli.rest_api", "bot.cli.doctor.network"):
        monkeypatch.setattr(f"{module}.socket", network)
    words = words_of_init(init, url="https://192.0.2.1:8887/api")
    assert "192.0.2.1 does not answer on port 8887: the address or the port is wrong, or a firewall" in words
    installation.set(PBX_URL="https://192.0.2.1:8887/api")
    assert "does not answer on port 8887" in words_of_doctor(installation)


# ---- the account ----


@pytest.mark.parametrize(
    ("answers", "variables", "words"),
    [
        ({"password": "wrong"}, {"PBX_PASSWORD": "wrong"}, "password is incorrect"),
        ({"domain": "pbx.example.org"}, {"PBX_DOMAIN": "pbx.example.org"}, "password is incorrect"),
        ({"domain": ""}, {"PBX_DOMAIN": None}, "password is incorrect"),
    ],
)
def test_a_sign_in_that_the_pbx_refuses(
    init: InitHarness, installation: Installation, answers: dict[str, str], variables: dict[str, str | None], words: str
) -> None:
    said = words_of_init(init, **answers)
    assert words in said
    assert "Park tries each answer once" in said
    assert ("Without a domain" in said) is (answers.get("domain") == "")
    configure(installation)
    installation.set(**variables)
    assert "the domain is the tenant's SIP domain" in words_of_doctor(installation)


@pytest.mark.parametrize(
    ("switches", "words"),
    [
        (Switches(role="SystemAdmin"), "belongs to no tenant"),
        (Switches(password_force_reset=True), "change its password first"),
        (Switches(two_factor=True), "second factor"),
        (Switches(role="StandardUser"), "role"),
    ],
)
def test_an_account_that_will_not_do(
    init: InitHarness, installation: Installation, switches: Switches, words: str
) -> None:
    init.sandbox.pbx.switches = switches
    assert words in words_of_init(init)
    configure(installation)
    assert words in words_of_doctor(installation)


# ---- Slack ----


def test_a_bot_token_in_place_of_the_app_token_and_the_other_way_round(
    init: InitHarness, installation: Installation
) -> None:
    bot, app = init.default_answers["bot_token"], init.default_answers["app_token"]
    assert "That is the bot token" in words_of_init(init, app_token=bot)
    assert "That is the app-level token" in words_of_init(init, bot_token=app)
    configure(installation)
    installation.set(SLACK_BOT_TOKEN=app, SLACK_APP_TOKEN=bot)
    words = words_of_doctor(installation)
    assert "SLACK_BOT_TOKEN holds an app-level token" in words
    assert "SLACK_APP_TOKEN holds a bot token" in words


@pytest.mark.parametrize("scope", ["usergroups:read", "chat:write"])
def test_a_scope_that_is_missing_is_named_at_once(init: InitHarness, installation: Installation, scope: str) -> None:
    init.sandbox.slack.state.scopes = init.sandbox.slack.state.scopes - {scope}
    words = words_of_init(init)
    assert f"The app lacks a scope that Park needs: {scope}." in words
    assert "paste manifest.yaml again, then reinstall the app" in words
    configure(installation)
    assert f"the app does not have the scope {scope} -> Add it under" in words_of_doctor(installation)


@pytest.mark.parametrize(
    ("scope", "lost"),
    [
        ("files:write", "nobody can export the history"),
        ("im:write", "the history can be exported only in a direct message to Park"),
    ],
)
def test_a_scope_that_is_optional_is_told_and_no_more(init: InitHarness, scope: str, lost: str) -> None:
    init.sandbox.slack.state.scopes = init.sandbox.slack.state.scopes - {scope}
    assert init.run() == 0
    assert f"The app does not have the scope {scope}: {lost}." in init.output


def test_a_slack_that_is_not_reached(init: InitHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/api/")
    assert "Slack can't be reached. Nothing listens there." in words_of_init(init)
    monkeypatch.setenv("SLACK_API_URL", "https://slack.invalid/api/")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert "HTTPS_PROXY is set, so it is asked through that proxy." in words_of_init(init)


def test_a_channel_without_the_bot(init: InitHarness) -> None:
    slack = init.sandbox.slack
    slack.kick(init.sandbox.channels["phones"], slack.bot_user)
    assert "Slack has no channel called “#secret”, or it is private: invite Park there first." in words_of_init(
        init, channel="#secret"
    )
    assert init.run() == 0
    assert "Park is not in #phones yet. Type there later: /invite @park" in init.output


def test_a_misspelt_channel_in_the_policy(init: InitHarness, installation: Installation) -> None:
    assert "Did you mean #phones?" in words_of_init(init, channel="#fones")
    configure(installation)
    installation.policy(POLICY.replace("{ops}", "#opps"))
    assert "policy.toml:1" in words_of_doctor(installation)
    installation.policy(POLICY.replace("{ops}", "C0GONE"))
    assert "C0GONE (announce): there is no such channel" in words_of_doctor(installation)


# ---- this machine ----


def test_a_folder_that_cannot_be_written_is_told_before_the_first_question(init: InitHarness) -> None:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o555)
        init.patch.chdir(name)
        with as_other_user():
            assert init.run() == 2
        init.patch.chdir(init.folder)
    assert f"Files in {name} can't be written by this account." in _readable(init.output)
    assert "Bot User OAuth Token" not in init.output


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("park.sqlite3", "Correct DATABASE_URL"),
        ("mysql://park@db/park", "Correct DATABASE_URL"),
        ("sqlite:////nowhere/park.sqlite3", "Make the folder: mkdir -p /nowhere"),
        ("postgresql+psycopg://park@127.0.0.1:9/park", "Check DATABASE_URL, and whether the database runs"),
        ("postgresql+psycopg://park@127.0.0.1:port/park", "Correct DATABASE_URL"),
    ],
)
def test_a_bad_database_url(installation: Installation, url: str, words: str) -> None:
    configure(installation)
    installation.set(DATABASE_URL=url)
    assert words in words_of_doctor(installation)


def test_a_run_without_a_set_up_names_the_command(init: InitHarness, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run"]) == 2
    assert capsys.readouterr().err == f"Park is not set up in this folder. Run: {command_line('init')}\n"


@pytest.mark.parametrize(
    "prepare",
    [
        lambda init: None,
        lambda init: (init.folder / ".env").write_text("SLACK_SIGNING_SECRET=0123456789abcdef\n"),
        lambda init: init.default_answers.update(you="nobody", leads="", on_call="", team=""),
        lambda init: init.sandbox.pbx.state.groups.clear(),
    ],
    ids=["as usual", "HTTP", "nobody may change anything", "no park groups"],
)
def test_after_init_the_doctor_has_nothing_to_complain_of(
    init: InitHarness, installation: Installation, prepare: Callable[[InitHarness], object]
) -> None:
    prepare(init)
    none: dict[str, str | None] = {"groups": None} if not init.default_answers["leads"] else {}
    http: dict[str, str | None] = {"app_token": None} if (init.folder / ".env").exists() else {}
    assert init.run(**none, **http) == 0, init.output
    report = installation.diagnose()
    assert report.problems == {}
    assert report.status == 0
