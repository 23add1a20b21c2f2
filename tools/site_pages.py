"""What of a notebook becomes a page of the site, and how the site looks and searches."""

import html
import json
import re
import unicodedata
from base64 import b64decode
from pathlib import Path
from urllib.parse import unquote

from exercises import bank
from helpers.bengali import digits

import nbformat
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from bs4 import BeautifulSoup
from nbformat.v4 import new_output
from sphinx.search import SearchLanguage, languages

_LETTERS = "কখগঘঙচ"
_OTHERS = ("SYMPTOMS.md", "TEACHING.md")
_REPOSITORY = "keras-callbacks-bangla/keras-callbacks-bangla"
DEEPER = "গভীরে: যখন দরকার হবে"


def prepare(notebook: nbformat.NotebookNode, stem: str, lab: str, folder: Path) -> None:
    """Turns the saved notebook into a page: lab and quiz answer without a kernel.

    Pictures that a cell carries along are written into `folder`.
    """
    kept = []
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("../README.md", "../index.md")
            for name, picture in cell.pop("attachments", {}).items():
                cell.source = cell.source.replace(f"attachment:{name}", f"{stem}-{name}")
                (folder / f"{stem}-{name}").write_bytes(b64decode(picture["image/png"]))
        elif "check" in tags or "setup" in tags:
            continue
        elif "quiz" in tags:
            tags += ["remove-input"]
            cell.outputs = [_html(_quiz(stem))]
        elif "lab" in tags and lab and "more" not in tags:
            cell.outputs, lab = [_html(lab)], ""
        else:
            for output in cell.outputs:
                output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
        if "tool" in tags:
            tags += ["hide-input"]
        if alt := _alt(cell):
            cell.metadata["mystnb"] = {"image": {"alt": alt}}
        kept.append(cell)
    notebook.cells = kept


def _html(text: str) -> nbformat.NotebookNode:
    return new_output("display_data", data={"text/html": text})


def _alt(cell: nbformat.NotebookNode) -> str:
    data = [output.get("data", {}) for output in cell.get("outputs", [])]
    return next((one["text/plain"] for one in data if "image/png" in one), "").strip()


def _quiz(stem: str) -> str:
    page = ""
    for number, question in enumerate(bank.questions(stem), 1):
        options = ""
        for letter, one in zip(_LETTERS, question["options"], strict=False):
            right = "right" if "correct" in one else "wrong"
            verdict = "✓ ঠিক।" if "correct" in one else "✗ ঠিক নয়।"
            reply = html.escape(f"<b>{verdict}</b> {_rich(one['feedback'])}")
            text = f"{letter}. {_rich(one['text'])}"
            options += f'<button data-right="{right}" data-reply="{reply}">{text}</button>'
        title = f"<p><b>প্রশ্ন {digits(number)}।</b> {_rich(question['question'])}</p>"
        said = '<div class="reply" role="status" aria-live="polite"></div>'
        page += f'<div class="question">{title}{options}{said}</div>'
    return page


