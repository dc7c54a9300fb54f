"""Endpoints of resources that are only read: ring groups, numbers, users, feature codes and audit logs."""

from functools import partial

from flask import request

from bot.sandbox.pbx.auth import PbxContext
from bot.sandbox.pbx.listing import check_query_parameters, list_page
from bot.sandbox.pbx.schema import EXTENSION_PATTERN, format_blanks
from bot.sandbox.pbx.state import Record
from bot.sandbox.pbx.switches import ApiError, not_found, validation_error


class LookupEndpoints:
    """Shows resources that the API does not change."""

    def __init__(self, context: PbxContext) -> None:
        self.context = context

    def ring_groups(self) -> Record:
        switches = self.context.switches
        show = partial(format_blanks, switches=switches)
        return list_page(self.context.state.ring_groups.values(), request.args, switches, show)

    def ring_group(self, ring_group_id: str) -> Record:
        check_query_parameters(request.args)
        if ring_group_id not in self.context.state.ring_groups:
            raise not_found("ring group")
        return format_blanks(
            self.context.state.ring_groups[ring_group_id] | {"outbound_caller_ids": []}, self.context.switches
        )

    def number(self, extension_number: str) -> Record:
        check_query_parameters(request.args)
        if not EXTENSION_PATTERN.fullmatch(extension_number):
            raise validation_error("extension_number must be 3 to 64 digits.")
        number = self.context.state.number(extension_number)
        if number is None:
            raise not_found("extension number")
        return number

    def users(self) -> Record:
        switches = self.context.switches
        show = partial(format_blanks, switches=switches)
        return list_page(self.context.state.users.values(), request.args, switches, show)

    def feature_codes(self) -> Record:
        check_query_parameters(request.args)
        return {"items": self.context.state.feature_codes}

    def audit_logs(self) -> Record:
        """Returns all audit logs, newest first; the documentation has no parameters for it."""
        check_query_parameters(request.args)
        if self.context.switches.audit_logs:
            raise ApiError(self.context.switches.audit_logs)
        logs = self.context.state.audit[::-1]
        return {"count": len(logs), "items": logs}
