"""An untrusted certificate is shown, and trusted only after the user has confirmed it."""

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.pbx.client import build_client
from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.settings.environment import read_settings
from tests.certificates import MISSING, OPENSSL, self_signed
from tests.cli.init.conftest import InitHarness

pytestmark = pytest.mark.skipif(OPENSSL is None, reason=MISSING)


@pytest.fixture
def name() -> str:
    return "IP:127.0.0.1"


@pytest.fixture
def shown(tmp_path_factory: pytest.TempPathFactory, name: str) -> tuple[Path, ssl.SSLContext]:
    return self_signed(tmp_path_factory.mktemp("pbx"), name)


@pytest.fixture
def sandbox(shown: tuple[Path, ssl.SSLContext]) -> Iterator[Sandbox]:
    with Sandbox(pbx=FakePbx(tls=shown[1])).without_bot() as running:
        yield running


def with_answer(init: InitHarness, answer: str) -> str:
    """The default answers, and this one to the question whether to trust the certificate."""
    lines = init.input_lines().splitlines(keepends=True)
    return "".join((*lines[:3], f"{answer}\n", *lines[3:]))


def test_it_is_saved_and_trusted_after_a_yes(init: InitHarness, shown: tuple[Path, ssl.SSLContext]) -> None:
    assert init.run_with_input(with_answer(init, "yes")) == 0
    assert init.files_written == {".env", "policy.toml", "pbx.pem"}
    assert init.env["PBX_CA_FILE"] == "pbx.pem"
    saved, real = ((file).read_text().strip() for file in (init.folder / "pbx.pem", shown[0]))
    assert saved == real
    pbx = build_client(read_settings())
    assert len(list(pbx.groups())) == 12
    pbx.close()


def test_its_fingerprint_is_shown_first(init: InitHarness, shown: tuple[Path, ssl.SSLContext]) -> None:
    command = [str(OPENSSL), "x509", "-noout", "-fingerprint", "-sha256", "-in", str(shown[0])]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert init.run_with_input(with_answer(init, "no")) == 2
    assert f"SHA-256 {text.strip().partition('=')[2]}\n" in init.output


@pytest.mark.parametrize("answer", ["", "no"])
def test_without_a_yes_nobody_signs_in(init: InitHarness, answer: str) -> None:
    assert init.run_with_input(with_answer(init, answer)) == 2
    assert "Then Park can't use this address" in init.output
    assert init.files_written == set()
    assert init.sandbox.pbx.requests == []


def test_the_file_of_an_authority_does_as_well(init: InitHarness, shown: tuple[Path, ssl.SSLContext]) -> None:
    assert init.run_with_input(with_answer(init, str(shown[0]))) == 0
    assert init.env["PBX_CA_FILE"] == str(shown[0])
    assert init.files_written == {".env", "policy.toml"}


def test_a_file_that_is_none_is_said(init: InitHarness, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert init.run_with_input(with_answer(init, "nowhere.pem")) == 2
    assert "There is no file nowhere.pem" in init.output
    other, _ = self_signed(tmp_path_factory.mktemp("other"), "IP:127.0.0.1")
    assert init.run_with_input(with_answer(init, str(other))) == 2
    assert "The certificate is not trusted with that file either" in init.output


@pytest.mark.parametrize("name", ["DNS:pbx.example.com"])
def test_a_certificate_for_another_name_tells_that_name(init: InitHarness) -> None:
    assert init.run_with_input(with_answer(init, "yes")) == 2
    assert "It is for pbx.example.com." in init.output
    assert init.files_written == set()


def test_the_second_time_it_is_believed(init: InitHarness) -> None:
    assert init.run_with_input(with_answer(init, "yes")) == 0
    (init.folder / ".env").write_text((init.folder / ".env").read_text() + "PBX_VERIFY_TLS=false\n")
    assert init.run_with_input("\n" * 9) == 0
    assert "SHA-256" not in init.output
    assert "PBX_VERIFY_TLS" not in init.env
