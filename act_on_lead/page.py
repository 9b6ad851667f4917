"""The page behind a link: what there is to do for a customer, and a form. Pure.

Plain HTML without a script, so that it works on any phone. Whatever is not our own word is escaped
and stands in ``bdi``, so that no text can change how another reads.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from html import escape
from types import MappingProxyType

from act_on_lead.form import EMPTY, Form
from shared.domain.acts import CLOSING, Outcome
from shared.operations.said import LONGEST_NAME, LONGEST_NOTE, LONGEST_WAIT
from shared.ports.channels import Said, Text

STYLE = """
:root{color-scheme:light dark}
body{font:1.05rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:36rem;padding:1rem;
overflow-wrap:anywhere}
h1{font-size:1.4rem;line-height:1.25}
[role=status]{border-left:.3rem solid;padding:.5rem .75rem}
label{display:block;margin-top:1rem}
input,select,textarea,button{font:inherit;width:100%;box-sizing:border-box;padding:.6rem;
margin-top:.25rem}
button{margin-top:1rem;min-height:3rem}
"""

STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; "
        f"style-src 'sha256-{STYLE_HASH}'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Strict-Transport-Security": "max-age=31536000",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
    }
)
"""The address of a page is a key to it: nothing may keep it, show it in a frame or pass it on."""

NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What no HTML document may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFacts:
    """The form; ``person`` is who acts, "" where the page must ask."""

    token: str
    person: str
    today: date
    may_reassign: bool
    typed: Form = EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """What a page tells; ``form`` is None where there is nothing to do."""

    title: Text
    message: str = ""
    lines: tuple[Text, ...] = ()
    did: tuple[Text, ...] = ()
    form: FormFacts | None = None


def page(facts: PageFacts) -> str:
    """Return the page."""
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<title>Follow-up</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            "<main>",
            f"<h1>{_html(facts.title)}</h1>",
            *([f'<p role="status">{_plain(facts.message)}</p>'] if facts.message else []),
            *(f"<p>{_html(line)}</p>" for line in facts.lines),
            *_list(facts.did),
            *(_form(facts.form) if facts.form else []),
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _list(items: tuple[Text, ...]) -> list[str]:
    return ["<ul>", *(f"<li>{_html(item)}</li>" for item in items), "</ul>"] if items else []


def _form(form: FormFacts) -> Iterable[str]:
    yield '<form method="post">'
    yield f'<input type="hidden" name="token" value="{_plain(form.token)}">'
    yield from _who(form)
    yield '<label for="outcome">What came of it</label>'
    yield '<select id="outcome" name="outcome">'
    yield from _outcomes(form.typed.outcome)
    yield "</select>"
    yield '<label for="note">Note</label>'
    note = _plain(form.typed.note)
    yield f'<textarea id="note" name="note" rows="3" maxlength="{LONGEST_NOTE}">\n{note}</textarea>'
    yield '<label for="look_on">Look again on</label>'
    days = f'min="{form.today.isoformat()}" max="{(form.today + LONGEST_WAIT).isoformat()}"'
    typed = _plain(form.typed.look_on)
    yield f'<input type="date" id="look_on" name="look_on" {days} value="{typed}">'
    yield _button("followed_up", "Followed up")
    yield _button("have_it", "I have it")
    if form.may_reassign:
        yield _button("reassign", "Reassign to somebody else")
    yield "</form>"


def _who(form: FormFacts) -> Iterable[str]:
    if form.person:
        yield f"<p>You are <bdi>{_plain(form.person)}</bdi>.</p>"
        return
    typed = _plain(form.typed.by)
    yield '<label for="by">Your name</label>'
    yield (
        f'<input id="by" name="by" required maxlength="{LONGEST_NAME}" autocomplete="name"'
        f' value="{typed}">'
    )


def _outcomes(typed: str) -> Iterable[str]:
    yield '<option value="">Not said</option>'
    for outcome in Outcome:
        selected = " selected" if typed == outcome else ""
        closes = " (closes the lead)" if outcome in CLOSING else ""
        name = outcome.value.replace("_", " ").capitalize()
        yield f'<option value="{outcome.value}"{selected}>{name}{closes}</option>'


def _button(action: str, told: str) -> str:
    return f'<button name="action" value="{action}">{told}</button>'


def _html(text: Text) -> str:
    return "".join(
        f"<bdi>{_plain(part.text)}</bdi>" if isinstance(part, Said) else _plain(part)
        for part in text
    )


def _plain(text: str) -> str:
    return escape(NO_TEXT.sub("\ufffd", text).replace("\r", "\n"))
