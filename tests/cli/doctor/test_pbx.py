"""Checks of the network path to the PBX, its certificate, its base path, and the account."""

import hashlib
import socket
import ssl
import sys
from pathlib import Path

import pytest

from bot.sandbox.pbx.faults import Fault, FaultKind
from tests.certificates import MISSING, OPENSSL, self_signed
from tests.cli.doctor.conftest import Installation
from tests.pbx.scripted import Reply, json_reply, scripted

needs_openssl = pytest.mark.skipif(OPENSSL is None, reason=MISSING)
DEPENDENT_CHECKS = {"pbx.base_path", "pbx.clock", "pbx.sign_in", "pbx.role", "pbx.call_park", "pbx.identity"}


def test_a_name_without_an_address(installation: Installation) -> None:
    installation.set(PBX_URL="https://pbx.invalid:8887/api")
    report = installation.diagnose()
    assert report.problems == {"pbx.address.unknown": "error"}
    assert "getent hosts pbx.invalid" in report["pbx.address.unknown"]["remedy"]
    assert report.skipped == {"pbx.port", "pbx.tls", *DEPENDENT_CHECKS}


def test_a_port_that_nobody_listens_on(installation: Installation) -> None:
    installation.pbx.stop()
    report = installation.diagnose()
    assert report.problems == {"pbx.port.closed": "error"}
    assert "8887" in report["pbx.port.closed"]["remedy"]
    assert report.skipped == {"pbx.tls", *DEPENDENT_CHECKS}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has more than one loopback address")
def test_http_to_another_machine_is_a_warning(installation: Installation) -> None:
    with scripted(lambda _: json_reply({}, 401), host="127.0.0.2") as pbx:
        installation.set(PBX_URL=pbx.url)
        report = installation.diagnose()
    assert report["pbx.tls.in_the_clear"]["severity"] == "warning"
    assert "https" in report["pbx.tls.in_the_clear"]["remedy"]


@needs_openssl
@pytest.mark.parametrize(
    ("name", "days", "trusted", "id", "remedy"),
    [
        ("IP:127.0.0.1", 90, False, "pbx.tls.untrusted", "PBX_CA_FILE=pbx.pem"),
        ("DNS:pbx.example.com", 90, True, "pbx.tls.other_host", "PBX_URL"),
        ("IP:127.0.0.1", -3, True, "pbx.tls.expired", "Renew"),
    ],
)
def test_a_certificate_that_is_refused_and_nothing_is_asked_of_its_owner(
    installation: Installation, tmp_path: Path, name: str, days: int, trusted: bool, id: str, remedy: str
) -> None:
    file, tls = self_signed(tmp_path, name, days=days)
    with scripted(lambda _: json_reply({}), tls) as pbx:
        installation.set(PBX_URL=pbx.url, PBX_CA_FILE=str(file) if trusted else None)
        report = installation.diagnose()
        assert pbx.asked == []
    assert report.problems == {id: "error"}
    assert remedy in report[id]["remedy"]
    assert report.skipped == DEPENDENT_CHECKS


@needs_openssl
def test_a_certificate_that_is_not_trusted_is_shown_by_its_fingerprint(
    installation: Installation, tmp_path: Path
) -> None:
    file, tls = self_signed(tmp_path, "IP:127.0.0.1")
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read_text())).hexdigest().upper()
    with scripted(lambda _: json_reply({}), tls) as pbx:
        installation.set(PBX_URL=pbx.url)
        assert digest in installation.diagnose()["pbx.tls.untrusted"]["remedy"].replace(":", "")


@needs_openssl
@pytest.mark.parametrize(("days", "problem"), [(40, None), (20, "pbx.tls.expires")])
def test_a_certificate_that_soon_expires_is_a_warning(
    installation: Installation, tmp_path: Path, days: int, problem: str | None
) -> None:
    file, tls = self_signed(tmp_path, "IP:127.0.0.1", days=days)
    with scripted(lambda _: json_reply({}, 401), tls) as pbx:
        installation.set(PBX_URL=pbx.url, PBX_CA_FILE=str(file))
        report = installation.diagnose()
    assert report["pbx.base_path"]["severity"] == "ok"
    if problem is None:
        assert "is trusted until" in report["pbx.tls"]["text"]
    else:
        assert "in 19 days" in report[problem]["text"]
        assert "Renew" in report[problem]["remedy"]


