"""What every start of Park has in common, made once for a process: starts are a large part of what the tests cost."""

import copy
import inspect
import os
import ssl
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib import metadata
from types import SimpleNamespace
from typing import Any
from urllib import request

import certifi
import pytest
from slack_bolt.util import utils as bolt

from bot.policy import loading
from tests.forked import demo_bots_are_forked
from tests.journal_template import cheap_journals


@contextmanager
def cheap_starts() -> Iterator[None]:
    """Has journals begin as copies, and signatures, policies, versions and certificates remembered, until the end."""
    with cheap_journals(), demo_bots_are_forked(), pytest.MonkeyPatch.context() as patched:
        patched.setattr(metadata, "version", cache(metadata.version))  # each server of Werkzeug reads files for it
        patched.setattr(bolt, "inspect", SimpleNamespace(**vars(inspect) | {"getfullargspec": _signature}))
        patched.setattr(ssl, "create_default_context", _without_reading_again(ssl.create_default_context))
        patched.setattr(request, "getproxies", _proxies)  # for each call to Slack
        patched.setattr(loading, "tomllib", SimpleNamespace(**vars(tomllib) | {"loads": _load_toml}))
        yield


def _signature(called: Callable[..., Any]) -> inspect.FullArgSpec:
    """Returns what Bolt asks of each listener again for each app: its parameters, which are those of its code."""
    function = getattr(called, "__func__", called)
    return _signature_of(function) if inspect.isfunction(function) else inspect.getfullargspec(called)


_signatures: dict[object, inspect.FullArgSpec] = {}


def _signature_of(function: Callable[..., Any]) -> inspect.FullArgSpec:
    code = function.__code__
    if code not in _signatures:
        _signatures[code] = inspect.getfullargspec(function)
    return _signatures[code]


def _without_reading_again(make: Callable[..., ssl.SSLContext]) -> Callable[..., ssl.SSLContext]:
    """Returns what makes contexts: those of httpx, which has one for each client, are the same one.

    To read the authorities that httpx trusts takes 50 ms of CPU. Others may be changed by whoever asked for one.
    """
    make_once = cache(make)

    def context(*arguments: Any, **more: Any) -> ssl.SSLContext:
        trusted = {"cafile": os.environ.get("SSL_CERT_FILE") or certifi.where()}
        if arguments or more != trusted:
            return make(*arguments, **more)
        shared = make_once(**more)
        assert shared.check_hostname, "somebody has changed the context of all clients"
        assert shared.verify_mode is ssl.CERT_REQUIRED, "somebody has changed the context of all clients"
        return shared

    return context


def _proxies() -> dict[str, str]:
    """Returns the proxies of the environment, which is looked through when it has changed."""
    return dict(_proxies_of(frozenset(os.environ._data.items())))  # type: ignore[attr-defined]


@lru_cache(8)
def _proxies_of(_environment: frozenset[tuple[bytes, bytes]]) -> dict[str, str]:
    return request.getproxies_environment()


def _load_toml(text: str) -> dict[str, Any]:
    return copy.deepcopy(_read_toml(text))


@cache
def _read_toml(text: str) -> dict[str, Any]:
    return tomllib.loads(text)
