"""The questions about the PBX's address, its certificate and Park's account on it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from bot.cli.doctor.pbx import REQUIRED_ROLE, SYSTEM_ADMIN
from bot.cli.init.console import RETRYABLE, Console, InvalidAnswer
from bot.cli.init.files import SavedAnswers
from bot.cli.rest_api import FoundApi, WrongAddress, find_api, require_api
from bot.errors import Rejected, SettingsError, SignInFailed
from bot.pbx.auth import Credentials, SecondFactorRequired
from bot.pbx.client import PbxClient
from bot.pbx.models import Account
from bot.pbx.tls import UntrustedCertificate, certificate_names, tls_context, untrusted_certificate
from bot.texts import pbx as texts

CERTIFICATE_FILE = "pbx.pem"
"""The file in which a certificate is saved after the user has confirmed it."""
_INTRODUCTION = """
The PBX. No password is sent before its certificate was checked, and none is ever sent without encryption."""
_UNTRUSTED = """\
  The PBX shows a certificate that this machine does not trust ({why}). PortSIP's own certificate is like that.
  SHA-256 {fingerprint}
  Compare this with the fingerprint shown on the PBX itself: if somebody is in between, they differ."""
_DECLINED = "Then Park can't use this address. Give another one, or the CA file of whoever signed the certificate."
_ACCOUNT_INTRODUCTION = """\
Park needs a tenant user of its own on the PBX, with the role Admin and without two-factor authentication."""
_NO_AUTOMATIC_RETRY = "The PBX blocks addresses after failed sign-ins, so Park tries each answer once."


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
    console.say(_INTRODUCTION)
    ca_file = _usable_ca_file(console, saved)
    question = "Address of the PBX's REST API, such as pbx.example.com"
    while True:
        found = console.ask(question, lambda answer: _find(answer, ca_file), key="url", default=saved.get("PBX_URL"))
        if found.certificate is None:
            _say_found(console, found)
            return PbxAddress(url=found.url, ca_file=ca_file, ca_setting=saved.get("PBX_CA_FILE") if ca_file else None)
        if found.note:
            console.say(f"  {found.note}")
        if address := _ask_trust(console, saved, found.url, found.certificate, temporary):
            return address
        console.report(InvalidAnswer(_DECLINED))


def _usable_ca_file(console: Console, saved: SavedAnswers) -> Path | None:
    file = saved.existing_file("PBX_CA_FILE")
    try:
        if file is not None:
            tls_context(httpx.URL("https://pbx.invalid"), file, verify=True)
    except SettingsError:
        console.say(f"  PBX_CA_FILE names {file.name if file else ''}, which holds no certificates: it is left out.")
        return None
    return file


def _find(answer: str, ca_file: Path | None) -> FoundApi:
    if not answer:
        raise InvalidAnswer("Type the PBX's name or address.")
    return _as_invalid_answer(lambda: find_api(answer, ca_file))


def _as_invalid_answer(look: Callable[[], FoundApi]) -> FoundApi:
    try:
        return look()
    except WrongAddress as error:
        raise InvalidAnswer(str(error)) from error


def _say_found(console: Console, found: FoundApi) -> None:
    if found.note:
        console.say(f"  {found.note}")
    certificate = "; its certificate is trusted" if found.url.startswith("https") else ""
    console.say(f"  The PBX answers at {found.url}{certificate}.")


def _ask_trust(
    console: Console, saved: SavedAnswers, url: str, certificate: UntrustedCertificate, temporary: Path
) -> PbxAddress | None:
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
        found = _as_invalid_answer(lambda: require_api(url, file))
        return PbxAddress(url=found.url, ca_file=file, ca_setting=ca_setting, new_certificate=new_certificate)

    question = f"Trust it from now on, and save it as {CERTIFICATE_FILE}? yes, no, or the path of a CA file"
    address = console.ask(question, decide, default="no")
    if address is not None:
        _say_found(console, FoundApi(url=address.url))
    return address


def _require_trust(url: str, ca_file: Path) -> None:
    if certificate := untrusted_certificate(url, ca_file):
        names = ", ".join(certificate_names(url, ca_file))
        text = f"The certificate is not trusted with that file either: {certificate.reason}."
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
        credentials = _ask_credentials(console, saved, address.url, attempt)
        try:
            account, groups = console.once(lambda asked=credentials: _sign_in(address, asked))  # type: ignore[misc]
        except SignInFailed as failure:
            console.report(InvalidAnswer(_explain_rejection(failure, credentials)))
            continue
        except RETRYABLE as error:
            console.report(error)
            continue
        if credentials.password:
            console.draft.keep(_password_key(credentials.username, httpx.URL(address.url).host), credentials.password)
        user = f" as {credentials.username}" if credentials.username else ""
        count = f"{len(groups)} park group{'' if len(groups) == 1 else 's'}"
        console.say(f"  Signed in{user}; the PBX has {count}.")
        if account.role not in (REQUIRED_ROLE, None):
            advice = f"if the PBX refuses changes later, give the account the role {REQUIRED_ROLE}."
            console.say(f"  Its role is {account.role}: {advice}")
        return PbxAnswers(groups=groups, values=_env_values(credentials, address))


def _explain_rejection(failure: SignInFailed, credentials: Credentials) -> str:
    text = f"{str(failure).removesuffix(texts.CORRECT_SIGN_IN).rstrip().rstrip('.')}."
    if isinstance(failure, SecondFactorRequired) or not credentials.username:
        return f"{text} {_NO_AUTOMATIC_RETRY}"
    hint = (
        "" if credentials.domain else " Without a domain the PBX looks for a system administrator, not a tenant user."
    )
    return f"{text}{hint} {_NO_AUTOMATIC_RETRY}"


def _password_key(username: str | None, host: str) -> str:
    return f"password of {username} at {host}"


def _ask_credentials(console: Console, saved: SavedAnswers, url: str, attempt: dict[str, str]) -> Credentials:
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
    username = attempt["username"] = console.ask(question, parse_username, key="username", default=default)
    if not username:
        return Credentials(token=token)
    default = attempt.get("domain", saved.get("PBX_DOMAIN"))
    question = "Domain of the tenant (its SIP domain), such as example.com"
    first_attempt = "domain" not in attempt
    domain = attempt["domain"] = console.ask(question, str, key="domain", default=default)
    password = _saved_password(console, saved, url, username) if first_attempt else ""
    password = console.ask("Password (not shown)", parse_password, default=password, secret=True)
    return Credentials(username=username, password=password, domain=domain or None)


def _saved_password(console: Console, saved: SavedAnswers, url: str, username: str) -> str:
    """The password kept for this account, if it was one at this host."""
    host = httpx.URL(url).host
    is_same = username == saved.get("PBX_USERNAME") and host == urlsplit(saved.get("PBX_URL")).hostname
    return console.draft.get(_password_key(username, host)) or (saved.get("PBX_PASSWORD") if is_same else "")


def _sign_in(address: PbxAddress, credentials: Credentials) -> tuple[Account, list[str]]:
    """Signs in and reads the account and the names of the park groups."""
    pbx = PbxClient(address.url, credentials, ca_file=address.ca_file)
    try:
        account = pbx.account()
        _require_usable(account)
        try:
            return account, sorted(one.name for one in pbx.groups())
        except Rejected as rejection:
            raise InvalidAnswer(
                f"The account can sign in but may not see the park groups: {rejection} "
                f"Its role is {account.role or 'not known'}; give it the role {REQUIRED_ROLE}."
            ) from rejection
    finally:
        pbx.close()


def _require_usable(account: Account) -> None:
    if account.role == SYSTEM_ADMIN:
        raise InvalidAnswer(
            "That is the system administrator's account, which belongs to no tenant. Park needs a user of the tenant "
            f"whose groups it changes, with the role {REQUIRED_ROLE}."
        )
    if account.password_force_reset:
        raise InvalidAnswer(
            "The PBX wants this account to change its password first. Sign in once on the PBX's own pages, "
            "set a new password, and type that one here."
        )


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
