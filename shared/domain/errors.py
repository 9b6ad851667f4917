"""Every error the relay raises on purpose; each says who must act.

::

    RelayError
    ├── InvalidPushError            the sender: the body is no lead
    │   └── TooLargePushError       the sender: the body is larger than any lead
    ├── InvalidMessageError         the operator: a queue message is none of ours
    ├── NewerMessageError           nobody: a newer version of the app will read the message
    ├── SettingsError               the operator: a setting is wrong
    │   ├── NoWorkingTimeError      the operator: a team's calendar is closed for years
    │   └── RulesError              the operator: routing.toml is wrong
    ├── StorageError
    │   ├── StorageUnavailableError nobody: the work is tried again
    │   │   ├── UnreadableLeadError nobody: a newer version of the app will read the lead
    │   │   ├── ContendedLeadError  nobody: the lead is tried again
    │   │   └── UnsentClaimError    nobody: likewise, and no request is under way under its claims
    │   ├── StorageRefusedError     the operator: storage will never take this write
    │   ├── StaleLeadError          nobody: somebody else wrote first, read again
    │   ├── StaleTeamsError         nobody: likewise
    │   └── AlreadyRecordedError    nobody: the submission was recorded before
    ├── CrmError
    │   ├── CrmUnavailableError     nobody: the CRM did not do it and may later
    │   │   └── CrmRecordGoneError  nobody: the next delivery makes another record
    │   ├── CrmCredentialsError     the operator: the CRM refuses who we are
    │   ├── CrmSettingsError        the operator: our settings do not fit what the CRM has
    │   ├── CrmRejectedError        the operator: the CRM refuses this lead
    │   │   └── CrmFieldsRefusedError   nobody: the lead is sent again without these fields
    │   ├── CrmOutcomeUnknownError  nobody: the CRM may or may not have done it
    │   └── CrmUncertainError       the operator: only a person can tell whether the record exists
    └── ChannelError
        ├── ChannelUnavailableError nobody: the channel may take the message later
        ├── ChannelRefusedError     the operator: the channel will not take this message
        └── ChannelSettingsError    the operator: a setting of the channel is missing or wrong
"""

from collections.abc import Collection, Sequence
from datetime import timedelta


class RelayError(Exception):
    """The root of the tree."""


class InvalidPushError(RelayError):
    """A body that is no lead; the sender must send another, an operator can release this one."""

    def __init__(self, faults: Sequence[str]) -> None:
        """Take one sentence per fault; none of them holds personal data."""
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


class TooLargePushError(InvalidPushError):
    """A body that is larger than a lead can be; it is kept as far as it fits."""


class InvalidMessageError(RelayError):
    """A queue message that this app never wrote; it is kept in quarantine for an operator."""


class NewerMessageError(RelayError):
    """A queue message of a newer version of this app; it waits for an instance that knows it."""


class SettingsError(RelayError):
    """Wrong settings; the operator must mend each of the named ones."""

    def __init__(self, faults: Sequence[str]) -> None:
        """Take one line per wrong setting, saying what it should be."""
        super().__init__("wrong settings:\n" + "\n".join(f"- {fault}" for fault in faults))
        self.faults = tuple(faults)


class NoWorkingTimeError(SettingsError):
    """A calendar without enough working time; the operator must give its team some hours."""

    def __init__(self, zone: str, looked: timedelta) -> None:
        """Take the calendar's zone, and how far ahead was looked."""
        fault = (
            f"the calendar of a team in {zone} has too little working time in {looked.days} days"
        )
        super().__init__([f"{fault}: check its hours and the dates on which it is closed"])


class RulesError(SettingsError):
    """A ``routing.toml`` that can't be in force; the operator must correct each of its faults."""

    def __init__(self, faults: Sequence[str]) -> None:
        """Take one line per fault: where it is, and what should be there."""
        RelayError.__init__(self, "the rules are wrong:\n" + "\n".join(f"- {f}" for f in faults))
        self.faults = tuple(faults)


class StorageError(RelayError):
    """The root of what our own tables and queues answer."""