@needs_openssl
def test_verification_that_is_switched_off_is_a_warning(installation: Installation, tmp_path: Path) -> None:
    _, tls = self_signed(tmp_path, "DNS:pbx.example.com")
    with scripted(lambda _: json_reply({}, 401), tls) as pbx:
        installation.set(PBX_URL=pbx.url, PBX_VERIFY_TLS="false")
        report = installation.diagnose()
    assert report["pbx.tls.unverified"]["severity"] == "warning"
    assert "PBX_CA_FILE" in report["pbx.tls.unverified"]["remedy"]
    assert report["pbx.base_path"]["severity"] == "ok"


def test_a_port_without_tls_and_a_ca_file_that_is_none(installation: Installation) -> None:
    installation.set(PBX_URL=installation.pbx.url.replace("http://", "https://"))
    assert "speaks HTTP, not HTTPS" in installation.diagnose()["pbx.tls.none"]["text"]
    installation.set(PBX_CA_FILE="nowhere.pem")
    report = installation.diagnose()
    assert report.problems == {"pbx.tls.ca_file": "error"}
    assert "PEM" in report["pbx.tls.ca_file"]["remedy"]


@pytest.mark.parametrize("path", ["", "/", "/rest", "/api/v1"])
def test_a_wrong_path_is_told_with_the_right_one(installation: Installation, path: str) -> None:
    installation.set(PBX_URL=installation.pbx.url.removesuffix("/api") + path)
    report = installation.diagnose()
    assert report.problems == {"pbx.base_path.wrong": "error"}
    assert report["pbx.base_path.wrong"]["remedy"] == f"Write PBX_URL={installation.pbx.url}"
    assert report.skipped == DEPENDENT_CHECKS - {"pbx.base_path"}


