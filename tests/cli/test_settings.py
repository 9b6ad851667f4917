"""A command needs the settings that it uses, and no others: a shell may lack or have any."""

import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pytest

from shared.bootstrap import utc_now
from shared.ports.rules import StoredRules
from shared.storage.account import Storage
from tests.cli.a_team import TEAM_RULES
from tests.cli.account import Account, Told, leads_command, open_account
from tests.docs.command_lines import PATHS
from tests.fakes import FakeCrm

NOBODY = "http://127.0.0.1:1/api/leads"
WRONG = {
    "AZURE_TABLE_NAME": "Leads",
    "CRM": ",",
    "FOLLOW_UP_GRACE": "soon",
    "FOLLOW_UP_WITHIN": "soon",
    "LEAD_ID_KEY": "tooshort",
    "NOTICE_CHANNEL": "pigeon",
    "NOTICE_DETAILS": "all",
    "NURTURE_SCHEDULE": "hourly",
    "PUBLIC_URL": "leads",
    "REPEAT_WINDOW": "soon",
    "SILENCE_AFTER": "soon",
    "TABLE_PREFIX": "1-",
    "TEST_LEADS": "maybe",
}
STORED = frozenset({"TABLE_PREFIX"})
BY_ADDRESS = STORED | {"LEAD_ID_KEY"}
ACTING = BY_ADDRESS | {"FOLLOW_UP_WITHIN"}
WITH_PEOPLE = ACTING | {"NOTICE_CHANNEL"}
ZOE, ADA = "zoe@example.com", "ada@example.com"

USED: Mapping[tuple[str, ...], frozenset[str]] = {
    ("list",): STORED,
    ("show", ZOE): BY_ADDRESS,
    ("release", ZOE): BY_ADDRESS,
    ("deliver", "--pending", "--yes"): STORED,
    ("deliver", "--to", "crm", "--dry-run"): STORED,
    ("identity",): BY_ADDRESS,
    ("merge", ZOE, ADA, "--dry-run"): WITH_PEOPLE | {"REPEAT_WINDOW"},
    ("follow-up", ZOE, "--at", "2026-11-02"): ACTING,
    ("undo-follow-up", ZOE): ACTING,
    ("quarantine", "list"): STORED,
    ("quarantine", "show", "{held}"): STORED,
    ("quarantine", "edit", "{held}"): STORED,
    ("quarantine", "release", "{held}"): STORED,
    ("quarantine", "discard", "{held}", "--reason", "no lead"): STORED,
    ("routing", "check", "{rules}"): frozenset(),
    ("routing", "apply", "{rules}", "--yes"): STORED,
    ("routing", "show"): STORED,
    ("team", "away", "ada", "2027-01-01", "2027-01-02"): STORED,
    ("team", "back", "ada"): STORED,
    ("team", "show"): STORED,
    ("team", "reassign", "cem", "--yes"): STORED | {"FOLLOW_UP_WITHIN", "NOTICE_CHANNEL"},
    ("explain", ZOE): BY_ADDRESS | {"CRM", "FOLLOW_UP_WITHIN"},
    ("explain", "--sample", "official", "--rules", "{rules}"): frozenset(
        {"CRM", "FOLLOW_UP_WITHIN"}
    ),
    ("figures",): STORED | {"FOLLOW_UP_WITHIN"},
    ("sweep", "--dry-run"): ACTING
    | {
        "AZURE_TABLE_NAME",
        "CRM",
        "FOLLOW_UP_GRACE",
        "NOTICE_CHANNEL",
        "NOTICE_DETAILS",
        "PUBLIC_URL",
    }
    | {"REPEAT_WINDOW"},
    ("send", "--list"): frozenset(),
    ("send", "--test", "--to", NOBODY): frozenset(),
    ("status",): STORED,
    ("export", "--all"): STORED,
    ("import", "{rules}", "--yes"): STORED,
}
TELLS_OF_ALL = {"check"}
"""It is asked what is wrong."""

SAID_FIRST = [
    (("list",), "TABLE_PREFIX"),
    (("show", ZOE), "LEAD_ID_KEY"),
    (("merge", ZOE, ADA, "--dry-run"), "NOTICE_CHANNEL"),
    (("merge", ZOE, ADA, "--dry-run"), "REPEAT_WINDOW"),
    (("follow-up", ZOE, "--at", "2026-11-02"), "FOLLOW_UP_WITHIN"),
    (("undo-follow-up", ZOE), "FOLLOW_UP_WITHIN"),
    (("team", "reassign", "cem", "--yes"), "NOTICE_CHANNEL"),
    (("explain", ZOE), "FOLLOW_UP_WITHIN"),
    (("explain", "--sample", "official", "--rules", "{rules}"), "CRM"),
    (("figures",), "FOLLOW_UP_WITHIN"),
]


