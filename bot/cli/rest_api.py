"""Finds the PBX's REST API at an address: which scheme the port speaks, and whether it is PortSIP's API.

No request here carries a token or a password.
"""

import json
import re
import socket
import ssl
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from bot.cli.network_errors import describe_connection_error, network_cause
from bot.errors import ParkError, PBXError, SettingsError
from bot.pbx.auth import Credentials
from bot.pbx.client import PbxClient
from bot.pbx.requests import ApiRequest, ApiResponse, parse_base_url
from bot.pbx.tls import LOOPBACK, UntrustedCertificate, untrusted_certificate

PORT = 8887
"""The port of PortSIP's REST API as it is installed."""
PATH = "/api"
ADDRESS_FORM = "pbx.example.com or https://pbx.example.com:8887/api"
PLAIN_TIMEOUT = 3.0
"""Seconds for finding out whether a port speaks plain HTTP."""
_CALL_PARK = ApiRequest(method="GET", path=("call_park",))
_NO_CREDENTIALS = Credentials(token="not-sent")  # noqa: S106 - the client asks for some, and no request is signed


class WrongAddress(ParkError):
    """There is no REST API at an address, or none that Park may use; the text says what to do."""


@dataclass(frozen=True, kw_only=True)
class FoundApi:
    """What was found at an address."""

    url: str
    certificate: UntrustedCertificate | None = None
    """The certificate, if it is not trusted; nothing was asked then."""
    note: str | None = None
    """How the address differs from the one that was typed, and why."""


def complete_url(typed: str) -> str:
    """Adds https, port 8887 and /api where they are missing; raises WrongAddress for what is no address."""
    typed = typed.strip()
    if "://" not in typed:
        host, slash, path = typed.partition("/")
        if host.count(":") > 1 and not host.startswith("["):
            host = f"[{host}]"  # IPv6
        typed = f"https://{host}{'' if re.search(r':[0-9]+$', host) else f':{PORT}'}{slash}{path}"
    if (url := _parse(typed)) is None:
        raise WrongAddress(
            f"That is not an address of a PBX: write it like {ADDRESS_FORM}, without a user name, ? or #."
        )
    return url if url.count("/") > 2 else f"{url}{PATH}"


def _parse(typed: str) -> str | None:
    try:
        url, parts = parse_base_url(typed), urlsplit(typed)
        return None if re.search(r"[\s%]", parts.netloc) or parts.port == 0 else url
    except (SettingsError, ValueError):  # of urlsplit, for a port beyond 65535
        return None


def find_api(typed: str, ca_file: Path | None) -> FoundApi:
    """Finds the API for a typed address; raises WrongAddress with the reason in plain words."""
    url = httpx.URL(complete_url(typed))
    note = None
    if url.scheme == "http" and speaks_tls(url):
        url = url.copy_with(scheme="https")
        note = f"Port {url.port} speaks HTTPS, not HTTP, so Park uses https://."
    try:
        certificate = untrusted_certificate(str(url), ca_file)
    except PBXError as error:
        if "://" in typed or not _is_loopback(url) or plain_status(url) is None:
            raise WrongAddress(_no_connection(url, error)) from error
        url, certificate = url.copy_with(scheme="http"), None
    if url.scheme == "http" and not _is_loopback(url):
        raise WrongAddress(_plain_only(url.host, url.port or 80))
    if certificate is not None:
        return FoundApi(url=str(url), certificate=certificate, note=note)
    return require_api(str(url), ca_file, note)


def require_api(url: str, ca_file: Path | None, note: str | None = None) -> FoundApi:
    """Returns the address of the API on this server, /api if the given path is wrong; raises WrongAddress."""
    try:
        response = _ask(url, ca_file)
    except PBXError as error:
        raise WrongAddress(_no_connection(httpx.URL(url), error)) from error
    if is_rest_api(response):
        return FoundApi(url=url, note=note)
    usual = usual_url(url)
    if usual != url and has_rest_api(usual, ca_file):
        return FoundApi(url=usual, note=f"The REST API is at {usual}, so Park uses that address.")
    raise WrongAddress(f"{_what_answers(url, response)} PortSIP's REST API is usually at https://HOST:{PORT}{PATH}.")


