"""What the notebooks of the course import; each name is loaded when it is first asked for.

কোর্সের নোটবুকগুলো যা যা ব্যবহার করে, তার তালিকা। সবার আগে `helpers.install` দেখে নেয় কোর্স এখানে চলবে
কি না; তারপর `helpers.start` TensorFlow-কে চুপচাপ চালু করে।
"""

import importlib

from helpers import install

install.require_course()
with install.whole_packages():
    from helpers import start  # noqa: F401  (before Keras: it imports TensorFlow quietly)

_ROOMS = {
    "exercises.checking": "check",
    "exercises.progress": "progress",
    "exercises.quiz": "quiz",
    "helpers.batches": "photo_batches",
    "helpers.bengali": "digits",
    "helpers.cheatsheet": "cheat_table symptoms",
    "helpers.checkup": "CheckUp check_up",
    "helpers.crash": "run_script",
    "helpers.hook_picture": "plot_hooks",
    "helpers.hooks": "HookRecorder",
    "helpers.labs.chooser": "chooser",
    "helpers.labs.hooks": "hooks_lab",
    "helpers.labs.live": "live_lab press",
    "helpers.labs.patience": "patience_lab",
    "helpers.labs.plateau": "plateau_lab",
    "helpers.labs.schedule": "schedule_lab",
    "helpers.labs.three": "three_lab",
    "helpers.labs.upload": "upload_lab",
    "helpers.logs": "LogError read_log",
    "helpers.machine": "check_machine",
    "helpers.pets": "PhotoError dog_cat",
    "helpers.plots": "plot_log",
    "helpers.recorded": "replay",
    "helpers.start": "run_dir setup",
    "helpers.tensorboard_server": "open_tensorboard",
    "helpers.toy": "toy_data",
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names.split()}
__all__ = sorted(_ROOM_OF)


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> object:
    if name not in _ROOM_OF:
        raise AttributeError(f"helpers has no {name}")
    with install.whole_packages():
        return getattr(importlib.import_module(_ROOM_OF[name]), name)
