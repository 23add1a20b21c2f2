"""From the answers to a few questions to a list of callbacks in order. Notebook 17."""

from collections.abc import Set
from graphlib import TopologicalSorter

from helpers.bengali import digits, use_font
from helpers.cheatsheet import ENTRIES, SHEET
from helpers.labs.base import Lab

from matplotlib.figure import Figure


class Chooser(Lab):
    """কয়েকটি প্রশ্নের উত্তর দিলে তোমার কাজের callback-গুলো ঠিক ক্রমে সাজিয়ে দেয়: ছবিতে আর কোডে।

    source: এখনকার উত্তরগুলোর কোড, `exec` করলে `callbacks` নামের list হয়।
    """

    def __init__(self) -> None:
        self.source = ""
        asked = {}
        for number, question in enumerate(SHEET["question"]):
            options = {one["text"]: one for one in question["options"]}
            asked[f"question_{number}"] = (question["ask"], question["options"][0], options)
        super().__init__(controls=asked)
        # columns as wide as their answers, which are of very different lengths
        columns = "repeat(auto-fit, minmax(min(340px, 100%), auto))"
        self.children[0].layout.grid_template_columns = columns
        for question in self.controls.values():
            question.style.description_width = "206px"
        self.update()

    def update(self) -> None:
        names, self.source = choose(list(self.settings.values()))
        said = f"{digits(len(names))}টি callback, যে ক্রমে বসবে: {', '.join(names)}।"
        self.show(_queue(names), said, self.source)


chooser = Chooser


def choose(options: list[dict]) -> tuple[list[str], str]:
    """বেছে নেওয়া উত্তরগুলো থেকে (callback-দের নাম, কোড)।

    options: `data/cheatsheet.toml`-এর প্রতি `question` থেকে একটি করে option।
    """
    names = in_order({name for option in options for name in option["picks"]})
    lines = [ENTRIES[name]["code"] for name in names]
    for option in options:
        for old, new in option.get("swap", {}).items():
            lines = [line.replace(old, new) for line in lines]
    notes = "".join(f"# {ENTRIES[name]['note']}\n" for name in names if "note" in ENTRIES[name])
    body = "".join(f"    {line},\n" for line in lines)
    imports = f"from keras.callbacks import {', '.join(sorted(names))}"
    return names, f"{imports}\n\n{notes}callbacks = [\n{body}]"


def in_order(picked: Set[str]) -> list[str]:
    """`data/cheatsheet.toml`-এর নিয়ম মেনে নামগুলোর ক্রম; যাদের মধ্যে নিয়ম নেই, তারা চিটশিটে যেমন।"""
    sorter = TopologicalSorter({name: set() for name in ENTRIES if name in picked})
    for rule in SHEET["order"]["pair"]:
        if {rule["first"], rule["then"]} <= picked and rule.get("unless") not in picked:
            sorter.add(rule["then"], rule["first"])
    return list(sorter.static_order())


def _queue(names: list[str]) -> Figure:
    """The list as a queue: who stands before whom, and what for."""
    use_font()
    figure = Figure(figsize=(9, 0.6 + 0.45 * len(names)), layout="constrained")
    axes = figure.subplots()
    axes.set(xlim=(0, 10), ylim=(len(names) - 0.4, -0.6))
    axes.axis("off")
    edge = {"facecolor": "white", "edgecolor": "black", "linewidth": 1.5}
    box = {"boxstyle": "round,pad=0.35", **edge}
    for place, name in enumerate(names):
        axes.text(0.1, place, digits(place + 1), fontsize=15, weight="bold", va="center")
        axes.text(0.7, place, name, fontsize=13, va="center", bbox=box)
        axes.text(4.2, place, ENTRIES[name]["when"], fontsize=13, va="center")
    axes.set_title("ওপরের callback আগে ডাক পায়", loc="left", fontsize=15, weight="bold")
    return figure
