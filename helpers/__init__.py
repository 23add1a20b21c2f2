"""কোর্সের নোটবুকগুলো যা যা ব্যবহার করে, তার তালিকা।

সবার আগে `helpers.install` দেখে নেয় কোর্স এখানে চলবে কি না; তারপর `helpers.start` TensorFlow-কে চুপচাপ চালু করে।
বাকি module-গুলো প্রথমবার দরকার হলে তবেই import হয়।
"""

from helpers import install

install.require_course()
with install.whole_packages():
    from helpers import start  # noqa: F401  (before Keras: it imports TensorFlow quietly)

    import lazy_loader

_find, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "batches": ["photo_batches"],
        "bengali": ["digits"],
        "cheatsheet": ["cheat_table"],
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
        "practice": ["check", "quiz"],
        "recorded": ["replay"],
        "start": ["run_dir", "setup"],
        "tensorboard_server": ["open_tensorboard"],
        "toy": ["toy_data"],
    },
)


def __getattr__(name: str) -> object:
    if name not in __all__:
        return _find(name)
    with install.whole_packages():
        return _find(name)
