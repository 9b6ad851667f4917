"""A wrong setting costs no lead: it is taken in, and waits until the setting is mended."""

from collections.abc import Sequence

from tests.end_to_end.running import App, Row, eventually, running
from tests.end_to_end.test_http import lead, problem


async def test_a_destination_that_does_not_exist_postpones_the_delivery(account: str) -> None:
    async with running({"CRM": "nosuch", "LeadStorage": account}) as app:
        answer = await app.post(lead("waits"))
        assert answer.status_code == 202

        async def postponed() -> Sequence[Row]:
            rows = await app.lead_of(answer.json()["submissionId"])
            return [r for r in rows if r["RowKey"] == "lead|delivery|nosuch" and r["last_error"]]

        async def told() -> Sequence[Row]:
            return await app.rows("LeadIndex", "RowKey eq 'trouble|nosuch|deliver'")

        [delivery] = await eventually(postponed)
        [trouble] = await eventually(told)

        assert delivery["last_error"].startswith(
            "wrong settings:\n- CRM: names 'nosuch'; the destinations are: azure_table, "
        )
        assert (delivery["attempts"], delivery["parked_version"]) == (1, 0)
        assert trouble["reason"] == delivery["last_error"]
        await nothing_is_lost(app)


async def test_wrong_rules_postpone_the_message_and_are_named_in_one_log_message(
    account: str,
) -> None:
    wrong = {"REPEAT_WINDOW": "24h", "FOLLOW_UP_WITHIN": "P100D", "LEAD_ID_KEY": "short-secret"}
    async with running({**wrong, "LeadStorage": account}) as app:
        assert (await app.post(lead("waits"))).status_code == 202

        async def told() -> bool:
            return "a message was postponed by " in app.logged()

        await eventually(told)

        lines = app.logged().partition("a message was postponed by ")[2].splitlines()
        assert lines[0].endswith(" s: wrong settings:")
        named = {line.removeprefix("- ").partition(":")[0] for line in lines[1:4]}
        assert named == wrong.keys()
        assert "short-secret" not in app.app.output
        assert await app.rows("Leads") == []
        await nothing_is_lost(app)


async def test_a_storage_setting_that_is_wrong_is_told_to_the_sender_as_unavailable(
    azurite: str,
) -> None:
    async with running({"TABLE_PREFIX": "1!", "LeadStorage": azurite}) as app:
        answer = await app.post(lead("refused"))

        assert problem(answer, 503)["title"] == "Service Unavailable"
        assert answer.headers["Retry-After"] == "60"
        assert "TABLE_PREFIX" not in answer.text
        assert "- TABLE_PREFIX: is '1!';" in app.logged()


async def nothing_is_lost(app: App) -> None:
    """See that the message was put back, and the one that was taken is done with."""

    async def taken() -> bool:
        return "route_lead     succeeded in" in app.logged()

    async def only_one_waits() -> bool:
        return await app.waiting("leads") == 1

    await eventually(taken)
    await eventually(only_one_waits)
    assert await app.waiting("leads-poison") == 0
    assert "Traceback" not in app.logged()
