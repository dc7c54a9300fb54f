"""Starts Park in this process and writes what that took: `python -m tests.bench.metered FILE`."""

import importlib.abc
import importlib.machinery
import json
import os
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

# Nothing of the bot or of what it uses is imported here: it would not be measured.

OWN = ("bot",)
"""Packages of which each subpackage is listed."""


def resident() -> float:
    """MiB of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


class ImportMeter(importlib.abc.MetaPathFinder):
    """Adds up what the execution of modules takes, without that of the modules that they import in turn."""

    def __init__(self) -> None:
        self.memory, self.seconds = defaultdict[str, float](float), defaultdict[str, float](float)
        self.modules = Counter[str]()
        self._within = [(0.0, 0.0)]

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None and hasattr(spec.loader, "exec_module"):
            self._measure(spec.loader, package_of(fullname))
        return spec

    def _measure(self, loader: Any, package: str) -> None:
        execute = loader.exec_module

        def measured(module: ModuleType) -> None:
            memory, began = resident(), time.process_time()
            self._within.append((0.0, 0.0))
            try:
                execute(module)
            finally:
                inner_memory, inner_seconds = self._within.pop()
                memory, seconds = resident() - memory, time.process_time() - began
                outer_memory, outer_seconds = self._within[-1]
                self._within[-1] = outer_memory + memory, outer_seconds + seconds
                self.memory[package] += memory - inner_memory
                self.seconds[package] += seconds - inner_seconds
                self.modules[package] += 1

        loader.exec_module = measured


def package_of(module: str) -> str:
    """The name that a module is summed up under."""
    first, *rest = module.split(".")
    if first in OWN and rest:
        return f"{first}.{rest[0]}"
    return "(standard library)" if first in sys.stdlib_module_names else first


def report() -> dict[str, Any]:
    """Starts Park in this process and returns what it has taken."""
    bare, meter = resident(), ImportMeter()
    sys.meta_path.insert(0, meter)
    from bot.runtime.loading import loading_modules

    with loading_modules():
        from bot.app import Park
        from bot.cli.main import _settings_to_run

    imported = resident()
    began = time.process_time()
    with Park(*_settings_to_run()):
        seconds, started = time.process_time() - began, resident()
        time.sleep(2)
        return {
            "memory": meter.memory,
            "seconds": meter.seconds,
            "modules": meter.modules,
            "interpreter": bare,
            "imported": imported,
            "start_seconds": seconds,
            "started": started,
            "at_rest": resident(),
            "threads": sorted(one.name for one in threading.enumerate()),
            "all_modules": sorted(sys.modules),
        }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(report()), encoding="utf-8")
