"""The way to the PBX, its certificate, its path, and the account there."""

import hashlib
import socket
import ssl
import sys
from pathlib import Path

import pytest

from bot.sandbox.pbx.faults import Fault, Kind
from tests.certificates import MISSING, OPENSSL, self_signed
from tests.doctor.conftest import Patient
from tests.pbx.scripted import Reply, says, scripted

certified = pytest.mark.skipif(OPENSSL is None, reason=MISSING)
BEHIND = {"pbx.base_path", "pbx.clock", "pbx.sign_in", "pbx.role", "pbx.call_park"}


def test_a_name_without_an_address(patient: Patient) -> None:
    patient.set(PBX_URL="https://pbx.invalid:8887/api")
    report = patient.look()
    assert report.wrong == {"pbx.address.unknown": "error"}
    assert "getent hosts pbx.invalid" in report["pbx.address.unknown"]["remedy"]
    assert report.skipped == {"pbx.port", "pbx.tls", *BEHIND}


def test_a_port_that_nobody_listens_on(patient: Patient) -> None:
    patient.pbx.stop()
    report = patient.look()
    assert report.wrong == {"pbx.port.closed": "error"}
    assert "8887" in report["pbx.port.closed"]["remedy"]
    assert report.skipped == {"pbx.tls", *BEHIND}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has more than one loopback address")
def test_http_to_another_machine_is_a_warning(patient: Patient) -> None:
    with scripted(lambda _: says({}, 401), host="127.0.0.2") as pbx:
        patient.set(PBX_URL=pbx.url)
        report = patient.look()
    assert report["pbx.tls.in_the_clear"]["severity"] == "warning"
    assert "https" in report["pbx.tls.in_the_clear"]["remedy"]


@certified
@pytest.mark.parametrize(
    ("name", "days", "trusted", "id", "remedy"),
    [
        ("IP:127.0.0.1", 90, False, "pbx.tls.untrusted", "PBX_CA_FILE=pbx.pem"),
        ("DNS:pbx.example.com", 90, True, "pbx.tls.other_host", "PBX_URL"),
        ("IP:127.0.0.1", -3, True, "pbx.tls.expired", "Renew"),
    ],
)
def test_a_certificate_that_is_refused_and_nothing_is_asked_of_its_owner(
    patient: Patient, tmp_path: Path, name: str, days: int, trusted: bool, id: str, remedy: str
) -> None:
    file, tls = self_signed(tmp_path, name, days=days)
    with scripted(lambda _: says({}), tls) as pbx:
        patient.set(PBX_URL=pbx.url, PBX_CA_FILE=str(file) if trusted else None)
        report = patient.look()
        assert pbx.asked == []
    assert report.wrong == {id: "error"}
    assert remedy in report[id]["remedy"]
    assert report.skipped == BEHIND


@certified
def test_a_certificate_that_is_not_trusted_is_shown_by_its_fingerprint(patient: Patient, tmp_path: Path) -> None:
    file, tls = self_signed(tmp_path, "IP:127.0.0.1")
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read_text())).hexdigest().upper()
    with scripted(lambda _: says({}), tls) as pbx:
        patient.set(PBX_URL=pbx.url)
        assert digest in patient.look()["pbx.tls.untrusted"]["remedy"].replace(":", "")


@certified
@pytest.mark.parametrize(("days", "wrong"), [(40, None), (20, "pbx.tls.expires")])
def test_a_certificate_that_soon_expires_is_a_warning(
    patient: Patient, tmp_path: Path, days: int, wrong: str | None
) -> None:
    file, tls = self_signed(tmp_path, "IP:127.0.0.1", days=days)
    with scripted(lambda _: says({}, 401), tls) as pbx:
        patient.set(PBX_URL=pbx.url, PBX_CA_FILE=str(file))
        report = patient.look()
    assert report["pbx.base_path"]["severity"] == "ok"
    if wrong is None:
        assert "is trusted until" in report["pbx.tls"]["text"]
    else:
        assert "in 19 days" in report[wrong]["text"]
        assert "Renew" in report[wrong]["remedy"]


@certified
def test_verification_that_is_switched_off_is_a_warning(patient: Patient, tmp_path: Path) -> None:
    _, tls = self_signed(tmp_path, "DNS:pbx.example.com")
    with scripted(lambda _: says({}, 401), tls) as pbx:
        patient.set(PBX_URL=pbx.url, PBX_VERIFY_TLS="false")
        report = patient.look()
    assert report["pbx.tls.unverified"]["severity"] == "warning"
    assert "PBX_CA_FILE" in report["pbx.tls.unverified"]["remedy"]
    assert report["pbx.base_path"]["severity"] == "ok"


def test_a_port_without_tls_and_a_ca_file_that_is_none(patient: Patient) -> None:
    patient.set(PBX_URL=patient.pbx.url.replace("http://", "https://"))
    assert "does not speak TLS" in patient.look()["pbx.tls.none"]["text"]
    patient.set(PBX_CA_FILE="nowhere.pem")
    report = patient.look()
    assert report.wrong == {"pbx.tls.ca_file": "error"}
    assert "PEM" in report["pbx.tls.ca_file"]["remedy"]


@pytest.mark.parametrize("path", ["", "/", "/rest", "/api/v1"])
def test_a_wrong_path_is_told_with_the_right_one(patient: Patient, path: str) -> None:
    patient.set(PBX_URL=patient.pbx.url.removesuffix("/api") + path)
    report = patient.look()
    assert report.wrong == {"pbx.base_path.wrong": "error"}
    assert report["pbx.base_path.wrong"]["remedy"] == f"Write PBX_URL={patient.pbx.url}"
    assert report.skipped == BEHIND - {"pbx.base_path"}


