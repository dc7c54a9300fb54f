"""The README's command table, made from the operations' own declarations."""

from pathlib import Path

from bot.operation import Operation
from bot.operations import OPERATIONS

BEGIN, END = "<!-- commands: made by python -m bot table -->", "<!-- end of commands -->"


def markdown() -> str:
    """One row a verb."""
    rows = (_row(operation) for operation in OPERATIONS)
    return "\n".join(("| Type | For example | What it does | Needs |", "| --- | --- | --- | --- |", *rows)) + "\n"


def check(readme: Path) -> str | None:
    """What is wrong with the table in the file; None when it is as it should be."""
    text = readme.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        return f"{readme} has no command table: put one between {BEGIN} and {END}."
    found = text.partition(BEGIN)[2].partition(END)[0].strip()
    return None if found == markdown().strip() else f"{readme}'s command table is out of date: python -m bot table"


def _row(operation: type[Operation]) -> str:
    typed = f"`/park {operation.usage()}`".replace("|", "\\|")
    return f"| {typed} | `{operation.examples[0]}` | {operation.help} | {operation.needs()} |"
