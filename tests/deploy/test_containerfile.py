"""The image: its dependencies, its user, and its health check."""

import json
import re
import subprocess
import sys
import tomllib

from bot.sandbox.environment import Sandbox
from bot.settings.environment import parse_listen_address
from tests.deploy.declared import DEPLOY, OF_THE_C_LIBRARY, SECRETS, VARIABLES, is_command, pins
from tests.waiting import PATIENCE

ROOT = DEPLOY.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
Instruction = tuple[str, str]


def instructions() -> list[Instruction]:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#")).replace("\\\n", "").splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines if line)]


def arguments_of(word: str) -> list[str]:
    return [rest for one, rest in instructions() if one == word]


def last_stage() -> list[Instruction]:
    whole = instructions()
    return whole[max(number for number, (word, _) in enumerate(whole) if word == "FROM") :]


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for _, rest in last_stage() if _ == "ENV" for pair in rest.split())


def health_command() -> list[str]:
    (check,) = arguments_of("HEALTHCHECK")
    return [str(word) for word in json.loads(check.partition("CMD ")[2])]


def test_both_stages_have_the_same_python_and_it_is_one_that_park_supports() -> None:
    images = {rest.split(" AS ")[0] for rest in arguments_of("FROM")}
    assert len(images) == 1
    found = re.fullmatch(r"python:(\d+\.\d+)-slim", images.pop())
    assert found is not None
    assert f"Programming Language :: Python :: {found[1]}" in PROJECT["project"]["classifiers"]


def test_it_does_not_run_as_root() -> None:
    users = [rest for word, rest in last_stage() if word == "USER"]
    assert users
    assert all(int(part) > 0 for part in users[-1].split(":"))
    assert [word for word, _ in last_stage()].index("USER") > [word for word, _ in last_stage()].index("RUN")


def test_what_is_installed_is_pinned_by_hash_and_comes_from_no_address_of_ours() -> None:
    installs = re.findall(r"pip.*? install (.*?)(?= && |$)", " && ".join(arguments_of("RUN")))
    assert len(installs) == 3
    for one in installs:
        assert "--no-deps" in one
        assert "--require-hashes" in one or "--no-index" in one
    assert "://" not in " ".join(rest for word, rest in instructions() if word != "HEALTHCHECK")


def test_the_lock_is_that_of_production_and_a_part_of_the_whole_one() -> None:
    lock, whole = pins("requirements.lock"), pins("../requirements.lock")
    assert lock.items() <= whole.items()
    names = {re.split(r"[=\[]", one)[0] for one in lock}
    wanted = PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["postgresql"]
    assert {re.split(r"[\[>=]", one)[0].replace(".", "-") for one in wanted} <= names
    assert not names & {"flask", "werkzeug", "rich", "pyyaml"}


def test_what_builds_the_wheel_is_pinned_too() -> None:
    names = {one.split("==")[0] for one in pins("build.lock")}
    assert {one.split(">=")[0] for one in PROJECT["build-system"]["requires"]} <= names


def test_what_is_copied_is_there_and_let_through() -> None:
    ignored = (DEPLOY / "Containerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    for source in (one for rest in arguments_of("COPY") if "--from" not in rest for one in rest.split()[:-1]):
        assert (ROOT / source).exists()
        assert f"!{source}" in ignored or (source.endswith(".lock") and "!deploy/*.lock" in ignored)


def test_its_variables_are_parks_and_no_secret_is_among_them() -> None:
    named = {name for name in environment() if not name.startswith("PYTHON") and name != "PATH"}
    assert environment().items() >= OF_THE_C_LIBRARY.items()
    assert named - OF_THE_C_LIBRARY.keys() <= VARIABLES - SECRETS - {"DATABASE_URL"}
    assert not arguments_of("ARG")


def test_it_starts_what_the_project_installs_and_sigterm_reaches_it() -> None:
    (entry,), (command,) = (json.loads(arguments_of(word)[0]) for word in ("ENTRYPOINT", "CMD"))
    assert PROJECT["project"]["scripts"] == {entry: "bot.__main__:main"}
    assert is_command([command])
    assert arguments_of("STOPSIGNAL") == ["SIGTERM"]


def test_it_is_probed_where_health_is_told_and_a_running_park_answers() -> None:
    _, port = parse_listen_address(environment()["PARK_HEALTH_LISTEN"])
    assert arguments_of("EXPOSE") == [str(port)]
    name, *words = health_command()
    assert name == "python"
    assert sum(word.count(str(port)) for word in words) == 1
    with Sandbox(park_health_listen="127.0.0.1:0") as sandbox:
        words = [word.replace(str(port), str(sandbox.park.health.port)) for word in words]
        assert subprocess.run([sys.executable, *words], check=False, timeout=PATIENCE).returncode == 0
        nowhere = [word.replace("/health/live", "/health") for word in words]
        assert subprocess.run([sys.executable, *nowhere], check=False, timeout=PATIENCE).returncode == 1
