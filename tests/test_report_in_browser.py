"""The report in a real browser: search, filters, order, word and box, themes, copying, and hostile texts.

Needs Chromium with its driver (Debian: chromium, chromium-driver) and selenium; skipped without them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromium import CHROMIUM, DRIVER, browsing
from result_pages import EVIL, empty, failure, hostile, sign, word_page

from ocrpipe.page import Page
from ocrpipe.report import write_report

pytest.importorskip("selenium")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason="no chromium, or no chromedriver"),
]
GREY = np.full((240, 320, 3), 128, np.uint8)
MANY = 300


def pages() -> Iterator[Page]:
    """A sign, an empty page, a hostile one, a failure, a sure one; each under a name of its own."""
    yield sign("b/sign.jpg")
    yield replace(empty(), source=replace(empty().source, path="d/sky.tif"))
    yield hostile()
    yield failure()
    sure = word_page("Ünique", "a/sure.png")
    yield replace(sure, words=(replace(sure.words[0], confidence=0.99),))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browsing(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_report(pages(), folder / "report.html", title=EVIL, photo_of=lambda p: None if p.error else GREY)
    return folder / "report.html"


@pytest.fixture
def page(browser: Any, path: Path) -> Any:
    browser.get(path.as_uri())
    return browser


def until(condition: Callable[[], bool]) -> None:
    """Wait for what the browser does in its own time."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "the browser did not come round"
        time.sleep(0.05)


def names(page: Any) -> list[str]:
    """The photos shown, in order; only what lies near the window has a name."""
    found: list[str] = page.execute_script(
        "return [...document.querySelectorAll('h2')].map(e => e.textContent)"
    )
    return found


def put(page: Any, control: str, value: str) -> None:
    page.execute_script(
        "const e = document.getElementById(arguments[0]); e.value = arguments[1];"
        "e.dispatchEvent(new Event('input', {bubbles: true}))", control, value,
    )  # fmt: skip


def classes(page: Any, selector: str, kind: str) -> list[str]:
    """Texts of the words, or titles of the boxes, below selector that have the class kind."""
    found: list[str] = page.execute_script(
        "return [...document.querySelectorAll(arguments[0] + '.' + arguments[1])].map(e => e.textContent)",
        selector, kind,
    )  # fmt: skip
    return found


def test_failures_come_first_then_photos_as_read(page: Any) -> None:
    until(lambda: len(names(page)) == 5)
    assert names(page)[:3] == ["bad.jpg", "b/sign.jpg", "d/sky.tif, page 2"]
    assert page.find_element("id", "count").text == "5 photos, 6 words, 1 failed"


def test_the_order_can_be_changed(page: Any) -> None:
    put(page, "sort", "name")
    until(lambda: names(page)[1:4] == ["a/sure.png", "b/sign.jpg", "bad.jpg"])
    put(page, "sort", "sure")
    until(lambda: names(page)[:2] == ["a/sure.png", "b/sign.jpg"])
    put(page, "sort", "doubt")
    until(lambda: names(page)[1:3] == ["b/sign.jpg", "a/sure.png"])


def test_search_finds_words_and_names_without_case_and_accents_and_marks_them(page: Any) -> None:
    page.find_element("id", "search").send_keys("cafe open")
    until(lambda: names(page) == ["b/sign.jpg"])
    assert classes(page, ".word", "hit") == ["OPEN", "Café"]
    assert classes(page, "polygon", "hit") == ["OPEN  90 %", "Café  75 %"]
    assert page.find_element("id", "count").text == "1 of 5 photos, 4 words"
    put(page, "search", "SKY.tif")
    until(lambda: names(page) == ["d/sky.tif, page 2"])
    put(page, "search", "nowhere")
    until(lambda: names(page) == [])
    page.find_element("id", "reset").click()
    until(lambda: len(names(page)) == 5)


def test_photos_can_be_filtered_by_failure_and_by_confidence(page: Any) -> None:
    shown = {"failed": ["bad.jpg"], "empty": ["d/sky.tif, page 2"], "review": ["b/sign.jpg"]}
    for choice, expected in shown.items():
        put(page, "show", choice)
        until(lambda expected=expected: names(page) == expected)  # type: ignore[misc]  # a default has no type
    put(page, "show", "all")
    put(page, "below", "50")
    until(lambda: names(page) == ["b/sign.jpg"])  # 0.45; the hostile word has 0.5, which is not below
    assert page.find_element("id", "limit").text == "50 %"


def test_a_word_lights_up_its_box_and_a_box_its_word(page: Any) -> None:
    until(lambda: len(names(page)) == 5)
    (word,) = [e for e in page.find_elements("css selector", ".word") if e.text == "OPEN"]
    word.click()
    assert classes(page, "polygon", "on") == ["OPEN  90 %"]
    assert classes(page, ".word", "on") == ["OPEN"]
    (box,) = [
        e for e in page.find_elements("css selector", "polygon") if "FORD" in e.get_attribute("textContent")
    ]
    box.click()
    assert classes(page, ".word", "on") == ["FORD"]
    assert classes(page, "polygon", "on") == ["FORD  99 %"]
    box.click()
    assert classes(page, ".word", "on") == classes(page, "polygon", "on") == []


def test_texts_are_copied_as_they_were_read(page: Any) -> None:
    page.execute_script(
        "navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); }"
    )
    put(page, "search", "ford")
    until(lambda: names(page) == ["b/sign.jpg"])
    page.find_element("css selector", ".name button").click()
    assert page.execute_script("return window.copied") == sign().text
    page.find_element("id", "copy").click()
    assert page.execute_script("return window.copied") == f"==> b/sign.jpg <==\n{sign().text}"


def test_hostile_text_is_text(page: Any) -> None:
    until(lambda: len(names(page)) == 5)
    assert EVIL in [e.text for e in page.find_elements("css selector", ".word")]
    assert page.title == page.find_element("css selector", "h1").text == EVIL
    assert page.find_elements("css selector", "img") == []
    assert page.execute_script("return document.scripts.length") == 2 * 5 + 1
    assert page.get_log("browser") == []  # no error, nothing that the policy had to stop


def test_light_and_dark_follow_the_system_and_the_button(page: Any) -> None:
    def ground() -> str:
        colour: str = page.execute_script("return getComputedStyle(document.body).backgroundColor")
        return colour

    def system(scheme: str) -> None:
        feature = [{"name": "prefers-color-scheme", "value": scheme}]
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": feature})

    system("dark")
    assert ground() == "rgb(22, 24, 27)"
    system("light")
    assert ground() == "rgb(244, 244, 242)"
    button = page.find_element("id", "theme")
    button.click()
    button.click()
    assert (button.text, ground()) == ("Theme: dark", "rgb(22, 24, 27)")
    button.click()
    assert (button.text, ground()) == ("Theme: auto", "rgb(244, 244, 242)")


def test_only_what_is_near_the_window_is_drawn(browser: Any, tmp_path: Path) -> None:
    many = (replace(sign(f"{i:04d}.jpg")) for i in range(MANY))
    write_report(many, tmp_path / "many.html", photo_of=lambda _: GREY)
    browser.get((tmp_path / "many.html").as_uri())
    until(lambda: "0000.jpg" in names(browser))
    assert len(browser.find_elements("css selector", "article")) == MANY
    assert len(names(browser)) < 20
    until(
        lambda: (
            browser.execute_script("scrollTo(0, document.body.scrollHeight)")
            or f"{MANY - 1:04d}.jpg" in names(browser)
        )
    )
    assert len(names(browser)) < 20
    assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")
