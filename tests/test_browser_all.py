"""Every notebook in a real browser, for everyone: small screens, zoom, keyboard, by ear."""

import contextlib
from pathlib import Path

from notebooks import notebook_files

import pytest
from chromium import keep_screenshot

pytestmark = pytest.mark.browser

LAYOUT = (Path(__file__).parent / "layout.js").read_text(encoding="utf-8")
# What JupyterLab and ipywidgets leave without a name, and where the same is said beside it:
# a picture's alt text is in the notebook, but JupyterLab does not show it; below a lab's picture
# stands its sentence, beside a slider's handle its field, beside ▶ the slider that it moves.
NAMED_BESIDE = [
    ".jp-RenderedImage img",
    ".lab .widget-image",
    ".lab .noUi-handle",
    ".lab .widget-play button",
]
# the corner of a pandas table is an empty <th>
RULES = {"rules": {"empty-table-header": {"enabled": False}}}
# a text's own picture is asked for once before JupyterLab has put it in place
KNOWN = {"attachment:page.png", "Failed to load resource: net::ERR_UNKNOWN_URL_SCHEME"}

SCROLLER = """() => document.querySelector('.jp-Notebook .jp-WindowedPanel-outer')
  || document.querySelector('.jp-Notebook')"""
COLLAPSE = """() => window.jupyterapp.shell.leftCollapsed
  || window.jupyterapp.commands.execute('application:toggle-left-area')"""


ALL = [pytest.param(path.stem, marks=pytest.mark.long) for path in notebook_files()]


@pytest.mark.parametrize("stem", [*ALL, pytest.param("17_cheatsheet", id="one-of-them")])
def test_a_notebook_can_be_read_and_used_by_everyone(opened, stem):
    page = opened(stem)
    found = _unreadable(page) + _unreachable(page, ".lab") + _unreachable(page, ".practice-quiz")
    page.evaluate(f"() => {{ ({SCROLLER})().scrollTop = 0 }}")
    found += [f"1366x768: {trouble}" for trouble in page.evaluate(LAYOUT)]
    keep_screenshot(page, f"all/{stem}")
    # 200 % of zoom: half as many pixels each way; a learner then closes the list of files
    page.set_viewport_size({"width": 683, "height": 384})
    page.evaluate(COLLAPSE)
    page.wait_for_function(f"() => ({SCROLLER})().clientWidth > 560")
    found += [f"200 %: {trouble}" for trouble in page.evaluate(LAYOUT)]
    keep_screenshot(page, f"all/{stem}-zoomed")
    assert found + [trouble for trouble in page.troubles if trouble not in KNOWN] == []


def _unreadable(page) -> list[str]:
    """What axe-core finds: too little contrast, a control without a name, …"""
    from axe_playwright_python.sync_playwright import Axe

    ours = [[".jp-Notebook .jp-OutputArea-output"], [".jp-Notebook .jp-MarkdownOutput"]]
    context = {"include": ours, "exclude": [[known] for known in NAMED_BESIDE]}
    broken = Axe().run(page, context=context, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['html'][:150]}" for rule in broken for node in rule["nodes"]]


# the cell in command mode, as after Esc: Tab goes from it into its output
STAND_BEFORE = """async selector => {
  const all = window.jupyterapp.shell.currentWidget.content;
  const place = all.widgets.findIndex(cell => cell.node.querySelector(selector));
  if (place < 0) return false;
  all.activeCellIndex = place; all.mode = 'command';
  const frame = () => new Promise(requestAnimationFrame);
  await frame(); await frame();  // JupyterLab moves the focus in one of its own
  all.widgets[place].node.focus();
  return true }"""
# every control that can be used, with a mark by which it is found again
MARK = """selector => {
  const controls = 'input, select, button, [role=slider]';
  const all = [...document.querySelector(selector).querySelectorAll(controls)];
  const usable = all.filter(one => one.checkVisibility() && !one.disabled && one.type !== 'file');
  usable.forEach((one, place) => one.dataset.control = place);
  return usable.map(one => one.title || one.role || one.type || one.tagName) }"""
FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  // one answer to a question: ipywidgets may send a second one after the click on the button
  const answered = one.closest('.widget-radio')?.querySelector(':checked');
  const left = one.matches('.widget-upload') || answered;
  const kind = left ? 'left' : one.role || one.type || one.tagName;
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const atEnd = kind === 'slider'
    ? one.ariaValueNow === one.ariaValueMax : one.selectedIndex === one.length - 1;
  return { control: one.dataset.control ?? null, kind, ring, atEnd } }"""
# the picture, the sentence and the code of a lab; what is chosen in a quiz, and what it says
SHOWN = """() => JSON.stringify([
  ...['.lab img', '.lab [role=alert]', '.lab pre'].map(part => document.querySelector(part)),
  ...document.querySelectorAll('.practice-quiz :is([role=alert], input:checked)'),
].map(part => part && (part.src || part.innerText || part.dataset.control)))"""
ANSWERED = f"before => ({SHOWN})() !== before"
# JupyterLab takes the arrows of a closed list for a step to the next cell; Space opens it
KEYS = {
    "slider": (["ArrowRight"], ["ArrowLeft"]),
    "number": (["ArrowUp"], ["ArrowDown"]),
    "select-one": (["Space", "ArrowDown", "Enter"], ["Space", "ArrowUp", "Enter"]),
    "radio": (["Space"], ["Space"]),
    "submit": (["Space"], ["Space"]),
}


def _unreachable(page, selector: str) -> list[str]:
    """What the keyboard alone can't do there: reach a control, see that, move it."""
    if not page.evaluate(STAND_BEFORE, selector):
        return []
    controls = page.evaluate(MARK, selector)
    found, reached = [], set()
    for _ in range(2 * len(controls) + 12):  # the cell's toolbar comes first
        page.keyboard.press("Tab")
        now = page.evaluate(FOCUSED)
        if now["control"] in {None, *reached}:
            continue
        name = f"{selector} {controls[int(now['control'])]}"
        reached.add(now["control"])
        if not now["ring"]:
            found.append(f"{name}: nobody sees that it has the focus")
        if not _moved_by_key(page, now):
            found.append(f"{name}: its key changes nothing")
        if len(reached) == len(controls):
            break
    missed = [name for place, name in enumerate(controls) if str(place) not in reached]
    return found + [f"{selector} {name}: Tab does not get there" for name in missed]


def _moved_by_key(page, control: dict) -> bool:
    if control["kind"] not in KEYS:
        return True
    before = page.evaluate(SHOWN)
    forwards, backwards = KEYS[control["kind"]]
    for key in backwards if control["atEnd"] else forwards:
        page.keyboard.press(key)
    with contextlib.suppress(Exception):
        page.wait_for_function(ANSWERED, arg=before, timeout=10_000)
    return page.evaluate(SHOWN) != before
