"""The address of a flow, as it is pasted: what is wrong with it, and what can be put right.

Only scheme and host are judged: the path changed twice within a year, and notifiers broke on it.
"""

from urllib.parse import parse_qs, urlsplit

from shared.channels.webhook import address_fault

HOSTS = (
    ".environment.api.powerplatform.com",
    ".environment.api.powerplatform.cn",
    ".environment.api.gov.powerplatform.microsoft.us",
    ".environment.api.high.powerplatform.microsoft.us",
    ".environment.api.appsplatform.us",
    ".environment.api.powerplatform.partner.microsoftonline.cn",
    ".logic.azure.com",
    ".logic.azure.us",
    ".logic.azure.cn",
)
"""How the hosts of Power Automate and Logic Apps end, those of sovereign clouds included."""

CONNECTOR = ".webhook.office.com"
"""Office 365 connectors, which Microsoft ended in May 2026."""

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def mended(url: str) -> str:
    """Return an address without the ``&amp;`` that copying from a web page leaves in it."""
    return url.replace("&amp;", "&")


def faults(setting: str, url: str) -> list[str]:
    """Return what keeps messages from being posted to an address."""
    wrong = address_fault(setting, url)
    if wrong:
        return [wrong]
    host = urlsplit(url).hostname or ""
    if host.endswith(CONNECTOR):
        made = "make a webhook with the Workflows app in Teams"
        return [f"{setting}: is that of an Office 365 connector, which no longer exists: {made}"]
    if host not in LOOPBACK and not host.endswith(HOSTS):
        return [f"{setting}: is at {host!r}, which is not a server of Power Automate"]
    return []


def doubts(setting: str, url: str) -> list[str]:
    """Return what may keep a flow from running."""
    if parse_qs(urlsplit(url).query).get("sig"):
        return []
    return [f"{setting}: has no sig=… in it: copy the whole address from the flow's trigger"]
