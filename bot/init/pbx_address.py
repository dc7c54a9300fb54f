"""Where the PBX is, and whom to believe to be it: verification is never off, so a certificate may have to be saved."""

import re
from dataclasses import dataclass
from pathlib import Path

from bot.init.asking import Console, Mistake
from bot.init.known import Known
from bot.pbx.address import base
from bot.pbx.certificate import Distrusted, distrusted, names_on

SAVED = "pbx.pem"
_PORT = 8887  # PortSIP's REST API; a PBX behind a proxy may have another
_BEFORE = """
The PBX. Its certificate is looked at before any password is sent."""
_UNTRUSTED = """\
  The PBX shows a certificate that this machine does not trust ({why}). PortSIP's own is like that.
  SHA-256 {fingerprint}
  Compare that with the certificate's fingerprint on the PBX itself: whoever is between would show another."""
_NO = "Then Park can't sign in there: give another address, or the file of whoever signed its certificate."


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address that answers and is believed; `pem` is a certificate yet to be saved, as the file that CA names."""

    url: str
    ca_file: Path | None
    """Which the connection was tried with."""
    ca: str | None
    """For .env."""
    pem: str | None = None


def ask_address(console: Console, known: Known, spare: Path) -> Address:
    """One question; a second one where the certificate is not believed. `spare` is a folder for what may be saved."""

    def take(answer: str) -> Address:
        url = whole(answer)
        ca_file = known.path("PBX_CA_FILE")
        shown = distrusted(url, ca_file)
        if shown is None:
            return Address(url=url, ca_file=ca_file, ca=known.get("PBX_CA_FILE") if ca_file else None)
        return _ask_trust(console, known, url, shown, spare)

    console.say(_BEFORE)
    question = "Address of the PBX's REST API, as in pbx.example.com"
    found = console.ask(question, take, default=known.get("PBX_URL"))
    console.say(f"  {found.url} answers{', and its certificate is believed' if found.url[:5] == 'https' else ''}.")
    return found


def whole(answer: str) -> str:
    """With what is left out: https, port 8887, /api. Raise SettingsError, Mistake."""
    if not answer:
        raise Mistake("Type the PBX's name or address.")
    if "://" not in answer:
        host, slash, path = answer.partition("/")
        answer = f"https://{host}{'' if re.search(r':[0-9]+$', host) else f':{_PORT}'}{slash}{path}"
    url = base(answer)
    return url if url.count("/") > 2 else f"{url}/api"


def _ask_trust(console: Console, known: Known, url: str, shown: Distrusted, spare: Path) -> Address:
    """Raise Mistake after a no."""
    console.say(_UNTRUSTED.format(why=shown.why, fingerprint=shown.fingerprint))
    saved = spare / SAVED

    def take(answer: str) -> Address | None:
        if answer.lower() in ("n", "no"):
            return None
        if answer.lower() in ("y", "yes"):
            saved.write_text(shown.pem, encoding="ascii")
            _check_believed(url, saved)
            return Address(url=url, ca_file=saved, ca=SAVED, pem=shown.pem)
        if not (file := known.folder / answer).is_file():
            raise Mistake(f"There is no file {answer}. Type yes, no, or the path of a file with certificates (PEM).")
        _check_believed(url, file)
        return Address(url=url, ca_file=file, ca=answer)

    question = f"Save it as {SAVED} and trust it from now on? yes, no, or the path of a CA file"
    found = console.ask(question, take, default="no")
    if found is None:
        raise Mistake(_NO)
    return found


def _check_believed(url: str, ca_file: Path) -> None:
    if still := distrusted(url, ca_file):
        names = ", ".join(names_on(url, ca_file))
        raise Mistake(f"It is not believed with that either: {still.why}." + (f" It is for {names}." if names else ""))