@dataclass(frozen=True)
class Shell:
    """A terminal beside an app with a lead, an entry in quarantine, and rules with a team."""

    account: Account
    names: Mapping[str, str]

    async def leads(self, command: tuple[str, ...], settings: Mapping[str, str]) -> Told:
        arguments = (argument.format(**self.names) for argument in command)
        ours = {"LeadStorage": self.account.connection, "TABLE_PREFIX": self.account.prefix}
        return await leads_command(*arguments, stdin=b"", **{"EDITOR": "true", **ours, **settings})


@pytest.fixture(scope="module")
async def shell(
    azurite: str, storage: Storage, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Shell]:
    account = open_account(azurite, storage, f"t{uuid.uuid4().hex[:12]}", FakeCrm())
    await account.messages.create_queue()
    applied = StoredRules(text=TEAM_RULES, applied_at=utc_now(), applied_by="ada")
    for who in (ZOE, ADA):
        await account.push(who)
    assert await account.stores.rules.put_in_force(applied, before=None)
    rules = tmp_path_factory.mktemp("files") / "routing.toml"
    rules.write_text(TEAM_RULES)
    held = await account.quarantine(b"no JSON")
    yield Shell(account, {"rules": str(rules), "held": held})
    await account.wipe()


def test_every_command_is_looked_at() -> None:
    said = [" ".join(command) + " " for command in USED]
    missing = {
        path for path in map(" ".join, PATHS) if not any(one.startswith(f"{path} ") for one in said)
    }

    assert missing == TELLS_OF_ALL


@pytest.mark.parametrize("command", USED, ids=" ".join)
async def test_a_wrong_setting_that_a_command_does_not_use_is_nothing_to_it(
    shell: Shell, command: tuple[str, ...]
) -> None:
    wrong = {name: value for name, value in WRONG.items() if name not in USED[command]}

    told = await shell.leads(command, wrong)

    assert told.code != 2
    assert [name for name in wrong if name in told.err] == []


@pytest.mark.parametrize(("command", "setting"), SAID_FIRST, ids=str)
async def test_a_wrong_setting_that_a_command_uses_is_named_with_what_it_should_be(
    shell: Shell, command: tuple[str, ...], setting: str
) -> None:
    told = await shell.leads(command, {setting: WRONG[setting]})

    assert (told.code, told.out) == (2, "")
    assert told.err.startswith(f"leads: wrong setting: {setting}: ")
    assert "; should be: " in told.err
    assert told.err.count("\n") == 1


@pytest.mark.parametrize("command", [("explain", ZOE), ("sweep", "--dry-run")], ids=" ".join)
async def test_a_destination_that_does_not_exist_is_named_with_those_that_do(
    shell: Shell, command: tuple[str, ...]
) -> None:
    told = await shell.leads(command, {"CRM": "azure_table,dynamic"})

    assert (told.code, told.out) == (2, "")
    assert told.err.startswith("leads: wrong setting: CRM: names 'dynamic'; the destinations are: ")


async def test_a_destination_without_its_settings_stops_only_who_asks_it(shell: Shell) -> None:
    settings = {"CRM": "dynamics"}

    swept = await shell.leads(("sweep", "--dry-run"), settings)
    explained = await shell.leads(("explain", ZOE), settings)

    assert swept.code == 2
    assert "DYNAMICS_URL: is not set" in swept.err
    assert "goes to         dynamics\n" in explained.out


async def test_all_that_keeps_a_sweep_from_being_done_is_told_at_once(shell: Shell) -> None:
    command = ("sweep", "--dry-run")
    used = USED[command] - STORED - {"AZURE_TABLE_NAME"}  # which a wrong CRM does not name

    told = await shell.leads(command, {name: WRONG[name] for name in used})
    of_a_destination = await shell.leads(command, {"AZURE_TABLE_NAME": "Leads"})

    first, *faults = told.err.splitlines()
    assert (told.code, told.out, first) == (2, "", "leads: wrong settings:")
    assert sorted(fault.partition(":")[0] for fault in faults) == sorted(f"- {n}" for n in used)
    assert of_a_destination.err.startswith("leads: wrong setting: AZURE_TABLE_NAME: is 'Leads'; ")


async def test_leads_check_tells_of_every_wrong_setting_of_the_app(shell: Shell) -> None:
    wrong = WRONG.keys() - STORED - {"AZURE_TABLE_NAME"}

    told = await shell.leads(("check",), {name: WRONG[name] for name in wrong})

    assert told.code == 1
    assert {name for name in wrong if f"{name}: " not in told.out} == set()
