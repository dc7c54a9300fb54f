"""What every part of Block Kit has in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """Strict: no property that Slack does not document, no number for a text."""

    model_config = ConfigDict(extra="forbid", strict=True)


Id = Annotated[str, Field(min_length=1, max_length=255)]
"""An action_id or block_id."""

Url = Annotated[str, Field(min_length=1, max_length=3000)]
