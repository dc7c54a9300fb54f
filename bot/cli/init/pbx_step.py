"""The questions about the PBX's address, its certificate and Park's account on it."""

import re
from dataclasses import dataclass
from pathlib import Path

from bot.cli.doctor.pbx import REQUIRED_ROLE
from bot.cli.init.console import RETRYABLE, Console, InvalidAnswer
from bot.cli.init.files import SavedAnswers
from bot.errors import Rejected, SignInFailed
from bot.pbx.auth import SIGN_IN_ADVICE, Credentials
from bot.pbx.client import PbxClient
from bot.pbx.requests import parse_base_url
from bot.pbx.tls import UntrustedCertificate, certificate_names, untrusted_certificate

CERTIFICATE_FILE = "pbx.pem"
"""The file in which a certificate is saved after the user has confirmed it."""
_PORT = 8887
"""The default port of PortSIP's REST API."""
_INTRODUCTION = """
The PBX. Its certificate is looked at before any password is sent."""
_UNTRUSTED = """\
  The PBX shows a certificate that this machine does not trust ({why}). PortSIP's own is like that.
  SHA-256 {fingerprint}
  Compare that with the certificate's fingerprint on the PBX itself: whoever is between would show another."""
_DECLINED = "Then Park can't sign in there: give another address, or the file of whoever signed its certificate."
_ACCOUNT_INTRODUCTION = """\
Park needs a tenant user of its own there, with the role Admin and without two-factor authentication."""
_NO_AUTOMATIC_RETRY = "It blocks addresses that are refused too often, so nothing is tried again by itself."


@dataclass(frozen=True, kw_only=True)
class PbxAddress:
    """An address at which a PBX answers with a trusted certificate."""

    url: str
    ca_file: Path | None
    """The CA file with which the connection was tried."""
    ca_setting: str | None
    """The value of PBX_CA_FILE for .env."""
    new_certificate: str | None = None
    """A certificate in PEM that is still to be written to CERTIFICATE_FILE."""


def ask_address(console: Console, saved: SavedAnswers, temporary: Path) -> PbxAddress:
    """Asks for the address and, if the certificate is not trusted, whether to trust it.

    Args:
        temporary: A folder for a certificate that is not to be kept yet.
    """

    def connect(answer: str) -> PbxAddress:
        url = complete_url(answer)
        ca_file = saved.existing_file("PBX_CA_FILE")
        certificate = untrusted_certificate(url, ca_file)
        if certificate is None:
            ca_setting = saved.get("PBX_CA_FILE") if ca_file else None
            return PbxAddress(url=url, ca_file=ca_file, ca_setting=ca_setting)
        return _ask_trust(console, saved, url, certificate, temporary)

    console.say(_INTRODUCTION)
    question = "Address of the PBX's REST API, as in pbx.example.com"
    found = console.ask(question, connect, default=saved.get("PBX_URL"))
    console.say(f"  {found.url} answers{', and its certificate is believed' if found.url[:5] == 'https' else ''}.")
    return found


def complete_url(answer: str) -> str:
    """Adds https, port 8887 and /api where they are missing; raises SettingsError or InvalidAnswer."""
    if not answer:
        raise InvalidAnswer("Type the PBX's name or address.")
    if "://" not in answer:
        host, slash, path = answer.partition("/")
        answer = f"https://{host}{'' if re.search(r':[0-9]+$', host) else f':{_PORT}'}{slash}{path}"
    url = parse_base_url(answer)
    return url if url.count("/") > 2 else f"{url}/api"


def _ask_trust(
    console: Console, saved: SavedAnswers, url: str, certificate: UntrustedCertificate, temporary: Path
) -> PbxAddress:
    console.say(_UNTRUSTED.format(why=certificate.reason, fingerprint=certificate.fingerprint))

    def decide(answer: str) -> PbxAddress | None:
        file, ca_setting = saved.folder / answer, answer
        new_certificate: str | None = None
        if answer.lower() in ("n", "no"):
            return None
        if answer.lower() in ("y", "yes"):
            file, ca_setting, new_certificate = temporary / CERTIFICATE_FILE, CERTIFICATE_FILE, certificate.pem
            file.write_text(certificate.pem, encoding="ascii")
        elif not file.is_file():
            hint = "Type yes, no, or the path of a file with certificates (PEM)."
            raise InvalidAnswer(f"There is no file {answer}. {hint}")
        _require_trust(url, file)
        return PbxAddress(url=url, ca_file=file, ca_setting=ca_setting, new_certificate=new_certificate)

    question = f"Save it as {CERTIFICATE_FILE} and trust it from now on? yes, no, or the path of a CA file"
    found = console.ask(question, decide, default="no")
    if found is None:
        raise InvalidAnswer(_DECLINED)
    return found


