import json
import re
from collections import Counter
from pathlib import Path

import pytest

from samples import INDEX, SAMPLES, SamplesError, load
from shared.domain.lead import KeyKind

OURS = load()

MICROSOFTS = {"contoso.com", "test.com"}
RESERVED = {"example.com", "example.net", "example.org"}
RESERVED_NUMBER = re.compile(r"120255501\d\d|442079460\d{3}|(49|0)3023125\d{3}|16175555555")
"""Numbers of the USA, the United Kingdom and Germany that nobody has; and Microsoft's own."""


def index(folder: Path, text: str) -> Path:
    (folder / INDEX).write_text(text, encoding="utf-8")
    (folder / "lead.json").write_bytes(b'{"OfferTitle": "Backup"}\r\n')
    return folder


def fault(folder: Path) -> str:
    with pytest.raises(SamplesError) as refused:
        load(folder)
    return str(refused.value).removeprefix(f"{folder / INDEX} ")


def all_texts() -> dict[str, str]:
    """Return every body that is text at all, by sample and number."""
    return {
        f"{name} {number}": push.body.decode(json.detect_encoding(push.body), "replace")
        for name, sample in OURS.items()
        for number, push in enumerate(sample.pushes, start=1)
    }


def test_the_official_sample_is_the_documented_one() -> None:
    assert json.loads(OURS["official"].pushes[0].body) == {
        "UserDetails": {
            "FirstName": "Some",
            "LastName": "One",
            "Email": "someone@contoso.com",
            "Phone": "16175555555",
            "Country": "USA",
            "Company": "Contoso",
            "Title": "Esquire",
        },
        "LeadSource": "AzureMarketplace",
        "ActionCode": "INS",
        "OfferTitle": "Test Microsoft",
        "Description": "Test run through Power Automate",
    }


def test_the_faqs_test_lead_lacks_nothing_but_its_comma() -> None:
    body = OURS["faq-test-lead"].pushes[0].body.decode()
    with pytest.raises(json.JSONDecodeError, match="Expecting ',' delimiter"):
        json.loads(body)

    lead = json.loads(body.replace('844"\n    "description', '844",\n    "description'))

    assert len(lead["userDetails"]) == 7
    assert lead["leadSource"].endswith("|<Offer Name>")


def test_every_body_in_the_folder_belongs_to_a_sample() -> None:
    named = re.findall(r'file = "([^"]+)"', (SAMPLES / INDEX).read_text(encoding="utf-8"))
    there = {path.name for path in SAMPLES.iterdir()} - {INDEX, ".gitattributes"}

    assert there == set(named)


def test_nobody_in_the_samples_exists() -> None:
    for name, text in all_texts().items():
        domains = set(re.findall(r"@([\w.-]+\w)", text.lower()))
        assert domains <= RESERVED | MICROSOFTS, name
        for number in re.findall(r'"phone":\s*"?(\+?[\d ]{6,})', text.lower()):
            assert RESERVED_NUMBER.fullmatch(re.sub(r"\D", "", number)), name


def test_no_two_samples_share_a_customer() -> None:
    addresses = Counter(
        address
        for name, sample in OURS.items()
        for address in {
            found.lower()
            for push in sample.pushes
            for found in re.findall(r"[\w.'-]+@[\w.-]+\w", push.body.decode("utf-8", "replace"))
        }
    )

    assert [address for address, samples in addresses.items() if samples > 1] == []


def test_what_a_sample_leaves_out_is_as_usual(tmp_path: Path) -> None:
    index(
        tmp_path,
        '[one]\nabout = "One"\npushes = [{ file = "lead.json" }]\n'
        'leads = [{ identity = "submission", interests = 2 }]',
    )

    sample = load(tmp_path)["one"]

    assert (sample.name, sample.about, sample.demo) == ("one", "One", False)
    assert sample.pushes[0].body == b'{"OfferTitle": "Backup"}\r\n'
    assert (sample.pushes[0].status, sample.pushes[0].content_type) == (202, "application/json")
    assert sample.leads[0].identity is KeyKind.SUBMISSION
    assert (sample.leads[0].interests, sample.leads[0].rows, sample.leads[0].repeats) == (2, 2, 0)


ONE = '[one]\nabout = "One"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[one", "can't be read: Expected ']' at the end of a table declaration (at end"),
        ('about = "no table"', "is wrong:\n  about: Input should be a valid dictionary"),
        (f"{ONE}pushes = []", "one.pushes: Tuple should have at least 1 item"),
        (
            f"{ONE}pushes = [{{ file = 'missing.json' }}]",
            "one.pushes.0.file: missing.json can't be read: No such file",
        ),
        (f"{ONE}pushes = [{{ file = 1 }}]", "one.pushes.0.file: Input should be a valid bytes"),
        (
            f"{ONE}pushes = [{{ file = 'lead.json', statsu = 202 }}]",
            "one.pushes.0.statsu: Extra inputs are not permitted",
        ),
        (
            f"{ONE}pushes = [{{ file = 'lead.json', status = 400 }}]",
            "one.pushes.0: either the status is 202, or the push is quarantined",
        ),
        (
            f"{ONE}leads = [{{ identity = 'mail' }}]",
            "one.leads.0.identity: Input should be 'email', 'phone', 'name' or 'submission'",
        ),
        (
            f"{ONE}leads = [{{ identity = 'name', contact = {{ mail = 'x' }} }}]",
            "one.leads.0.contact.mail.[key]: Input should be 'first_name', ",
        ),
    ],
)
def test_what_is_wrong_in_the_index_is_named(tmp_path: Path, text: str, told: str) -> None:
    assert told in fault(index(tmp_path, text))


def test_a_folder_without_an_index_is_named(tmp_path: Path) -> None:
    assert fault(tmp_path) == "can't be read: No such file or directory"
