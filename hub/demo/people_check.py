"""Who was taken for whom: the hub's people beside the true ones, over every row of every file."""

import pandas as pd

from hub.database import Database
from hub.demo.files import truth_frame
from hub.demo.region import Region
