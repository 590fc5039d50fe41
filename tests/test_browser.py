"""The reports in a real Chromium: filters, keyboard, hostile text, paper, phones, speed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pytest_reconaudit.model import Run
from pytest_reconaudit.reports import html_page
from tests import sample_run

pytestmark = pytest.mark.browser


class Opened:
    """A page with everything it complained about, asked for or popped up."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.trouble: list[str] = []
        self.requests: list[str] = []
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda message: self.trouble.append(message.text))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", self._dialog)

    def _dialog(self, dialog: Any) -> None:
        self.trouble.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def visible(self) -> list[str]:
        """Messages of the findings that are shown, in order."""
        found: list[str] = self.page.evaluate(
            "Array.from(document.querySelectorAll('.f'))"
            ".filter(e => e.checkVisibility()).map(e => e.querySelector('.msg').textContent)"
        )
        return found

    def shown(self) -> int:
        return int(self.page.text_content("#shown"))

    def search(self, words: str) -> int:
        """Type into the search box; how many findings are left when the page has followed."""
        self.page.fill("#q", words)
        return self.searched(words)

    def searched(self, words: str) -> int:
        def followed(url: str) -> bool:
            return parse_qs(urlsplit(url).fragment).get("q", [""])[0] == words.strip()

        self.page.wait_for_url(followed)
        return self.shown()


@pytest.fixture
def show(chromium: Any, tmp_path: Path) -> Iterator[Any]:
    contexts = []

    def open_page(run: Run, address: str = "", **options: Any) -> Opened:
        path = tmp_path / "index.html"
        path.write_text(html_page.render(run), "utf-8")
        context = chromium.new_context(
            **{"viewport": {"width": 1280, "height": 900}, "color_scheme": "light", **options}
        )
        contexts.append(context)
        opened = Opened(context.new_page())
        opened.page.goto(path.as_uri() + address)
        return opened

    yield open_page
    for context in contexts:
        context.close()


def test_opens_without_network_and_without_complaint(show: Any) -> None:
    opened = show(sample_run.believable())
    assert opened.trouble == []
    assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in opened.requests if url.startswith("file:")]) == 1
    assert len(opened.visible()) == 13
    assert opened.page.title() == "tidewater: platform audit, cycle 3"


def test_severity_domain_check_pillar_and_gate_filters(show: Any) -> None:
    opened = show(sample_run.believable())
    page = opened.page
    page.click("#severities [data-severity='4']")
    assert opened.shown() == len(opened.visible()) == 2
    page.click("#severities [data-severity='3']")
    assert opened.shown() == 7
    page.click("#gate")
    assert opened.shown() == 6
    page.click("#reset")
    assert opened.shown() == 13
    page.click("#domains [data-domain='query']")
    assert opened.shown() == 2
    page.select_option("#check", "query-list-bounded")
    assert opened.visible() == ["GET /tariffs returns every row of tariffs: no limit"]
    page.click("#reset")
    page.select_option("#pillar", "3")
    assert opened.shown() == 1
    assert page.locator(".pillar:visible").count() == 1
    page.click("#reset")
    page.click(".cell[data-pillar='5'][data-severity='3']")
    assert opened.shown() == 3
    assert opened.trouble == []


def test_search_reads_everything_and_says_when_nothing_fits(show: Any) -> None:
    opened = show(sample_run.believable())
    assert opened.search("AMQP_prefetch") == 1
    assert opened.search("bookings pool") == 1, "two words, the second one only in the impact"
    assert opened.visible()[0].startswith("list_bookings")
    assert opened.search("nothing like this") == 0
    assert opened.page.locator(".empty:visible").count() == 3