def test_what_listens_there_may_be_no_pbx_at_all(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(lambda _: Reply(404, b"<html>")) as pbx:
        installation.set(PBX_URL=pbx.url)
        assert "up to and with /api" in installation.diagnose()["pbx.base_path.wrong"]["remedy"]
    for timeout in ("bot.cli.rest_api.PLAIN_TIMEOUT", "bot.pbx.tls.CONNECT_TIMEOUT"):
        monkeypatch.setattr(timeout, 0.3)  # they run out
    with socket.create_server(("127.0.0.1", 0)) as mute:
        installation.set(PBX_URL=f"http://127.0.0.1:{mute.getsockname()[1]}/api", PBX_DEADLINE="0.5")
        assert installation.diagnose().problems == {"pbx.base_path.no_answer": "error"}


def test_a_pbx_that_fails_is_told_from_one_that_is_not_there(installation: Installation) -> None:
    installation.pbx.faults.add(Fault(kind=FaultKind.GATEWAY))
    report = installation.diagnose()
    assert report.problems == {"pbx.base_path.failing": "error"}
    assert "starting" in report["pbx.base_path.failing"]["remedy"]


def test_a_user_is_signed_in_once(installation: Installation) -> None:
    installation.sign_in_as_user()
    assert installation.diagnose().status == 0
    assert [heard.path for heard in installation.pbx.requests].count("/api/auth/sign_in") == 1


def test_a_rejected_sign_in_is_told_and_never_repeated(installation: Installation) -> None:
    installation.sign_in_as_user()
    installation.set(PBX_PASSWORD="wrong")
    report = installation.diagnose("--probe")
    assert report.problems == {"pbx.sign_in.refused": "error"}
    assert "tried once" in report["pbx.sign_in.refused"]["remedy"]
    assert report.skipped == {"pbx.role", "pbx.call_park", "pbx.identity", "probe"}
    assert [heard.path for heard in installation.pbx.requests].count("/api/auth/sign_in") == 1


def test_an_address_that_is_blocked_is_told_from_a_wrong_password(installation: Installation) -> None:
    installation.sign_in_as_user()
    installation.pbx.switches.login_attempts = 0
    report = installation.diagnose()
    assert report.problems == {"pbx.sign_in.blocked": "error"}
    assert "list of blocked" in report["pbx.sign_in.blocked"]["remedy"]


def test_a_second_factor_is_asked_for(installation: Installation) -> None:
    installation.sign_in_as_user()
    installation.pbx.switches.two_factor = True
    report = installation.diagnose()
    assert report.problems == {"pbx.sign_in.second_factor": "error"}
    assert "without two-factor" in report["pbx.sign_in.second_factor"]["remedy"]


def test_a_token_that_has_run_out(installation: Installation) -> None:
    installation.pbx.expire_tokens()
    assert installation.diagnose().problems == {"pbx.sign_in.token_refused": "error"}
    token = installation.pbx.token
    installation.sign_in_as_user()
    installation.set(PBX_TOKEN=token)
    report = installation.diagnose()
    assert report.problems == {"pbx.sign_in.token_over": "warning"}
    assert report["pbx.sign_in.token_over"]["remedy"] == "Remove PBX_TOKEN."


def test_a_sign_in_without_an_answer(installation: Installation) -> None:
    installation.sign_in_as_user()
    installation.pbx.faults.add(Fault(kind=FaultKind.DROP_BEFORE, match="*/auth/sign_in"))
    assert installation.diagnose().problems == {"pbx.sign_in.no_answer": "error"}


def test_an_older_pbx_lets_in_and_tells_no_role(installation: Installation) -> None:
    installation.sign_in_as_user()
    installation.pbx.switches.sign_in = False
    report = installation.diagnose()
    assert report.problems == {}
    assert report.skipped == {"pbx.role"}
    assert report["pbx.call_park"]["severity"] == "ok"


def test_a_role_that_may_not_see_call_park(installation: Installation) -> None:
    installation.pbx.switches.role = "StandardUser"
    report = installation.diagnose()
    assert report.problems == {"pbx.role.denied": "error"}
    assert "StandardUser" in report["pbx.role.denied"]["text"]
    assert "role Admin" in report["pbx.role.denied"]["remedy"]
    assert report.skipped == {"pbx.call_park", "pbx.identity"}


def test_a_system_administrator_is_no_tenants_user(installation: Installation) -> None:
    installation.pbx.switches.role = "SystemAdmin"
    report = installation.diagnose()
    assert report.problems == {"pbx.role.no_tenant": "error"}
    assert "tenant user" in report["pbx.role.no_tenant"]["remedy"]


def test_an_account_that_must_change_its_password(installation: Installation) -> None:
    installation.pbx.switches.password_force_reset = True
    report = installation.diagnose()
    assert report.problems == {"pbx.role.password_change": "error"}
    assert "set a new password" in report["pbx.role.password_change"]["remedy"]


@needs_openssl
def test_a_port_that_wants_https_is_told_with_the_right_address(installation: Installation, tmp_path: Path) -> None:
    _, tls = self_signed(tmp_path, "IP:127.0.0.1")
    with scripted(lambda _: json_reply({}, 401), tls) as pbx:
        installation.set(PBX_URL=pbx.url.replace("https://", "http://"))
        report = installation.diagnose()
        assert pbx.asked == []
    assert report.problems == {"pbx.base_path.https_only": "error"}
    assert "speaks HTTPS, not HTTP" in report["pbx.base_path.https_only"]["text"]
    assert report["pbx.base_path.https_only"]["remedy"] == f"Write PBX_URL={pbx.url}"


def test_a_role_of_the_companys_own_is_a_warning(installation: Installation) -> None:
    def answer(request: object) -> Reply:
        return json_reply({"role": "Phones", "count": 0, "items": [], "enabled": False})

    with scripted(answer) as pbx:
        installation.set(PBX_URL=pbx.url)
        report = installation.diagnose()
    assert report.problems == {"pbx.role.other": "warning"}
    assert report["pbx.call_park"]["text"] == "call park is off, with 0 park groups"


def test_call_park_that_cannot_be_read(installation: Installation) -> None:
    installation.pbx.faults.add(Fault(kind=FaultKind.MALFORMED, match="GET /api/call_park_groups"))
    report = installation.diagnose()
    assert report.problems == {"pbx.call_park.unreadable": "error"}
    assert "version" in report["pbx.call_park.unreadable"]["remedy"]


def test_what_a_killed_probe_left_behind_is_told(installation: Installation) -> None:
    installation.pbx.console_create_group("park-doctor-probe 1234abcd")
    report = installation.diagnose()
    assert report.problems == {"pbx.call_park.left_behind": "warning"}
    assert report["pbx.call_park.left_behind"]["about"] == "park-doctor-probe 1234abcd"
