"""A teacher's table: what a class has handed in, and where most of it went wrong.

    python -m helpers.collect FOLDER

FOLDER-এ শিক্ষার্থীদের `progress_….json` ফাইলগুলো থাকবে; `progress(রোল)` সেগুলো বানায়।
"""

import json
import re
import sys
from pathlib import Path

from helpers.bengali import digits, explain

import pandas as pd


def collect(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """জমা দেওয়া ফাইল থেকে দুটি টেবিল: কে কোন নোটবুকে কয়টি ঠিক করেছে, আর কোন প্রশ্নে কোন ভুল বেশি।

    folder: ফাইলগুলোর ফোল্ডার; কোনো ফাইল নষ্ট হলে তার নাম প্রিন্ট হয়, বাকিগুলো পড়া হয়।
    ফেরত: (রোল × নোটবুক, কয়টি ঠিক), (প্রশ্ন; কতজন ভুল করেছে, সবচেয়ে বেশি পাওয়া জবাব)।
    একটি ফাইলও পড়া না গেলে ValueError।
    """
    rows = []
    for path in sorted(folder.glob("progress_*.json")):
        try:
            given = json.loads(path.read_text(encoding="utf-8"))
            rows += [{"roll": str(given["roll"]), **one} for one in given["tries"]]
        except (OSError, ValueError, KeyError, TypeError):
            print(f"{path.name} পড়া গেল না, তাই বাদ। শিক্ষার্থীকে progress(রোল) আবার চালাতে বলো।")
    tries = pd.DataFrame(rows, columns=["roll", "asked", "right", "said"])
    if tries.empty:
        why = "ফোল্ডারে পড়ার মতো কোনো progress_….json নেই"
        raise ValueError(explain(f"{folder} থেকে টেবিল হলো না", why, "ফোল্ডারের নাম দেখো।"))
    tries["notebook"] = tries["asked"].str.partition("/")[0]
    right = tries[tries["right"]].drop_duplicates(["roll", "asked"])
    done = right.pivot_table("asked", "roll", "notebook", "count", fill_value=0)
    wrong = tries[~tries["right"]]
    # what stands in code font differs from learner to learner; the mistake is the same
    replies = wrong["said"].map(lambda said: re.sub("`[^`]*`", "…", said))
    wrong = wrong.assign(said=replies).drop_duplicates(["roll", "asked", "said"])
    told = {"কতজন": ("roll", "nunique"), "সবচেয়ে বেশি": ("said", lambda said: said.mode()[0])}
    missed = wrong.groupby("asked").agg(**told)
    return done, missed.sort_values("কতজন", ascending=False)


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("python -m helpers.collect ফোল্ডার: ফোল্ডারটির নাম দাও।")
    try:
        done, missed = collect(Path(sys.argv[1]))
    except ValueError as error:
        sys.exit(str(error))
    print(digits(len(done)), "জন অন্তত একটি উত্তর ঠিক করেছে\n")
    print(done.to_string(), "\n")
    print(missed.to_string(max_colwidth=100))


if __name__ == "__main__":
    main()