def test_order_by_path_and_check(show: Any) -> None:
    opened = show(sample_run.believable())
    usual = opened.visible()
    places = "Array.from(document.querySelectorAll('#pillar-5 .f')).map(e => e.dataset.{})"
    opened.page.select_option("#sort", "path")
    paths = opened.page.evaluate(places.format("p"))
    assert paths == sorted(paths)
    opened.page.select_option("#sort", "check")
    checks = opened.page.evaluate(places.format("c"))
    assert checks == sorted(checks)
    opened.page.select_option("#sort", "")
    assert opened.visible() == usual


def test_address_holds_the_state(show: Any) -> None:
    opened = show(sample_run.believable())
    page = opened.page
    page.click("#severities [data-severity='3']")
    page.click("#domains [data-domain='compose']")
    page.select_option("#sort", "path")
    page.fill("#q", "rabbit")
    page.wait_for_url(re.compile("q=rabbit"))
    address = page.evaluate("location.hash")
    assert address == "#severity=high&domain=compose&q=rabbit&sort=path"
    again = show(sample_run.believable(), address)
    assert again.shown() == 1
    assert again.page.input_value("#q") == "rabbit"
    assert again.page.get_attribute("#severities [data-severity='3']", "aria-pressed") == "true"


def test_link_to_a_finding_opens_it(show: Any) -> None:
    run = sample_run.believable()
    wanted = run.findings[-1]
    opened = show(run, f"#f-{wanted.fingerprint}")
    element = opened.page.locator(f"#f-{wanted.fingerprint}")
    assert element.get_attribute("open") is not None
    assert element.locator(".body").is_visible()
    opened.page.locator(f"#f-{wanted.fingerprint} .facts a").first.click()
    assert opened.page.locator(f"#check-{wanted.check}").is_visible()


def test_keyboard_alone_is_enough(show: Any) -> None:
    opened = show(sample_run.believable())
    page = opened.page
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("needs: [build")
    assert opened.searched("needs: [build") == 1
    page.keyboard.press("Escape")
    assert opened.searched("") == 13
    page.locator(".f > summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator(".f").first.locator(".body").is_visible()
    page.locator("#severities button").first.focus()
    page.keyboard.press("Space")
    assert opened.shown() == 2


def test_marked_line_and_remediation_are_shown(show: Any) -> None:
    opened = show(sample_run.believable())
    page = opened.page
    row = page.locator(".f", has_text="HEALTHCHECK asks GET")
    row.locator("summary").first.click()
    assert row.locator(".src .on").text_content().startswith("HEALTHCHECK CMD curl")
    assert row.locator(".src .on").get_attribute("data-n") == "31"
    assert "# before" in row.locator(".guide pre").text_content()
    assert row.locator(".guide code").first.text_content().startswith("docker inspect")
    page.click("#unfold")
    assert page.locator(".f[open]").count() == 13
    page.click("#fold")
    assert page.locator(".f[open]").count() == 0


def test_hostile_text_does_nothing(show: Any) -> None:
    opened = show(sample_run.hostile())
    page = opened.page
    page.click("#unfold")
    assert opened.search("<script>alert(1)</script>") == 1
    page.mouse.move(640, 600)
    assert opened.trouble == []
    assert all(url.startswith(("file:", "data:")) for url in opened.requests)
    assert page.locator("script").count() == 1
    assert page.locator("img, iframe, svg:not(.chart svg)").count() == 0
    assert opened.visible() == ["<script>alert(1)</script>"]


def test_policy_stops_a_foreign_script(show: Any) -> None:
    opened = show(sample_run.believable())
    opened.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.bad = 1';"
        " document.body.append(s) }"
    )
    assert opened.page.evaluate("() => window.bad") is None
    assert any("Content Security Policy" in line for line in opened.trouble)


@pytest.mark.parametrize("size", [13, 450])
def test_without_scripts_all_is_readable(show: Any, size: int) -> None:
    run = sample_run.believable() if size == 13 else sample_run.big(size)
    opened = show(run, java_script_enabled=False)
    page = opened.page
    assert not page.locator("#q").is_visible()
    first = page.locator(".f").first
    first.locator("summary").first.click()
    assert first.locator(".body").is_visible()
    assert first.locator(".guide").is_visible()
    assert page.locator(".f .body").count() == size


