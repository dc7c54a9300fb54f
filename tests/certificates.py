"""Certificates such as a PBX makes for itself."""

import shutil
import ssl
import subprocess
from pathlib import Path

OPENSSL = shutil.which("openssl")
MISSING = "openssl is not installed: no certificate can be made"


def self_signed(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """The certificate's file, and what a server shows it with; for `name`, as in IP:127.0.0.1."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    files = ["-keyout", str(key), "-out", str(certificate)]
    subject = ["-subj", "/CN=pbx", "-addext", f"subjectAltName={name}", "-days", "2"]
    ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command = [str(OPENSSL), "req", "-x509", *ec, "-nodes", *files, *subject]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context
