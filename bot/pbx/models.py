"""What the PBX answers with."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


class RecallTo(StrEnum):
    """Where a parked call goes that nobody picked up within the recall time."""

    USER = "USER_ONLY"
    USER_THEN_RING_GROUP = "USER_FIRST_THEN_RING_GROUP"
    RING_GROUP = "RING_GROUP_ONLY"


def blank_to_none(value: object) -> object:
    return None if value == "" else value


Text = Annotated[str | None, BeforeValidator(blank_to_none)]
Whole = Annotated[int | None, BeforeValidator(blank_to_none)]
Flag = Annotated[bool | None, BeforeValidator(blank_to_none)]


class Resource(BaseModel):
    """Anything the PBX answers with."""

    model_config = ConfigDict(extra="allow", frozen=True)

    def shown(self) -> dict[str, Any]:
        """Every field as the PBX sent it, unknown ones included; fields it left out are left out."""
        return self.model_dump(mode="json", exclude_unset=True)


class ParkServer(Resource):
    """The call park server: one a tenant. Times are seconds, 60 to 900."""

    enabled: Flag = None
    extension_number: Text = None
    recall_to: Text = None
    recall_time: Whole = None
    recall_ring_group_time: Whole = None
    ring_group_id: Text = None
    prompt_file_name: Text = None
    prompt_file_size: Whole = None
    prompt_file_url: Text = None


class ParkGroup(Resource):
    """A call park group; its name is unique in a tenant."""

    id: str
    name: str
    recall_to: Text = None
    ring_group_id: Text = None


class Member(Resource):
    """A user in a call park group."""

    id: Text = None
    name: Text = None
    display_name: Text = None
    extension_number: str


class User(Resource):
    """A person on the PBX."""

    id: str
    name: Text = None
    display_name: Text = None
    extension_number: Text = None
    email: Text = None
    enabled: Flag = None


class RingGroup(Resource):
    """A ring group: what a recall can be sent to."""

    id: str
    name: str
    extension_number: Text = None


class Number(Resource):
    """Whatever answers an extension number; only type EXTENSION is a user."""

    id: Text = None
    extension_number: str
    name: Text = None
    type: str


class FeatureCode(Resource):
    """A star code, such as *58 for GROUP_CALL_PARK."""

    code: Text = None
    feature: str
    enabled: Flag = None


class Account(Resource):
    """Whoever is signed in; Park needs the role Admin, or one of the tenant's own that may as much."""

    role: Text = None


class AuditLog(Resource):
    """Who changed what, on the console or through the API."""

    id: str
    created_at: Text = None
    source: Text = None
    action: Text = None
    object_type: Text = None
    object_name: Text = None
    user_name: Text = None

    @property
    def at(self) -> datetime | None:
        """None for what is no time as RFC 3339 has it."""
        try:
            at = datetime.fromisoformat(self.created_at or "")
        except ValueError:
            return None
        return at if at.tzinfo else at.replace(tzinfo=UTC)