@pytest.mark.parametrize("name", ["believable", "hostile"])
@pytest.mark.parametrize("width", [320, 390])
def test_phone_never_scrolls_sideways(show: Any, name: str, width: int) -> None:
    opened = show(getattr(sample_run, name)(), viewport={"width": width, "height": 800})
    page = opened.page
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true })")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width


CONTRAST = """() => {
  const rgb = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const part = (v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = rgb(getComputedStyle(e).backgroundColor);
      if (color.length === 3 || color[3] > 0.99) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = Array.from(e.childNodes).some((n) => n.nodeType === 3 && n.nodeValue.trim());
    if (!own || !e.checkVisibility() || e.closest(':disabled, .none')) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) found.push(`${e.tagName}.${e.className}: ${ratio.toFixed(2)}`);
  }
  return [...new Set(found)];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(show: Any, scheme: str) -> None:
    opened = show(sample_run.believable(), color_scheme=scheme)
    page = opened.page
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true })")
    page.evaluate("document.querySelector('#severities button').click()")
    page.evaluate("document.querySelector('#domains button').click()")
    assert page.evaluate(CONTRAST) == []
    page.evaluate("document.querySelector('#reset').click()")
    assert page.evaluate(CONTRAST) == []
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground))) > 380) is (scheme == "light")


def test_paper_shows_everything_without_controls(show: Any, tmp_path: Path) -> None:
    opened = show(sample_run.believable(), color_scheme="dark")
    page = opened.page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not page.locator("#q").is_visible()
    assert page.locator(".f .body:visible").count() == 13
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".f[open]").count() == 0
    assert len(page.pdf(path=str(tmp_path / "paper.pdf"), format="A4")) > 20_000


def test_two_thousand_findings_open_and_filter_in_a_second(show: Any) -> None:
    opened = show(sample_run.big(2000))
    page = opened.page
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.reload()
    page.click("#severities [data-severity='4']")
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    metrics = session.send("Performance.getMetrics")["metrics"]
    busy = next(one["value"] for one in metrics if one["name"] == "TaskDuration")
    assert opened.shown() == 200
    # Time of the page's own thread: other processes of a busy machine do not count.
    assert busy < 1.0
    page.click("#reset")
    assert opened.search("handle_1999 ") == 1
    row = page.locator(".f:visible")
    row.locator("summary").first.click()
    row.locator(".guide").wait_for(state="visible")
    assert row.locator(".src .on").count() == 1
    assert opened.trouble == []


def test_empty_run(show: Any) -> None:
    opened = show(sample_run.empty())
    assert opened.trouble == []
    assert "Nothing was judged" in opened.page.text_content("body")
    assert opened.page.locator("#q").count() == 0


def test_pytest_html_has_our_columns(chromium: Any, tmp_path: Path) -> None:
    target = tmp_path / "harbour"
    target.mkdir()
    (target / "compose.yaml").write_text(
        "services:\n  berths:\n    build: ./no<where\n    env_file: missing.env\n"
    )
    result = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist"),
            *(f"--recon-target={target}", "--html=out.html", "--self-contained-html"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode in (0, 1), result.stdout + result.stderr
    page = chromium.new_page()
    page.goto((tmp_path / "out.html").as_uri())
    headers = [text.strip() for text in page.locator("#results-table-head th").all_text_contents()]
    assert [name for name in headers if name in ("Pillar", "Severity", "Place")] == [
        "Pillar",
        "Severity",
        "Place",
    ]
    page.locator("th[data-column-type='severity']").click()
    assert page.locator("td.col-pillar").count() > 0
    assert page.locator("td.col-place", has_text="compose.yaml").count() > 0
    assert page.locator(".recon-summary").is_visible()
    page.close()
