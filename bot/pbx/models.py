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


OptionalText = Annotated[str | None, BeforeValidator(blank_to_none)]
OptionalInt = Annotated[int | None, BeforeValidator(blank_to_none)]
OptionalBool = Annotated[bool | None, BeforeValidator(blank_to_none)]
Switch = Annotated[bool, BeforeValidator(lambda value: False if value in (None, "") else value)]
"""A boolean that is false where the PBX leaves it blank or out."""


class Resource(BaseModel):
    """Base of all objects of the API. Keeps unknown fields, since newer versions of the PBX add some."""

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True)

    def sent_fields(self) -> dict[str, Any]:
        """Returns the fields that the PBX sent, unknown ones included and unchanged."""
        return self.model_dump(mode="json", exclude_unset=True)


class ParkServer(Resource):
    """The call park server, of which a tenant has one. Times are in seconds, 60 to 900."""

    enabled: Switch = False
    extension_number: OptionalText = None
    recall_to: OptionalText = None
    recall_time: OptionalInt = None
    recall_ring_group_time: OptionalInt = None
    ring_group_id: OptionalText = None
    prompt_file_name: OptionalText = None
    prompt_file_size: OptionalInt = None
    prompt_file_url: OptionalText = None

    def sent_fields(self) -> dict[str, Any]:
        """Returns the fields that the PBX sent, and `enabled` also where it left that out."""
        return {**super().sent_fields(), "enabled": self.enabled}


class ParkGroup(Resource):
    """A call park group. Names are unique within a tenant."""

    id: str
    name: str
    recall_to: OptionalText = None
    ring_group_id: OptionalText = None


class Member(Resource):
    """A member of a call park group."""

    id: OptionalText = None
    name: OptionalText = None
    display_name: OptionalText = None
    extension_number: str


class User(Resource):
    """A user of the tenant."""

    id: str
    name: OptionalText = None
    display_name: OptionalText = None
    extension_number: OptionalText = None
    email: OptionalText = None
    enabled: OptionalBool = None


class RingGroup(Resource):
    """A ring group, to which recalls can be sent."""

    id: str
    name: str
    extension_number: OptionalText = None


class ExtensionNumber(Resource):
    """What an extension number belongs to; `type` is EXTENSION for a user."""

    id: OptionalText = None
    extension_number: str
    name: OptionalText = None
    type: str


class FeatureCode(Resource):
    """A star code, such as *58 for the feature GROUP_CALL_PARK."""

    code: OptionalText = None
    feature: str
    enabled: OptionalBool = None


class Account(Resource):
    """The signed-in user; Park needs the role Admin, or a custom role with the same rights."""

    role: OptionalText = None
    password_force_reset: Switch = False
    """Whether the PBX wants the user to change the password before anything else."""


class AuditLog(Resource):
    """An entry of the PBX's audit log: who changed what, in the web console or through the API."""

    id: str
    created_at: OptionalText = None
    source: OptionalText = None
    action: OptionalText = None
    object_type: OptionalText = None
    object_name: OptionalText = None
    user_name: OptionalText = None

    @property
    def at(self) -> datetime | None:
        """`created_at` as a time, in UTC where it has no zone; None if it is no RFC 3339 time."""
        try:
            at = datetime.fromisoformat(self.created_at or "")
        except ValueError:
            return None
        return at if at.tzinfo else at.replace(tzinfo=UTC)
