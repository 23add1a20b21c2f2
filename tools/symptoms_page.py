"""Writes SYMPTOMS.md, which one searches with Ctrl+F, from data/symptoms.toml.

uv run python tools/symptoms_page.py
"""

from pathlib import Path

from helpers.cheatsheet import SYMPTOMS, where

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "SYMPTOMS.md"


def page() -> str:
    parts = [SYMPTOMS["head"]]
    for group, name in SYMPTOMS["group"].items():
        parts.append(f"## {name}\n")
        parts += [_part(row) for row in SYMPTOMS["symptom"] if row["group"] == group]
    return "\n".join(parts)


def _part(row: dict) -> str:
    said = " · ".join(_code(words) for words in [*row.get("message", []), *row["types"]])
    check = f"```python\n{row['check']}\n# {row['shows']}\n```"
    link = where(row, "notebooks/")
    return f"### {row['sees']}\n\n{said}\n\n{check}\n\n{row['cure']} → {link}\n"


def _code(words: str) -> str:
    """In code font, also where the words hold backquotes."""
    return f"`` {words} ``" if "`" in words else f"`{words}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
