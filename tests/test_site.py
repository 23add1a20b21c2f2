"""The site, in a real browser with the network off: phone, labs, quizzes, search, load time."""

import importlib.util
import re

from notebooks import notebook_files

import pytest
from chromium import keep_screenshot, new_page
from needs import require

pytestmark = pytest.mark.long
PHONE = {"width": 360, "height": 740}
LABS = ("02_lifecycle", "04_early_stopping", "05_reduce_lr_on_plateau", "06_three_together")
LABS += ("09_learning_rate_scheduler",)
PAGE_BYTES = 1.5e6
RULES = ["color-contrast", "heading-order", "image-alt", "button-name", "label"]
MILLISECONDS = """one => {
  const start = performance.now(), most = Number(one.max);
  for (let turn = 0; turn < 100; turn++) {
    one.value = turn % (most + 1); one.dispatchEvent(new Event("input")); }
  return (performance.now() - start) / 100 }"""
# what Sphinx and its theme would say in English
ENGLISH = re.compile(r"documentation|Back to top|On this page|Contents|Next|Previous|Search|Home")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    require(importlib.util.find_spec("myst_nb"), "myst-nb is not installed (requirements-ci.txt)")
    import site_build

    return site_build.build(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    require(importlib.util.find_spec("sphinx_revealjs"), "sphinx-revealjs is not installed")
    import site_decks

    return site_decks.build(tmp_path_factory.mktemp("decks"))


@pytest.fixture(scope="module")
def tab():
    with new_page() as page:
        page.set_viewport_size(PHONE)
        page.context.set_offline(True)
        yield page


def address(site, stem):
    return (site / "notebooks" / f"{stem}.html").as_uri()


def test_every_page_fits_a_phone_and_everyone_can_read_it(site, tab):
    from axe_playwright_python.sync_playwright import Axe

    problems, pages = [], sorted((site / "notebooks").glob("*.html"))
    assert [path.stem for path in pages] == [path.stem for path in notebook_files()]
    for path in [site / "index.html", *pages]:
        tab.goto(path.as_uri())
        if tab.evaluate("document.documentElement.scrollWidth > innerWidth"):
            problems.append(f"{path.name}: scrolls sideways")
        if found := ENGLISH.findall(tab.locator("body").inner_text()):
            problems.append(f"{path.name}: {found}")
        for one in Axe().run(tab, options={"runOnly": RULES}).response["violations"]:
            problems.append(f"{path.name}: {one['id']} {one['nodes'][0]['target']}")
        pictures = set(re.findall(r'<img[^>]+src="([^"]+)"', path.read_text(encoding="utf-8")))
        size = sum((path.parent / one).stat().st_size for one in (path.name, *pictures))
        if size > PAGE_BYTES:
            problems.append(f"{path.name}: {size / 1e6:.1f} MB")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("stem", LABS)
def test_a_slider_of_the_page_changes_picture_sentence_and_code_at_once(site, tab, stem):
    tab.goto(address(site, stem))
    lab = tab.locator(".living")
    lab.scroll_into_view_if_needed()
    tab.wait_for_function("document.querySelector('.living').dataset.ready === 'yes'")
    before = lab.inner_html(), lab.locator("img").get_attribute("src")
    slider = lab.locator("input[type=range]").last
    slider.focus()
    tab.keyboard.press("ArrowRight")
    tab.wait_for_function("(document.querySelector('.living img')).complete")
    assert lab.locator("img").get_attribute("src") != before[1]
    assert lab.inner_html() != before[0]
    assert slider.evaluate(MILLISECONDS) < 16
    keep_screenshot(tab, f"site-lab-{stem}")


def test_a_quiz_answers_and_the_deeper_part_is_one_tap_away(site, tab):
    tab.goto(address(site, "04_early_stopping"))
    question = tab.locator(".question").first
    question.locator("button[data-right=wrong]").first.click()
    assert "ঠিক নয়" in question.locator(".reply").inner_text()
    question.locator("button[data-right=right]").click()
    assert "✓ ঠিক" in question.locator(".reply").inner_text()
    deeper = tab.locator("details.deeper")
    assert not deeper.locator("h3").first.is_visible()
    deeper.locator("summary").first.click()
    assert deeper.locator("h3").first.is_visible()


@pytest.mark.parametrize("typed", ["ধৈর্য", "ট্রেনিংয়ের", "ট্রেনিং", "ফাইলটিকে", "EarlyStopping"])
def test_the_search_finds_a_word_in_any_of_its_forms(site, tab, typed):
    tab.goto(f"{(site / 'search.html').as_uri()}?q={typed}")
    tab.wait_for_selector("#search-results .search li")
    assert tab.locator("#search-results .search li").count() >= 1


def test_python_and_the_page_cut_the_same_endings(site, tab):
    import site_pages

    page = (site / "notebooks" / "04_early_stopping.html").read_text(encoding="utf-8")
    words = sorted(set(re.findall(r"[\u0980-\u09ff]+", page)))
    tab.goto((site / "search.html").as_uri())
    cut = tab.evaluate("(words) => words.map((word) => new Stemmer().stemWord(word))", words)
    stem = site_pages.SearchBengali({}).stem
    assert cut == [stem(word) for word in words]


def test_the_first_words_come_within_a_second_on_a_slow_phone(site, tab):
    client = tab.context.new_cdp_session(tab)
    client.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    tab.goto(address(site, "04_early_stopping"))
    painted = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    assert tab.evaluate(painted) < 1000
    client.send("Emulation.setCPUThrottlingRate", {"rate": 1})


# every slide's lowest and rightmost edge beyond the screen, or nothing on it
OFF_SCREEN = """async () => {
    const found = [];
    for (const [number, slide] of Reveal.getSlides().entries()) {
        Reveal.slide(number);
        await new Promise(requestAnimationFrame);
        const boxes = [...slide.querySelectorAll("*")]
            .filter((one) => !one.closest("aside")).map((one) => one.getBoundingClientRect());
        const low = Math.max(...boxes.map((box) => box.bottom));
        const right = Math.max(...boxes.map((box) => box.right));
        if (!(low <= innerHeight && right <= innerWidth)) found.push([number, low, right]);
    }
    return found;
}"""


@pytest.mark.parametrize("path", notebook_files(), ids=lambda path: path.stem)
def test_a_deck_needs_no_network_and_no_slide_runs_off_the_screen(decks, tab, path):
    failed = []
    tab.set_viewport_size({"width": 1280, "height": 720})
    tab.on("requestfailed", lambda request: failed.append(request.url))
    tab.goto((decks / f"{path.stem}.html").as_uri())
    tab.wait_for_function("Reveal.isReady()")
    assert tab.evaluate(OFF_SCREEN) == []
    assert failed == []
    if path.stem in LABS:
        tab.locator(".living").evaluate(
            "(lab) => Reveal.slide(Reveal.getIndices(lab.closest('section')).h)"
        )
        before = tab.locator(".living img").get_attribute("src")
        tab.locator(".living input[type=range]").last.focus()
        tab.keyboard.press("Home")
        tab.keyboard.press("ArrowRight")
        assert tab.locator(".living img").get_attribute("src") != before
        keep_screenshot(tab, f"deck-lab-{path.stem}")
