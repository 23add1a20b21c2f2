"""Is there a wheel of every locked package for each machine the README names? Needs the index.

    python .ci/wheels.py

Prints one line per platform and Python; what lacks a wheel, or no longer resolves, is named and
ends it with an error.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = {
    "Linux x86-64": "x86_64-unknown-linux-gnu",
    "Linux aarch64": "aarch64-unknown-linux-gnu",
    "Windows x64": "x86_64-pc-windows-msvc",
    "macOS arm64": "aarch64-apple-darwin",
}


def missing(platform: str, python: str) -> str:
    """What uv complains of when it may use wheels only; empty where all is well."""
    done = subprocess.run(
        [
            *("uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate"),
            "--no-emit-index-url",
            *("--only-binary", ":all:", "--python-platform", platform, "--python-version", python),
            "requirements.txt",
        ],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.stderr.strip() if done.returncode else ""


def main() -> None:
    failed = False
    for name, platform in PLATFORMS.items():
        for python in PYTHONS:
            complaint = missing(platform, python)
            failed |= bool(complaint)
            print(f"{name:14} {python}  {complaint or 'wheels for all'}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
