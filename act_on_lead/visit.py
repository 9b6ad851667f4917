"""A visit by link: open the page, or send its form."""

from http import HTTPStatus
from urllib.parse import urlencode

from act_on_lead.acting import ActPorts
from act_on_lead.by_link import Opened, OutdatedError, act, opened
from act_on_lead.form import Form, read_form
from act_on_lead.page import HEADERS
from act_on_lead.telling import OUTDATED, bad_link, done, lead_page
from shared.acting.links import PARAMETER, ExpiredLinkError, InvalidLinkError
from shared.answers import Answer
from shared.operations.errors import NotFoundError, RefusedError, UsageError

DID = "did"
"""The parameter that says which button has led to the page."""

INVALID = "Open the link from the notice once more, all of it. Links of before a move may be void."
EXPIRED = "It has expired: links work for 14 days. A newer notice has a newer link."
GONE = "The lead that it was about is not here any more."


async def look(token: str, did: str, ports: ActPorts) -> Answer:
    """Return the page that a link opens. Nothing is changed: programs open links, too.

    ``did`` is the button that has led here, "" for none.
    """
    visited = await _opened(token, ports)
    if isinstance(visited, Answer):
        return visited
    return lead_page(visited, ports.clock(), message=done(visited, did))


async def press(token: str, body: bytes, ports: ActPorts) -> Answer:
    """Do what the form asks for, and lead back to the page: it can be loaded again as it likes."""
    visited = await _opened(token, ports)
    if isinstance(visited, Answer):
        return visited
    form = read_form(body)
    try:
        await act(visited, form, ports)
    except NotFoundError:
        return bad_link(HTTPStatus.NOT_FOUND, GONE)
    except (OutdatedError, RefusedError, UsageError) as error:
        return await _not_done(token, form, error, ports)
    here = urlencode({PARAMETER: token, DID: form.action})
    return Answer(
        status=HTTPStatus.SEE_OTHER,
        body="",
        media_type="text/html",
        headers={**HEADERS, "Location": f"?{here}"},
    )


async def _not_done(
    token: str, form: Form, error: OutdatedError | RefusedError | UsageError, ports: ActPorts
) -> Answer:
    """Return the page as it is, which says why nothing was done; what was typed stays."""
    visited = await _opened(token, ports)
    if isinstance(visited, Answer):
        return visited
    bad = isinstance(error, UsageError)
    return lead_page(
        visited,
        ports.clock(),
        message=OUTDATED if isinstance(error, OutdatedError) else _sentence(str(error)),
        status=HTTPStatus.BAD_REQUEST if bad else HTTPStatus.CONFLICT,
        typed=form,
    )


async def _opened(token: str, ports: ActPorts) -> Opened | Answer:
    try:
        return await opened(token, ports)
    except InvalidLinkError:
        return bad_link(HTTPStatus.FORBIDDEN, INVALID)
    except ExpiredLinkError:
        return bad_link(HTTPStatus.GONE, EXPIRED)
    except NotFoundError:
        return bad_link(HTTPStatus.NOT_FOUND, GONE)


def _sentence(told: str) -> str:
    return f"{told[:1].upper()}{told[1:]}."
