"""Values written to .env are read back unchanged by Park, and alike by systemd and Docker Compose."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.init.files import is_portable, merge_env, parse_env, quote_value

VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1) | st.text("a'\"\\${}:-# \t", min_size=1)


@given(VALUES)
def test_a_value_is_read_back_as_it_was(value: str) -> None:
    assert parse_env(f"A=1\nNAME={quote_value(value)}\nB=2\n") == {"A": "1", "NAME": value, "B": "2"}


@given(st.dictionaries(st.sampled_from(["A", "B", "C"]), VALUES), st.dictionaries(st.sampled_from(["A", "B"]), VALUES))
def test_new_values_go_over_the_old_ones_and_the_rest_stays(old: dict[str, str], new: dict[str, str]) -> None:
    text = merge_env(merge_env("", old, {}), new, {})
    assert parse_env(text) == old | new
    assert merge_env(text, new, {}) == text


def test_comments_and_lines_of_others_stay_where_they_are() -> None:
    text = "# ours\n\nexport OTHER=1 # why\nA='old'\n  A=older\nnonsense line\nB=2"
    assert merge_env(text, {"A": "new", "B": None, "C": "3"}, {"C": "# this\n"}) == (
        "# ours\n\nexport OTHER=1 # why\nA=new\nnonsense line\n# this\nC=3\n"
    )


def as_systemd_reads(text: str) -> str:
    """The value as systemd's EnvironmentFile= has it (systemd 240 and newer, src/basic/env-file.c)."""
    if text[:1] == "'":
        return text[1 : text.index("'", 1)] + _rest(text[text.index("'", 1) + 1 :])
    if text[:1] == '"':
        body, at = "", 1
        while text[at] != '"':
            if text[at] == "\\":
                at += 1
                body += text[at] if text[at] in '"\\`$' else f"\\{text[at]}"
            else:
                body += text[at]
            at += 1
        return body + _rest(text[at + 1 :])
    return re.sub(r"\\(.)", r"\1", text).strip()


def _rest(text: str) -> str:
    return as_systemd_reads(text) if text else ""


def as_compose_reads(text: str) -> str:
    """The value as Docker Compose's env_file: has it (compose-go, dotenv/parser.go); variables become nothing."""
    if text[:1] not in ("'", '"'):
        return re.sub(r"\$\{[^}]*\}|\$\w+", "", re.split(r"\s#", text)[0].strip())
    quote, value, escaped = text[0], "", False
    for letter in text[1:]:
        if letter != quote and not escaped and letter == "\\":
            escaped = True
            continue
        if letter == quote and not escaped:
            break
        if escaped and letter != quote:
            value += "\\"
        value, escaped = value + letter, False
    if quote == '"':
        value = re.sub(r"\$\{[^}]*\}|\$\w+", "", re.sub(r"\\([nrt\\\"$])", r"\1", value))
    return value


@given(VALUES)
def test_a_portable_value_is_the_same_to_systemd_and_compose(value: str) -> None:
    if is_portable(value):
        quoted = quote_value(value)
        assert (as_systemd_reads(quoted), as_compose_reads(quoted)) == (value, value)


@pytest.mark.parametrize(
    "value",
    ["simple", "two words", "a#b", " #", "$HOME", "$(id)", "`id`", 'say "hi"', "it's", "it's\"so", "back\\slash",
     "ü€😀",
     "%s", "a=b", "!x", "~", "100%", "*", "-", "a;b&c|d", "<x>", "{y}", "trailing ", " leading", "p@ss:w/rd?", "\\n",
     "#start", "$", "a$"],
)  # fmt: skip
def test_ordinary_passwords_are_portable(value: str) -> None:
    assert is_portable(value)
    quoted = quote_value(value)
    assert (as_systemd_reads(quoted), as_compose_reads(quoted)) == (value, value)
    assert parse_env(f"NAME={quoted}\n") == {"NAME": value}


@pytest.mark.parametrize("value", ["it's $5", "${HOME}", "a\\\\b", "end\\", 'it\'s "so" x', "it's\\"])
def test_others_are_known_not_to_be(value: str) -> None:
    assert not is_portable(value)
    assert parse_env(f"NAME={quote_value(value)}\n") == {"NAME": value}
