"""Whom the client believes to be the PBX."""

import logging
import ssl
from pathlib import Path

import httpx

from bot.errors import SettingsError

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
