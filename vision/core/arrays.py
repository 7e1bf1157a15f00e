"""The arrays that stages pass to each other."""

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]  # [height, width, 3], RGB
Grey = NDArray[np.uint8]  # [height, width]
Boxes = NDArray[np.int32]  # [n, 4]: x, y, width, height
Affine = NDArray[np.float64]  # [2, 3]: (x, y, 1) in one frame to (x, y) in another
Homography = NDArray[np.float64]  # [3, 3]: (x, y, 1) in one frame to (wx, wy, w) in another
