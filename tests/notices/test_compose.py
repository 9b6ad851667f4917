"""What a message about one lead says."""

from dataclasses import replace
from datetime import timedelta, timezone

from shared.domain.lead import Contact
from shared.notices.compose import (
    check_in,
    escalation,
    handed_over,
    new_lead,
    nobody_else,
    reminder,
)
from shared.notices.facts import Did, HandoverFacts, LastActFacts, StepFacts
from shared.ports.channels import MessageKind, Said
from tests.notices.examples import AT, JANE, LEAD, facts_of, links_of, words

ID = "notice-1"


def test_a_new_lead_says_who_clicked_what_who_owns_it_and_until_when() -> None:
    message = new_lead(ID, LEAD)

    assert (message.id, message.kind) == (ID, MessageKind.NEW_LEAD)
    assert words(message.title) == "New lead: Jane Doe, Contoso"
    assert facts_of(message) == {
        "Customer": "Jane Doe, Contoso",
        "Country": "United States",
        "Clicked": "Contact me – Weaver Pro",
        "Owner": "Ann Lee (EMEA)",
        "Answer by": "Mon 30 Nov 2026, 17:00 CET",
    }


def test_what_the_customer_wrote_comes_only_with_details() -> None:
    assert new_lead(ID, LEAD).quote is None
    detailed = new_lead(ID, LEAD, details=True)

    assert detailed.quote == Said("Please call me.")
    assert facts_of(detailed)["Job title"] == "Head of IT"


def test_whatever_the_customer_gave_is_marked_as_theirs() -> None:
    message = new_lead(ID, LEAD, details=True)
    texts = [message.title, *(fact.value for fact in message.facts)]
    ours = "".join(part for text in texts for part in text if isinstance(part, str))

    assert not [given for given in ("Jane", "Contoso", "Weaver", "Head of IT") if given in ours]


def test_an_action_and_a_country_that_nobody_knows_are_the_customers_words() -> None:
    odd = replace(LEAD, contact=replace(JANE, country="Narnia"), did=(Did(at=AT, action="XYZ"),))
    found = {fact.label: fact.value for fact in new_lead(ID, odd).facts}

    assert found["Clicked"] == (Said("XYZ"),)
    assert found["Country"] == (Said("Narnia"),)


def test_links_lead_to_acting_to_the_record_to_a_draft_and_to_a_call() -> None:
    assert links_of(new_lead(ID, LEAD)) == {
        "Say what you did": "https://relay.example/api/act?t=abc",
        "Open in the CRM": "https://fabrikam.example/leads/1",
        "Write an e-mail": (
            "mailto:jane.doe@contoso.com?subject=Your%20interest%20in%20Weaver%20Pro&body="
            "Hello%20Jane%20Doe%2C%0D%0A%0D%0AYou%20asked%20us%20to%20contact%20you%20about%20"
            "Weaver%20Pro.%20When%20would%20it%20suit%20you%20to%20talk%3F%0D%0A%0D%0A"
            "Kind%20regards%0D%0AAnn%20Lee"
        ),
        "Call": "tel:+16175550123",
    }


def test_the_draft_fits_what_the_customer_clicked() -> None:
    drafts = {
        action: links_of(new_lead(ID, replace(LEAD, did=(Did(at=AT, action=action, offer="W"),))))[
            "Write an e-mail"
        ]
        for action in ("INS", "CREATE", "PLT", "STARTTESTDRIVE", "other", "")
    }

    assert len(set(drafts.values())) == 5
    assert drafts["other"] == drafts[""]


def test_an_address_can_add_nobody_to_the_draft() -> None:
    sly = replace(LEAD, contact=replace(JANE, email="jane?bcc=eve&x@contoso.com"))
    address = links_of(new_lead(ID, sly))["Write an e-mail"].partition("?")[0]

    assert address == "mailto:jane%3Fbcc%3Deve%26x@contoso.com"


def test_a_customer_without_a_usable_address_gets_no_draft_and_no_call() -> None:
    unknown = replace(LEAD, contact=Contact(email="n/a", phone="none"))
    assert set(links_of(new_lead(ID, unknown))) == {"Say what you did", "Open in the CRM"}


def test_several_interests_are_a_list_of_the_newest() -> None:
    did = tuple(Did(at=AT - timedelta(hours=n), action="INS", offer=f"W{n}") for n in range(7))
    message = new_lead(ID, replace(LEAD, did=did))

    assert "Clicked" not in facts_of(message)
    assert words(message.lists[0].items[0].text) == ("Get it now – W0 (Sat 28 Nov 2026, 17:00 CET)")
    assert (len(message.lists[0].items), message.lists[0].more) == (5, 2)


