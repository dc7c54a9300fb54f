"""Turns responses into models or errors, and reads lists page by page."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Generic, Protocol, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import from_json

from bot.errors import Missing, Rejected
from bot.pbx.models import OptionalInt, OptionalText
from bot.pbx.requests import ApiRequest, ApiResponse, Throttled
from bot.texts import pbx as texts
from bot.texts import wording

ERROR_CODES = frozenset({"UNKNOWN", "VALIDATE_FAILED", "UNAUTHORIZED", "DENIED"})
"""The API's documented error codes; any other counts as UNKNOWN."""
PAGE_SIZE = 100
"""Items of one page: the documented maximum of the `top` parameter."""
_OAUTH_DENIALS = frozenset({"invalid_grant", "invalid_client"})
_MAX_MESSAGE = 500
"""Characters of an error's message that are kept."""


class Identified(Protocol):
    """An object of the PBX with an id."""

    @property
    def id(self) -> str: ...


M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")
I = TypeVar("I", bound=Identified)  # noqa: E741


class _Error(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True, defer_build=True)

    code: OptionalText = None
    message: OptionalText = None
    detail: OptionalText = None


class _Errors(BaseModel, defer_build=True):
    errors: list[_Error]


def check_response(request: ApiRequest, response: ApiResponse) -> ApiResponse:
    """Returns a 2xx response; raises the error that any other status means for `request`."""
    status = response.status
    if 200 <= status < 300:
        return response
    if status >= 500 or status == 408:
        raise request.response_lost(f"the PBX failed (HTTP {status})", lambda: texts.failed(status))
    if status < 400:  # following a redirect could send the token to another host
        raise request.response_invalid(
            f"the PBX sends elsewhere (HTTP {status}), which is refused", lambda: texts.redirected(status)
        )
    error = _first_error(response.body)
    code = error.code if error.code and error.code in ERROR_CODES else "UNKNOWN"
    text = " ".join(" ".join(filter(None, (error.message, error.detail))).split())[:_MAX_MESSAGE]
    said = None if text else lambda: wording.sentence(texts.no_reason(status))
    text = text or f"the PBX gave no reason (HTTP {status})"
    if status == 404:
        raise Missing(text, status=status, code=code, said=said)
    if status == 429:
        raise Throttled(text, code=code, after=_retry_seconds(response.headers.get("retry-after")), said=said)
    raise Rejected(text, status=status, code=code, said=said)


def parse_body(request: ApiRequest, response: ApiResponse, model: type[M]) -> M:
    """Returns the JSON body as `model`; raises the error that an invalid one means for `request`."""
    try:
        return model.model_validate(from_json(response.body, allow_inf_nan=False))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        location = ".".join(map(str, first["loc"]))
        raise request.response_invalid(f"unexpected answer: {location} {first['msg']}") from error
    except ValueError as error:
        raise request.response_invalid(f"the answer (HTTP {response.status}) is not JSON") from error


def _first_error(body: bytes) -> _Error:
    """Returns the body's first error; an empty one if the body is missing or, from a gateway, not JSON.

    A PBX before 22.2 refuses credentials with the error of OAuth (RFC 6749, 5.2).
    """
    try:
        content = from_json(body)
        if isinstance(content, dict) and content.get("error") in _OAUTH_DENIALS:
            return _Error(code="UNAUTHORIZED", message=str(content.get("error_description") or content["error"]))
        return _Errors.model_validate(content).errors[0]
    except (ValueError, IndexError):
        return _Error()


def _retry_seconds(retry_after: str | None) -> float | None:
    """Returns the seconds of a Retry-After header, which holds seconds or an HTTP date (RFC 9110, 10.2.3)."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _blank_to_empty(value: object) -> object:
    return () if value in (None, "") else value


class Page(BaseModel, Generic[T]):
    """One page of a list. `count` is the length of the whole list, None where the PBX doesn't tell."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    count: OptionalInt = None
    items: Annotated[tuple[T, ...], BeforeValidator(_blank_to_empty)] = ()

    def last(self, skip: int = 0) -> bool:
        """Returns whether no page follows this one, which began at item `skip`; false also if unknown."""
        return not self.items or (self.count is not None and skip + len(self.items) >= self.count)


def iterate_pages(
    read_page: "Callable[[int], Page[I]]",
) -> Iterator[I]:  # quoted: pydantic has no schema for the bound of I
    """Yields each item of a list once, reading pages as needed; ends too where the PBX repeats a page.

    Args:
        read_page: returns the page that begins at the given item, counted from 0.
    """
    seen: set[str] = set()
    skip = 0
    while True:
        page = read_page(skip)
        new = {item.id: item for item in page.items if item.id not in seen}
        seen |= new.keys()
        yield from new.values()
        if page.last(skip) or not new:
            return
        skip += len(page.items)


def is_complete(read_page: Callable[[int], Page[T]], first: Page[T]) -> bool:
    """Returns whether `first` is the whole list; reads the next page only where the PBX gives no count."""
    return first.last() or (first.count is None and not read_page(len(first.items)).items)
