"""A folder report of 2,000 photos in headless Chromium: how large, how soon it is there, how fast it answers.

    ocrpipe read -r $OCRPIPE_DATA/scenes/ic15_dev $OCRPIPE_DATA/scenes/forms_dev -o dev.jsonl
    python benchmarks/report.py dev.jsonl --photos 2000 --failed 40

The records are those of RESULT, again and again under new names, with their photos; the failed ones are made.
Needs Chromium with its driver, and selenium. Of each thing two times are told: what passes until it is drawn,
and what the processor spends in the page's main thread, which other work on the machine does not lengthen.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache, partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from chromium import browsing

from ocrpipe import formats, images
from ocrpipe.page import Failure, Page, Source
from ocrpipe.report import write_report

# In the page: change a control, wait until all is counted anew and a card stands there, tell the time.
ACT = """
const [id, value, done] = arguments;
const list = document.getElementById("list"), from = performance.now();
let renewed = false;
const watch = new MutationObserver(() => { renewed = true; });
watch.observe(document.getElementById("count"), {childList: true});  // which is told anew each time
const control = document.getElementById(id);
control.value = value;
control.dispatchEvent(new Event("input", {bubbles: true}));
(function look() {
  const drawn = list.querySelector("h2") || !document.getElementById("nothing").hidden;
  if (!renewed || !drawn) return requestAnimationFrame(look);
  watch.disconnect();
  done(performance.now() - from);
})();
"""
ACTIONS = (
    ("search", "search", "the"),
    ("search for a name", "search", "img_7"),
    ("end of a search", "search", ""),
    ("filter: failed", "show", "failed"),
    ("filter: to review", "show", "review"),
    ("filter: all", "show", "all"),
    ("filter: a word below 50 %", "below", "50"),
    ("filter: any confidence", "below", "100"),
    ("sort by name", "sort", "name"),
    ("sort: least certain first", "sort", "doubt"),
)


@lru_cache(maxsize=200)
def pixels(path: str) -> NDArray[np.uint8]:
    """The photo at path, kept: it stands for many."""
    return images.load(Path(path)).pixels


def album(result: Path, photos: int, failed: int) -> tuple[list[Page], dict[str, str]]:
    """Pages of that many photos, some of them failures, spread evenly; and which photo stands for each."""
    good = [page for page in formats.load(result) if page.error is None]
    pages: list[Page] = []
    stands_for = {}
    for i, page in enumerate(islice(cycle(good), photos)):
        path = f"album/{i // 100:02d}/{i:04d} {Path(page.source.path).name}"
        if i * failed // photos != (i + 1) * failed // photos:
            error = Failure("ImageError", f"{path}: cannot be decoded: it is cut off; copy it again")
            pages.append(Page(Source(path), error=error))
            continue
        pages.append(replace(page, source=replace(page.source, path=path)))
        stands_for[path] = page.source.path
    return pages, stands_for


def shown(browser: Any, report: Path) -> float:
    """Seconds until report, opened from disk, shows its first card."""
    begun = time.perf_counter()
    browser.get(report.as_uri())
    while not browser.execute_script("return document.querySelector('h2') !== null"):
        time.sleep(0.01)
    return time.perf_counter() - begun


def spent(browser: Any) -> float:
    """Seconds of processor time of the page's main thread since the page was opened."""
    found = browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return float(next(metric["value"] for metric in found if metric["name"] == "TaskDuration"))


def measure(report: Path, repeat: int, profile: Path) -> Iterator[tuple[str, list[float], list[float]]]:
    """What takes how many seconds, by the clock and of the processor, each as often as repeat says."""
    with browsing(profile) as browser:
        browser.set_script_timeout(120)
        browser.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
        acts: dict[str, Callable[[], float]] = {"open": lambda: shown(browser, report)}
        for name, control, value in ACTIONS:
            acts[name] = partial(_act, browser, control, value)
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in acts}
        shown(browser, report)  # the first start of a browser is not the report's
        for _ in range(repeat):
            for name, act in acts.items():
                before = spent(browser) if name != "open" else 0.0
                took = act()
                times[name].append((took, spent(browser) - before))
        for name, both in times.items():
            yield name, [took for took, _ in both], [cpu for _, cpu in both]
        print(
            f"scripts hold {browser.execute_script('return performance.memory.usedJSHeapSize') / 1e6:.0f} MB"
        )


def _act(browser: Any, control: str, value: str) -> float:
    return float(browser.execute_async_script(ACT, control, value)) / 1000


@click.command()
@click.argument("result", type=click.Path(path_type=Path, exists=True))
@click.option("--photos", default=2000, show_default=True, help="In the report.")
@click.option("--failed", default=40, show_default=True, help="Of them failures.")
@click.option("--repeat", default=5, show_default=True, help="How often each thing is done.")
@click.option("--keep", type=click.Path(path_type=Path), help="Put the report here.")
def main(result: Path, photos: int, failed: int, repeat: int, keep: Path | None) -> None:
    """Make the report, open it, use it."""
    with tempfile.TemporaryDirectory() as room:
        report = keep or Path(room, "report.html")
        pages, stands_for = album(result, photos, failed)
        begun = time.process_time()
        write_report(
            pages, report, photo_of=lambda page: pixels(stands_for[page.source.path]) if page.words else None
        )
        seconds = time.process_time() - begun
        words = sum(len(page.words) for page in pages)
        print(f"{len(pages)} photos, {failed} failed, {words} words")
        print(f"{report.stat().st_size / 1e6:.1f} MB, written in {seconds:.0f} s of processor time")
        print(f"{'seconds, median (worst)':28} {'until drawn':>16} {'processor':>16}")
        for name, took, cpu in measure(report, repeat, Path(room, "profile")):
            cells = (f"{statistics.median(values):.2f} ({max(values):.2f})" for values in (took, cpu))
            print(f"{name:28}", *(f"{cell:>16}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
