"""Builds the course as pages that need neither Python nor a network: for a phone, or a USB stick.

    uv run python tools/site.py [FOLDER]    # FOLDER/html and FOLDER/course.zip; default _site

Needs requirements-ci.txt.
"""

import shutil
import sys
from pathlib import Path

import site_build

MOST = 25e6  # bytes of the ZIP, which is handed over by messenger or on a USB stick

if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else site_build.ROOT / "_site")
    pages = site_build.build(folder)
    archive = Path(shutil.make_archive(str(folder / "course"), "zip", pages))
    size = archive.stat().st_size
    if size > MOST:
        raise ValueError(f"{archive} has {size / 1e6:.0f} MB, at most {MOST / 1e6:.0f}")
    print(f"{pages}, {archive} ({size / 1e6:.1f} MB)")
