"""The PBX's account: signed in with at once, and never a second time by itself, for the PBX blocks whoever guesses."""

from dataclasses import dataclass

from bot.errors import Rejected, SignInFailed
from bot.init.asking import AGAIN, Console, Mistake
from bot.init.known import Known
from bot.init.pbx_address import Address
from bot.pbx.client import PBX
from bot.pbx.credentials import Credentials
from bot.pbx.signin import ADVICE

ROLE = "Admin"
_BEFORE = """\
Park needs a tenant user of its own there, with the role Admin and without two-factor authentication."""
_CAREFUL = "It blocks addresses that are refused too often, so nothing is tried again by itself."


@dataclass(frozen=True, kw_only=True)
class Phones:
    """The PBX, as the account sees it."""

    groups: list[str]
    values: dict[str, str | None]
    """For .env; None is taken out of it."""


def ask_account(console: Console, known: Known, where: Address) -> Phones:
    """Three questions, asked again together: which of the answers was wrong, the PBX does not tell."""
    console.say(_BEFORE)
    tried: dict[str, str] = {}
    while True:
        try:
            who = _ask_who(console, known, tried)
            role, groups = _looked(where, who)
        except AGAIN as mistake:
            console.failed(_careful(mistake) if isinstance(mistake, SignInFailed) else mistake)
            continue
        _say(console, who, role, groups)
        return Phones(groups=groups, values=_values(who, where))


def _careful(failed: SignInFailed) -> Mistake:
    return Mistake(f"{str(failed).removesuffix(ADVICE)} {_CAREFUL}")


def _ask_who(console: Console, known: Known, tried: dict[str, str]) -> Credentials:
    token = known.get("PBX_TOKEN")

    def name(answer: str) -> str:
        if not answer and not token:
            raise Mistake("Type the account's name.")
        return answer

    question = "User name on the PBX" + (" (Enter keeps PBX_TOKEN)" if token else "")
    username = tried["username"] = console.ask(question, name, default=tried.get("username", known.get("PBX_USERNAME")))
    if not username:
        return Credentials(token=token)
    kept = known.get("PBX_PASSWORD") if username == known.get("PBX_USERNAME") and "domain" not in tried else ""
    question = "Domain of the tenant, as in example.com"
    domain = tried["domain"] = console.ask(question, str, default=tried.get("domain", known.get("PBX_DOMAIN")))
    password = console.ask("Password (not shown)", _some, default=kept, secret=True)
    return Credentials(username=username, password=password, domain=domain or None)


def _some(answer: str) -> str:
    if not answer:
        raise Mistake("Type the password.")
    return answer


def _looked(where: Address, who: Credentials) -> tuple[str | None, list[str]]:
    """Signed in once, and read."""
    pbx = PBX(where.url, who, ca_file=where.ca_file)
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
