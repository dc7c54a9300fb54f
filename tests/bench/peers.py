"""The same change by Park and by a bot on slack-machine, which makes the same calls; `make peers` installs it."""

import sys
from pathlib import Path

from tests.bench.bots import sandboxes
from tests.bench.commands import GROUPS, calls_of_park, measure, print_comparison

PYTHON = Path(sys.prefix) / "peers" / "bin" / "python"


def main() -> None:
    """Prints each figure and its ratio; says so where the peer is not installed."""
    if not PYTHON.exists():
        print("skipped: slack-machine is not installed; `make peers` does it")
        return
    for latency in (0.0, 0.05):
        with sandboxes(GROUPS) as sandbox:
            calls = calls_of_park(sandbox)
            sandbox.pbx.faults.latency = latency
            park = measure(sandbox, "bot run", (1, 10))
            peer = measure(sandbox, "tests.bench.machine_bot", (1, 10), str(PYTHON), BARE_CALLS=calls)
        print_comparison(latency, calls, park, peer, "slack-machine")


if __name__ == "__main__":
    main()
