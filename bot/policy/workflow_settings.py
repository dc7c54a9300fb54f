"""The table [workflows] of the policy file: where steps of Workflow Builder do something, and until when."""

from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict

from bot.policy.field_types import ChannelId, DurationField


def _not_empty(channels: tuple[str, ...]) -> tuple[str, ...]:
    if not channels:
        raise ValueError("nothing is listed: name at least one")
    return channels


def _is_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError(f'"{name}" is no time zone: write one such as "Europe/Berlin"') from None
    return name


class Workflows(BaseModel):
    """What steps of Workflow Builder may do; what one proposes needs the click of somebody whom a rule allows."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid")

    channels: Annotated[tuple[ChannelId, ...], AfterValidator(_not_empty)]
    """Ids of the channels in which steps may propose changes, and whose rules decide what they may show."""
    time_zone: Annotated[str, AfterValidator(_is_time_zone)] | None = None
    """What a step's "until 18:00" means, such as "Europe/Berlin". Left out: steps take only lengths, such as 2h."""
    decide_within: DurationField = timedelta(days=1)
    """Time after which a proposal expires. Left out: a day."""
