"""TLS contexts for connections to the PBX, and inspection of the certificate that the PBX presents."""

import hashlib
import logging
import socket
import ssl
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx

from bot.errors import SettingsError, Unreachable
from bot.pbx.requests import parse_base_url

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""Hosts to which plain http is safe."""
CONNECT_TIMEOUT = 10.0
"""Seconds for connecting when a certificate is inspected."""

log = logging.getLogger(__name__)


def tls_context(base_url: httpx.URL, ca_file: Path | None, *, verify: bool) -> ssl.SSLContext | None:
    """Returns the TLS context for the PBX, None for http; raises SettingsError for an unusable `ca_file`.

    Trusts public authorities, or only the certificates of `ca_file` (PEM). Environment variables are ignored.
    """
    if base_url.scheme == "http":
        if base_url.host not in LOOPBACK:
            log.warning(
                "PBX_URL begins with http: anyone on the way to %s can read the sign-in. Use https.", base_url.host
            )
        return None
    if not verify:
        return _unverified_context()
    return _context_trusting_authorities() if ca_file is None else _context_trusting(ca_file)


@cache
def _context_trusting_authorities() -> ssl.SSLContext:
    """Returns the context that all PBXs share: to make one takes 30 ms of CPU for the authorities' certificates."""
    return httpx.create_ssl_context(trust_env=False)


def _context_trusting(ca_file: Path) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"PBX_CA_FILE: {ca_file} can't be read as PEM certificates: {error}") from error
    # The file may hold the PBX's own self-signed certificate, which needn't meet the strict checks of Python 3.13.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _unverified_context() -> ssl.SSLContext:
    log.warning(
        "The PBX's certificate is NOT verified: anyone on the way can read the sign-in and change the phone system. "
        "Set PBX_CA_FILE to its certificate instead and remove PBX_VERIFY_TLS."
    )
    return httpx.create_ssl_context(verify=False, trust_env=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class UntrustedCertificate:
    """A certificate that failed verification; `why` is OpenSSL's message."""

    pem: str
    reason: str

    @property
    def fingerprint(self) -> str:
        """SHA-256 fingerprint in the form that browsers show."""
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.pem)).digest().hex(":").upper()


def untrusted_certificate(url: str, ca_file: Path | None = None) -> UntrustedCertificate | None:
    """Returns the certificate at `url` if it fails verification; None if it is trusted, or for http.

    Raises:
        Unreachable: nothing accepts the connection.
        SettingsError: `url` or `ca_file` is unusable.
    """
    base_url = httpx.URL(parse_base_url(url))
    context = tls_context(base_url, ca_file, verify=True)
    host, port = _host_and_port(base_url)
    try:
        with socket.create_connection((host, port), CONNECT_TIMEOUT) as connection:
            if context is not None:
                context.wrap_socket(connection, server_hostname=host).close()
    except ssl.SSLCertVerificationError as error:
        return UntrustedCertificate(pem=_presented_certificate(host, port), reason=error.verify_message)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{host}, port {port}, can't be reached: {error}") from error
    return None


def certificate_names(url: str, ca_file: Path) -> list[str]:
    """Returns the alternative names of the certificate at `url`; none unless `ca_file` makes it trusted."""
    base_url = httpx.URL(parse_base_url(url))
    context = tls_context(base_url, ca_file, verify=True)
    if context is None:
        return []
    context.check_hostname = False  # the names are wanted because the host's isn't among them
    try:
        with (
            socket.create_connection(_host_and_port(base_url), CONNECT_TIMEOUT) as connection,
            context.wrap_socket(connection) as tls_socket,
        ):
            certificate = tls_socket.getpeercert() or {}
    except OSError:
        return []
    return [str(entry[1]) for entry in certificate.get("subjectAltName", ())]


def _presented_certificate(host: str, port: int) -> str:
    try:
        return ssl.get_server_certificate((host, port), timeout=CONNECT_TIMEOUT)
    except OSError as error:
        raise Unreachable(f"{host}, port {port}, showed its certificate once and not again: {error}") from error


def _host_and_port(url: httpx.URL) -> tuple[str, int]:
    return url.raw_host.decode("ascii"), url.port or (443 if url.scheme == "https" else 80)
