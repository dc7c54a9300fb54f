"""The certificate that the PBX shows, and whether it is believed: looked at before any password is sent."""

import hashlib
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

import httpx

from bot.errors import Unreachable
from bot.pbx.address import base
from bot.pbx.tls import tls_context

SECONDS = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Distrusted:
    """A certificate that is not believed, and OpenSSL's words for why."""

    pem: str
    why: str

    @property
    def fingerprint(self) -> str:
        """SHA-256, as browsers show it."""
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.pem)).digest().hex(":").upper()


def distrusted(url: str, ca_file: Path | None = None) -> Distrusted | None:
    """None where it is believed, or where there is none (http); raise Unreachable, SettingsError."""
    where = httpx.URL(base(url))
    context = tls_context(where, ca_file, verify=True)
    host, port = _place(where)
    try:
        with socket.create_connection((host, port), SECONDS) as line:
            if context is not None:
                context.wrap_socket(line, server_hostname=host).close()
    except ssl.SSLCertVerificationError as error:
        return Distrusted(pem=_presented(host, port), why=error.verify_message)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{host}, port {port}, can't be reached: {error}") from error
    return None


def names_on(url: str, ca_file: Path) -> list[str]:
    """Whom a certificate of `ca_file` is for, whoever was asked for; nothing is sent to it."""
    where = httpx.URL(base(url))
    context = tls_context(where, ca_file, verify=True)
    if context is None:
        return []
    context.check_hostname = False
    try:
        with socket.create_connection(_place(where), SECONDS) as line, context.wrap_socket(line) as shown:
            said = shown.getpeercert() or {}
    except OSError:  # it is not believed for another reason, which is told already
        return []
    return [str(entry[1]) for entry in said.get("subjectAltName", ())]


def _presented(host: str, port: int) -> str:
    try:
        return ssl.get_server_certificate((host, port), timeout=SECONDS)
    except OSError as error:
        raise Unreachable(f"{host}, port {port}, showed its certificate once and not again: {error}") from error


def _place(where: httpx.URL) -> tuple[str, int]:
    return where.raw_host.decode("ascii"), where.port or (443 if where.scheme == "https" else 80)
