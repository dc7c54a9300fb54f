"""Status codes and bodies -> models or errors; paging."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import from_json

from bot.errors import Missing, Rejected
from bot.pbx.models import Text, Whole
from bot.pbx.requests import ApiRequest, ApiResponse, Throttled

CODES = frozenset({"UNKNOWN", "VALIDATE_FAILED", "UNAUTHORIZED", "DENIED"})
M = TypeVar("M", bound=BaseModel)


class _Fault(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    code: Text = None
    message: Text = None
    detail: Text = None


class _Faults(BaseModel):
    errors: list[_Fault]


def judged(call: ApiRequest, answer: ApiResponse) -> ApiResponse:
    """The answer if it is a 2xx; else raise what it means for `call`."""
    if 200 <= answer.status < 300:
        return answer
    if answer.status >= 500:
        raise call.lost(f"the PBX failed (HTTP {answer.status})")
    if answer.status < 400:
        raise call.nonsense(f"the PBX sends elsewhere (HTTP {answer.status}), which is refused")
    code, text = _said(answer)
    if answer.status == 404:
        raise Missing(text, status=404, code=code)
    if answer.status == 429:
        raise Throttled(text, code=code, after=_seconds(answer.headers.get("retry-after")))
    raise Rejected(text, status=answer.status, code=code)


def parsed(call: ApiRequest, answer: ApiResponse, shape: type[M]) -> M:
    """The body as `shape`; raise what nonsense means for `call`."""
    try:
        return shape.model_validate(from_json(answer.body, allow_inf_nan=False))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise call.nonsense(f"unexpected answer: {'.'.join(map(str, first['loc']))} {first['msg']}") from error
    except ValueError as error:
        raise call.nonsense(f"the answer (HTTP {answer.status}) is not JSON") from error


def _said(answer: ApiResponse) -> tuple[str, str]:
    """The PBX's code and words; both may be missing, as may the body, or be the gateway's HTML."""
    fault = _fault(answer.body)
    words = " ".join(" ".join(filter(None, (fault.message, fault.detail))).split())
    code = fault.code if fault.code in CODES else "UNKNOWN"
    return code or "UNKNOWN", words[:500] or f"the PBX refused without a reason (HTTP {answer.status})"


def _fault(body: bytes) -> _Fault:
    try:
        said: Any = from_json(body)
        return _Faults.model_validate(said).errors[0]
    except (ValueError, IndexError):
        return _Fault()


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After is seconds or an HTTP date (RFC 9110, 10.2.3)."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


PAGE = 100
"""The most that `top` may be."""


class Identified(Protocol):
    """Whatever has an id."""

    @property
    def id(self) -> str: ...


T = TypeVar("T")
I = TypeVar("I", bound=Identified)  # noqa: E741


def _blank_to_empty(value: object) -> object:
    return () if value in (None, "") else value


class Page(BaseModel, Generic[T]):
    """Some of the things, and how many there are in all, if the PBX says so."""

    model_config = ConfigDict(frozen=True)

    count: Whole = None
    items: Annotated[tuple[T, ...], BeforeValidator(_blank_to_empty)] = ()

    def last(self, skip: int = 0) -> bool:
        """Whether nothing can follow this page, which began at `skip`."""
        return not self.items or (self.count is not None and skip + len(self.items) >= self.count)


def every(page: "Callable[[int], Page[I]]") -> Iterator[I]:
    """All the things once, from as few pages as it takes; ends too where a PBX shows the same page again."""
    seen: set[str] = set()
    skip = 0
    while True:
        got = page(skip)
        fresh = {item.id: item for item in got.items if item.id not in seen}
        seen |= fresh.keys()
        yield from fresh.values()
        if got.last(skip) or not fresh:
            return
        skip += len(got.items)


def short(page: Callable[[int], Page[T]], first: Page[T]) -> bool:
    """Whether `first` is all there is; asks for the next page only where the PBX gives no count."""
    return first.last() or (first.count is None and not page(len(first.items)).items)
