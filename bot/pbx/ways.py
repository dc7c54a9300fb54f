"""The two ways a user signs in: that of 22.2 and newer, and the older token endpoint."""

from typing import Annotated
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, BeforeValidator

from bot.pbx.call import Call
from bot.pbx.credentials import Credentials, is_token
from bot.pbx.models import Text, blank_to_none
from bot.pbx.sendable import as_json

CLIENT_ID = "9d806019-75b2-4b3d-bb8b-f5a3a412cc0a"
"""The vendor's published id for scripts; it is no secret."""


def _as_token(text: str) -> str:
    if not is_token(text):
        raise ValueError("is not a token")
    return text


class Granted(BaseModel):
    """Tokens; `expires_in` is seconds, and where it is missing only a 401 tells."""

    access_token: Annotated[str, AfterValidator(_as_token)]
    refresh_token: Text = None
    expires_in: Annotated[float | None, BeforeValidator(blank_to_none)] = None


class SecondFactor(BaseModel):
    """A 200 that is NOT signed in."""

    two_factor_enabled: bool = False


class Newer:
    """JSON to /auth/sign_in and /auth/refresh_token."""

    @staticmethod
    def first(who: Credentials) -> Call:
        fields = {"username": who.username, "password": who.password, "domain": who.domain}
        return _post("auth", "sign_in", fields={key: value for key, value in fields.items() if value})

    @staticmethod
    def again(refresh_token: str) -> Call:
        return _post("auth", "refresh_token", fields={"refresh_token": refresh_token})


class Older:
    """A form to /login/oauth/token."""

    @staticmethod
    def first(who: Credentials) -> Call:
        fields = {"username": who.username or "", "password": who.password or "", "domain": who.domain or ""}
        return _form(
            {"grant_type": "password", "scope": "all", **{key: value for key, value in fields.items() if value}}
        )

    @staticmethod
    def again(refresh_token: str) -> Call:
        return _form({"grant_type": "refresh_token", "refresh_token": refresh_token})


Way = type[Newer] | type[Older]


def _post(*path: str, fields: dict[str, str | None]) -> Call:
    return Call(method="POST", path=path, content=as_json(fields))


def _form(fields: dict[str, str]) -> Call:
    content = urlencode({**fields, "client_id": CLIENT_ID}).encode()
    path = ("login", "oauth", "token")
    return Call(method="POST", path=path, content=content, content_type="application/x-www-form-urlencoded")
