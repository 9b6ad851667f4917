"""``leads routing``: the rules in force, and others in their place."""

from datetime import datetime

from shared.operations.errors import RefusedError
from shared.operations.views import View
from shared.operations.words import counted
from shared.ports.rules import RulesStore, StoredRules


class AppliedView(View):
    """When rules were put in force, and by whom."""

    content_id: str
    applied_at: datetime
    applied_by: str


class NotInForceView(View):
    """A deployed file that is not in force; without faults it was once, before other rules."""

    content_id: str
    seen_at: datetime
    faults: list[str]


class RulesView(View):
    """What is in force, None while the settings decide, and the deployed file that is not."""

    in_force: AppliedView | None
    text: str
    not_in_force: NotInForceView | None


async def show_rules(store: RulesStore) -> RulesView:
    """Return what is in force."""
    rules, file = await store.in_force(), await store.not_in_force()
    return RulesView(
        in_force=AppliedView(
            content_id=rules.content_id, applied_at=rules.applied_at, applied_by=rules.applied_by
        )
        if rules
        else None,
        text=rules.text if rules else "",
        not_in_force=NotInForceView(
            content_id=file.content_id, seen_at=file.seen_at, faults=list(file.faults)
        )
        if file
        else None,
    )


def why_not(file: NotInForceView) -> str:
    """Return why a deployed file is not in force, and what to do, in one sentence."""
    said = "the deployed routing.toml is not in force"
    if file.faults:
        more = (
            f", and {counted(len(file.faults) - 1, 'more fault')}" if len(file.faults) > 1 else ""
        )
        return f"{said}: {file.faults[0]}{more}; see `leads routing check FILE`"
    since = "it was before, and other rules were applied since"
    return f"{said}: {since}; to have it back, `leads routing apply FILE`"


async def apply_rules(store: RulesStore, text: str, *, by: str, at: datetime) -> bool:
    """Put checked rules in force, False if they are already; raise ``RefusedError``."""
    before = await store.in_force()
    rules = StoredRules(text=text, applied_at=at, applied_by=by)
    if before is not None and before.content_id == rules.content_id:
        return False
    if not await store.put_in_force(rules, before=before):
        raise RefusedError("somebody else applied rules just now: see `leads routing show`")
    return True
