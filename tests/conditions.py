"""The machines of forty learners, imitated on one: what is cut off before a command runs."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from notebooks import ROOT

from needs import require

LIMIT = 3600  # seconds a notebook may take, played in whatever manner

# A new network has its loopback down; Jupyter and the course talk over 127.0.0.1.
# (0x8914: SIOCSIFFLAGS)
_LOOPBACK_UP = (
    '"$PYTHON" -c "import fcntl, socket, struct;'
    "fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sh22x', b'lo', 1))\""
)
_NO_FONTS = (
    "for fonts in /usr/share/fonts /usr/local/share/fonts; do"
    ' if [ -d "$fonts" ]; then mount -t tmpfs none "$fonts"; fi; done'
)
# Everything is read-only, /tmp too: Python then makes its temporary files beside the notebook.
_READ_ONLY = """
cut -d ' ' -f 5 /proc/self/mountinfo | while read -r escaped; do
    case "$escaped" in /proc* | /sys* | /dev*) continue ;; esac
    mount -o remount,bind,ro "$(printf %b "$escaped")"
done
mount --bind "$COURSE" "$COURSE"
mount -o remount,bind,rw "$COURSE"
cd "$PWD" # into the course that was mounted just now
"""
_SMALL = """
ulimit -v 4194304
taskset -pc "$(taskset -pc $$ | sed 's/.*: //; s/[-,].*//')" $$ > /dev/null
"""


@dataclass(frozen=True)
class Condition:
    """apart: what `unshare` separates; before: shell lines that come first; folder: its name."""

    apart: tuple[str, ...] = ()
    before: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    folder: str = "course"

    def run(self, command: list[str], course: Path, **options) -> subprocess.CompletedProcess:
        """Runs the command in this condition; HOME is an empty folder beside the course."""
        home = course.parent / "home"
        home.mkdir(exist_ok=True)
        places = {
            "COURSE": str(course),
            "HOME": str(home),
            "JUPYTER_RUNTIME_DIR": str(course / ".jupyter"),  # Jupyter itself must write somewhere
            "PYTHON": sys.executable,
            "PYTHONPATH": str(course),  # before the installed course: `helpers` is the copy's
        }
        inside = ["sh", "-ec", f'{self.before}\nexec "$@"', "sh"] if self.before else []
        unshare = ["unshare", "--map-root-user", *self.apart] if self.apart else []
        return subprocess.run(
            [*unshare, *inside, *command],
            env=os.environ | places | self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            **options,
        )

    def require(self, course: Path) -> None:
        """Skips where this machine can't be put in this condition."""
        if self.apart or self.before:
            linux = sys.platform == "linux" and shutil.which("unshare")
            require(linux, "needs Linux with unshare")
            tried = self.run(["true"], course)
            require(tried.returncode == 0, f"not permitted here: {tried.stderr.decode()}")


PLAIN = Condition()
CONDITIONS = {
    "offline": Condition(apart=("--net",), before=_LOOPBACK_UP),
    "no-font": Condition(apart=("--mount",), before=_NO_FONTS),
    "c-locale": Condition(env={"LC_ALL": "C"}),
    "read-only": Condition(apart=("--mount",), before=_READ_ONLY),
    "bengali-path": Condition(folder="কোর্সের ফোল্ডার ০১"),
    "small": Condition(before=_SMALL),
}
EVERYTHING = Condition(
    apart=("--net", "--mount"),
    before="\n".join(one.before for one in CONDITIONS.values()),
    env=CONDITIONS["c-locale"].env,
    folder=CONDITIONS["bengali-path"].folder,
)


def failure(notebook: Path, condition: Condition, manner: str) -> str:
    """What the notebook fails with, "" if with nothing."""
    course = notebook.parents[1]
    condition.require(course)
    command = [sys.executable, str(ROOT / "tests/play.py"), str(notebook), manner]
    try:
        played = condition.run(command, course, cwd=notebook.parent, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return f"not ready after {LIMIT} s"
    if played.returncode == 0:
        return ""
    return json.loads(played.stdout) if played.stdout else played.stderr.decode(errors="replace")
