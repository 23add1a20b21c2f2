"""Which cell of a notebook is which slide: derived from its tags and its size, never set by hand.

A slide holds one question or one picture. What does not fit stays off it: a longer text becomes the
speaker's note, longer code is skipped.
"""

import re

import nbformat

MOST_WORDS, MOST_LINES = 40, 14
_PICTURE = 4  # lines that it takes away
_OFF = {"setup", "solution", "check", "nav", "more"}


def kind(cell: nbformat.NotebookNode) -> str:
    """`slide`, `notes` or `skip`; one key goes from a question to the code and what it shows."""
    tags = set(cell.metadata.get("tags", []))
    if tags & _OFF:
        return "skip"
    if cell.cell_type == "markdown":
        if "objectives" in tags:
            return "slide"  # a deck needs its first
        code = re.findall(r"```.*?```", cell.source, flags=re.DOTALL)
        words = sum(map(len, map(str.split, re.split(r"```.*?```", cell.source, flags=re.DOTALL))))
        fits = words <= MOST_WORDS and "".join(code).count("\n") <= MOST_LINES
        return "slide" if fits else "notes"
    if "quiz" in tags or ("tool" in tags and not cell.outputs):
        return "skip"
    return "slide" if _lines(cell) <= MOST_LINES else "skip"


def _lines(cell: nbformat.NotebookNode) -> int:
    """Lines on the screen, of code and of what stands below it; a folded cell shows no code."""
    lines = 0 if "tool" in cell.metadata.get("tags", []) else cell.source.count("\n") + 1
    for output in cell.outputs:
        data = output.get("data", {})
        text = output.get("text") or data.get("text/markdown") or ""
        lines += len(text.strip().splitlines()) + _PICTURE * ("image/png" in data)
    return lines
