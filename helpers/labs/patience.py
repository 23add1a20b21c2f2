"""EarlyStopping নিয়ে খেলা, রেকর্ড করা ট্রেনিংয়ে: কখন থামত, কী বাঁচত, কী হারাত। নোটবুক ০৪-এ।"""

import math
from pathlib import Path

from helpers.bengali import digits, explain
from helpers.figures import COLOURS
from helpers.labs.base import Lab, keras_code, panel
from helpers.logs import LogError, read_log
from helpers.replay import Replay, replay
from helpers.start import keras

import numpy as np
import pandas as pd
from ipywidgets import Dropdown, FloatSlider, IntSlider
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

EarlyStopping = keras.callbacks.EarlyStopping
