"""The one classification of what Slack answers: who has to act, and what Park does meanwhile."""

from collections.abc import Mapping
from typing import Any

from bot.errors import SlackAppRefused, SlackFailure, SlackPayloadRefused, SlackRefused, SlackUnavailable

DEFAULT_RETRY_AFTER = 5.0
"""Seconds to wait before a retry when Slack sends no Retry-After."""
TOKEN_CODES = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type"}
    | {"invalid_token", "bad_token", "app_uninstalled", "user_removed_from_team", "two_factor_setup_required"}
    | {"team_access_not_granted", "enterprise_is_restricted", "accesslimited", "org_install", "team_disabled"}
)
"""Codes that reject every call with this token, until the token, the app or its network is repaired."""
OTHER_CHANNEL = "channel_of_another_pbx"
"""Park's own code for the refusal to post in a channel that does not belong to the PBX; Slack is not asked."""
DESTINATION_CODES = frozenset(
    {"channel_not_found", "is_archived", "is_inactive", "not_in_channel", "user_not_in_channel", "user_not_found"}
    | {"user_disabled", "user_not_visible", "cannot_dm_bot", "messages_tab_disabled", "no_permission", "not_found"}
    | {"restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel"}
    | {"restricted_action_non_threadable_channel", "restricted_action_thread_locked", "thread_not_found"}
    | {"message_not_found", "cannot_reply_to_message", "cant_update_message", "edit_window_closed", "users_not_found"}
    | {"method_not_supported_for_channel_type", "channel_type_not_supported", "ekm_access_denied", OTHER_CHANNEL}
)
"""Codes about one channel, user or message, which say nothing about others; unknown codes may concern all of them."""
_APP_CODES = TOKEN_CODES | {"missing_scope", "invalid_scope", "app_not_installed", "method_deprecated"}
_APP_CODES |= {"deprecated_endpoint", "unknown_method", "link_disabled", "socket_mode_not_enabled", "forbidden_team"}
_PAYLOAD_CODES = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text", "block_mismatch"}
    | {"invalid_attachments", "too_many_attachments", "attachment_payload_limit_exceeded", "markdown_text_conflict"}
    | {"invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large", "metadata_must_be_sent_from_app"}
    | {"invalid_arguments", "invalid_arg_name", "invalid_array_arg", "invalid_charset", "invalid_form_data"}
    | {"invalid_post_type", "missing_post_type", "invalid_json", "json_not_object", "too_many_contact_cards"}
    | {"slack_connect_canvas_sharing_blocked", "slack_connect_file_link_sharing_blocked", "invalid_payload"}
    | {"slack_connect_lists_sharing_blocked", "slack_connect_blocked_file_type", "blocked_file_type"}
    | {"cannot_parse_attachment", "invalid_block_kit", "invalid_view", "view_too_large", "unfurl_prompt_failed"}
    | {"request_too_large", "payload_too_large", "invalid_unfurls_format", "missing_unfurls", "missing_charset"}
)
_UNAVAILABLE_CODES = frozenset(
    {"ratelimited", "rate_limited", "message_limit_exceeded", "internal_error", "fatal_error", "service_unavailable"}
    | {"request_timeout", "team_added_to_org", "org_login_required", "external_channel_migrating"}
)


def classify(
    code: str, *, status: int = 200, retry_after: float = DEFAULT_RETRY_AFTER, scope: str = ""
) -> SlackFailure:
    """Returns the failure that an answer of Slack stands for.

    - `SlackUnavailable`: a rate limit or an outage; the same call is repeated after `retry_after`.
    - `SlackAppRefused`: the token or the app; what is to be told is held until somebody has repaired that.
    - `SlackPayloadRefused`: the content; it is sent again as plain text.
    - `SlackRefused`: all others, unknown codes included; the next destination is tried, and this one again later.

    Args:
        code: Slack's error code; anything else, such as the page of a proxy, is an outage.
        status: The HTTP status.
        scope: The scope that the app lacks.
    """
    known = code.isascii() and code.replace("_", "").replace(".", "").replace(":", "").replace("-", "").isalnum()
    if code in _UNAVAILABLE_CODES or status >= 429 or not known or code == "None":
        return SlackUnavailable(f"{code[:80]}, HTTP {status}", retry_after)
    if code in _APP_CODES:
        return SlackAppRefused(code, scope or None)
    return SlackPayloadRefused(code) if code in _PAYLOAD_CODES else SlackRefused(code)


def is_token_fault(failure: BaseException) -> bool:
    """Whether no call with the same token can succeed."""
    return isinstance(failure, SlackAppRefused) and str(failure) in TOKEN_CODES


def retry_after(headers: Mapping[str, Any]) -> float:
    """Returns the seconds that Slack wants to pass before the next call."""
    value = header(headers, "retry-after")
    return float(value) if value and value.isdigit() else DEFAULT_RETRY_AFTER


def header(headers: Mapping[str, Any], name: str) -> str | None:
    """Returns a response header; `name` is in lower case, the SDK's keys may be in any, its values may be lists."""
    found = next((value for key, value in headers.items() if key.lower() == name), None)
    value = found[0] if isinstance(found, list) and found else found
    return str(value) if value else None
