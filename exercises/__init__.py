"""All that is asked of a learner: questions, answers, foreseen mistakes and their judging.

প্রতি নোটবুকের জন্য `NN_topic.toml` (প্রশ্ন, ঠিক উত্তর, জবাব, কুইজ)। উত্তর কোড হলে `judges/topic.py`
(কোডটি চালিয়ে Keras কী করল, তা দেখা) আর `wrong/NN_topic.toml` (আগে থেকে ভাবা ভুল কোড)।
"""
