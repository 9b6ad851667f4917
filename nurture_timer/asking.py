"""Ask destinations whether sales has acted, in few calls, before anybody is flagged.

A call that fails keeps none of the others from being made. What it asked is asked again in halves,
and each sweep asks in another order: so whoever was asked about together with a lead that can't be
asked about is not flagged wrongly for ever.
"""

import asyncio
import logging
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched
from typing import NamedTuple

from nurture_timer.due import questions
from nurture_timer.faults import Faults
from shared.domain.acts import Act, Via
from shared.domain.attempts import REASON_CHARACTERS
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmRejectedError,
    CrmSettingsError,
    SettingsError,
)
from shared.domain.retired import InUse
from shared.domain.troubles import Cause, cause_of
from shared.ports.crm import Crm, Destinations, FollowUpQuestion, FollowUpSeen, SeenAct
from shared.ports.index import Doing, LeadIndex, Trouble
from shared.ports.leads import StoredLead
from shared.usable import usable_answers, usable_seen

log = logging.getLogger(__name__)

QUESTIONS_AT_ONCE = 100

ASK_WITHIN = timedelta(minutes=3)
"""For all questions of one destination; ``functionTimeout`` in host.json is 10 minutes."""

ANSWER_WITHIN = timedelta(minutes=1)
"""For one call: one without an answer leaves time for others."""

TROUBLE_LASTS = timedelta(hours=7)
"""Longer than any delivery that fails is left alone; what nobody has met since is over."""

NAME_CHARACTERS = 200
NO_TIME_LEFT = "there was no time to ask about all leads that are due"

FOR_A_PERSON = (CrmCredentialsError, CrmSettingsError, SettingsError)


class Fault(NamedTuple):
    """Why something could not be asked; ``lasting`` if only a person can end it."""

    reason: str
    lasting: bool = False
    cause: Cause = Cause.UNREACHABLE


@dataclass(slots=True)
class Answers:
    """What sales did, by lead id, and how each destination took the questions.

    ``telling`` are the destinations that know of follow-ups, now or once mended; ``answered`` those
    that told all; ``failed`` those that did not, and why; ``unchecked`` the leads that one which
    could know did not tell of. ``owners`` are whom sales gave a lead's record to, by destination.
    """

    seen: dict[str, list[Act]] = field(default_factory=dict)
    telling: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    failed: dict[str, Fault] = field(default_factory=dict)
    unchecked: set[str] = field(default_factory=set)
    owners: dict[str, dict[str, str]] = field(default_factory=dict)


async def ask(
    due: Iterable[StoredLead],
    now: datetime,
    destinations: Destinations,
    in_use: InUse,
    faults: Faults,
    within: timedelta = ASK_WITHIN,
) -> Answers:
    """Ask every destination for all leads, side by side; one that can't be asked has told nothing.

    What a slow one has told in time counts.
    """
    asked: dict[str, list[FollowUpQuestion]] = {}
    unasked: set[str] = set()
    for stored in due:
        unasked.add(stored.lead.lead_id)
        with faults.of(f"lead {stored.lead.lead_id} is not asked about"):
            for name, question in questions(stored, now, in_use).items():
                asked.setdefault(name, []).append(question)
            unasked.remove(stored.lead.lead_id)
    answers = Answers(telling=set(asked), unchecked=unasked)
    order = random.Random(now.isoformat())  # noqa: S311 - no secret
    for about in asked.values():
        order.shuffle(about)
    turns = (Asking(name, now, answers) for name in asked)
    await asyncio.gather(*(turn.ask(asked[turn.name], destinations, within) for turn in turns))
    return answers