class StorageUnavailableError(StorageError):
    """Storage gave no usable answer; the write may or may not have happened."""


class UnreadableLeadError(StorageUnavailableError):
    """Only a newer version of the app can read the rows of a lead, which wait for it."""

    def __init__(self, lead_id: str) -> None:
        """Take the lead; nothing of what is in its rows."""
        super().__init__(f"this version of the app can't read the rows of lead {lead_id}")
        self.lead_id = lead_id


class ContendedLeadError(StorageUnavailableError):
    """Others wrote the lead first, time and again; it can be tried once more."""


class UnsentClaimError(StorageUnavailableError):
    """A lead may be claimed now, but no request is under way under the claims that are named."""

    def __init__(self, reason: str, *claims: str) -> None:
        """Take what storage said, and the claims: by id, or as ``claim_at`` names them."""
        super().__init__(reason)
        self.claims = claims


class StorageRefusedError(StorageError):
    """Storage will never take this write: a row is too large, say. Nothing of it was written."""


class StaleLeadError(StorageError):
    """The lead changed since it was read; read it again and decide anew."""


class StaleTeamsError(StorageError):
    """Whose turn it is changed since it was read; read it again and decide anew."""


class AlreadyRecordedError(StorageError):
    """The submission has its interest row already."""


class CrmError(RelayError):
    """The root of what a destination answers; the message is kept with the delivery."""


class CrmUnavailableError(CrmError):
    """The destination clearly did not take the lead and may take it later.

    ``retry_after`` is the wait that it asked for: never sooner than our own schedule, and six hours
    at most. Only with ``daily_quota`` it counts up to a day: the vendor documents this very answer
    as a quota that is used up until a certain time, which ``retry_after`` then says.
    """

    def __init__(
        self, reason: str, *, retry_after: timedelta | None = None, daily_quota: bool = False
    ) -> None:
        """Take the reason, the wait that was asked for, and whether a day's quota is used up."""
        super().__init__(reason)
        self.retry_after = retry_after
        self.daily_quota = daily_quota


class CrmRecordGoneError(CrmUnavailableError):
    """The record was deleted there; a delivery makes another one."""


class CrmCredentialsError(CrmError):
    """The destination refuses our credentials; the operator must mend them, leads wait."""


class CrmSettingsError(CrmError):
    """The destination lacks, or requires, what our settings should name; leads wait until then."""


class CrmRejectedError(CrmError):
    """The destination refuses this lead as it is, in its own words; the delivery is parked."""


class CrmFieldsRefusedError(CrmRejectedError):
    """The destination refuses some fields by name; without them it may take the lead."""

    def __init__(self, reason: str, *, fields: Collection[str]) -> None:
        """Take the reason, and the fields by the destination's names."""
        super().__init__(reason)
        self.fields = frozenset(fields)


class CrmOutcomeUnknownError(CrmError):
    """A write left and no usable answer came back: it may have been done, or may be done yet.

    ``trouble`` says that it will end the same way until an operator mends credentials or settings.
    """

    def __init__(
        self, reason: str, *, retry_after: timedelta | None = None, trouble: bool = False
    ) -> None:
        """Take the reason, the wait the destination asked for, and whether an operator must act."""
        super().__init__(reason)
        self.retry_after = retry_after
        self.trouble = trouble


class CrmUncertainError(CrmError):
    """An earlier request may have created the record and the destination can't be asked."""


class ChannelError(RelayError):
    """The root of what a notice channel answers; holds no secret and no customer's text."""


class ChannelUnavailableError(ChannelError):
    """The channel gave no usable answer; it may have taken the message, and may take it later."""

    def __init__(self, reason: str, *, retry_after: timedelta | None = None) -> None:
        """Take the reason and the wait the channel asked for, if it did."""
        super().__init__(reason)
        self.retry_after = retry_after


class ChannelRefusedError(ChannelError):
    """The channel refuses this message: a further try would be refused as well."""


class ChannelSettingsError(ChannelError):
    """A setting of the channel is missing or wrong, or the recipient has no address for it."""
