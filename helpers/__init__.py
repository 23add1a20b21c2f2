"""What the notebooks of the course import; each name is loaded when it is first asked for.

কোর্সের নোটবুকগুলো যা যা ব্যবহার করে, তার তালিকা।

সবার আগে `helpers.install` দেখে নেয় কোর্স এখানে চলবে কি না; তারপর `helpers.start` TensorFlow-কে
চুপচাপ চালু করে।
বাকি module-গুলো প্রথমবার দরকার হলে তবেই import হয়।
"""

import importlib

from helpers import install

install.require_course()
with install.whole_packages():
    from helpers import start  # noqa: F401  (before Keras: it imports TensorFlow quietly)

    import lazy_loader

_find, _, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "batches": ["photo_batches"],
        "bengali": ["digits"],
        "cheatsheet": ["cheat_table", "symptoms"],
        "checkup": ["CheckUp", "check_up"],
        "crash": ["run_script"],
        "hook_picture": ["plot_hooks"],
        "hooks": ["HookRecorder"],
        "labs.chooser": ["chooser"],
        "labs.hooks": ["hooks_lab"],
        "labs.live": ["live_lab", "press"],
        "labs.patience": ["patience_lab"],
        "labs.plateau": ["plateau_lab"],
        "labs.schedule": ["schedule_lab"],
        "labs.three": ["three_lab"],
        "labs.upload": ["upload_lab"],
        "logs": ["LogError", "read_log"],
        "plots": ["plot_log"],
        "machine": ["check_machine"],
        "pets": ["PhotoError", "dog_cat"],
        "recorded": ["replay"],
        "start": ["run_dir", "setup"],
        "tensorboard_server": ["open_tensorboard"],
        "toy": ["toy_data"],
    },
)

# these live in the room of the exercises
_ASKED = {
    "check": "exercises.checking",
    "progress": "exercises.progress",
    "quiz": "exercises.quiz",
}
__all__ += _ASKED


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> object:
    if name not in __all__:
        return _find(name)
    with install.whole_packages():
        if name in _ASKED:
            return getattr(importlib.import_module(_ASKED[name]), name)
        return _find(name)
