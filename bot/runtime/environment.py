"""Settings that are read from environment variables and from `.env`.

pydantic-settings can do this too, but takes 2 MiB and 30 ms of CPU at each start, for sources that Park has no use for.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

FILE = Path(".env")
"""The file that is read beside the environment, in the current folder."""


class EnvironmentSettings(BaseModel):
    """Settings whose fields are named like their environment variables, in lower case; texts become what fields hold.

    The constructor takes values and reads nothing; `read` reads what it is not given.
    """

    model_config = ConfigDict(frozen=True, defer_build=True, validate_default=True, extra="ignore")

    @classmethod
    def read(cls, *, prefix: str = "", file: Path | None = FILE, **given: Any) -> Self:
        """Reads the fields from the environment first, and then from the file; an empty variable counts as not set.

        Args:
            prefix: What the names of the variables begin with, before the names of the fields.
            file: A file with lines NAME=value, which need not be there; None: only the environment is read.
            given: Values of fields that are not looked up.

        Raises:
            ValidationError: A value is wrong, or one that is needed is not set.
            UnicodeDecodeError: The file is not in UTF-8.
        """
        variables = {**_set_in(_read_file(file)), **_set_in(os.environ)}
        names = ((name, f"{prefix}{name}".lower()) for name in cls.model_fields)
        return cls(**({name: variables[key] for name, key in names if key in variables} | given))


def _set_in(variables: Mapping[str, str | None]) -> dict[str, str]:
    """Returns the variables that are not empty, by their names in lower case."""
    return {name.lower(): value for name, value in variables.items() if value}


def _read_file(file: Path | None) -> Mapping[str, str | None]:
    """Reads a file of variables; a pipe, with which a secret can be handed over, counts as one."""
    if file is None or not (file.is_file() or file.is_fifo()):
        return {}
    from dotenv import dotenv_values  # many installations have no such file

    return dotenv_values(file, encoding="utf-8")
