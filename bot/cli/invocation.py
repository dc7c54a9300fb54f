"""How the reader runs Park's other commands: the line that works where this one was typed."""

import shlex
import shutil
import sys
from pathlib import Path

MAKE_TARGETS = frozenset({"demo", "doctor", "init", "run"})
"""Commands that the Makefile of a checkout has a target for."""


def command_line(words: str) -> str:
    """Returns the command line for Park's command `words`, such as "doctor", as it works in this folder."""
    program = Path(sys.argv[0])
    if program.stem == "parkbot":
        on_path = shutil.which("parkbot") is not None or not program.is_absolute()
        return f"{'parkbot' if on_path else shlex.quote(str(program))} {words}"
    in_checkout = Path(sys.prefix) == Path.cwd() / ".venv" and Path("Makefile").is_file()
    if in_checkout and words in MAKE_TARGETS:
        return f"make {words}"
    return f"{_python()} -m bot {words}"


def _python() -> str:
    """This Python as it can be typed: relative to the folder, or by the name under which the shell finds it."""
    python = Path(sys.executable)
    if python.is_relative_to(Path.cwd()):
        return shlex.quote(str(python.relative_to(Path.cwd())))
    name = next((name for name in ("python", "python3") if shutil.which(name) == str(python)), None)
    return name or shlex.quote(str(python))
