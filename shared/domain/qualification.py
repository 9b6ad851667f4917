"""Whether a lead meets the prerequisites, and what it lacks. Pure.

A lead that does not is marked, and delivered like any other.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from shared.domain.acts import DECIDING, ActSummary, Outcome, in_order
from shared.domain.free_mail import FREE_MAIL
from shared.domain.identity.countries import country_code
from shared.domain.identity.emails import normalized_email
from shared.domain.identity.placeholders import has_value
from shared.domain.lead import Contact, Lead
from shared.domain.rules import Prerequisites
from shared.domain.stage import Stage, rank

LABELS = {"email": "e-mail address"}
SOMEBODY = "a person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """The result, with one sentence for each thing that is lacking; none holds a contact's data.

    ``by`` and ``note`` are who decided and why, where a person did: then nothing else counts.
    """

    qualified: bool
    reasons: tuple[str, ...] = ()
    by: str = ""
    note: str = ""


def qualify(wanted: Prerequisites, contact: Contact, stage: Stage) -> Qualification:
    """Compare what is known of a lead with the prerequisites."""
    reasons = (
        *_missing(wanted, contact),
        *_of_address(wanted, contact.email),
        *_of_country(wanted, contact.country),
        *_of_stage(wanted, stage),
    )
    return Qualification(qualified=not reasons, reasons=reasons)


def lacking(wanted: Prerequisites, lead: Lead) -> tuple[str, ...]:
    """Return which prerequisites a lead lacks, in words; what a person decided counts more."""
    missed = qualify(wanted, lead.contact, lead.stage).reasons
    return qualification_of(replace(lead, unqualified=missed)).reasons


def decision_of(acts: Iterable[ActSummary]) -> ActSummary | None:
    """Return the newest act that says whether a lead is qualified, None if nobody decided."""
    said = [act for act in in_order(acts) if not act.withdrawn and act.outcome in DECIDING]
    return said[-1] if said else None


def qualification_of(lead: Lead) -> Qualification:
    """Return what is known of a lead: as a person decided, else as the prerequisites said."""
    decided = decision_of(lead.acts)
    if decided is None:
        return Qualification(qualified=not lead.unqualified, reasons=lead.unqualified)
    by, qualified = decided.by or SOMEBODY, decided.outcome is Outcome.QUALIFIED
    reasons = () if qualified else (f"{by} decided so",)
    return Qualification(qualified=qualified, reasons=reasons, by=by, note=decided.note)


def mail_domain(email: str) -> str:
    """Return the domain of a valid address, "" if there is none."""
    return normalized_email(email).rpartition("@")[2]


def is_free_mail(domain: str) -> bool:
    """Tell whether a domain gives addresses to everybody."""
    return domain in FREE_MAIL


def is_disposable(domain: str) -> bool:
    """Tell whether a domain, or one above it, gives addresses that are thrown away."""
    from disposable_email_domains import blocklist  # noqa: PLC0415 - 10,000 names, which few leads need

    labels = domain.split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))


def _missing(wanted: Prerequisites, contact: Contact) -> Iterator[str]:
    for name in wanted.required:
        value = contact.email if name == "email" else getattr(contact, name)
        there = normalized_email(value) if name == "email" else has_value(value)
        if not there:
            yield f"{LABELS.get(name, name.replace('_', ' '))} is missing"


def _of_address(wanted: Prerequisites, email: str) -> Iterator[str]:
    if not wanted.business_address:
        return
    domain = mail_domain(email)
    if not domain and "email" not in wanted.required:
        yield "e-mail address is missing"
    elif is_free_mail(domain):
        yield "e-mail address is of a free-mail provider"
    elif domain and is_disposable(domain):
        yield "e-mail address is a disposable one"


def _of_country(wanted: Prerequisites, country: str) -> Iterator[str]:
    if not wanted.countries:
        return
    code = country_code(country)
    if has_value(country) and not code:
        yield "country is not a known one"
    elif not code and "country" not in wanted.required:
        yield "country is missing"
    elif code and code not in wanted.countries:
        yield "country is not one of those that are served"


def _of_stage(wanted: Prerequisites, stage: Stage) -> Iterator[str]:
    if rank(stage) < rank(wanted.least_stage):
        yield f"stage is {stage}; at least {wanted.least_stage} is required"
