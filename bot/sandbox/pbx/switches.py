"""Error responses, and switches for behaviour that the vendor leaves undocumented."""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """One 4xx response."""

    status: int
    code: str
    message: str

    def body(self) -> dict[str, Any]:
        """Returns the documented error body."""
        return {"errors": [{"code": self.code, "message": self.message}]}


class ApiError(Exception):
    """Raised by an endpoint that has changed nothing."""

    def __init__(self, refusal: ErrorResponse) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def validation_error(message: str) -> ApiError:
    """Returns 400 VALIDATE_FAILED."""
    return ApiError(ErrorResponse(400, "VALIDATE_FAILED", message))


def not_found(what: str) -> ApiError:
    """Returns 404; the documentation names no code for it."""
    return ApiError(ErrorResponse(404, "UNKNOWN", f"The {what} does not exist."))


def unauthorized(message: str) -> ApiError:
    """Returns 401 UNAUTHORIZED."""
    return ApiError(ErrorResponse(401, "UNAUTHORIZED", message))


def denied(message: str) -> ApiError:
    """Returns 403 DENIED."""
    return ApiError(ErrorResponse(403, "DENIED", message))


DUPLICATE_NAME = ErrorResponse(400, "VALIDATE_FAILED", "The name already exists.")
ALREADY_HERE = ErrorResponse(400, "VALIDATE_FAILED", "The user is already a member of the group.")
IN_OTHER_GROUP = ErrorResponse(400, "VALIDATE_FAILED", "The user is a member of another call park group.")
UNKNOWN_EXTENSION = ErrorResponse(400, "VALIDATE_FAILED", "The extension number does not exist.")
NO_AUDIT_LOGS = ErrorResponse(404, "UNKNOWN", "The resource does not exist.")
NOT_A_MEMBER = ErrorResponse(404, "UNKNOWN", "The user is not a member of the group.")


@dataclass(kw_only=True, slots=True)
class Switches:
    """Undocumented behaviour; may be changed while the PBX runs.

    A field of type Refusal holds the response; None, where allowed, is success.
    """

    updates: Literal["partial", "replacing"] = "partial"
    """Replacing: an update resets the fields that it leaves out to their defaults."""
    prompt: Literal["kept", "cleared"] = "kept"
    """What happens to the server's prompt when an update leaves `prompt_file_id` out."""
    blanks: Literal["null", "empty", "missing"] = "empty"
    nulls: Literal["accepted", "refused"] = "accepted"
    """Whether an update may send null for an id; the schema has strings."""
    read_only: Literal["refused", "ignored"] = "refused"
    """`id` and `prompt_file_name/size/url` in the body of an update."""
    newer: bool = False
    """Writable fields of a later version: `send_notification_to_parker` on the server, `description` on groups."""
    shown_only: bool = False
    """A `revision` on the server and on groups that is returned, and rejected when sent back."""

    members: Literal["assigned", "sorted"] = "assigned"
    duplicate_name: ErrorResponse = DUPLICATE_NAME
    already_here: ErrorResponse | None = ALREADY_HERE
    in_other_group: ErrorResponse = IN_OTHER_GROUP
    unknown_extension: ErrorResponse = UNKNOWN_EXTENSION
    not_a_member: ErrorResponse | None = NOT_A_MEMBER
    delete_with_members: ErrorResponse | None = None
    """None: a group is deleted together with its memberships."""

    filter: Literal["supported", "ignored", "refused"] = "supported"
    search: Literal["supported", "ignored"] = "supported"
    eq_ignores_case: bool = False

    sign_in: bool = True
    """False: an older PBX that only has /login/oauth/token."""
    oauth: bool = True
    two_factor: bool = False
    refresh_rotates: bool = True
    token_lifetime: int = 1800
    """Seconds."""
    login_attempts: int = 5
    """Rejected sign-ins in a row after which the address is blocked."""
    role: str = "Admin"
    password_force_reset: bool = False
    """Whether /auth/user says that the account must change its password."""
    error_bodies: bool = True
    audit_logs: ErrorResponse | None = None
    """Response of a version or role without audit logs."""
