"""The same change by Park and by a bot on slack-machine, which makes the same calls; `make peers` installs it."""

import sys
from pathlib import Path

from tests.bench.commands import compare

PYTHON = Path(sys.prefix) / "peers" / "bin" / "python"


def main() -> None:
    """Prints each figure and its ratio; says so where the peer is not installed."""
    if not PYTHON.exists():
        print("skipped: slack-machine is not installed; `make peers` does it")
        return
    compare("slack-machine", "tests.bench.machine_bot", (1, 10), str(PYTHON))


if __name__ == "__main__":
    main()
