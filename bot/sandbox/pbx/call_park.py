"""The endpoints of call park: the server at /call_park, groups at /call_park_groups, and their members."""

from flask import request

from bot.sandbox.pbx.auth import PbxContext
from bot.sandbox.pbx.listing import check_query_parameters, list_page
from bot.sandbox.pbx.schema import (
    EXTENSION_PATTERN,
    GROUP_FIELDS,
    RING_GROUP_TARGETS,
    SERVER_FIELDS,
    check_no_body,
    default_values,
    format_members,
    format_server,
    format_settings,
    read_json_object,
    validate_fields,
)
from bot.sandbox.pbx.state import API_ACTOR, PbxState, Record
from bot.sandbox.pbx.switches import ApiError, not_found, validation_error


def check_recall(sent: Record, after: Record, state: PbxState) -> None:
    """Checks the recall fields of a server or group.

    A target that needs a ring group must be sent with one and keep one, and the one sent must exist.
    """
    for record in (sent, after):
        if record.get("recall_to") in RING_GROUP_TARGETS and record.get("ring_group_id") is None:
            raise validation_error("ring_group_id must be specified.")
    ring_group_id = sent.get("ring_group_id")
    if ring_group_id is not None and ring_group_id not in state.ring_groups:
        raise validation_error("ring_group_id does not exist.")


class ServerEndpoints:
    """GET and POST /call_park."""

    def __init__(self, context: PbxContext) -> None:
        self.context = context

    def show(self) -> Record:
        check_query_parameters(request.args)
        return format_server(self.context.state, self.context.switches)

    def update(self) -> str:
        state = self.context.state
        sent = validate_fields(read_json_object(), SERVER_FIELDS, self.context.switches)
        wanted = self._omitted_fields() | sent
        check_recall(sent, state.server | wanted, state)
        self._check_number(sent)
        self._check_prompt(sent)
        state.change_server(wanted, API_ACTOR)
        return ""

    def _omitted_fields(self) -> Record:
        """Returns values for the fields that the body leaves out."""
        left = default_values(SERVER_FIELDS) if self.context.switches.updates == "replacing" else {}
        left.pop("prompt_file_id", None)
        return left | ({"prompt_file_id": None} if self.context.switches.prompt == "cleared" else {})

    def _check_number(self, sent: Record) -> None:
        number = sent.get("extension_number")
        if number and self.context.state.number(number):
            raise validation_error("extension_number is used by another resource.")

    def _check_prompt(self, sent: Record) -> None:
        prompt = sent.get("prompt_file_id")
        if prompt and prompt not in self.context.state.files:
            raise validation_error("prompt_file_id does not exist.")


class GroupEndpoints:
    """Lists, creates, shows, updates and deletes call park groups."""

    def __init__(self, context: PbxContext) -> None:
        self.context = context

    def list_all(self) -> Record:
        switches = self.context.switches
        groups = self.context.state.groups.values()
        return list_page(groups, request.args, switches, lambda group: format_settings(group, switches))

    def create(self) -> tuple[Record, int]:
        sent = validate_fields(read_json_object(), GROUP_FIELDS, self.context.switches)
        group = default_values(GROUP_FIELDS) | sent
        self._check(sent, group)
        return {"id": self.context.state.add_group(group, (), API_ACTOR)}, 201

    def show(self, group_id: str) -> Record:
        check_query_parameters(request.args)
        return format_settings(self._group(group_id), self.context.switches)

    def update(self, group_id: str) -> str:
        group = self._group(group_id)
        sent = validate_fields(read_json_object(), GROUP_FIELDS, self.context.switches)
        replacing = self.context.switches.updates == "replacing"
        wanted = default_values(GROUP_FIELDS) | sent if replacing else sent
        self._check(sent, group | wanted)
        self.context.state.change_group(group_id, wanted, API_ACTOR)
        return ""

    def destroy(self, group_id: str) -> tuple[str, int]:
        check_no_body()
        self._group(group_id)
        refusal = self.context.switches.delete_with_members
        if refusal and self.context.state.members[group_id]:
            raise ApiError(refusal)
        self.context.state.drop_group(group_id, API_ACTOR)
        return "", 204

    def _group(self, id_: str) -> Record:
        if id_ not in self.context.state.groups:
            raise not_found("call park group")
        return self.context.state.groups[id_]

    def _check(self, sent: Record, after: Record) -> None:
        """Checks the recall fields, and that the name is unique regardless of case."""
        if after["name"] is None:
            raise validation_error("name must be specified.")
        others = (group for id_, group in self.context.state.groups.items() if id_ != after.get("id"))
        if any(other["name"].casefold() == after["name"].casefold() for other in others):
            raise ApiError(self.context.switches.duplicate_name)
        check_recall(sent, after, self.context.state)


class MemberEndpoints:
    """Lists, adds and removes members; a user is in at most one group."""

    def __init__(self, context: PbxContext) -> None:
        self.context = context

    def list_all(self, group_id: str) -> Record:
        check_query_parameters(request.args)
        return {"items": format_members(self._extensions(group_id), self.context.state, self.context.switches)}

    def add(self, group_id: str, extension_number: str) -> str:
        """Adds a user as the last member."""
        check_no_body()
        extensions = self._extensions(group_id)
        self._check_user(extension_number)
        if extension_number in extensions:
            return self._add_again()
        if self.context.state.group_with(extension_number):
            raise ApiError(self.context.switches.in_other_group)
        self.context.state.change_members(group_id, [*extensions, extension_number], API_ACTOR)
        return ""

    def destroy(self, group_id: str, extension_number: str) -> tuple[str, int]:
        check_no_body()
        extensions = self._extensions(group_id)
        if extension_number in extensions:
            rest = [extension for extension in extensions if extension != extension_number]
            self.context.state.change_members(group_id, rest, API_ACTOR)
        elif refusal := self.context.switches.not_a_member:
            raise ApiError(refusal)
        return "", 204

    def _add_again(self) -> str:
        if refusal := self.context.switches.already_here:
            raise ApiError(refusal)
        return ""

    def _extensions(self, id_: str) -> list[str]:
        if id_ not in self.context.state.members:
            raise not_found("call park group")
        return self.context.state.members[id_]

    def _check_user(self, extension: str) -> None:
        if not EXTENSION_PATTERN.fullmatch(extension):
            raise validation_error("extension_number must be 3 to 64 digits.")
        number = self.context.state.number(extension)
        if number is None:
            raise ApiError(self.context.switches.unknown_extension)
        if number["type"] != "EXTENSION":
            raise validation_error("extension_number is not a user.")
