"""Builds the course as pages that need neither Python nor a network: for a phone, or a USB stick.

    uv run python tools/site.py [FOLDER]         # FOLDER/html and FOLDER/course.zip; default _site
    uv run python tools/site.py slides [FOLDER]  # FOLDER/slides: a deck a notebook

Needs requirements-ci.txt.
"""

import shutil
import sys
from pathlib import Path

import site_build
import site_decks

MOST = 25e6  # bytes of the ZIP, which is handed over by messenger or on a USB stick

if __name__ == "__main__":
    words = sys.argv[1:]
    slides = words[:1] == ["slides"]
    folder = Path(next(iter(words[slides:]), site_build.ROOT / "_site"))
    if slides:
        print(site_decks.build(folder))
        sys.exit()
    pages = site_build.build(folder)
    archive = Path(shutil.make_archive(str(folder / "course"), "zip", pages))
    size = archive.stat().st_size
    if size > MOST:
        raise ValueError(f"{archive} has {size / 1e6:.0f} MB, at most {MOST / 1e6:.0f}")
    print(f"{pages}, {archive} ({size / 1e6:.1f} MB)")
