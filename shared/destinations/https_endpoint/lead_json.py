"""A lead as JSON, version 1: what ``docs/lead.schema.json`` describes, and Microsoft's own body.

Receivers are programs of others. Fields may be added to version 1; what is there keeps its name and
its meaning, or ``schemaVersion`` rises.
"""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import Literal

from pydantic import AwareDatetime, Field
from pydantic.alias_generators import to_camel

from shared.destinations.http.json_parts import JsonPart
from shared.domain.identity import normal_forms
from shared.domain.lead import (
    CONTACT_FIELDS,
    CONTACT_KEYS,
    Contact,
    Interest,
    KeyKind,
    Lead,
    did,
)
from shared.domain.priority import Priority
from shared.domain.stage import Stage
from shared.domain.standing import Standing, standing_fields

MARKETPLACE_NAMES = dict(zip(CONTACT_FIELDS, CONTACT_KEYS, strict=True))


class ContactJson(JsonPart):
    """A customer; "" is "not given"."""

    first_name: str
    last_name: str
    email: str
    phone: str
    country: str
    company: str
    title: str
    country_code: str = Field(description='ISO 3166 alpha-2, XK for Kosovo; "" if not known')
    country_name: str = Field(description='in English; "" if not known')
    phone_e164: str = Field(description='without its extension; "" if phone is not a valid number')


class InterestJson(JsonPart):
    """What the customer did, with the contact as given then."""

    submission_id: str = Field(description="the same however often it is sent")
    received_at: AwareDatetime
    source: str = Field(description="such as AzureMarketplace, AzurePortal, AppSource (SPZA)")
    action: str = Field(description="such as INS, PLT, DNC, Create, StartTestDrive")
    publisher: str
    offer: str
    offer_title: str
    description: str = Field(description="what the customer wrote")
    lead_source: str = Field(description="as Microsoft sent it")
    contact: ContactJson


class LeadJson(JsonPart):
    """One customer, de-duplicated, with what is new since the last delivery, or a part of it."""

    schema_version: Literal[1] = 1
    lead_id: str = Field(description="the same for all that this customer ever does")
    version: int = Field(description="rises with each change; a lower one that comes late is old")
    created_at: AwareDatetime
    recognised_by: KeyKind = Field(description="submission: nothing identifies the customer")
    stage: Stage = Field(
        description="initial (contact me), accelerated (test drive) or active (got it now, bought);"
        " the highest so far; none: only asked another partner"
    )
    test: bool = Field(description="a test lead of Partner Center")
    do_not_contact: bool = Field(description="nobody may contact the customer")
    contact: ContactJson = Field(description="the newest that is known, field by field")
    changed_fields: tuple[str, ...] = Field(
        description="fields of contact that the marketplace gave or changed since the last"
        " delivery; sales may have corrected the others, leave them alone"
    )
    name_conflicts: tuple[str, ...] = Field(description="other names under the same identity")
    owner: str = Field(description='who should follow up, "" if nobody is named; for new records')
    owner_name: str = Field(description="what people call the owner")
    team: str
    team_name: str = Field(description="what people call the team")
    priority: Priority
    tags: tuple[str, ...] = Field(description="of the rules that the customer fell under")
    qualified: bool = Field(
        description="what a person decided, else whether it meets the prerequisites"
    )
    unqualified_because: tuple[str, ...] = Field(description="what is lacking, in words")
    qualification_by: str = Field(
        description='who decided whether the lead is qualified; "" for the prerequisites'
    )
    qualification_note: str = Field(description="why, in the words of who decided")
    follow_up_due_at: AwareDatetime | None = Field(
        description="by when somebody must answer; null if there is nothing to answer"
    )
    merged_into: str = Field(
        description='the leadId that this lead is part of by now, "" if none: what the customer did'
        " and does comes with that one"
    )
    new_interests: tuple[InterestJson, ...] = Field(
        description="since the last delivery, oldest first; one may come again with a higher"
        " version if an answer was lost, with its submissionId"
    )
    new_interests_through: int = Field(
        description="the version up to which this post and those before it have the new interests;"
        " if it is lower than version, they are too many for one post, and more may follow"
    )


def lead_json(
    lead: Lead,
    fields: Collection[str],
    interests: Iterable[Interest],
    through: int,
    standing: Standing | None = None,
) -> LeadJson:
    """Return a lead as it is now, with some of its new interests."""
    return LeadJson(
        lead_id=lead.lead_id,
        version=lead.version,
        created_at=lead.created_at,
        recognised_by=lead.key_kind,
        stage=lead.stage,
        test=lead.test,
        do_not_contact=lead.do_not_contact,
        contact=_contact(lead.contact),
        changed_fields=tuple(to_camel(name) for name in CONTACT_FIELDS if name in fields),
        name_conflicts=lead.name_conflicts,
        **standing_fields(lead),
        owner_name=standing.owner if standing else "",
        team_name=standing.team if standing else "",
        merged_into=lead.merged_into,
        new_interests=tuple(interest_json(interest) for interest in interests),
        new_interests_through=through,
    )


def marketplace_json(interest: Interest) -> dict[str, object]:
    """Return an interest as Microsoft posts it, so that a flow made for that works unchanged.

    All fields of the documented schema, empty if they were not given, see
    https://learn.microsoft.com/partner-center/marketplace-offers/commercial-marketplace-lead-management-instructions-https
    """
    submission = interest.submission
    return {
        "UserDetails": {
            theirs: getattr(submission.contact, ours) for ours, theirs in MARKETPLACE_NAMES.items()
        },
        "LeadSource": submission.lead_source,
        "ActionCode": submission.action,
        "OfferTitle": submission.offer_title,
        "Description": submission.description,
    }


def interest_json(interest: Interest) -> InterestJson:
    """Return an interest as it was received."""
    submission = interest.submission
    return InterestJson(
        submission_id=submission.submission_id,
        received_at=submission.received_at,
        **did(submission),
        description=submission.description,
        lead_source=submission.lead_source,
        contact=_contact(submission.contact),
    )


def _contact(contact: Contact) -> ContactJson:
    return ContactJson(**asdict(contact), **normal_forms(contact))
