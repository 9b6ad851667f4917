"""A push, the notice of it, and the link in the notice: opened, and acted on."""

import html
import re

import httpx

from local.fakes.channels.https_endpoint import HttpsEndpointChannelServer
from tests.end_to_end.running import eventually, running
from tests.end_to_end.test_http import lead


async def test_the_link_in_a_notice_opens_the_page_of_its_lead(account: str) -> None:
    async with (
        HttpsEndpointChannelServer().running() as channel,
        running({**channel.settings(), "LeadStorage": account}) as app,
        httpx.AsyncClient(follow_redirects=True) as browser,
    ):
        await app.post(lead("noticed"))

        async def arrived() -> list[str]:
            return [link for one in channel.arrived for link in one.links if "/api/act" in link]

        [link] = await eventually(arrived)
        page = await browser.get(link)
        [token] = re.findall(r'name="token" value="([^"]*)"', page.text)
        typed = {"token": html.unescape(token), "action": "followed_up", "by": "Ada"}
        done = await browser.post(link, data=typed)

    assert link.startswith(f"http://{app.http.base_url.netloc.decode()}/api/act?")
    assert "Zoë Quimby" in page.text
    assert "Recorded." in done.text
