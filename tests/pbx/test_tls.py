"""The PBX's certificate is verified unless that is switched off, which is logged as a warning."""

from pathlib import Path

import pytest

from bot.errors import SettingsError, Unreachable
from tests.certificates import MISSING, OPENSSL, self_signed
from tests.pbx.clients import client
from tests.pbx.scripted import json_reply, scripted

pytestmark = pytest.mark.skipif(OPENSSL is None, reason=MISSING)


def test_a_self_signed_certificate_is_refused_and_nothing_is_sent(tmp_path: Path) -> None:
    _, tls = self_signed(tmp_path, "IP:127.0.0.1")
    with scripted(lambda _: json_reply({}), tls) as pbx, client(pbx.url, deadline=3) as ours:
        with pytest.raises(Unreachable, match="certificate"):
            ours.update_server({"enabled": True})
        assert pbx.asked == []


def test_a_certificate_that_is_given_is_trusted(tmp_path: Path) -> None:
    ca_file, tls = self_signed(tmp_path, "IP:127.0.0.1")
    with scripted(lambda _: json_reply({}), tls) as pbx, client(pbx.url, ca_file=ca_file) as ours:
        ours.server()
        ours.server()
        assert len(pbx.asked) == 2


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    ca_file, tls = self_signed(tmp_path, "DNS:pbx.example.com")
    with scripted(lambda _: json_reply({}), tls) as pbx, client(pbx.url, ca_file=ca_file, deadline=3) as ours:
        with pytest.raises(Unreachable, match="certificate"):
            ours.server()
        assert pbx.asked == []


def test_unverified_works_and_warns_every_time(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    _, tls = self_signed(tmp_path, "DNS:pbx.example.com")
    with scripted(lambda _: json_reply({}), tls) as pbx:
        for _ in range(2):
            with client(pbx.url, verify=False) as ours:
                ours.server()
    warnings = [record for record in caplog.records if record.levelname == "WARNING"]
    assert [record.name for record in warnings] == ["bot.pbx.tls"] * 2
    assert "NOT verified" in warnings[0].getMessage()


def test_a_verified_client_warns_of_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with client("https://pbx.example.com:8887/api"):
        assert caplog.records == []


@pytest.mark.parametrize(("host", "warned"), [("pbx.example.com", True), ("localhost", False), ("[::1]", False)])
def test_http_to_another_machine_is_warned_of(caplog: pytest.LogCaptureFixture, host: str, warned: bool) -> None:
    with client(f"http://{host}:8887/api"):
        assert [record.levelname for record in caplog.records] == ["WARNING"] * warned


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_ca_file_that_is_none_is_a_settings_error(tmp_path: Path, content: str | None) -> None:
    ca_file = tmp_path / "ca.pem"
    if content is not None:
        ca_file.write_text(content)
    with pytest.raises(SettingsError, match="PBX_CA_FILE"), client("https://pbx.example.com/api", ca_file=ca_file):
        pass


def test_a_pbx_that_speaks_no_tls_is_unreachable(tmp_path: Path) -> None:
    with scripted(lambda _: json_reply({})) as pbx:
        url = pbx.url.replace("http://", "https://")
        with client(url, deadline=3) as ours, pytest.raises(Unreachable):
            ours.update_server({"enabled": True})
