"""Messages and recipients that every channel must manage, and any text that a customer can send."""

from dataclasses import replace

from hypothesis import strategies as st

from shared.notices.compose import new_lead
from shared.notices.facts import Did
from shared.notices.overviews import ListAbout, lead_list
from shared.ports.channels import (
    Fact,
    Item,
    ItemList,
    Link,
    Message,
    MessageKind,
    Recipient,
    Said,
)
from tests.notices.examples import AT, BERLIN, LEAD, line

ANN = Recipient(
    name="Ann Lee", email="ann@fabrikam.example", teams="ann@fabrikam.example", slack="U012AB3CD"
)
TEAM = Recipient(name="EMEA")
NEW_LEAD = new_lead("notice-1", LEAD, details=True)
OVERDUE = lead_list(
    "notice-2", ListAbout.OVERDUE, [line(n) for n in range(10)], total=14, zone=BERLIN
)

PRANKS = (
    "<script>alert(1)</script>",
    "<!channel> <@U012AB3CD> <https://evil.example|click>",
    "[click](https://evil.example) ![x](https://evil.example/x.png)",
    "<at>Ann Lee</at> @channel @everyone",
    "https://evil.example www.evil.example evil.example mailto:eve@evil.example tel:+1900",
    "*bold* _it_ ~gone~ `code` # title\n- list\n> quote\n\n---",
    "{{DATE(2026-01-01T00:00:00Z, SHORT)}} ${name} @{triggerBody()}",
    ":boom: &lt;!here&gt; &amp; \\ \" ' \x00 \x1b[31m \ud800 \u202e\u2028",
    "\r\nBcc: eve@evil.example\r\n\r\n.",
)

TEXT = st.one_of(
    st.sampled_from(PRANKS),
    st.text(st.characters(), max_size=400),
    st.lists(
        st.sampled_from((*"<>&*_~`[](){}@#!|:/.\\\"'\n\r-", "evil", "http", "at")), max_size=60
    ).map("".join),
    st.integers(1, 40_000).map(lambda length: "<&>" * (length // 3)),
)


def about(said: str) -> Message:
    """Return a message with a customer's text wherever there can be one."""
    text = ("ours: ", Said(said))
    return Message(
        id="notice-3",
        kind=MessageKind.NEW_LEAD,
        title=text,
        paragraphs=(text,),
        facts=tuple(Fact(f"Label {n}", text) for n in range(8)),
        quote=Said(said),
        lists=(
            ItemList(
                heading=text,
                items=tuple(Item(text, f"https://crm.example/{n}") for n in range(12)),
                more=3,
            ),
        ),
        links=(
            Link("Say what you did", "https://relay.example/act?t=1"),
            Link("Write an e-mail", "mailto:jane@contoso.com?subject=Hello%20%28you%29"),
            Link("Call", "tel:+16175550123"),
        ),
    )


OURS = frozenset(
    {
        *("https://relay.example/act?t=1", "tel:+16175550123"),
        "mailto:jane@contoso.com?subject=Hello%20%28you%29",
        *(f"https://crm.example/{n}" for n in range(12)),
    }
)
"""The links that ``about`` has."""

HUGE = replace(
    new_lead(
        "notice-4",
        replace(
            LEAD, did=(Did(at=AT, action="INS", offer="W" * 500, description="D" * 30_000),) * 60
        ),
        details=True,
    ),
    lists=tuple(
        ItemList(heading=(f"List {n}",), items=OVERDUE.lists[0].items * 8) for n in range(4)
    ),
)
