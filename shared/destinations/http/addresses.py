"""Addresses that leads may be sent to: https, or http on this machine."""

import ipaddress

import httpx

from shared.domain.errors import SettingsError

LARGEST_PORT = 65_535


def checked_url(setting: str, url: str) -> str:
    """Return an address that may be called: https, or http on this machine.

    Raises ``SettingsError``, which shows no more of it than the server.
    """
    fault = _url_fault(url)
    if fault:
        raise SettingsError([f"{setting}: {fault}; should be an https address"])
    return url


def _url_fault(url: str) -> str:
    try:
        parts = httpx.URL(url)
        parts.raw_host.decode("ascii").encode("idna")
    except (httpx.InvalidURL, UnicodeError):
        return "is no address"
    if not url:
        return "is not set"
    if (parts.port or 0) > LARGEST_PORT:
        return "has a port that can't be"
    if parts.userinfo:
        return "has a user or password in it"
    loopback = parts.scheme == "http" and _is_loopback(parts.host)
    if parts.host and (parts.scheme == "https" or loopback):
        return ""
    return f"is {f'{parts.scheme}://{parts.host}'!r}"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
