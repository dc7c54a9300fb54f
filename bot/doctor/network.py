"""The way to the PBX: its name, its port, and its certificate."""

import socket
import ssl
from collections.abc import Iterator

import httpx

from bot.doctor.case import Case
from bot.doctor.certificate import expiry, untrusted
from bot.doctor.finding import Finding, error, ok, warning
from bot.errors import SettingsError
from bot.pbx.address import base
from bot.pbx.tls import LOOPBACK, tls_context

_URL = "PBX_URL is like https://pbx.example.com:8887/api: set it right."


def address(case: Case) -> Iterator[Finding]:
    host, port = _where(case)
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as fault:
        remedy = (
            f"Look whether the name in PBX_URL is right, and whether this machine can resolve it: getent hosts {host}"
        )
        yield error("pbx.address.unknown", f"{host} has no address: {fault}", remedy)
    else:
        yield ok("pbx.address", f"{host} is {', '.join(sorted(found))}")


def port(case: Case) -> Iterator[Finding]:
    host, port = _where(case)
    try:
        with socket.create_connection((host, port), case.settings.pbx_deadline):
            yield ok("pbx.port", f"port {port} takes connections")
    except OSError as fault:
        remedy = "Look whether the PBX runs, at its REST API's port (8887 as it comes), and at firewalls between."
        yield error("pbx.port.closed", f"no connection to {host}, port {port}: {fault}", remedy)


def tls(case: Case) -> Iterator[Finding]:
    settings, url = case.settings, _url(case)
    try:
        context = tls_context(url, settings.pbx_ca_file, verify=settings.pbx_verify_tls)
    except SettingsError as fault:
        yield error(
            "pbx.tls.ca_file", str(fault), "Let PBX_CA_FILE name a file of PEM certificates that Park may read."
        )
        return
    host, port = _where(case)
    if context is None:
        yield from _in_the_clear(host)
        return
    try:
        with (
            socket.create_connection((host, port), settings.pbx_deadline) as plain,
            context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            yield from expiry(secured.getpeercert(), case.now()) if settings.pbx_verify_tls else _unverified()
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


def _url(case: Case) -> httpx.URL:
    return httpx.URL(base(str(case.settings.pbx_url)))


def _where(case: Case) -> tuple[str, int]:
    url = _url(case)
    return url.host, url.port or (443 if url.scheme == "https" else 80)
