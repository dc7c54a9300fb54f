"""The requests of a sign-in, in the newer and the older form, and their responses."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, BeforeValidator

from bot.pbx.models import OptionalText, blank_to_none
from bot.pbx.requests import ApiRequest, encode_json

CLIENT_ID = "9d806019-75b2-4b3d-bb8b-f5a3a412cc0a"
"""Client id for scripts, published by the vendor and not secret."""


def is_token(text: str) -> bool:
    return bool(text) and all("!" <= letter <= "~" for letter in text)  # visible ASCII: it is sent in a header


def _checked_token(text: str) -> str:
    if not is_token(text):
        raise ValueError("is not a token")
    return text


class TokenResponse(BaseModel, defer_build=True):
    """The response to a sign-in. `expires_in` is in seconds; without it, only a 401 shows that a token has expired."""

    access_token: Annotated[str, AfterValidator(_checked_token)]
    refresh_token: OptionalText = None
    expires_in: Annotated[float | None, BeforeValidator(blank_to_none)] = None


class SecondFactorResponse(BaseModel, defer_build=True):
    """The part of a response with status 200 that tells whether a second factor is still missing."""

    two_factor_enabled: bool = False


class TokenApi:
    """Sign-in of PortSIP 22.2 and newer: JSON to /auth/sign_in and /auth/refresh_token."""

    @staticmethod
    def sign_in(user: Mapping[str, str]) -> ApiRequest:
        """Returns the request that signs a user in, given by name, password and domain."""
        return TokenApi._request("sign_in", user)

    @staticmethod
    def refresh(refresh_token: str) -> ApiRequest:
        """Returns the request for new tokens."""
        return TokenApi._request("refresh_token", {"refresh_token": refresh_token})

    @staticmethod
    def _request(name: str, fields: Mapping[str, str]) -> ApiRequest:
        return ApiRequest(method="POST", path=("auth", name), content=encode_json(fields))


class LegacyTokenApi:
    """Sign-in of older versions: a form to /login/oauth/token."""

    @staticmethod
    def sign_in(user: Mapping[str, str]) -> ApiRequest:
        """Returns the request that signs a user in, given by name, password and domain."""
        return LegacyTokenApi._request({"grant_type": "password", "scope": "all", **user})

    @staticmethod
    def refresh(refresh_token: str) -> ApiRequest:
        """Returns the request for new tokens."""
        return LegacyTokenApi._request({"grant_type": "refresh_token", "refresh_token": refresh_token})

    @staticmethod
    def _request(fields: dict[str, str]) -> ApiRequest:
        content = urlencode({**fields, "client_id": CLIENT_ID}).encode()
        path, content_type = ("login", "oauth", "token"), "application/x-www-form-urlencoded"
        return ApiRequest(method="POST", path=path, content=content, content_type=content_type)


SignInMethod = type[TokenApi] | type[LegacyTokenApi]
