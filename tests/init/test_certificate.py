"""A certificate that isn't trusted is shown, and believed only by whoever says so."""

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.pbx.client import build_client
from bot.sandbox.environment import Stage
from bot.sandbox.pbx.fake_pbx import SandboxPBX
from bot.settings import read_settings
from tests.certificates import MISSING, OPENSSL, self_signed
from tests.init.conftest import FirstHour

pytestmark = pytest.mark.skipif(OPENSSL is None, reason=MISSING)


@pytest.fixture
def name() -> str:
    return "IP:127.0.0.1"


@pytest.fixture
def shown(tmp_path_factory: pytest.TempPathFactory, name: str) -> tuple[Path, ssl.SSLContext]:
    return self_signed(tmp_path_factory.mktemp("pbx"), name)


@pytest.fixture
def stage(shown: tuple[Path, ssl.SSLContext]) -> Iterator[Stage]:
    with Stage(pbx=SandboxPBX(tls=shown[1])).without_park() as running:
        yield running


def with_answer(first: FirstHour, answer: str) -> str:
    """The usual answers, and this one to whether the certificate is to be trusted."""
    lines = first.lines().splitlines(keepends=True)
    return "".join((*lines[:3], f"{answer}\n", *lines[3:]))


def test_it_is_saved_and_trusted_after_a_yes(first: FirstHour, shown: tuple[Path, ssl.SSLContext]) -> None:
    assert first.pipe(with_answer(first, "yes")) == 0
    assert first.written == {".env", "policy.toml", "pbx.pem"}
    assert first.env["PBX_CA_FILE"] == "pbx.pem"
    saved, real = ((file).read_text().strip() for file in (first.folder / "pbx.pem", shown[0]))
    assert saved == real
    pbx = build_client(read_settings())
    assert len(list(pbx.groups())) == 12
    pbx.close()


def test_its_fingerprint_is_shown_first(first: FirstHour, shown: tuple[Path, ssl.SSLContext]) -> None:
    command = [str(OPENSSL), "x509", "-noout", "-fingerprint", "-sha256", "-in", str(shown[0])]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert first.pipe(with_answer(first, "no")) == 2
    assert f"SHA-256 {said.strip().partition('=')[2]}\n" in first.says


@pytest.mark.parametrize("answer", ["", "no"])
def test_without_a_yes_nobody_signs_in(first: FirstHour, answer: str) -> None:
    assert first.pipe(with_answer(first, answer)) == 2
    assert "Then Park can't sign in there" in first.says
    assert first.written == set()
    assert first.stage.pbx.requests == []


def test_the_file_of_an_authority_does_as_well(first: FirstHour, shown: tuple[Path, ssl.SSLContext]) -> None:
    assert first.pipe(with_answer(first, str(shown[0]))) == 0
    assert first.env["PBX_CA_FILE"] == str(shown[0])
    assert first.written == {".env", "policy.toml"}


def test_a_file_that_is_none_is_said(first: FirstHour, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert first.pipe(with_answer(first, "nowhere.pem")) == 2
    assert "There is no file nowhere.pem" in first.says
    other, _ = self_signed(tmp_path_factory.mktemp("other"), "IP:127.0.0.1")
    assert first.pipe(with_answer(first, str(other))) == 2
    assert "It is not believed with that either" in first.says


@pytest.mark.parametrize("name", ["DNS:pbx.example.com"])
def test_a_certificate_for_another_name_tells_that_name(first: FirstHour) -> None:
    assert first.pipe(with_answer(first, "yes")) == 2
    assert "It is for pbx.example.com." in first.says
    assert first.written == set()


def test_the_second_time_it_is_believed(first: FirstHour) -> None:
    assert first.pipe(with_answer(first, "yes")) == 0
    (first.folder / ".env").write_text((first.folder / ".env").read_text() + "PBX_VERIFY_TLS=false\n")
    assert first.pipe("\n" * 9) == 0
    assert "SHA-256" not in first.says
    assert "PBX_VERIFY_TLS" not in first.env
