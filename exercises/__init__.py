"""All that is asked of a learner: the questions, the answers, the foreseen mistakes and their judging.

প্রতি নোটবুকের জন্য `NN_topic.toml` (প্রশ্ন, ঠিক উত্তর, জবাব, কুইজ), `wrong/NN_topic.toml` (আগে থেকে ভাবা ভুল কোড),
আর উত্তর কোড হলে `judges/topic.py` (কোডটি চালিয়ে Keras কী করল, তা দেখা)।
"""
