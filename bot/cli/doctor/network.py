"""Checks of the network path to the PBX: DNS, port, TLS and certificate."""

import hashlib
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx

from bot.cli.doctor.model import DoctorContext, Finding, error, ok, warning
from bot.errors import SettingsError
from bot.pbx.requests import parse_base_url
from bot.pbx.tls import LOOPBACK, tls_context

EXPIRES_SOON = timedelta(days=30)
"""Time left to a certificate below which there is a warning."""
_EXPIRED, _HOST_MISMATCH = (10,), (62, 64)
"""OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED, _HOSTNAME_MISMATCH and _IP_ADDRESS_MISMATCH."""
_RENEW = "Renew it on the PBX. If PBX_CA_FILE holds the old one itself, put the new one there too."


def check_address(context: DoctorContext) -> Iterator[Finding]:
    """Resolves the PBX's host name."""
    host, port = _host_and_port(context)
    try:
        addresses = {str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as failure:
        check = "Look whether the name in PBX_URL is right, and whether this machine can resolve it"
        yield error("pbx.address.unknown", f"{host} has no address: {failure}", f"{check}: getent hosts {host}")
    else:
        yield ok("pbx.address", f"{host} is {', '.join(sorted(addresses))}")


def check_port(context: DoctorContext) -> Iterator[Finding]:
    """Opens a TCP connection to the PBX."""
    host, port = _host_and_port(context)
    try:
        with socket.create_connection((host, port), context.settings.pbx_deadline):
            yield ok("pbx.port", f"port {port} takes connections")
    except OSError as failure:
        remedy = "Look whether the PBX runs, at its REST API's port (8887 as it comes), and at firewalls between."
        yield error("pbx.port.closed", f"no connection to {host}, port {port}: {failure}", remedy)


def check_tls(context: DoctorContext) -> Iterator[Finding]:
    """Performs a TLS handshake with the PBX and checks its certificate."""
    settings = context.settings
    try:
        tls = tls_context(_url(context), settings.pbx_ca_file, verify=settings.pbx_verify_tls)
    except SettingsError as failure:
        remedy = "Let PBX_CA_FILE name a file of PEM certificates that Park may read."
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
        remedy = "PBX_URL is like https://pbx.example.com:8887/api: set it right. Is the port that of https?"
        yield error("pbx.tls.none", f"port {port} of {host} does not speak TLS: {failure}", remedy)


def _without_tls(host: str) -> Finding:
    if host in LOOPBACK:
        return ok("pbx.tls", "the PBX is on this machine, and asked without TLS")
    text = f"PBX_URL begins with http: anyone on the way to {host} can read the sign-in"
    return warning("pbx.tls.in_the_clear", text, "Write https, and the port of HTTPS (8887 as it comes).")


def _unverified() -> Finding:
    return warning(
        "pbx.tls.unverified",
        "the PBX's certificate is not verified: anyone on the way can read the sign-in and change the phone system",
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
        remedy = "Write the name that the certificate is for into PBX_URL, or let the PBX have one for this name."
        return error("pbx.tls.other_host", f"the PBX's certificate is for another name: {reason}", remedy)
    save = f"openssl s_client -connect {host}:{port} </dev/null | openssl x509 >pbx.pem"
    remedy = (
        f"PortSIP's own certificate is self-signed: save it ({save}), hold its fingerprint{_fingerprint(host, port)} "
        "against that on the PBX itself, and set PBX_CA_FILE=pbx.pem. Or save the certificate of whoever signed it."
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
