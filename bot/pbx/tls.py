"""TLS contexts; inspection of the certificate the PBX shows."""

import hashlib
import logging
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

import httpx

from bot.errors import SettingsError, Unreachable
from bot.pbx.requests import base

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

log = logging.getLogger(__name__)


def tls_context(base: httpx.URL, ca_file: Path | None, *, verify: bool) -> ssl.SSLContext | None:
    """Public authorities, or only those of `ca_file` (PEM); the environment has no say. None for http."""
    if base.scheme == "http":
        _warn_in_the_clear(base.host)
        return None
    if not verify:
        return _unverified()
    return httpx.create_ssl_context(trust_env=False) if ca_file is None else _trusting(ca_file)


def _trusting(ca_file: Path) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"PBX_CA_FILE: {ca_file} can't be read as PEM certificates: {error}") from error
    # The PBX's own self-signed certificate may stand in the file, and need not be as tidy as Python 3.13 asks for.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _warn_in_the_clear(host: str) -> None:
    if host not in LOOPBACK:
        log.warning("PBX_URL begins with http: anyone on the way to %s can read the sign-in. Use https.", host)


def _unverified() -> ssl.SSLContext:
    log.warning(
        "The PBX's certificate is NOT verified: anyone on the way can read the sign-in and change the phone system. "
        "Set PBX_CA_FILE to its certificate instead and remove PBX_VERIFY_TLS."
    )
    context = httpx.create_ssl_context(trust_env=False)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


SECONDS = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class UntrustedCertificate:
    """A certificate that is not believed, and OpenSSL's words for why."""

    pem: str
    why: str

    @property
    def fingerprint(self) -> str:
        """SHA-256, as browsers show it."""
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.pem)).digest().hex(":").upper()


def untrusted_certificate(url: str, ca_file: Path | None = None) -> UntrustedCertificate | None:
    """None where it is believed, or where there is none (http); raise Unreachable, SettingsError."""
    where = httpx.URL(base(url))
    context = tls_context(where, ca_file, verify=True)
    host, port = _place(where)
    try:
        with socket.create_connection((host, port), SECONDS) as line:
            if context is not None:
                context.wrap_socket(line, server_hostname=host).close()
    except ssl.SSLCertVerificationError as error:
        return UntrustedCertificate(pem=_presented(host, port), why=error.verify_message)
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
