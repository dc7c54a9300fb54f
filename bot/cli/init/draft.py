"""The answers of a set-up that was stopped half-way, kept for the next run."""

import json
import os
from contextlib import suppress
from pathlib import Path

DRAFT_FILE = ".env.draft"
"""The file beside .env that holds the answers until .env is written; readable by its owner only."""


class AnswerDraft:
    """The accepted answers by question; each is saved at once, so that neither Ctrl-C nor a lost connection loses it.

    Args:
        file: Where the answers are kept; None keeps them in memory only.
    """

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self._answers = _load(file) if file else {}
        self.resumed = bool(self._answers)
        """Whether there are answers of an earlier run."""

    def get(self, key: str) -> str:
        """Returns the answer kept under a key, or an empty text."""
        return self._answers.get(key, "")

    def keep(self, key: str, answer: str) -> None:
        """Keeps an answer; an empty key keeps nothing."""
        if key and self._answers.get(key) != answer:
            self._answers[key] = answer
            self._save()

    @property
    def saved(self) -> bool:
        """Whether the file exists."""
        return self.file is not None and self.file.exists()

    def discard(self) -> None:
        """Deletes the file, after everything in it was written elsewhere."""
        if self.file is not None:
            self.file.unlink(missing_ok=True)

    def _save(self) -> None:
        """Writes the file; one that can't be written costs the next run its defaults and nothing else."""
        if self.file is None:
            return
        with suppress(OSError):
            handle = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                os.fchmod(handle, 0o600)
                json.dump(self._answers, file, ensure_ascii=False)


def _load(file: Path) -> dict[str, str]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
