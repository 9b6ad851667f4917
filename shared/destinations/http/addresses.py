"""Addresses that leads may be sent to: https, or http on this machine. Types of settings.

A fault shows no more of an address than its server: the rest may be secret.
"""

import ipaddress
import re
from typing import Annotated
from urllib.parse import urlsplit

import httpx
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from shared.settings import ADDRESS, UNRESOLVED

HOST = re.compile(r"[a-z0-9._-]*|[0-9a-f:.]+")
"""A name or an IP address as it is looked up; ``httpx`` takes any character and encodes it."""


def checked_address(url: str) -> str:
    """Return an address that may be called; raise ``PydanticCustomError``, which is for settings.

    A reference to a vault is returned too: who loads the settings tells that it is not resolved.
    """
    fault = "" if url.startswith(UNRESOLVED) else _fault(url)
    if fault:
        raise PydanticCustomError(ADDRESS, "{fault}", {"fault": fault})
    return url


def checked_base(url: str) -> str:
    """Return an address that may be called and that paths can be added to."""
    checked_address(url)
    if "?" in url or "#" in url:
        raise PydanticCustomError(ADDRESS, "has a query or a fragment")
    return url


Address = Annotated[str, AfterValidator(checked_address)]
BaseAddress = Annotated[str, AfterValidator(checked_base)]


def _fault(url: str) -> str:
    try:
        parts = httpx.URL(url)
        host = parts.host
        sent = parts.raw_host.decode("ascii")
        sent.encode("idna")
    except (httpx.InvalidURL, ValueError):
        return "is not a valid address"
    if not HOST.fullmatch(sent):
        return "is not a valid address"
    if not _port_can_be(url):
        return "has a port that can't be"
    if "@" in urlsplit(url).netloc:
        return "has a user or password in it"
    loopback = parts.scheme == "http" and _is_loopback(host)
    if host and (parts.scheme == "https" or loopback):
        return ""
    return f"is {f'{parts.scheme}://{host}'!r}, which is not https"


def _port_can_be(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