def usual_url(url: str) -> str:
    """The address of the API on the same server as it is installed."""
    return str(httpx.URL(url).copy_with(path=PATH, query=None))


def has_rest_api(url: str, ca_file: Path | None, *, verify: bool = True) -> bool:
    """Returns whether PortSIP's REST API answers at an address."""
    try:
        return is_rest_api(_ask(url, ca_file, verify=verify))
    except PBXError:
        return False


def is_rest_api(response: ApiResponse) -> bool:
    """Returns whether a response to a request without a token is PortSIP's, and not that of any web server.

    A 403 counts too: the PBX may block this address, which the sign-in will show.
    """
    if response.status not in (200, 401, 403) or ("www-authenticate" in response.headers and not response.body):
        return False
    if not response.body.strip():
        return response.status != 200
    try:
        return isinstance(json.loads(response.body), dict)
    except ValueError:
        return False


def _ask(url: str, ca_file: Path | None, *, verify: bool = True) -> ApiResponse:
    with closing(PbxClient(url, _NO_CREDENTIALS, ca_file=ca_file, verify=verify)) as pbx:
        return pbx.send_once(_CALL_PARK, signed=False)


def _what_answers(url: str, response: ApiResponse) -> str:
    if response.status >= 500:
        return f"{url} fails with HTTP {response.status}: the PBX may still be starting; try again in a minute."
    if response.status in (301, 302, 307, 308):
        elsewhere = response.headers.get("location", "another address")
        return f"{url} sends elsewhere, to {elsewhere}: that is not the REST API."
    return f"Something answers at {url}, but it is not PortSIP's REST API (HTTP {response.status})."


def _no_connection(url: httpx.URL, error: PBXError) -> str:
    port = url.port or (443 if url.scheme == "https" else 80)
    cause = network_cause(error)
    if cause is None and isinstance(error.__cause__, UnicodeError):
        return f"There is no host named {url.host}."
    may_be_plain = isinstance(cause, ssl.SSLError | TimeoutError | ConnectionError)
    if url.scheme == "https" and may_be_plain and plain_status(url) is not None:
        return _plain_only(url.host, port)
    if cause is None:
        return f"Port {port} of {url.host} does not speak HTTP. PortSIP's REST API listens on port {PORT}."
    text = describe_connection_error(cause, url.host, port)
    return text if port == PORT else f"{text} PortSIP's REST API listens on port {PORT} unless that was changed."


def _plain_only(host: str, port: int) -> str:
    return (
        f"Port {port} of {host} speaks HTTP, not HTTPS, and Park sends no password unencrypted. "
        f"Give the HTTPS address; PortSIP's is https://{host}:{PORT}{PATH}."
    )


def _is_loopback(url: httpx.URL) -> bool:
    return url.host in LOOPBACK


def speaks_tls(url: httpx.URL) -> bool:
    """Returns whether a port that was given with http:// wants HTTPS, with whatever certificate.

    Plain HTTP is tried first: a server without TLS may wait for the rest of what it takes for a request. A server with
    TLS closes the connection, or answers 400.
    """
    if plain_status(url) not in (None, b"400"):
        return False
    try:
        untrusted_certificate(str(url.copy_with(scheme="https", port=url.port or 80)))
    except PBXError:
        return False
    return True


def plain_status(url: httpx.URL) -> bytes | None:
    """Returns the status with which the port answers a request in plain HTTP; None without such an answer."""
    host, port = url.host, url.port or (443 if url.scheme == "https" else 80)
    try:
        with socket.create_connection((host, port), PLAIN_TIMEOUT) as connection:
            request = f"HEAD / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
            connection.sendall(request.encode("ascii", "replace"))
            answer = connection.recv(12)
    except (OSError, UnicodeError):
        return None
    return answer[9:] if answer.startswith(b"HTTP/1.") else None