def test_a_customer_without_a_name_is_told_by_company_or_not_at_all() -> None:
    def title(contact: Contact) -> str:
        return words(new_lead(ID, replace(LEAD, contact=contact)).title)

    assert title(Contact(company="Contoso")) == "New lead: Contoso"
    assert title(Contact(email="x@contoso.com")) == "New lead: x@contoso.com"
    assert title(Contact()) == "New lead: a customer without a name"


def test_labels_and_missing_prerequisites_are_told() -> None:
    told = facts_of(
        new_lead(
            ID,
            replace(
                LEAD,
                owner="",
                labels=("high priority", "partner"),
                unqualified=("a free-mail address",),
            ),
        )
    )

    assert told["Owner"] == "nobody yet (EMEA)"
    assert told["Labels"] == "high priority, partner"
    assert told["Not qualified"] == "a free-mail address"


def test_a_reminder_says_that_it_is_late_and_whether_the_crm_was_asked() -> None:
    message = reminder(ID, LEAD, StepFacts(checked=False))

    assert words(message.title) == "Still not answered: Jane Doe, Contoso"
    assert [words(text) for text in message.paragraphs] == [
        "Nobody has answered this customer yet. The answer was due Mon 30 Nov 2026, 17:00 CET.",
        "The CRM could not be asked whether somebody has answered in the meantime.",
    ]


def test_a_new_owner_hears_from_whom_the_lead_comes() -> None:
    message = handed_over(ID, LEAD, HandoverFacts(former="Bob Ray", overdue=True))

    assert words(message.title) == "Now yours: Jane Doe, Contoso"
    assert [words(text) for text in message.paragraphs] == [
        "Nobody has answered this customer yet. The answer was due Mon 30 Nov 2026, 17:00 CET.",
        "Bob Ray had this lead before.",
    ]


def test_the_team_hears_whose_the_lead_is_now() -> None:
    message = handed_over(ID, LEAD, HandoverFacts(to_owner=False))

    assert words(message.title) == "Ann Lee now owns Jane Doe, Contoso"
    assert [words(text) for text in message.paragraphs] == ["Somebody else had this lead before."]


def test_the_team_hears_that_nobody_else_can_take_a_lead() -> None:
    late, waiting = (nobody_else(ID, LEAD, overdue=overdue) for overdue in (True, False))

    assert words(late.title) == "Nobody else can take Jane Doe, Contoso"
    assert len(late.paragraphs) == 1
    assert waiting.paragraphs == ()


def test_an_escalation_names_who_has_not_answered() -> None:
    assert words(escalation(ID, LEAD, StepFacts()).title) == (
        "Ann Lee has not answered Jane Doe, Contoso"
    )
    nobodys = replace(LEAD, owner="", due_at=None)
    message = escalation(ID, nobodys, StepFacts())
    assert words(message.title) == "Nobody owns Jane Doe, Contoso"
    assert words(message.paragraphs[0]) == "Nobody has answered this customer yet."


def test_a_check_in_says_what_was_last_done_and_names_no_due_time() -> None:
    last = LastActFacts(at=AT, by="Ann Lee", outcome="in conversation")
    message = check_in(ID, LEAD, last)

    assert words(message.title) == "Time to check in with Jane Doe, Contoso"
    assert words(message.paragraphs[0]) == (
        "Last followed up on Sat 28 Nov 2026, 17:00 CET by Ann Lee: in conversation."
    )
    assert "Answer by" not in facts_of(message)


def test_a_day_to_look_again_is_said_to_be_today() -> None:
    message = check_in(ID, LEAD, LastActFacts(at=AT, look_again=True))
    assert words(message.title) == "Today: get back to Jane Doe, Contoso"


def test_a_zone_without_letters_is_told_by_its_distance_from_utc() -> None:
    there = replace(LEAD, zone=timezone(timedelta(hours=3), "+03"))
    assert facts_of(new_lead(ID, there))["Answer by"] == "Mon 30 Nov 2026, 19:00 UTC+03"


def test_long_names_are_clipped_to_a_line() -> None:
    long = replace(LEAD, contact=replace(JANE, company="C" * 300 + "\nnew line"), did=())
    message = new_lead(ID, long)

    assert words(message.title) == f"New lead: Jane Doe, {'C' * 79}…"
    assert "interest%20in%20our%20offer" in links_of(message)["Write an e-mail"]


def test_a_draft_of_any_customer_is_short_enough_to_be_opened() -> None:
    name = "\N{GRINNING FACE}" * 200
    loud = replace(
        LEAD,
        contact=replace(JANE, first_name=name, last_name=name),
        did=(Did(at=AT, action="PLT", offer=name),),
    )
    assert len(links_of(new_lead(ID, loud))["Write an e-mail"]) < 2_300
