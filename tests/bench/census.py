"""Runs Park and writes what it holds to a file at each SIGUSR1: `python -m tests.bench.census FILE`.

Objects by type, and the lengths of long containers by the attribute that holds them: what has no bound grows there.
"""

import gc
import json
import os
import signal
import sys
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from bot.__main__ import main

LONG = 50
"""Items from which a container is listed."""
_CONTAINERS = (dict, list, set, deque)


def held() -> dict[str, dict[str, int]]:
    """Returns how many objects there are of each type, and the lengths of containers by what holds them."""
    gc.collect()
    objects = gc.get_objects()
    types = Counter(f"{type(one).__module__}.{type(one).__qualname__}" for one in objects)
    lengths = Counter[str]()
    for name, container in _attributes(objects):
        if len(container) >= LONG:
            lengths[name] += len(container)
    return {"types": types, "lengths": lengths}


def _attributes(objects: list[Any]) -> Iterator[tuple[str, Any]]:
    """Yields the containers that are attributes of modules and instances, with the names of these attributes."""
    for one in objects:
        try:
            values = object.__getattribute__(one, "__dict__")  # without what its class may do about attributes
        except AttributeError:
            continue
        name = one.__name__ if isinstance(one, ModuleType) else f"{type(one).__module__}.{type(one).__qualname__}"
        yield from ((f"{name}.{key}", value) for key, value in list(values.items()) if isinstance(value, _CONTAINERS))


def write(path: Path) -> None:
    """Writes the file in one step, for whoever waits for it."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(held()), encoding="utf-8")
    os.replace(new, path)


if __name__ == "__main__":
    target = Path(sys.argv[1])

    def on_signal(_: int, __: FrameType | None) -> None:
        write(target)

    signal.signal(signal.SIGUSR1, on_signal)
    sys.exit(main(["run"]))
