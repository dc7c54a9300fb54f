"""Starts Park in this process, rests, and writes what that costs: `python -m tests.bench.at_rest`."""

import gc
import json
import os
import sys
import threading
import time
from pathlib import Path

# Nothing of the sandbox is imported here: it would be measured too.

SECONDS = 12.0
"""How long a Park rests before it is measured, and over how long its CPU time is taken."""


def main() -> None:
    """Writes memory, threads, open files, and CPU time in a minute as JSON to standard output."""
    from bot.runtime.loading import loading_modules

    with loading_modules():
        from bot.app import Park
        from bot.settings.tenants import read_tenants
    with Park(*read_tenants()):
        time.sleep(SECONDS)
        gc.collect()
        before = time.process_time()
        time.sleep(SECONDS)
        found = {
            "kib": _resident_kib(),
            "threads": threading.active_count(),
            "files": len(os.listdir("/proc/self/fd")),
            "cpu": (time.process_time() - before) * 60 / SECONDS,
        }
    sys.stdout.write(json.dumps(found))


def _resident_kib() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


if __name__ == "__main__":
    main()
