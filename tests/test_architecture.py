"""The documents describe the code that is there."""

import ast
import re
import tomllib
from pathlib import Path

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
    assert modules == {"__init__", "__main__", "app", "settings", "tenant_settings", "errors"}
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
