"""Failures of the network, of TLS and of files in plain words, without the words of Python and OpenSSL."""

import errno
import logging
import os
import socket
import ssl
from urllib.error import URLError

from bot.errors import ParkError, PBXError, SlackFailure
from bot.runtime import logs

_OLD_TLS = frozenset({"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "UNSAFE_LEGACY_RENEGOTIATION_DISABLED"})
_NO_ROUTE = frozenset({"ENETUNREACH", "EHOSTUNREACH", "ENETDOWN", "EHOSTDOWN"})
_PROXY_VARIABLES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


def quiet_logs() -> None:
    """Leaves it to the commands' own words to say what goes wrong, for commands that people read."""
    logs.configure("CRITICAL")
    logging.getLogger("slack_sdk").setLevel(logging.CRITICAL)


def describe_connection_error(error: BaseException, host: str, port: int) -> str:
    """Says in one sentence why there is no connection to a host's port."""
    match error:
        case socket.gaierror(errno=socket.EAI_AGAIN):
            return f"The name {host} can't be looked up right now: DNS does not answer."
        case socket.gaierror() | UnicodeError():
            return f"There is no host named {host}: the name is wrong, or this machine's DNS does not know it."
        case TimeoutError():
            return f"{host} does not answer on port {port}: the address or the port is wrong, or a firewall is between."
        case ConnectionRefusedError():
            return f"{host} is there, but nothing listens on port {port}."
        case ssl.SSLCertVerificationError():
            return f"The certificate of {host} is not trusted: {error.verify_message}."
        case ssl.SSLError(reason=reason) if reason in _OLD_TLS:
            return f"{host} offers only an outdated version of TLS on port {port}."
        case ssl.SSLError():
            return f"Port {port} of {host} does not speak HTTPS."
        case ConnectionError():
            return f"{host} closed the connection to port {port} without an answer."
        case OSError() if _errno_name(error) in _NO_ROUTE:
            return f"This machine has no network path to {host}."
    return f"{host}, port {port}, can't be reached: {_plain(error)}."


def describe_file_error(error: OSError | UnicodeError) -> str:
    """Says in a few words why a file can't be read or written."""
    if isinstance(error, UnicodeError):
        return "it is not a text in UTF-8"
    return (error.strerror or "the reason is not known").lower()


def describe_failure(error: ParkError) -> str:
    """The text of an error; of a lost connection to Slack or the PBX, what the network says in plain words."""
    cause = network_cause(error)
    if cause is None or not isinstance(error, SlackFailure | PBXError):
        return str(error)
    whose = "Slack" if isinstance(error, SlackFailure) else "The PBX"
    text = f"{whose} can't be reached. {_describe_without_address(cause)}"
    proxy = next((name for name in _PROXY_VARIABLES if os.environ.get(name)), None)
    return f"{text} {proxy} is set, so it is asked through that proxy." if proxy and whose == "Slack" else text


def network_cause(error: BaseException | None) -> OSError | None:
    """Returns the error of the network that an error was raised for, if there is one."""
    while error is not None:
        if isinstance(error, URLError) and isinstance(error.reason, BaseException):
            return network_cause(error.reason)
        if isinstance(error, OSError):
            return error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return None


def _describe_without_address(error: OSError) -> str:
    match error:
        case socket.gaierror():
            return "Its name can't be looked up: DNS does not answer, or does not know it."
        case TimeoutError():
            return "No answer in time: a firewall may be between."
        case ConnectionRefusedError():
            return "Nothing listens there."
        case ssl.SSLCertVerificationError():
            return f"Its certificate is not trusted: {error.verify_message}."
        case ssl.SSLError():
            return "What listens there does not speak HTTPS."
        case ConnectionError():
            return "The connection was closed without an answer."
    return f"The network says: {_plain(error)}."


def _plain(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or "the reason is not known"


def _errno_name(error: OSError) -> str | None:
    return errno.errorcode.get(error.errno or 0)
