"""Entry point of `python -m bot` and of the installed command `parkbot`."""

import sys
from collections.abc import Callable

from bot.runtime.loading import loading_modules

with loading_modules():
    from bot.cli.main import run_command_line


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line and returns its exit status."""
    return run_command_line(arguments, _load_demo)


def _load_demo() -> Callable[..., int]:
    from bot.sandbox.demo import play

    return play


if __name__ == "__main__":
    sys.exit(main())
