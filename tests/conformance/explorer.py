"""The explorer in Debian's chromium: ready queries, each with its viewer's key, from our own files."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Page, Response, Route, sync_playwright

from schema.door.http import STATIC
from tests.conformance.tools import Json, NotAskedError

READY: Final = {"centre": "regional_centre", "north": "department", "partner": "partner"}
RUN: Final = ".graphiql-execute-button"
SETTLES_MS: Final = 700  # GraphiQL reads an operation's name once the text has been still
SHOWN: Final = "text => document.querySelector('.graphiql-response').innerText.includes(text)"
KeyOf = Callable[[str], str]


class Explorer:
    """The page, what it complained of, and which addresses it wanted besides the hub's."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = f"{url}/graphql"
        self.complaints: list[str] = []
        self._hub = urlsplit(url).netloc
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self._heard(said.type, said.text))
        page.route("**/*", self._let_through)
        page.goto(self.url)
        page.wait_for_selector(RUN)

    def use(self, key: str) -> None:
        """Apply a key, and wait until the schema has come."""
        self.page.fill("#key", key)
        with self.page.expect_response(self.url):
            self.page.click("#credential button")
        self.page.wait_for_selector(RUN)

    def run(self, tab: int) -> tuple[str, Json]:
        """Run the query of a tab; gives its text and the answer."""
        self.page.locator(".graphiql-tab-button").nth(tab).click()
        self.page.wait_for_timeout(SETTLES_MS)
        with self.page.expect_response(_is_answer) as answered:
            self.page.keyboard.press("Control+Enter")  # the tab has the focus, as after a click
        sent = json.loads(answered.value.request.post_data or "{}")
        return sent["query"], answered.value.json()

    def wait_for(self, text: str) -> None:
        """Wait until a text stands where answers are shown."""
        self.page.wait_for_function(SHOWN, arg=text)

    def _heard(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)

    def _let_through(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.scheme in {"data", "blob"} or address.netloc == self._hub:
            route.continue_()
        else:
            self.complaints.append(f"wanted {route.request.url}")
            route.abort()


def _is_answer(response: Response) -> bool:
    """Tell the answer to a query from that to a question about the schema."""
    sent = response.request.post_data
    return bool(sent) and "__schema" not in str(sent)


@contextmanager
def opened(url: str) -> Iterator[Explorer]:
    """Open the page; raises NotAskedError where there is no browser."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise NotAskedError("no chromium on this machine: apt-get install chromium")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=arguments)
        try:
            yield Explorer(browser.new_page(locale="ru-RU"), url)
        finally:
            browser.close()


def looked_at(url: str, key_of: KeyOf) -> Sequence[str]:
    """Use the page as its three viewers do; gives what is wrong with it."""
    with opened(url) as explorer:
        explorer.page.click(RUN)
        explorer.wait_for("Вставьте ключ доступа")
        problems = _policy(url)
        for tab, (who, name) in enumerate(READY.items()):
            explorer.use(key_of(who))
            problems += _as_direct(explorer, tab, name, key_of(who))
        return [*problems, *explorer.complaints]


def _as_direct(explorer: Explorer, tab: int, name: str, key: str) -> list[str]:
    text, answer = explorer.run(tab)
    explorer.wait_for('"data"')
    direct = httpx.post(
        explorer.url, json={"query": text}, headers={"Authorization": f"Bearer {key}"}, timeout=30
    ).json()
    ready = (STATIC / "queries" / f"{name}.graphql").read_text(encoding="utf-8")
    return [
        f"{name}: {problem}"
        for problem, holds in {
            "is not the ready query": text == ready,
            "is not answered as the API answers": answer == direct,
            "is answered with errors": "errors" not in answer,
        }.items()
        if not holds
    ]


def _policy(url: str) -> list[str]:
    page = httpx.get(f"{url}/graphql", headers={"Accept": "text/html"})
    policy = page.headers["content-security-policy"]
    loose = [word for word in ("unsafe", "http", "*") if word in policy]
    shut = "default-src 'none'" in policy
    return [f"the policy lets in {word}" for word in loose] + ([] if shut else ["no policy"])
