"""How long tests wait for what must happen anyway: it only bounds how long a failing test takes.

A machine with twenty busy processes a core takes a minute for what is done in a second elsewhere.
"""

import os

PATIENCE_S = float(os.environ.get("TEST_PATIENCE_S", "120"))
