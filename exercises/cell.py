"""Whether the cell before a check ended in an error: then the answer is still the old one."""

from IPython import get_ipython
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

_stopped = ""  # what to say of the last cell, if it ended in an error
_checking = False


def stopped() -> str:
    """আগের সেলটি error-এ থেমে থাকলে সে কথা, না হলে খালি। ডাকটি যে সেলে, সেটি গোনায় আসে না।"""
    global _checking
    _checking = True
    return _stopped


def watch(shell: InteractiveShell) -> None:
    """এই shell-এর প্রতিটি সেলের শেষে দেখে রাখে, সেটি error-এ থামল কি না।"""
    shell.events.register("post_run_cell", _remember)


def _remember(result: ExecutionResult) -> None:
    global _stopped, _checking
    if not _checking:
        error = result.error_before_exec or result.error_in_exec
        _stopped = _said(error) if error else ""
    _checking = False


def _said(error: BaseException) -> str:
    why = "তাই `answer`-এ এখনো আগের উত্তরটিই আছে"
    said = f"আগের সেলটি `{type(error).__name__}`-এ থেমে গেছে — {why}। "
    written = getattr(error, "text", None) or ""
    if isinstance(error, SyntaxError) and any("০" <= letter <= "৯" for letter in written):
        said += "কোডে সংখ্যা লেখো ইংরেজি অঙ্কে: `25`, `২৫` নয়। "
    return f"{said}সেলটি ঠিক করে আবার চালাও, তারপর এই সেলটি।"


shell = get_ipython()  # None outside a notebook
if shell:
    watch(shell)
