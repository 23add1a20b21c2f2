"""Megabytes a learner downloads to install the course on this machine.

    uv lock && uv run python benchmarks/install_size.py

Adds up the sizes in uv.lock of the one wheel per package that fits this Python and platform.
"""

import sys
import tomllib
from pathlib import Path

from packaging.markers import Marker
from packaging.tags import sys_tags
from packaging.utils import parse_wheel_filename
from report import show

ROOT = Path(__file__).resolve().parents[1]


def wheel_sizes() -> dict[str, int]:
    """Bytes of the best-fitting wheel of every package that this machine would install."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    packages = {(p["name"], p["version"]): p for p in lock["package"]}
    project = next(p for p in lock["package"] if "editable" in p["source"])
    rank = {tag: number for number, tag in enumerate(sys_tags())}
    sizes = {}
    for need in project["dependencies"]:
        if "marker" in need and not Marker(need["marker"]).evaluate():
            continue
        versions = [v for (name, v) in packages if name == need["name"]]
        wheels = packages[need["name"], need.get("version", versions[0])].get("wheels", [])
        fitting = []
        for wheel in wheels:
            tags = parse_wheel_filename(wheel["url"].rsplit("/", 1)[-1])[3]
            best = min((rank[tag] for tag in tags if tag in rank), default=None)
            if best is not None:
                fitting.append((best, wheel["size"]))
        if not fitting:
            sys.exit(f"{need['name']}: no wheel fits this machine")
        sizes[need["name"]] = min(fitting)[1]
    return sizes


def figures() -> dict[str, float]:
    sizes = wheel_sizes()
    for name, size in sorted(sizes.items(), key=lambda item: -item[1])[:12]:
        print(f"{size / 1e6:8.1f} MB  {name}")
    print(f"{len(sizes)} packages, Python {sys.version.split()[0]}")
    return {"download_mb": sum(sizes.values()) / 1e6}


if __name__ == "__main__":
    show(figures())
