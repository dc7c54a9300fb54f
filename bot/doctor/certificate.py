"""What is said of a certificate."""

import hashlib
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.doctor.finding import Finding, error, ok, warning

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