def test_what_listens_there_may_be_no_pbx_at_all(patient: Patient) -> None:
    with scripted(lambda _: Reply(404, b"<html>")) as pbx:
        patient.set(PBX_URL=pbx.url)
        assert "up to and with /api" in patient.look()["pbx.base_path.wrong"]["remedy"]
    with socket.create_server(("127.0.0.1", 0)) as mute:
        patient.set(PBX_URL=f"http://127.0.0.1:{mute.getsockname()[1]}/api", PBX_DEADLINE="0.5")
        assert patient.look().wrong == {"pbx.base_path.no_answer": "error"}


def test_a_pbx_that_fails_is_told_from_one_that_is_not_there(patient: Patient) -> None:
    patient.pbx.faults.add(Fault(kind=Kind.GATEWAY))
    report = patient.look()
    assert report.wrong == {"pbx.base_path.failing": "error"}
    assert "starting" in report["pbx.base_path.failing"]["remedy"]


def test_a_user_is_signed_in_once(patient: Patient) -> None:
    patient.sign_in_as_user()
    assert patient.look().status == 0
    assert [heard.path for heard in patient.pbx.requests].count("/api/auth/sign_in") == 1


def test_a_rejected_sign_in_is_told_and_never_repeated(patient: Patient) -> None:
    patient.sign_in_as_user()
    patient.set(PBX_PASSWORD="wrong")
    report = patient.look("--probe")
    assert report.wrong == {"pbx.sign_in.refused": "error"}
    assert "tried once" in report["pbx.sign_in.refused"]["remedy"]
    assert report.skipped == {"pbx.role", "pbx.call_park", "probe"}
    assert [heard.path for heard in patient.pbx.requests].count("/api/auth/sign_in") == 1


def test_an_address_that_is_blocked_is_told_from_a_wrong_password(patient: Patient) -> None:
    patient.sign_in_as_user()
    patient.pbx.switches.login_attempts = 0
    report = patient.look()
    assert report.wrong == {"pbx.sign_in.blocked": "error"}
    assert "list of blocked" in report["pbx.sign_in.blocked"]["remedy"]


def test_a_second_factor_is_asked_for(patient: Patient) -> None:
    patient.sign_in_as_user()
    patient.pbx.switches.two_factor = True
    report = patient.look()
    assert report.wrong == {"pbx.sign_in.second_factor": "error"}
    assert "without two-factor" in report["pbx.sign_in.second_factor"]["remedy"]


def test_a_token_that_has_run_out(patient: Patient) -> None:
    patient.pbx.expire_tokens()
    assert patient.look().wrong == {"pbx.sign_in.token_refused": "error"}
    token = patient.pbx.token
    patient.sign_in_as_user()
    patient.set(PBX_TOKEN=token)
    report = patient.look()
    assert report.wrong == {"pbx.sign_in.token_over": "warning"}
    assert report["pbx.sign_in.token_over"]["remedy"] == "Remove PBX_TOKEN."


def test_a_sign_in_without_an_answer(patient: Patient) -> None:
    patient.sign_in_as_user()
    patient.pbx.faults.add(Fault(kind=Kind.DROP_BEFORE, match="*/auth/sign_in"))
    assert patient.look().wrong == {"pbx.sign_in.no_answer": "error"}


def test_an_older_pbx_lets_in_and_tells_no_role(patient: Patient) -> None:
    patient.sign_in_as_user()
    patient.pbx.switches.sign_in = False
    report = patient.look()
    assert report.wrong == {}
    assert report.skipped == {"pbx.role"}
    assert report["pbx.call_park"]["severity"] == "ok"


def test_a_role_that_may_not_see_call_park(patient: Patient) -> None:
    patient.pbx.switches.role = "StandardUser"
    report = patient.look()
    assert report.wrong == {"pbx.role.denied": "error"}
    assert "StandardUser" in report["pbx.role.denied"]["text"]
    assert "role Admin" in report["pbx.role.denied"]["remedy"]
    assert report.skipped == {"pbx.call_park"}


def test_a_role_of_the_companys_own_is_a_warning(patient: Patient) -> None:
    def answer(asked: object) -> Reply:
        return says({"role": "Phones", "count": 0, "items": [], "enabled": False})

    with scripted(answer) as pbx:
        patient.set(PBX_URL=pbx.url)
        report = patient.look()
    assert report.wrong == {"pbx.role.other": "warning"}
    assert report["pbx.call_park"]["text"] == "call park is off, with 0 park groups"


def test_call_park_that_cannot_be_read(patient: Patient) -> None:
    patient.pbx.faults.add(Fault(kind=Kind.MALFORMED, match="GET /api/call_park_groups"))
    report = patient.look()
    assert report.wrong == {"pbx.call_park.unreadable": "error"}
    assert "version" in report["pbx.call_park.unreadable"]["remedy"]


def test_what_a_killed_probe_left_behind_is_told(patient: Patient) -> None:
    patient.pbx.console_create_group("park-doctor-probe 1234abcd")
    report = patient.look()
    assert report.wrong == {"pbx.call_park.left_behind": "warning"}
    assert report["pbx.call_park.left_behind"]["about"] == "park-doctor-probe 1234abcd"
