"""The catalogue of texts: every text of every kind is a string, in one typography, without ids or arrows of ASCII."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType

import pytest

import bot.texts.english

SAMPLES = {"int": 42, "bool": True, "float": 2.0, "object": "Sales"}
"""Arguments by their annotated type; all others are names or lists of names."""
WRONG = {
    "an arrow of ASCII characters": r"->",
    "two spaces": r"\S {2,}\S",
    "a change without its sign": r"\b[cC]hange 42\b",
    "one of several": r"\b1 \w+s\b(?<!1 minutes)",
    "a full stop twice": r"\.\.(?!\.)(?<!\.\.\.)",
    "a space before a mark": r" [.,:;!?](\s|$)",
}
PACKAGE = bot.texts.english
MODULES = [importlib.import_module(f"{PACKAGE.__name__}.{one.name}") for one in pkgutil.iter_modules(PACKAGE.__path__)]


def texts_of(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Yields the name and the text of each constant and function, with sample arguments."""
    for name, value in vars(module).items():
        if isinstance(value, str) and name.isupper():
            yield name, value
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
            arguments = {one.name: _sample(one) for one in inspect.signature(value).parameters.values()}
            with_sample: object = None
            try:
                with_sample = value(**arguments)
            except (TypeError, AttributeError, ValueError, KeyError):
                continue  # it takes something else than names and numbers
            if isinstance(with_sample, str):
                yield name, with_sample


def _sample(parameter: inspect.Parameter) -> object:
    kind = str(parameter.annotation)
    if "Sequence" in kind or "Iterable" in kind or "Collection" in kind:
        return ["Sales", "Support"]
    return next((sample for known, sample in SAMPLES.items() if re.search(rf"\b{known}\b", kind)), "Sales")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_texts_are_written_alike(module: ModuleType) -> None:
    found = [
        f"{name}: {what}: {text}"
        for name, text in texts_of(module)
        for what, pattern in WRONG.items()
        if re.search(pattern, text)
    ]
    assert found == []


def test_every_kind_of_text_is_read() -> None:
    assert sum(len(list(texts_of(module))) for module in MODULES) > 200
