"""What the PBX is shown, once, to be let in."""

from dataclasses import dataclass, field

from bot.errors import SettingsError


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """A ready bearer token, or a tenant user of `domain`; with both, the user takes over once the token has run out."""

    token: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    domain: str | None = None

    def __post_init__(self) -> None:
        """Raise SettingsError when they could let nobody in."""
        if self.token is None and not self.user:
            raise SettingsError("set PBX_TOKEN, or PBX_USERNAME and PBX_PASSWORD (and PBX_DOMAIN)")
        if self.token is not None and not is_token(self.token):
            raise SettingsError("PBX_TOKEN holds something other than visible ASCII characters")

    @property
    def user(self) -> bool:
        """Whether there is a user to sign in."""
        return bool(self.username and self.password)


def is_token(text: str) -> bool:
    """Whether it can stand in a header: visible ASCII."""
    return bool(text) and all("!" <= letter <= "~" for letter in text)