@dataclass(frozen=True, slots=True)
class Asking:
    """The questions to one destination."""

    name: str
    now: datetime
    answers: Answers
    told: set[str] = field(default_factory=set)

    async def ask(
        self, about: Sequence[FollowUpQuestion], destinations: Destinations, within: timedelta
    ) -> None:
        """Ask as much as there is time for."""
        faults: list[Fault] = []
        try:
            crm = await destinations.get(self.name)
            if not crm.tells_follow_up:
                self.answers.telling.remove(self.name)
                return
            async with asyncio.timeout(within.total_seconds()):
                for some in batched(about, QUESTIONS_AT_ONCE, strict=False):
                    faults += await self._ask_some(crm, some)
        except TimeoutError:
            faults.append(Fault(NO_TIME_LEFT))
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not keep flags away
            faults.append(self._fault(error))
        self.answers.unchecked |= {question.lead_id for question in about} - self.told
        if faults:
            self.answers.failed[self.name] = max(faults, key=lambda fault: fault.lasting)
        else:
            self.answers.answered.add(self.name)

    async def _ask_some(
        self, crm: Crm, some: Sequence[FollowUpQuestion], *, halved: bool = False
    ) -> list[Fault]:
        """Ask once, and if that fails each half for itself.

        It goes down to single questions where one of them may be what is wrong. A CRM that is down
        is not asked so often.
        """
        try:
            async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                told = usable_answers(await crm.follow_ups(some))
            return list(self._keep(some, told))
        except Exception as error:  # noqa: BLE001 - likewise
            once_more = _may_be_about_one(error) or not (halved or isinstance(error, FOR_A_PERSON))
            if len(some) == 1 or not once_more:
                return [self._fault(error)]
        middle = len(some) // 2
        first = await self._ask_some(crm, some[:middle], halved=True)
        return first + await self._ask_some(crm, some[middle:], halved=True)

    def _keep(
        self, some: Sequence[FollowUpQuestion], told: Mapping[str, object]
    ) -> Iterator[Fault]:
        """Keep all acts on each lead; one that can't be used is no answer about that lead."""
        for question in some:
            answer = told.get(question.lead_id)
            try:
                if answer is not None:
                    self._keep_seen(question, usable_seen(answer))
                self.told.add(question.lead_id)
            except Exception as error:  # noqa: BLE001 - likewise
                yield self._fault(error)

    def _keep_seen(self, question: FollowUpQuestion, seen: FollowUpSeen) -> None:
        acts = seen.acts or ((SeenAct(at=seen.at, by=seen.by),) if seen.at else ())
        since = [
            self._act(act, newest_only=not seen.all_told)
            for act in acts
            if act.at >= question.since
        ]
        if since:
            self.answers.seen.setdefault(question.lead_id, []).extend(since)
        if seen.owner:
            self.answers.owners.setdefault(question.lead_id, {})[self.name] = seen.owner

    def _act(self, seen: SeenAct, *, newest_only: bool) -> Act:
        return Act(
            said_at=seen.at,
            seen_at=self.now,
            by=seen.by[:NAME_CHARACTERS],
            via=Via.CRM,
            destination=self.name,
            outcome=seen.outcome,
            closed=seen.closed,
            newest_only=newest_only,
        )

    def _fault(self, error: Exception) -> Fault:
        """Log what failed, and return it; what an error says may be of the customer's."""
        lasting = isinstance(error, FOR_A_PERSON)
        how = "refuses to" if lasting else "can't"
        level = logging.ERROR if lasting else logging.WARNING
        log.log(level, "%s %s be asked about follow-ups: %r", self.name, how, type(error))
        return Fault(_reason(error), lasting, cause_of(error))


def _may_be_about_one(error: Exception) -> bool:
    """Tell whether another call may go better: a refusal, or a bug, can be about one question."""
    return isinstance(error, CrmRejectedError) or not isinstance(
        error, CrmError | SettingsError | TimeoutError
    )


def _reason(error: Exception) -> str:
    match error:
        case CrmError() | SettingsError():
            return str(error)
        case TimeoutError():
            return f"no answer within {ANSWER_WITHIN.total_seconds():.0f} s"
        case _:
            return f"the adapter failed with {type(error).__name__}"


async def tell_troubles(answers: Answers, index: LeadIndex, now: datetime, in_use: InUse) -> None:
    """Write which destinations could not be asked, and delete what has ended or nobody meets."""
    for name, fault in answers.failed.items():
        trouble = Trouble(
            destination=name,
            doing=Doing.ASK,
            reason=fault.reason[:REASON_CHARACTERS],
            at=now,
            cause=fault.cause,
        )
        await index.put_trouble(trouble)
    ended = {(name, Doing.ASK) for name in answers.answered}
    for trouble in await index.troubles():
        over = (trouble.destination, trouble.doing) in ended or now - trouble.at > TROUBLE_LASTS
        if over or in_use.retired([trouble.destination]):
            await index.delete_trouble(trouble.destination, trouble.doing)
