"""Select menus, by where their options come from, for one choice and for many."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.sandbox.slack.kit.element import Menu, MultiMenu
from bot.sandbox.slack.kit.objects import Filter, Option, OptionGroups, Options, among, one_kind

Several = Annotated[list[Option], Field(min_length=1, max_length=100)]
QueryLength = Annotated[int, Field(ge=0)]


class StaticSelect(Menu):
    type: Literal["static_select"]
    options: Options | None = None
    option_groups: OptionGroups | None = None
    initial_option: Option | None = None

    @model_validator(mode="after")
    def _starts_with_an_option(self) -> Self:
        options = one_kind(self.options, self.option_groups)
        among("initial_option", [self.initial_option] if self.initial_option else [], options)
        return self


class MultiStaticSelect(MultiMenu):
    type: Literal["multi_static_select"]
    options: Options | None = None
    option_groups: OptionGroups | None = None
    initial_options: Several | None = None

    @model_validator(mode="after")
    def _starts_with_options(self) -> Self:
        among("initial_options", self.initial_options or [], one_kind(self.options, self.option_groups))
        return self


class ExternalSelect(Menu):
    """The app is asked for options from `min_query_length` characters on, 3 where it is not given."""

    type: Literal["external_select"]
    initial_option: Option | None = None
    min_query_length: QueryLength | None = None


class MultiExternalSelect(MultiMenu):
    type: Literal["multi_external_select"]
    initial_options: Several | None = None
    min_query_length: QueryLength | None = None


class UsersSelect(Menu):
    type: Literal["users_select"]
    initial_user: str | None = None


class MultiUsersSelect(MultiMenu):
    type: Literal["multi_users_select"]
    initial_users: list[str] | None = None


class ConversationsSelect(Menu):
    type: Literal["conversations_select"]
    initial_conversation: str | None = None
    default_to_current_conversation: bool | None = None
    response_url_enabled: bool | None = None
    filter: Filter | None = None


class MultiConversationsSelect(MultiMenu):
    type: Literal["multi_conversations_select"]
    initial_conversations: list[str] | None = None
    default_to_current_conversation: bool | None = None
    filter: Filter | None = None


class ChannelsSelect(Menu):
    """Public channels."""

    type: Literal["channels_select"]
    initial_channel: str | None = None
    response_url_enabled: bool | None = None


class MultiChannelsSelect(MultiMenu):
    type: Literal["multi_channels_select"]
    initial_channels: list[str] | None = None
