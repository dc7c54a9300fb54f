"""Certificates as a PBX makes its own: self-signed, for a name, and up to a day."""

import shutil
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

OPENSSL = shutil.which("openssl")
MISSING = "openssl is not installed: no certificate can be made"
_CA = """\
[ca]
default_ca = own
[own]
database = {folder}/index
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = {name}
"""


def self_signed(folder: Path, name: str, *, days: int = 90) -> tuple[Path, ssl.SSLContext]:
    """The file, and what a server shows it with; with `days` below 0 it has expired."""
    key, request, made = folder / "key.pem", folder / "request.pem", folder / "certificate.pem"
    ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    _openssl("req", "-new", *ec, "-nodes", "-keyout", str(key), "-out", str(request), "-subj", "/CN=pbx")
    (folder / "index").touch()
    config = folder / "ca.cnf"
    config.write_text(_CA.format(folder=folder, name=name), encoding="utf-8")
    now = datetime.now(UTC)
    begin, end = (f"{now + timedelta(days=one):%Y%m%d%H%M%SZ}" for one in (min(-2, days - 2), days))
    own = ["-selfsign", "-batch", "-notext", "-keyfile", str(key), "-in", str(request), "-out", str(made)]
    _openssl("ca", "-config", str(config), *own, "-startdate", begin, "-enddate", end)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    return made, context


def _openssl(*arguments: str) -> None:
    subprocess.run([str(OPENSSL), *arguments], check=True, capture_output=True)