def _rich(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def documents(root: Path, folder: Path) -> None:
    """The front page, and the others that are no notebooks."""
    names = sorted(f"notebooks/{path.stem}" for path in (root / "notebooks").glob("*.ipynb"))
    tree = "\n".join([*names, *(one.removesuffix(".md") for one in _OTHERS)])
    front = _within((root / "README.md").read_text(encoding="utf-8"))
    front = re.sub(r"!\[(Binder|Colab)\]\([^)]+\)", r"\1", front)  # a picture needs the network
    toctree = f"\n\n```{{toctree}}\n:hidden:\n\n{tree}\n```\n"
    (folder / "index.md").write_text(front + toctree, encoding="utf-8")
    for name in _OTHERS:
        text = _within((root / name).read_text(encoding="utf-8"))
        # MyST leaves %3A as it is, and the heading has a colon
        text = re.sub(r"(?<=\]\()notebooks/[^)]+", lambda link: f"<{_plain(link[0])}>", text)
        (folder / name).write_text(text, encoding="utf-8")


def _plain(link: str) -> str:
    return unquote(link).replace(">", r"\>")


def _within(text: str) -> str:
    """Links to files that the site lacks become plain words."""
    there = rf"http|#|(?:notebooks|data)/[^)]+\.(?:ipynb|pdf|png)\b|{'|'.join(_OTHERS)}"
    return re.sub(rf"(?<!!)\[([^\]]+)\]\((?!{there})[^)]+\)", r"\1", text)


# ---- how it looks --------------------------------------------------------------------------------


def finish(app: object, name: str, template: str, context: dict, tree: object) -> None:
    """What stands below the core is one tap away."""
    if not name.startswith("notebooks/"):
        return
    page = BeautifulSoup(context["body"], "html.parser")
    for heading in page.find_all("h2"):
        if heading.get_text().startswith(DEEPER):
            section = heading.parent
            heading.extract()
            section.name = "details"
            section["class"] = ["deeper"]
            summary = page.new_tag("summary")
            summary.string = DEEPER
            section.insert(0, summary)
    context["body"] = f"{page}<p class='elsewhere'>{_elsewhere(name)}</p>"


def _elsewhere(name: str) -> str:
    colab = f"https://colab.research.google.com/github/{_REPOSITORY}/blob/main/{name}.ipynb"
    raw = f"https://raw.githubusercontent.com/{_REPOSITORY}/main/{name}.ipynb"
    return f'ইন্টারনেট থাকলে: <a href="{colab}">Colab-এ চালাও</a> · <a href="{raw}">নোটবুক নামাও</a>'


def slug(heading: str) -> str:
    """The anchor that JupyterLab gives a heading; MyST reads the one sign % of a link as %25."""
    return heading.replace(" ", "-").replace("%", "%25")


_SAID = {
    "On this page": "এই পাতায়",
    "Contents": "সূচি",
    "Next": "পরের পাতা",
    "Previous": "আগের পাতা",
    "Home": "শুরু",
    "Search": "খোঁজো",
    "Search Results": "যা পাওয়া গেছে",
    "Searching": "খোঁজা হচ্ছে",
    "Preparing search...": "খোঁজার প্রস্তুতি চলছে…",
    "Your search did not match any documents. Please make sure that all words are spelled "
    "correctly and that you've selected enough categories.": (
        "কিছু পাওয়া যায়নি। বানান দেখো, বা ছোট একটি শব্দ দাও।"
    ),
    "Search finished, found ${resultCount} page(s) matching the search query.": (
        "${resultCount}টি পাতায় পাওয়া গেছে।"
    ),
    "Search finished, found one page matching the search query.": "একটি পাতায় পাওয়া গেছে।",
    "Hide Search Matches": "দাগানো শব্দ মোছো",
    "Please activate JavaScript to enable the search functionality.": "খুঁজতে JavaScript চালু করো।",
    "Error": "ভুল",
    "%s documentation": "%s",
    "%(docstitle)s documentation": "%(docstitle)s",
    "Back to top": "ওপরে যাও",
    "View this page": "এই পাতার উৎস",
}


def translations(folder: Path) -> None:
    """What Sphinx's own Bengali lacks."""
    place = folder / "bn" / "LC_MESSAGES"
    place.mkdir(parents=True)
    catalog = Catalog(locale="bn")
    for said, bengali in _SAID.items():
        catalog.add(said, bengali)
    with (place / "sphinx.mo").open("wb") as file:
        write_mo(file, catalog)
    messages = {"locale": "bn", "messages": _SAID, "plural_expr": "n != 1"}
    text = f"Documentation.addTranslations({json.dumps(messages, ensure_ascii=False)});"
    (place / "sphinx.js").write_text(text, encoding="utf-8")


# ---- how it searches -----------------------------------------------------------------------------

# the longer first: one of them is cut off a word's end, and what is left has two letters or more
_ENDINGS = (Path(__file__).parent / "site_static" / "endings.txt").read_text(encoding="utf-8")
_ENDINGS = sorted(_ENDINGS.split(), key=len, reverse=True)
_WORD = r"[\w\u0980-\u09ff\u200c\u200d]+"


class SearchBengali(SearchLanguage):
    """Words whole, where Sphinx cuts them at vowel signs, and without their endings."""

    lang = "bn"
    language_name = "Bengali"
    js_splitter_code = (
        "var splitQuery = (query) => query.normalize('NFC')"
        ".split(/[^\\p{L}\\p{M}\\p{N}_\\u200c\\u200d]+/gu).filter((word) => word.length > 0);"
    )
    js_stemmer_code = f"""
var Stemmer = function () {{
  this.stemWord = function (word) {{
    word = word.normalize("NFC").toLowerCase();
    if (!/[\\u0980-\\u09ff]/.test(word)) return word;
    for (const ending of {json.dumps(_ENDINGS, ensure_ascii=False)})
      if (word.endsWith(ending) && word.length - ending.length >= 2)
        return word.slice(0, word.length - ending.length);
    return word;
  }};
}};
"""

    def split(self, text: str) -> list[str]:
        return re.findall(_WORD, unicodedata.normalize("NFC", text))

    def stem(self, word: str) -> str:
        word = unicodedata.normalize("NFC", word).lower()
        if re.search("[\u0980-\u09ff]", word):
            for ending in _ENDINGS:
                if word.endswith(ending) and len(word) - len(ending) >= 2:
                    return word.removesuffix(ending)
        return word

    def word_filter(self, word: str) -> bool:
        return bool(word)


languages["bn"] = SearchBengali

SETTINGS = {
    "project": "Keras Callbacks, হাতে-কলমে বাংলায়",
    "author": "",
    "language": "bn",
    "extensions": ["myst_nb"],
    "html_theme": "furo",
    "html_title": "Keras Callbacks, হাতে-কলমে বাংলায়",
    "html_static_path": ["_static"],
    "html_css_files": ["site.css"],
    "html_js_files": [("site.js", {"defer": "defer"})],
    "html_show_sphinx": False,
    "html_show_copyright": False,
    "html_copy_source": False,
    "html_show_sourcelink": False,
    "html_search_language": "bn",
    "nb_execution_mode": "off",
    "nb_code_prompt_show": "কোড দেখাও",
    "nb_code_prompt_hide": "কোড লুকাও",
    "myst_enable_extensions": [],
    "myst_heading_anchors": 4,
    "myst_heading_slug_func": "site_pages.slug",
    "suppress_warnings": ["docutils", "misc.highlighting_failure"],
}
