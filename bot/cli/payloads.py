"""The command `payloads`: writes a sample of every kind of payload, so that anybody can validate them."""

import argparse
import json
import sys
from pathlib import Path

from bot.errors import SettingsError


def run_payloads(options: argparse.Namespace) -> int:
    """Writes the samples as JSON files into a folder; raises SettingsError where it can't be written."""
    from bot.slack.samples import samples

    folder, written = Path(options.folder), dict(samples())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, payload in written.items():
            text = json.dumps(payload, indent=2, ensure_ascii=False, sort_keys=True)
            (folder / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
    except OSError as fault:
        raise SettingsError(f"{folder} can't be written: {fault.strerror}") from fault
    sys.stdout.write(f"{len(written)} payloads are in {folder}.\n")
    return 0
