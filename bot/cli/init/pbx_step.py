"""Address, certificate, account."""

import re
from dataclasses import dataclass
from pathlib import Path

from bot.cli.init.console import AGAIN, Console, Mistake
from bot.cli.init.files import SavedAnswers
from bot.errors import Rejected, SignInFailed
from bot.pbx.auth import ADVICE, Credentials
from bot.pbx.client import PbxClient
from bot.pbx.requests import base
from bot.pbx.tls import UntrustedCertificate, names_on, untrusted_certificate

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


def ask_address(console: Console, known: SavedAnswers, spare: Path) -> Address:
    """One question; a second one where the certificate is not believed. `spare` is a folder for what may be saved."""

    def take(answer: str) -> Address:
        url = whole(answer)
        ca_file = known.path("PBX_CA_FILE")
        shown = untrusted_certificate(url, ca_file)
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


def _ask_trust(console: Console, known: SavedAnswers, url: str, shown: UntrustedCertificate, spare: Path) -> Address:
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
    if still := untrusted_certificate(url, ca_file):
        names = ", ".join(names_on(url, ca_file))
        raise Mistake(f"It is not believed with that either: {still.why}." + (f" It is for {names}." if names else ""))


ROLE = "Admin"
_BEFORE_ACCOUNT = """\
Park needs a tenant user of its own there, with the role Admin and without two-factor authentication."""
_CAREFUL = "It blocks addresses that are refused too often, so nothing is tried again by itself."


@dataclass(frozen=True, kw_only=True)
class Phones:
    """The PBX, as the account sees it."""

    groups: list[str]
    values: dict[str, str | None]
    """For .env; None is taken out of it."""


def ask_account(console: Console, known: SavedAnswers, where: Address) -> Phones:
    """Three questions, asked again together: which of the answers was wrong, the PBX does not tell."""
    console.say(_BEFORE_ACCOUNT)
    attempt: dict[str, str] = {}
    while True:
        try:
            who = _ask_who(console, known, attempt)
            role, groups = _looked(where, who)
        except AGAIN as mistake:
            console.failed(_careful(mistake) if isinstance(mistake, SignInFailed) else mistake)
            continue
        _say(console, who, role, groups)
        return Phones(groups=groups, values=_values(who, where))


def _careful(failed: SignInFailed) -> Mistake:
    return Mistake(f"{str(failed).removesuffix(ADVICE)} {_CAREFUL}")


def _ask_who(console: Console, known: SavedAnswers, attempt: dict[str, str]) -> Credentials:
    token = known.get("PBX_TOKEN")

    def name(answer: str) -> str:
        if not answer and not token:
            raise Mistake("Type the account's name.")
        return answer

    question = "User name on the PBX" + (" (Enter keeps PBX_TOKEN)" if token else "")
    username = attempt["username"] = console.ask(
        question, name, default=attempt.get("username", known.get("PBX_USERNAME"))
    )
    if not username:
        return Credentials(token=token)
    kept = known.get("PBX_PASSWORD") if username == known.get("PBX_USERNAME") and "domain" not in attempt else ""
    question = "Domain of the tenant, as in example.com"
    domain = attempt["domain"] = console.ask(question, str, default=attempt.get("domain", known.get("PBX_DOMAIN")))
    password = console.ask("Password (not shown)", _some, default=kept, secret=True)
    return Credentials(username=username, password=password, domain=domain or None)


def _some(answer: str) -> str:
    if not answer:
        raise Mistake("Type the password.")
    return answer


def _looked(where: Address, who: Credentials) -> tuple[str | None, list[str]]:
    """Signed in once, and read."""
    pbx = PbxClient(where.url, who, ca_file=where.ca_file)
    try:
        role = pbx.role()
        try:
            return role, sorted(one.name for one in pbx.groups())
        except Rejected as refusal:
            raise Mistake(
                f"The account was let in, and may not see the park groups: {refusal} "
                f"Its role is {role or 'not known'}; give it the role {ROLE}."
            ) from refusal
    finally:
        pbx.close()


def _say(console: Console, who: Credentials, role: str | None, groups: list[str]) -> None:
    console.say(f"  Signed in{f' as {who.username}' if who.username else ''}; the PBX has {len(groups)} park groups.")
    if role not in (ROLE, None):
        console.say(f"  Its role is {role}: if changes are refused by the PBX later, give it the role {ROLE}.")


def _values(who: Credentials, where: Address) -> dict[str, str | None]:
    named = {"PBX_USERNAME": who.username, "PBX_PASSWORD": who.password, "PBX_DOMAIN": who.domain}
    return {"PBX_URL": where.url, **named, "PBX_TOKEN": who.token, "PBX_CA_FILE": where.ca, "PBX_VERIFY_TLS": None}
