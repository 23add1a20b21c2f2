"""নোটবুক ১৪-র কোড-অনুশীলনের বিচার।"""

from helpers.checks import judge, not_a
from helpers.start import keras


@judge("14_dog_cat/checkpoint")
def _lowest_loss(answer: object) -> str | None:
    if problem := not_a(keras.callbacks.ModelCheckpoint, answer):
        return problem
    if not answer.filepath.endswith("lowest_loss.keras"):
        return f"ফাইলের নাম দিয়েছ `{answer.filepath}`; চাই `lowest_loss.keras`।"
    if answer.monitor != "val_loss":
        return f"এটি `{answer.monitor}` দেখছে; দেখার কথা `val_loss`।"
    if not answer.save_best_only:
        return "এটি প্রতি epoch-এ একই ফাইলে লিখবে: শেষে সেরাটা নয়, শেষেরটা থাকবে।"
    if answer.mode == "max":
        return '`mode="max"` মানে যত বেশি তত ভালো; `val_loss`-এ তা সবচেয়ে খারাপটিকে সেরা ধরবে।'
    return None
