"""Set-ups as YAML: read with the line of each mistake, written in a stable order, comments kept when written again."""

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver

from bot.messages.text import fold
from bot.setups.mistakes import explain, explain_yaml
from bot.setups.model import VERSION, FileMistakes, Mistake, SetupFile, read_member
from bot.setups.resolving import ParsedFile
from bot.texts import setup_mistakes, snapshots
from bot.texts import setups as texts

HEADER = "# yaml-language-server: $schema=park.schema.json\n"
"""First line of a new file, by which editors find the schema that `export --schema` prints."""
_TOO_DEEP = re.compile(r"(?:[\[{]\s*){9}|(?:- ){9}|^ {60}", re.MULTILINE)
"""What no set-up has, and what takes the parser very long."""
_WIDTH = 4096  # a long name stays on its line


class _TextResolver(VersionedResolver):
    """Leaves every scalar as the text that was written, so that 0012 and yes are what they look like."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        """Returns the tag of a node."""
        if kind is ScalarNode and implicit[0]:
            return self.DEFAULT_SCALAR_TAG
        return super().resolve(kind, value, implicit)


def parse(name: str, text: str) -> ParsedFile:
    """Reads a set-up; raises FileMistakes."""
    document = _load(name, text, as_text=True)
    if (version := _newer_version(document)) is not None:  # what else it holds, this Park can't judge
        raise FileMistakes(name, [Mistake(line_of(document, ["version"]), snapshots.newer_version(version, VERSION))])
    try:
        found = SetupFile.model_validate(document)
    except ValidationError as error:
        raise FileMistakes(name, [_mistake(document, one) for one in error.errors()]) from None
    if mistakes := list(_contradictions(document, found)):
        raise FileMistakes(name, mistakes)
    return ParsedFile(name, found, partial(line_of, document))


def _newer_version(document: Any) -> str | None:
    version = str(document.get("version", "")) if isinstance(document, CommentedMap) else ""
    return version if re.fullmatch(r"[0-9]{1,9}", version) and int(version) > VERSION else None


def dump(setup: SetupFile, notes: Sequence[str] = ()) -> str:
    """Returns a set-up as a new file, with notes as comments at its top."""
    comments = "".join(f"# {' '.join(note.split())}\n" for note in notes)
    return HEADER + comments + _written(CommentedMap(_plain(setup)))


def update(name: str, text: str, setup: SetupFile) -> str:
    """Returns a file brought up to date, with the comments and the order that it has; raises FileMistakes."""
    parse(name, text)
    document = _load(name, text, as_text=False)
    if not isinstance(document, CommentedMap):
        return dump(setup)
    _merge(document, _plain(setup))
    return _written(document)


def schema() -> str:
    """Returns the JSON Schema of set-up files, as in `setup.schema.json`."""
    return json.dumps(SetupFile.model_json_schema(), indent=1, sort_keys=True) + "\n"


def line_of(document: Any, path: Sequence[Any]) -> int | None:
    """Returns the line of the deepest part of the path that is in the document, counted from 1."""
    line = None
    for key in path:
        try:
            if isinstance(document, CommentedMap) and key in document:
                line = document.lc.key(key)[0]
            elif isinstance(document, CommentedSeq):
                line = document.lc.item(key)[0]
            else:
                break
            document = document[key]
        except (KeyError, IndexError, TypeError):
            break
    return None if line is None else line + 1


def _yaml(*, as_text: bool) -> YAML:
    yaml = YAML()
    yaml.width, yaml.preserve_quotes = _WIDTH, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    if as_text:
        yaml.Resolver = _TextResolver
    return yaml


def _load(name: str, text: str, *, as_text: bool) -> Any:
    if (deep := _TOO_DEEP.search(text)) is not None:
        raise FileMistakes(name, [Mistake(text.count("\n", 0, deep.start()) + 1, texts.TOO_DEEP)])
    try:
        return _yaml(as_text=as_text).load(text) or CommentedMap()
    except DuplicateKeyError as error:
        raise FileMistakes(name, [Mistake(_line(error), texts.TWICE)]) from None
    except MarkedYAMLError as error:
        raise FileMistakes(name, [Mistake(_line(error), explain_yaml(error))]) from None
    except (YAMLError, RecursionError, ValueError):
        raise FileMistakes(name, [Mistake(None, setup_mistakes.NO_YAML)]) from None


def _line(error: MarkedYAMLError) -> int | None:
    return error.problem_mark.line + 1 if error.problem_mark else None


def _mistake(document: Any, error: Mapping[str, Any]) -> Mistake:
    path = [part for part in error["loc"] if part != "[key]"]
    key = ".".join(map(str, path))
    text = explain(error)
    return Mistake(line_of(document, path), f"{key}: {text}" if key else text)


def _contradictions(document: Any, setup: SetupFile) -> Iterator[Mistake]:
    """Yields groups whose names differ by case only, and members who are in two places."""
    names: dict[str, str] = {}
    homes: dict[str, str] = {}
    for name, group in setup.groups.items():
        if (other := names.setdefault(fold(name), name)) != name:
            yield Mistake(line_of(document, ["groups", name]), texts.same_name(name, other))
        for at, member in enumerate(group.people or ()):
            if member.number in homes:
                line = line_of(document, ["groups", name, "members", at])
                yield Mistake(line, texts.in_two_groups(member.number, homes[member.number], name))
            homes.setdefault(member.number, name)


def _plain(setup: SetupFile) -> dict[str, Any]:
    """Returns the file's content, without what it says nothing about."""
    return setup.model_dump(mode="json", exclude_none=True)


def _written(document: CommentedMap) -> str:
    text = io.StringIO()
    _yaml(as_text=False).dump(document, text)
    return text.getvalue()


def _merge(old: CommentedMap, new: Mapping[str, Any]) -> None:
    for key in [key for key in old if str(key) not in new]:
        del old[key]
    keys = {str(key): key for key in old}
    for position, (name, value) in enumerate(new.items()):
        key = keys.get(name)
        if key is None:
            old.insert(min(position, len(old)), name, value)
        elif isinstance(old[key], CommentedMap) and isinstance(value, Mapping):
            _merge(old[key], value)
        elif isinstance(old[key], CommentedSeq) and isinstance(value, list):
            _merge_members(old[key], value)
        elif not _same(old[key], value):
            old[key] = value


def _merge_members(old: CommentedSeq, new: list[str]) -> None:
    """Brings a list of members up to date; what stands beside a member stays there."""
    wanted = [read_member(one).number for one in new]
    for at in reversed(range(len(old))):
        if read_member(old[at]).number not in wanted:
            del old[at]
    for at, text in enumerate(new):
        present = [read_member(one).number for one in old]
        if at < len(old) and present[at] == wanted[at]:
            if str(old[at]) != text:
                old[at] = text
            continue
        if wanted[at] in present:
            del old[present.index(wanted[at])]
        old.insert(at, text)


def _same(old: Any, new: Any) -> bool:
    if isinstance(new, Mapping) and isinstance(old, str):  # the short form of a recall
        return new == {"to": old}
    return str(old) == str(new) if not isinstance(new, bool) else old is new
