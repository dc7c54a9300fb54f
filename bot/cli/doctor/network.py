"""Checks of the network path to the PBX: DNS, port, TLS and certificate."""

import hashlib
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx

from bot.cli.doctor.model import DoctorContext, Finding, error, ok, warning
from bot.cli.network_errors import describe_connection_error
from bot.cli.rest_api import PORT, plain_status
from bot.errors import SettingsError
from bot.pbx.requests import parse_base_url
from bot.pbx.tls import LOOPBACK, tls_context

EXPIRES_SOON = timedelta(days=30)
"""Time left to a certificate below which there is a warning."""
_EXPIRED, _HOST_MISMATCH = (10,), (62, 64)
"""OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED, _HOSTNAME_MISMATCH and _IP_ADDRESS_MISMATCH."""
_RENEW = "Renew it on the PBX. If PBX_CA_FILE holds the old certificate itself, replace it there too."


def check_address(context: DoctorContext) -> Iterator[Finding]:
    """Resolves the PBX's host name."""
    host, port = _host_and_port(context)
    try:
        addresses = {str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as failure:
        check = "Check the name in PBX_URL, and whether this machine can look it up"
        text = describe_connection_error(failure, host, port)
        yield error("pbx.address.unknown", text, f"{check}: getent hosts {host}")
    else:
        yield ok("pbx.address", f"{host} is {', '.join(sorted(addresses))}")


def check_port(context: DoctorContext) -> Iterator[Finding]:
    """Opens a TCP connection to the PBX."""
    host, port = _host_and_port(context)
    try:
        with socket.create_connection((host, port), context.settings.pbx_deadline):
            yield ok("pbx.port", f"port {port} accepts connections")
    except OSError as failure:
        remedy = f"Check that the PBX runs, the port in PBX_URL (usually {PORT}), and firewalls in between."
        yield error("pbx.port.closed", describe_connection_error(failure, host, port), remedy)


def check_tls(context: DoctorContext) -> Iterator[Finding]:
    """Performs a TLS handshake with the PBX and checks its certificate."""
    settings = context.settings
    try:
        tls = tls_context(_url(context), settings.pbx_ca_file, verify=settings.pbx_verify_tls)
    except SettingsError as failure:
        remedy = "Let PBX_CA_FILE name a file with certificates (PEM) that Park may read."
        yield error("pbx.tls.ca_file", str(failure), remedy)
        return
    host, port = _host_and_port(context)
    if tls is None:
        yield _without_tls(host)
        return
    try:
        with (
            socket.create_connection((host, port), settings.pbx_deadline) as plain,
            tls.wrap_socket(plain, server_hostname=host) as secured,
        ):
            yield _expiry(secured, context.now()) if settings.pbx_verify_tls else _unverified()
    except ssl.SSLCertVerificationError as failure:
        yield _untrusted(failure, host, port)
    except OSError as failure:
        text = describe_connection_error(failure, host, port)
        if plain_status(_url(context)) is not None:
            text = f"Port {port} of {host} speaks HTTP, not HTTPS."
        remedy = f"Write the HTTPS port into PBX_URL. PortSIP's address is https://{host}:{PORT}/api."
        yield error("pbx.tls.none", text, remedy)


def _without_tls(host: str) -> Finding:
    if host in LOOPBACK:
        return ok("pbx.tls", "the PBX is on this machine, so TLS is not needed")
    text = f"PBX_URL begins with http: anyone on the network path to {host} can read the password"
    return warning("pbx.tls.in_the_clear", text, f"Write https, and the HTTPS port ({PORT} unless it was changed).")


def _unverified() -> Finding:
    return warning(
        "pbx.tls.unverified",
        "the PBX's certificate is not verified: anyone in between can read the password and change the phone system",
        "Set PBX_CA_FILE to its certificate instead, and remove PBX_VERIFY_TLS.",
    )


def _expiry(secured: ssl.SSLSocket, now: datetime) -> Finding:
    certificate = secured.getpeercert() or {}
    end = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    if end - now < EXPIRES_SOON:
        text = f"the PBX's certificate is trusted, and expires on {end:%Y-%m-%d}, in {(end - now).days} days"
        return warning("pbx.tls.expires", text, _RENEW)
    return ok("pbx.tls", f"the PBX's certificate is trusted until {end:%Y-%m-%d}")


def _untrusted(failure: ssl.SSLCertVerificationError, host: str, port: int) -> Finding:
    reason = failure.verify_message.rstrip(".")
    if failure.verify_code in _EXPIRED:
        return error("pbx.tls.expired", f"the PBX's certificate has expired: {reason}", _RENEW)
    if failure.verify_code in _HOST_MISMATCH:
        remedy = "Use the name in the certificate in PBX_URL, or give the PBX a certificate for this name."
        return error("pbx.tls.other_host", f"the PBX's certificate is for another name: {reason}", remedy)
    save = f"openssl s_client -connect {host}:{port} </dev/null | openssl x509 >pbx.pem"
    remedy = (
        f"PortSIP's own certificate is self-signed. Save it: {save} "
        f"Compare its fingerprint{_fingerprint(host, port)} with the one on the PBX itself, "
        "and set PBX_CA_FILE=pbx.pem. "
        "Or set PBX_CA_FILE to the CA certificate of whoever signed it."
    )
    return error("pbx.tls.untrusted", f"the PBX's certificate is not trusted: {reason}", remedy)


def _fingerprint(host: str, port: int) -> str:
    """The certificate's SHA-256 fingerprint in parentheses; empty if the certificate can't be read again."""
    try:
        certificate = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((host, port), timeout=5))
    except OSError:
        return ""
    return f" (SHA-256 {hashlib.sha256(certificate).digest().hex(':').upper()})"


def _url(context: DoctorContext) -> httpx.URL:
    return httpx.URL(parse_base_url(str(context.settings.pbx_url)))


def _host_and_port(context: DoctorContext) -> tuple[str, int]:
    url = _url(context)
    return url.host, url.port or (443 if url.scheme == "https" else 80)