def _require_trust(url: str, ca_file: Path) -> None:
    if certificate := untrusted_certificate(url, ca_file):
        names = ", ".join(certificate_names(url, ca_file))
        text = f"It is not believed with that either: {certificate.reason}."
        raise InvalidAnswer(text + (f" It is for {names}." if names else ""))


@dataclass(frozen=True, kw_only=True)
class PbxAnswers:
    """The PBX as Park's account sees it."""

    groups: list[str]
    """Names of the park groups, sorted."""
    values: dict[str, str | None]
    """Variables for .env; None removes one."""


def ask_account(console: Console, saved: SavedAnswers, address: PbxAddress) -> PbxAnswers:
    """Asks for user name, domain and password, and signs in once with each set of answers.

    All three are asked again after a failure, because the PBX does not say which of them was wrong.
    """
    console.say(_ACCOUNT_INTRODUCTION)
    attempt: dict[str, str] = {}
    while True:
        try:
            credentials = _ask_credentials(console, saved, attempt)
            role, groups = _sign_in(address, credentials)
        except SignInFailed as failure:
            console.report(InvalidAnswer(f"{str(failure).removesuffix(SIGN_IN_ADVICE)} {_NO_AUTOMATIC_RETRY}"))
            continue
        except RETRYABLE as error:
            console.report(error)
            continue
        user = f" as {credentials.username}" if credentials.username else ""
        console.say(f"  Signed in{user}; the PBX has {len(groups)} park groups.")
        if role not in (REQUIRED_ROLE, None):
            advice = f"if changes are refused by the PBX later, give it the role {REQUIRED_ROLE}."
            console.say(f"  Its role is {role}: {advice}")
        return PbxAnswers(groups=groups, values=_env_values(credentials, address))


def _ask_credentials(console: Console, saved: SavedAnswers, attempt: dict[str, str]) -> Credentials:
    """Fills `attempt` with the user name and the domain, the defaults of a second attempt."""
    token = saved.get("PBX_TOKEN")

    def parse_username(answer: str) -> str:
        if not answer and not token:
            raise InvalidAnswer("Type the account's name.")
        return answer

    def parse_password(answer: str) -> str:
        if not answer:
            raise InvalidAnswer("Type the password.")
        return answer

    question = "User name on the PBX" + (" (Enter keeps PBX_TOKEN)" if token else "")
    default = attempt.get("username", saved.get("PBX_USERNAME"))
    username = attempt["username"] = console.ask(question, parse_username, default=default)
    if not username:
        return Credentials(token=token)
    first_attempt = "domain" not in attempt
    saved_password = saved.get("PBX_PASSWORD") if username == saved.get("PBX_USERNAME") and first_attempt else ""
    default = attempt.get("domain", saved.get("PBX_DOMAIN"))
    domain = attempt["domain"] = console.ask("Domain of the tenant, as in example.com", str, default=default)
    password = console.ask("Password (not shown)", parse_password, default=saved_password, secret=True)
    return Credentials(username=username, password=password, domain=domain or None)


def _sign_in(address: PbxAddress, credentials: Credentials) -> tuple[str | None, list[str]]:
    """Signs in and reads the account's role and the names of the park groups."""
    pbx = PbxClient(address.url, credentials, ca_file=address.ca_file)
    try:
        role = pbx.role()
        try:
            return role, sorted(one.name for one in pbx.groups())
        except Rejected as rejection:
            raise InvalidAnswer(
                f"The account was let in, and may not see the park groups: {rejection} "
                f"Its role is {role or 'not known'}; give it the role {REQUIRED_ROLE}."
            ) from rejection
    finally:
        pbx.close()


def _env_values(credentials: Credentials, address: PbxAddress) -> dict[str, str | None]:
    return {
        "PBX_URL": address.url,
        "PBX_USERNAME": credentials.username,
        "PBX_PASSWORD": credentials.password,
        "PBX_DOMAIN": credentials.domain,
        "PBX_TOKEN": credentials.token,
        "PBX_CA_FILE": address.ca_setting,
        "PBX_VERIFY_TLS": None,
    }
