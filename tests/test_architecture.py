"""The documents describe the code that is there."""

import ast
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import bot.texts.english

MODULE_LINES, FUNCTION_LINES = 320, 45
ROOT = Path(__file__).parents[1]
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")


def test_the_layers_drawn_are_those_of_the_import_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    drawn = re.findall(r"^ *\d+  (\S+(?: · \S+)*)  ", ARCHITECTURE, re.MULTILINE)
    assert [set(line.split(" · ")) for line in drawn] == [set(re.split(r" [:|] ", layer)) for layer in layers]


def test_every_package_is_drawn_and_nothing_else_lies_flat_in_the_bot() -> None:
    bot = ROOT / "bot"
    packages = {file.parent.name for file in bot.glob("*/__init__.py")}
    modules = {file.stem for file in bot.glob("*.py")}
    assert modules == {"__init__", "__main__", "app", "errors"}
    drawn = set(re.findall(r"\w+", " ".join(re.findall(r"^ *\d+  (\S+(?: · \S+)*)  ", ARCHITECTURE, re.MULTILINE))))
    assert drawn == packages | modules - {"__init__"}


def test_the_files_that_the_documents_name_exist() -> None:
    for document in (ROOT / "docs").glob("*.md"):
        for named in re.findall(r"`((?:bot|tests|docs|deploy)/[\w/.*]+)`", document.read_text(encoding="utf-8")):
            assert list(ROOT.glob(named)), f"{document.name} names {named}"


def test_every_package_says_what_belongs_in_it() -> None:
    for init in (ROOT / "bot").rglob("__init__.py"):
        docstring = ast.get_docstring(ast.parse(init.read_text(encoding="utf-8")))
        assert docstring, f"{init.relative_to(ROOT)} has no docstring"


def test_modules_and_functions_keep_their_sizes() -> None:
    """Modules hold at most 320 lines and functions at most 45, docstrings included."""
    too_long = []
    for file in (ROOT / "bot").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        if text.count("\n") > MODULE_LINES:
            too_long.append(f"{file.relative_to(ROOT)}: {text.count(chr(10))} lines")
        functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef))
        too_long.extend(
            f"{file.relative_to(ROOT)}:{function.lineno} {function.name}"
            for function in functions
            if (function.end_lineno or 0) - function.lineno >= FUNCTION_LINES
        )
    assert too_long == []


def test_every_module_of_the_catalogue_can_be_read_through_its_package() -> None:
    """mypy knows the texts by these imports."""
    imported = {
        alias.name
        for node in ast.walk(ast.parse((ROOT / "bot/texts/__init__.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "bot.texts.english"
        for alias in node.names
    }
    assert imported == {module.name for module in pkgutil.iter_modules(bot.texts.english.__path__)}


READ_AT_IMPORT = """
import importlib, pkgutil, traceback
import bot, bot.texts.languages as languages

def forbid(texts, name):
    importing = [frame for frame in traceback.extract_stack() if frame.name == "<module>" and "/bot/" in frame.filename]
    print(f"{importing[-1].filename}:{importing[-1].lineno} {name}")
    return ""

languages.Texts.__getattr__ = forbid
for module in pkgutil.walk_packages(bot.__path__, "bot."):
    if module.name != "bot.__main__" and not module.name.startswith("bot.journal.migrations."):
        importlib.import_module(module.name)
"""


def test_no_text_is_read_at_import() -> None:
    """It would be in one language for ever: not as a constant, a default, an attribute of a class or a key."""
    done = subprocess.run([sys.executable, "-c", READ_AT_IMPORT], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("", "")
