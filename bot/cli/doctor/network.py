"""DNS, port, TLS."""

import hashlib
import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from bot.cli.doctor.model import DoctorContext, Finding, error, ok, warning
from bot.errors import SettingsError
from bot.pbx.requests import base
from bot.pbx.tls import LOOPBACK, tls_context

SOON = timedelta(days=30)
_EXPIRED, _OTHER_HOST = (10,), (62, 64)
"""OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED, _HOSTNAME_MISMATCH and _IP_ADDRESS_MISMATCH."""
_RENEW = "Renew it on the PBX. If PBX_CA_FILE holds the old one itself, put the new one there too."


def expiry(certificate: Mapping[str, Any] | None, now: datetime) -> Iterator[Finding]:
    """Of one that is trusted."""
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds((certificate or {})["notAfter"]), UTC)
    if ends - now < SOON:
        text = f"the PBX's certificate is trusted, and expires on {ends:%Y-%m-%d}, in {(ends - now).days} days"
        yield warning("pbx.tls.expires", text, _RENEW)
    else:
        yield ok("pbx.tls", f"the PBX's certificate is trusted until {ends:%Y-%m-%d}")


def untrusted(fault: ssl.SSLCertVerificationError, host: str, port: int) -> Finding:
    """One that was refused."""
    why = fault.verify_message.rstrip(".")
    if fault.verify_code in _EXPIRED:
        return error("pbx.tls.expired", f"the PBX's certificate has expired: {why}", _RENEW)
    if fault.verify_code in _OTHER_HOST:
        remedy = "Write the name that the certificate is for into PBX_URL, or let the PBX have one for this name."
        return error("pbx.tls.other_host", f"the PBX's certificate is for another name: {why}", remedy)
    return error("pbx.tls.untrusted", f"the PBX's certificate is not trusted: {why}", _pin(host, port))


def _pin(host: str, port: int) -> str:
    save = f"openssl s_client -connect {host}:{port} </dev/null | openssl x509 >pbx.pem"
    return (
        f"PortSIP's own certificate is self-signed: save it ({save}), hold its fingerprint{_fingerprint(host, port)} "
        "against that on the PBX itself, and set PBX_CA_FILE=pbx.pem. Or save the certificate of whoever signed it."
    )


def _fingerprint(host: str, port: int) -> str:
    """Of whatever certificate is shown there."""
    try:
        shown = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((host, port), timeout=5))
    except OSError:
        return ""
    digest = hashlib.sha256(shown).hexdigest().upper()
    return f" (SHA-256 {':'.join(digest[at : at + 2] for at in range(0, len(digest), 2))})"


_URL = "PBX_URL is like https://pbx.example.com:8887/api: set it right."


def address(context: DoctorContext) -> Iterator[Finding]:
    host, port = _where(context)
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as fault:
        remedy = (
            f"Look whether the name in PBX_URL is right, and whether this machine can resolve it: getent hosts {host}"
        )
        yield error("pbx.address.unknown", f"{host} has no address: {fault}", remedy)
    else:
        yield ok("pbx.address", f"{host} is {', '.join(sorted(found))}")


def port(context: DoctorContext) -> Iterator[Finding]:
    host, port = _where(context)
    try:
        with socket.create_connection((host, port), context.settings.pbx_deadline):
            yield ok("pbx.port", f"port {port} takes connections")
    except OSError as fault:
        remedy = "Look whether the PBX runs, at its REST API's port (8887 as it comes), and at firewalls between."
        yield error("pbx.port.closed", f"no connection to {host}, port {port}: {fault}", remedy)


def tls(context: DoctorContext) -> Iterator[Finding]:
    settings, url = context.settings, _url(context)
    try:
        ssl_context = tls_context(url, settings.pbx_ca_file, verify=settings.pbx_verify_tls)
    except SettingsError as fault:
        yield error(
            "pbx.tls.ca_file", str(fault), "Let PBX_CA_FILE name a file of PEM certificates that Park may read."
        )
        return
    host, port = _where(context)
    if ssl_context is None:
        yield from _in_the_clear(host)
        return
    try:
        with (
            socket.create_connection((host, port), settings.pbx_deadline) as plain,
            ssl_context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            yield from expiry(secured.getpeercert(), context.now()) if settings.pbx_verify_tls else _unverified()
    except ssl.SSLCertVerificationError as fault:
        yield untrusted(fault, host, port)
    except (OSError, ssl.SSLError) as fault:
        yield error(
            "pbx.tls.none", f"port {port} of {host} does not speak TLS: {fault}", f"{_URL} Is the port that of https?"
        )


def _in_the_clear(host: str) -> Iterator[Finding]:
    if host in LOOPBACK:
        yield ok("pbx.tls", "the PBX is on this machine, and asked without TLS")
    else:
        text = f"PBX_URL begins with http: anyone on the way to {host} can read the sign-in"
        yield warning("pbx.tls.in_the_clear", text, "Write https, and the port of HTTPS (8887 as it comes).")


def _unverified() -> Iterator[Finding]:
    yield warning(
        "pbx.tls.unverified",
        "the PBX's certificate is not verified: anyone on the way can read the sign-in and change the phone system",
        "Set PBX_CA_FILE to its certificate instead, and remove PBX_VERIFY_TLS.",
    )


def _url(context: DoctorContext) -> httpx.URL:
    return httpx.URL(base(str(context.settings.pbx_url)))


def _where(context: DoctorContext) -> tuple[str, int]:
    url = _url(context)
    return url.host, url.port or (443 if url.scheme == "https" else 80)
