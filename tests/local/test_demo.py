from pathlib import Path

import pytest

from local.demo.outcomes import Answer, NoAnswerError, Pushed, outcomes, push
from local.demo.run import demo
from samples import INDEX, SAMPLES, load
from shared.settings import CRMS
from tests.forked_app import run_local

WRONG = """
[array]
about = "An array, said to be a lead"
demo = true
pushes = [{ file = "array.json" }]
leads = [{ identity = "email" }]

[nobody]
about = "A lead, said to be nobody"
demo = true
pushes = [{ file = "source-alone.json", warnings = ["no offer"] }]
leads = [{ identity = "submission", follow_up = "none" }]

[right]
about = "As it is"
demo = true
pushes = [{ file = "name-apostrophe.json" }]
leads = [{ identity = "email" }]

[official]
about = "A lead of another company, which the demo's rules send to nobody"
demo = true
pushes = [{ file = "three-steps-1-contact-me.json" }]
leads = [{ identity = "email" }]
"""
FILES = (
    *("array.json", "source-alone.json"),
    *("name-apostrophe.json", "three-steps-1-contact-me.json"),
)


async def run_demo(*arguments: str, **env: str) -> tuple[int, str, str]:
    """Run it as a person would; give its exit code, and what it wrote to stdout and stderr."""
    told = await run_local("demo", *arguments, **({"CRM": ""} | env))
    return told.code, told.out, told.err


async def test_the_demo_shows_all_of_its_samples_and_comes_out_as_expected() -> None:
    code, told, complained = await run_demo(
        COLUMNS="80",
        TEST_LEADS="record",
        FOLLOW_UP_WITHIN="P30D",
        LeadStorage="nowhere",
        NOTICE_CHANNEL="slack",
        PUBLIC_URL="https://not.used.example",
    )

    shown = [sample for sample in load().values() if sample.demo]
    assert (code, complained) == (0, "")
    assert told.count("\n ✓ ") == len(shown) >= 10
    assert "18 pushes, 10 leads, 14 rows delivered, 3 in quarantine, 6 flagged, in " in told
    assert told.endswith("All came out as expected.\n")
    assert " ".join(told.split()).count("Still not answered: Some One, Contoso") == 2
    assert "\x1b" not in told
    assert max(map(len, told.splitlines())) <= 80


@pytest.mark.thorough
async def test_the_demo_fails_where_a_sample_says_something_else_or_nobody_is_told(
    tmp_path: Path,
) -> None:
    (tmp_path / INDEX).write_text(WRONG)
    for name in FILES:
        (tmp_path / name).write_bytes((SAMPLES / name).read_bytes())

    code, told, complained = await run_demo("--samples", str(tmp_path), COLUMNS="100")

    assert (code, complained) == (1, "")
    assert [line[:10] for line in told.splitlines() if line[1:2] in ("✓", "✗")] == [
        " ✗ An arra",
        " ✗ A lead,",
        " ✓ As it i",
        " ✗ A lead ",
    ]
    wrong = told[told.index("Not all came out") :].splitlines()
    assert wrong[:9] == [
        "Not all came out as expected:",
        "  array: push 1: status is 400, expected 202",
        "  array: push 1: quarantined is invalid, expected None",
        "  array: leads: 0, expected 1",
        "  nobody: lead 1: identity is email, expected submission",
        "  nobody: lead 1: follow_up is waiting, expected none",
        "  nobody: 25 h later: lead 1: follow_up is overdue, expected none",
        "  nobody: 25 h later: lead 1: flagged is True, expected False",
        "  official: nobody owns it",
    ]
    assert "  official: At once: nobody was told 'New lead: Ana Costa, Costa Textiles'" in wrong
    assert "  official: the page behind the link says [], expected 'Recorded.' in it" in wrong


def test_a_missing_node_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CRM", "")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert demo() == 2
    complained = capsys.readouterr().err
    assert complained.startswith("Node.js isn't installed, and Azurite needs it: ")
    assert complained.count("\n") == 1


@pytest.mark.thorough
async def test_the_demo_delivers_to_the_fakes_of_all_crms_at_once_and_shows_their_records() -> None:
    wrong = {f"{name.upper()}_URL": "https://not.used.example" for name in CRMS}
    code, told, complained = await run_demo(CRM=", ".join(CRMS), COLUMNS="120", **wrong)

    assert (code, complained) == (0, "")
    where = " and ".join(f"a fake of {crm}" for crm in CRMS)
    assert f"delivered to {where}. " in " ".join(told.split())
    for crm in CRMS:
        shown = told.partition(f"The fake of {crm} holds 10 records:")[2].partition("The fake of ")
        assert shown[0].count("\nRecord ") == 10
        assert "ben.osei@example.com" in shown[0]
    assert "18 pushes, 10 leads, 50 records delivered, 3 in quarantine, 6 flagged, in " in told
    assert told.endswith("All came out as expected.\n")
    assert max(map(len, told.splitlines())) <= 120


@pytest.mark.parametrize("crm", ["hubspt", "hubspot,hubspt"])
def test_a_crm_that_there_is_no_fake_of_is_told_in_one_line(
    crm: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CRM", crm)

    assert demo() == 2
    assert capsys.readouterr() == (
        "",
        f"There is no fake of 'hubspt', only of: {', '.join(CRMS)}.\n",
    )


def test_a_folder_with_nothing_to_show_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CRM", "azure_table")
    (tmp_path / INDEX).touch()

    assert demo(tmp_path) == 2
    assert capsys.readouterr().err == f"{tmp_path / INDEX} has no sample with `demo = true`.\n"


async def test_what_never_comes_to_rest_is_what_it_is_by_then(azurite: str) -> None:
    lost = Pushed(
        sample=load()["official"], answers=(Answer(status=202, submission_id="never-queued"),)
    )

    [outcome] = await outcomes(azurite, [lost], within=0)

    assert (outcome.at_rest, outcome.leads, outcome.kept) == (False, (), (None,))


async def test_an_app_that_does_not_answer_is_told() -> None:
    with pytest.raises(NoAnswerError, match=":1 does not answer: ConnectError"):
        await push("http://127.0.0.1:1", [load()["official"]])
