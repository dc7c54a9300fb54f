"""A sample of every payload is valid by the project's own kit and the SDK's models, and Slack is asked about each."""

import json
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.__main__ import main
from bot.operations.catalog import OPERATIONS
from bot.sandbox.slack.kit.validation import check_blocks, check_view
from bot.slack.payload_validation import refused_samples
from bot.slack.samples import messages, samples, views
from bot.texts.languages import PACKAGES, speaking
from tests.slack.conftest import SlackHarness

MESSAGES, VIEWS = dict(messages()), dict(views())


@pytest.mark.parametrize("language", PACKAGES)
@pytest.mark.parametrize("name", MESSAGES)
def test_each_message_is_valid(name: str, language: str) -> None:
    blocks = _in(language, messages)[name]["blocks"]
    check_blocks(blocks)
    parsed = [Block.parse(block) for block in blocks]
    for block in parsed:
        assert block is not None
        block.validate_json()


@cache
def _in(language: str, made: Callable[[], Iterable[tuple[str, Any]]]) -> dict[str, Any]:
    with speaking(language):
        return dict(made())


@pytest.mark.parametrize("language", PACKAGES)
@pytest.mark.parametrize("name", VIEWS)
def test_each_view_is_valid(name: str, language: str) -> None:
    view: dict[str, Any] = _in(language, views)[name]
    check_view(view, view["type"])
    View(**view).validate_json()


def test_every_form_is_among_them() -> None:
    shown = {name.split("-")[1] for name in VIEWS if "-" in name}
    assert {one.operation_id for one in OPERATIONS if one.form()} <= shown


def test_slack_is_asked_about_each_and_posts_none(harness: SlackHarness) -> None:
    before = len(harness.slack.state.posts)
    asked = dict(refused_samples(harness.client))
    assert asked.keys() == MESSAGES.keys() | VIEWS.keys()
    assert not any(asked.values())
    assert len(harness.slack.state.posts) == before


def test_what_slack_would_refuse_is_said_with_its_place(harness: SlackHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"text": "", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 200}}]}
    monkeypatch.setattr("bot.slack.payload_validation.messages", lambda: iter([("wrong", wrong)]))
    monkeypatch.setattr("bot.slack.payload_validation.views", lambda: iter(()))
    [(name, faults)] = refused_samples(harness.client)
    assert (name, faults) == ("wrong", ["/blocks/0/text/text must be less than 151 characters"])


def test_they_are_written_as_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["payloads", str(tmp_path / "new")]) == 0
    written = {path.stem: json.loads(path.read_text()) for path in (tmp_path / "new").iterdir()}
    assert written.keys() == MESSAGES.keys() | VIEWS.keys()
    assert written == dict(samples()), "the same every time"
    assert f"{len(written)} payloads" in capsys.readouterr().out
    (tmp_path / "file").write_text("")
    assert main(["payloads", str(tmp_path / "file")]) == 2
