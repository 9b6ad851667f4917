"""Ask destinations whether sales has acted, in few calls, before anybody is flagged."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched

from nurture_timer.due import questions
from shared.domain.delivery import REASON_CHARACTERS
from shared.domain.errors import CrmCredentialsError, CrmSettingsError, SettingsError
from shared.ports.crm import Destinations, FollowUpQuestion, FollowUpSeen
from shared.ports.index import Doing, LeadIndex, Trouble
from shared.ports.leads import StoredLead

log = logging.getLogger(__name__)

QUESTIONS_AT_ONCE = 100

ASK_WITHIN = timedelta(minutes=3)
"""For all questions of one destination; ``functionTimeout`` in host.json is 10 minutes."""

TROUBLE_LASTS = timedelta(hours=7)
"""Longer than any delivery that fails is left alone; what nobody has met since is over."""


@dataclass(slots=True)
class Answers:
    """What sales did, by lead id, and how each destination took the questions.

    ``telling`` are the destinations that know of follow-ups, now or once mended; ``answered`` those
    that told all; ``refused`` those that only a person can mend, and why.
    """

    seen: dict[str, FollowUpSeen] = field(default_factory=dict)
    telling: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)


async def ask(
    due: Iterable[StoredLead],
    now: datetime,
    destinations: Destinations,
    within: timedelta = ASK_WITHIN,
) -> Answers:
    """Ask every destination for all leads, side by side; one that can't be asked has told nothing.

    What a slow one has told in time counts.
    """
    asked: dict[str, list[FollowUpQuestion]] = {}
    for stored in due:
        for name, question in questions(stored, now).items():
            asked.setdefault(name, []).append(question)
    answers = Answers(telling=set(asked))
    await asyncio.gather(
        *(_ask(name, about, destinations, answers, within) for name, about in asked.items())
    )
    return answers


async def _ask(
    name: str,
    about: Sequence[FollowUpQuestion],
    destinations: Destinations,
    answers: Answers,
    within: timedelta,
) -> None:
    try:
        crm = await destinations.get(name)
        if not crm.tells_follow_up:
            answers.telling.remove(name)
            return
        async with asyncio.timeout(within.total_seconds()):
            for some in batched(about, QUESTIONS_AT_ONCE, strict=False):
                answers.seen.update(await crm.follow_ups(some))
    except (CrmCredentialsError, CrmSettingsError, SettingsError) as error:
        log.error("%s refuses to be asked about follow-ups: %r", name, type(error))  # noqa: TRY400 - its words stay with the index
        answers.refused[name] = str(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not keep flags away
        log.warning("%s can't be asked about follow-ups: %r", name, type(error))
    else:
        answers.answered.add(name)


async def tell_troubles(
    refused: Mapping[str, str], answered: Iterable[str], index: LeadIndex, now: datetime
) -> None:
    """Write which destinations refuse us, and delete what was mended or that nobody meets now."""
    for name, reason in refused.items():
        trouble = Trouble(
            destination=name, doing=Doing.ASK, reason=reason[:REASON_CHARACTERS], at=now
        )
        await index.put_trouble(trouble)
    mended = {(name, Doing.ASK) for name in answered}
    for trouble in await index.troubles():
        if (trouble.destination, trouble.doing) in mended or now - trouble.at > TROUBLE_LASTS:
            await index.delete_trouble(trouble.destination, trouble.doing)
