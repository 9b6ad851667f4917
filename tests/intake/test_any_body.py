"""Whatever comes is a submission or an invalid push, and nothing personal is told of it."""

import json
import re
from encodings.aliases import aliases

from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.domain.errors import InvalidPushError
from shared.domain.lead import CONTACT_KEYS
from shared.intake.shapes import LEAD_KEYS, USER_DETAILS
from tests.intake.pushes import NONCHARACTERS, parsed
from tests.suite.unhurried import examples

KEYS = st.sampled_from((USER_DETAILS, *CONTACT_KEYS, *LEAD_KEYS)).flatmap(
    lambda key: st.sampled_from((key, key.lower(), f" {key.upper()}"))
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        (
            "INS",
            "AzureMarketplace-INS|a.b",
            "+4915112345678",
            "DE",
            "MSFT_TEST",
            "\ud800",
            '{"a":1}',
        )
    )
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=5), inner),
    max_leaves=12,
)
ENCODINGS = st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "utf-32-be", "utf-7"))
CHARSETS = st.sampled_from((*sorted(set(aliases.values())), "utf-8", "", "?", "\ud800", "é", "\0"))
CONTENT_TYPES = st.text(max_size=30) | CHARSETS.map("application/json; charset={}".format)


def _encoded(value: object, encoding: str, cut: slice) -> bytes:
    return json.dumps(value).encode(encoding, "replace")[cut]


BODIES = (
    st.binary(max_size=200)
    | st.text(max_size=100).map(lambda text: text.encode("utf-16", "surrogatepass"))
    | st.builds(_encoded, JSON, ENCODINGS, st.just(slice(None)))
    | st.builds(_encoded, JSON, ENCODINGS, st.slices(200))
    | st.builds(
        _encoded,
        st.dictionaries(KEYS, JSON, min_size=1),
        st.just("utf-8"),
        st.just(slice(None)),
    )
)


@settings(max_examples=examples(200))
@given(body=BODIES, content_type=CONTENT_TYPES)
@example(body=b'{"OfferTitle":"\\/"}', content_type="a/b; charset=raw_unicode_escape")
def test_any_body_is_a_submission_or_an_invalid_push(body: bytes, content_type: str) -> None:
    try:
        lead = parsed(body, content_type)
    except InvalidPushError:
        return
    lead.description.encode()
    assert lead.description == lead.description.strip()
    assert not FORBIDDEN.search(lead.description)
    for text in (*(getattr(lead, name) for name in LINES), *lead.contact.given().values()):
        text.encode()
        assert text == text.strip()
        assert len(text) <= 1_000
        assert not FORBIDDEN.search(text)
        assert not set("\n\t") & set(text)


LINES = ("lead_source", "source", "action", "publisher", "offer", "offer_title")
FORBIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029" + "".join(map(chr, NONCHARACTERS)) + "]"
)

SECRET = "Zq7Secret"
PERSONAL_TEXTS = st.sampled_from(
    (SECRET, f"{SECRET}@contoso.com", f"{SECRET}@", f"+49 {SECRET}", f"a\n{SECRET}", SECRET * 200)
)
PERSONAL = PERSONAL_TEXTS | PERSONAL_TEXTS.flatmap(
    lambda text: st.sampled_from(([text], {text: 1}, {"Email": text}))
)


@st.composite
def personal_bodies(draw: st.DrawFn) -> str:
    """Draw pushes of nothing but personal data, some with a key twice, most of them damaged."""
    details = draw(st.dictionaries(st.sampled_from(CONTACT_KEYS), PERSONAL) | PERSONAL)
    push = draw(st.dictionaries(st.sampled_from((*LEAD_KEYS, "Other", SECRET)), PERSONAL))
    text = json.dumps({USER_DETAILS: details, **push})
    if draw(st.booleans()):
        text = (
            f'{text[:-1]}, "{USER_DETAILS}": {{"Email": "{SECRET}2"}}, "OfferTitle": "{SECRET}3"}}'
        )
    at = draw(st.integers(min_value=0, max_value=len(text)))
    damage: str = draw(st.sampled_from((*'",:{}[]=0', "", "", '"": ", ')))
    return text[:at] + damage + text[at:]


@settings(max_examples=examples(150))
@given(body=personal_bodies(), encoding=ENCODINGS, content_type=CONTENT_TYPES)
def test_neither_faults_nor_warnings_repeat_anything_personal(
    body: str, encoding: str, content_type: str
) -> None:
    try:
        said: tuple[str, ...] = parsed(body.encode(encoding), content_type).warnings
    except InvalidPushError as error:
        said = (*error.faults, str(error))
    assert SECRET.lower() not in " ".join(said).lower()


def test_each_key_of_the_contact_has_its_field() -> None:
    lead = parsed({"UserDetails": {key: f"{key}!" for key in CONTACT_KEYS}})
    assert {
        name.title().replace("_", ""): value for name, value in lead.contact.given().items()
    } == {key: f"{key}!" for key in CONTACT_KEYS}
