"""The PBX as the environment names it."""

from bot.pbx.client import PBX
from bot.pbx.credentials import Credentials
from bot.settings import PBXSettings, plain


def pbx_of(settings: PBXSettings) -> PBX:
    """The client that the environment asks for."""
    return PBX(
        str(settings.pbx_url),
        credentials_of(settings),
        ca_file=settings.pbx_ca_file,
        verify=settings.pbx_verify_tls,
        deadline=settings.pbx_deadline,
    )


def credentials_of(settings: PBXSettings) -> Credentials:
    """Whom the PBX is to let in."""
    return Credentials(
        token=plain(settings.pbx_token),
        username=settings.pbx_username,
        password=plain(settings.pbx_password),
        domain=settings.pbx_domain,
    )
