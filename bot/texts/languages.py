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
_modules: dict[tuple[str, str], ModuleType] = {}
"""The modules that were loaded, by language and name."""


def language() -> str:
    """Returns the code of the language in force."""
    return _language.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Puts a language in force for a block; an unknown code means English."""
    token = _language.set(code if code in PACKAGES else ENGLISH)
    try:
        yield
    finally:
        _language.reset(token)


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
        key = (_language.get(), self._name)
        module = _modules.get(key)
        if module is None:
            module = _modules[key] = import_module(f"{PACKAGES[key[0]]}.{self._name}")
        return getattr(module, attribute)


def texts_of(name: str) -> Texts:
    """Returns the texts of one kind; raises AttributeError where the English catalogue has no such module."""
    try:
        _modules[ENGLISH, name] = import_module(f"{PACKAGES[ENGLISH]}.{name}")
    except ModuleNotFoundError as error:
        raise AttributeError(name) from error
    return Texts(name)
