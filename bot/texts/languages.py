"""The languages of the catalogue, and which of them is in force: a context variable, so each request has its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from types import ModuleType
from typing import Any, Final

ENGLISH: Final = "en"
PACKAGES = {ENGLISH: "bot.texts.english", "de": "bot.texts.german"}
"""The package of each language's texts, by the language's code (ISO 639-1)."""

_language: ContextVar[str] = ContextVar("language", default=ENGLISH)
_unsettled: ContextVar[Callable[[], str] | None] = ContextVar("unsettled", default=None)
_modules: dict[tuple[str, str], ModuleType] = {}
"""The modules that were loaded, by language and name."""


def language() -> str:
    """Returns the code of the language in force."""
    return _language.get()


@contextmanager
def speaking(code: str, *, unsettled: Callable[[], str] | None = None) -> Iterator[None]:
    """Puts a language in force for a block, and for the work that the block gives to a pool of threads.

    Args:
        code: One of PACKAGES.
        unsettled: Returns the right language where `code` is a guess; `settle` calls it, as it may wait.
    """
    tokens = _language.set(code), _unsettled.set(unsettled)
    try:
        yield
    finally:
        _language.reset(tokens[0])
        _unsettled.reset(tokens[1])


def settle() -> None:
    """Puts the right language in force where it was a guess, for the rest of a piece of work in a pool of threads."""
    if (find := _unsettled.get()) is not None:
        _unsettled.set(None)
        _language.set(find())


def language_of(locale: str | None) -> str | None:
    """Returns the language of a locale as Slack writes it, such as `de` of `de-DE`; None where Park lacks it."""
    code = (locale or "").partition("-")[0].lower()
    return code if code in PACKAGES else None


def in_each_language(read: Callable[[], str]) -> tuple[str, ...]:
    """Returns a text in every language, for what was stored in another one than is in force now."""
    texts = []
    for code in PACKAGES:
        with speaking(code):
            texts.append(read())
    return tuple(texts)


class Texts:
    """The texts of one kind: an attribute is read from the module of the language in force."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        code = _language.get()
        module = _modules.get((code, self._name)) or _load(code, self._name)
        try:
            return getattr(module, attribute)
        except AttributeError:  # a text in English is better than none
            if code == ENGLISH:
                raise
            return getattr(_modules[ENGLISH, self._name], attribute)


def _load(code: str, name: str) -> ModuleType:
    try:
        module = import_module(f"{PACKAGES[code]}.{name}")
    except ModuleNotFoundError:  # as for a text that one language lacks
        if code == ENGLISH:
            raise
        module = _modules[ENGLISH, name]
    _modules[code, name] = module
    return module


def texts_of(name: str) -> Texts:
    """Returns the texts of one kind; raises AttributeError where the English catalogue has no such module."""
    try:
        _load(ENGLISH, name)
    except ModuleNotFoundError as error:
        raise AttributeError(name) from error
    return Texts(name)
