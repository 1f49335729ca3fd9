"""The pages as people meet them: in a browser, wide and narrow, light and dark, by keyboard, on paper, and without script."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, sync_playwright

from masagraph.web.views.example_queries import EXAMPLES
from serving import Served

pytestmark = pytest.mark.long

AREA = "http://statistics.data.gov.uk/id/statistical-geography/E09000019"
QUERIES = {
    "rows": EXAMPLES[1][1],
    "ask": EXAMPLES[2][1],
    "wide rows": EXAMPLES[3][1],
    "graph": EXAMPLES[4][1],
    "truncated": "SELECT * WHERE { ?s ?p ?o }",
    "wrong": "SELECT ?x WHERE { ?x",
}
PAGES = {
    "home": "/",
    "sparql": "/sparql",
    **{name: f"/sparql?query={quote(query)}" for name, query in QUERIES.items()},
    "thing": "/id/version/islington-2019",
    "area": f"/thing?iri={AREA}",
    "shape": "/shape/WT-DISPUTE-arbiter",
    "error": "/nothing",
    "not held": "/id/council/QQQ",
}
WIDTHS = {"desktop": 1280, "phone": 375}
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


class Tab:
    """A page of a browser that is let out to one service alone, and notes what it would have fetched elsewhere."""

    def __init__(self, page: Page, served: Served) -> None:
        """Watch a page."""
        self.page, self._served = page, served
        self.elsewhere: list[str] = []
        self.asked = 0
        self.complaints: list[str] = []
        page.context.route("**/*", self._let)
        page.on("console", lambda said: self.complaints.append(said.text) if "status of 4" not in said.text else None)

    def _let(self, route: Route) -> None:
        self.asked += 1
        if route.request.url.startswith(f"{self._served.address}/"):
            route.continue_()
        else:
            self.elsewhere.append(route.request.url)
            route.abort()

    def go(self, path: str) -> Page:
        """Go to a page of the service."""
        self.page.goto(self._served.address + path)
        return self.page

    @property
    def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        found = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return int(found)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a browser without a window."""
    chromium = shutil.which("chromium")
    if chromium is None:
        if os.environ.get("MASAGRAPH_SERVERS_REQUIRED") == "1":
            pytest.fail("Chromium is missing: install the Debian package chromium")
        pytest.skip("Chromium is not installed here (Debian package chromium)")
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield found
        found.close()


@contextmanager
def tab(browser: Browser, served: Served, width: int = 1280, scheme: Scheme = "light", *, script: bool = True) -> Iterator[Tab]:
    """Open a tab of some width and colours."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=script)
    try:
        yield Tab(context.new_page(), served)
    finally:
        context.close()


def faults(page: Page) -> list[str]:
    """Return what axe finds wrong with a page."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_leaves(browser: Browser, served: Served, name: str) -> None:
    for width in WIDTHS.values():
        for scheme in SCHEMES:
            with tab(browser, served, width, scheme) as here:
                page = here.go(PAGES[name])
                assert here.asked >= 2, "requests are counted"
                assert here.elsewhere == []
                assert here.complaints == [], "the policy and the page fit"
                assert here.overflow == 0, f"the page moves sideways at {width}"
                assert faults(page) == []


def test_axe_and_the_measure_of_width_find_planted_faults(browser: Browser, served: Served) -> None:
    with tab(browser, served, WIDTHS["phone"]) as here:
        page = here.go("/")
        page.evaluate("document.querySelector('main').innerHTML += '<img src=\"/x.png\"><p class=planted>' + 'x'.repeat(500)")
        page.evaluate("document.querySelector('.planted').style.color = '#ddd'")
        page.evaluate("document.querySelector('.planted').style.overflowWrap = 'normal'")
        found = faults(page)
        assert any(fault.startswith("image-alt") for fault in found)
        assert any(fault.startswith("color-contrast") for fault in found)
        assert here.overflow > 0
        page.evaluate("fetch('http://127.0.0.1:9/').catch(() => 0)")
        assert here.complaints, "the policy forbids it"


def test_a_query_is_asked_without_script(browser: Browser, served: Served) -> None:
    with tab(browser, served, script=False) as here:
        page = here.go("/")
        page.get_by_role("link", name="Write a query, or begin with an example").click()
        page.get_by_role("link", name="Which bodies answer for Islington").click()
        assert page.locator("tbody tr").count() == 3
        page.get_by_label("Your query").fill("SELECT ?x WHERE { VALUES ?x { 'one' 'two' } }")
        page.get_by_role("button", name="Ask").click()
        assert page.locator("tbody td").all_inner_texts() == ["one", "two"]
        page.get_by_label("Your query").fill("SELECT ?x WHERE")
        page.get_by_role("button", name="Ask").click()
        assert page.get_by_role("alert").is_visible()
        assert page.get_by_label("Your query").input_value() == "SELECT ?x WHERE"
        page.get_by_label("Your query").fill("ASK {}")
        page.get_by_role("button", name="Ask").click()
        assert page.get_by_text("The answer is yes.").is_visible()
        assert here.elsewhere == []


def test_the_keyboard_is_enough_and_seen(browser: Browser, served: Served) -> None:
    with tab(browser, served) as here:
        page = here.go("/sparql")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate("document.activeElement.getBoundingClientRect().left") == 0, "it comes into view"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        reached = []
        for _ in range(4):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.tagName"))
            shown = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
            assert shown == "solid"
            assert width >= 3
        assert reached == ["TEXTAREA", "BUTTON", "A", "A"]


def test_a_wide_table_moves_in_its_own_box(browser: Browser, served: Served) -> None:
    with tab(browser, served, WIDTHS["phone"]) as here:
        page = here.go(PAGES["wide rows"])
        box = page.locator(".scroll")
        assert box.evaluate("box => box.scrollWidth > box.clientWidth")
        assert here.overflow == 0
        box.focus()
        page.keyboard.press("ArrowRight")
        for _ in range(50):
            if box.evaluate("box => box.scrollLeft"):
                break
            page.wait_for_timeout(100)
        assert box.evaluate("box => box.scrollLeft") > 0


def test_paper_shows_the_answer_alone(browser: Browser, served: Served) -> None:
    with tab(browser, served) as here:
        page = here.go(PAGES["rows"])
        page.emulate_media(media="print")
        assert page.get_by_role("table").is_visible()
        assert not page.get_by_role("button", name="Ask").is_visible()
        assert not page.get_by_role("navigation").is_visible()


def test_a_part_of_a_thing_is_reached_by_its_own_address(browser: Browser, served: Served) -> None:
    with tab(browser, served) as here:
        page = here.go("/id/version/islington-2019#police-lead")
        assert page.locator("#police-lead").is_visible()
        assert page.evaluate("scrollY") > 0
