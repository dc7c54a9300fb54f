"""The objects of the PBX's API. Blank fields are None, whether the PBX sends null, "" or nothing."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


class RecallTo(StrEnum):
    """Where a parked call that was not retrieved within the recall time goes."""

    USER = "USER_ONLY"
    USER_THEN_RING_GROUP = "USER_FIRST_THEN_RING_GROUP"
    RING_GROUP = "RING_GROUP_ONLY"


def blank_to_none(value: object) -> object:
    """Returns None for an empty string, and any other value unchanged."""
    return None if value == "" else value


Text = Annotated[str | None, BeforeValidator(blank_to_none)]
Whole = Annotated[int | None, BeforeValidator(blank_to_none)]
Flag = Annotated[bool | None, BeforeValidator(blank_to_none)]


class Resource(BaseModel):
    """Base of all objects of the API. Keeps unknown fields, since newer versions of the PBX add some."""

    model_config = ConfigDict(extra="allow", frozen=True)

    def shown(self) -> dict[str, Any]:
        """Returns the fields that the PBX sent, unknown ones included and unchanged."""
        return self.model_dump(mode="json", exclude_unset=True)


class ParkServer(Resource):
    """The call park server, of which a tenant has one. Times are in seconds, 60 to 900."""

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
    """A call park group. Names are unique within a tenant."""

    id: str
    name: str
    recall_to: Text = None
    ring_group_id: Text = None


class Member(Resource):
    """A member of a call park group."""

    id: Text = None
    name: Text = None
    display_name: Text = None
    extension_number: str


class User(Resource):
    """A user of the tenant."""

    id: str
    name: Text = None
    display_name: Text = None
    extension_number: Text = None
    email: Text = None
    enabled: Flag = None


class RingGroup(Resource):
    """A ring group, to which recalls can be sent."""

    id: str
    name: str
    extension_number: Text = None


class ExtensionNumber(Resource):
    """What an extension number belongs to; `type` is EXTENSION for a user."""

    id: Text = None
    extension_number: str
    name: Text = None
    type: str


class FeatureCode(Resource):
    """A star code, such as *58 for the feature GROUP_CALL_PARK."""

    code: Text = None
    feature: str
    enabled: Flag = None


class Account(Resource):
    """The signed-in user; Park needs the role Admin, or a custom role with the same rights."""

    role: Text = None


class AuditLog(Resource):
    """An entry of the PBX's audit log: who changed what, in the web console or through the API."""

    id: str
    created_at: Text = None
    source: Text = None
    action: Text = None
    object_type: Text = None
    object_name: Text = None
    user_name: Text = None

    @property
    def at(self) -> datetime | None:
        """`created_at` as a time, in UTC where it has no zone; None if it is no RFC 3339 time."""
        try:
            at = datetime.fromisoformat(self.created_at or "")
        except ValueError:
            return None
        return at if at.tzinfo else at.replace(tzinfo=UTC)
