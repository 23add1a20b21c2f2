"""হাতে নিয়ে খেলার widget, প্রতিটির একটি module; সবার গোড়া `helpers.labs.base`।"""
