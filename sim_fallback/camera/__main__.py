"""`python -m sim_fallback.camera`: the camera process of a running simulation."""

import sys

from sim_fallback.camera.process import main

sys.exit(main(sys.argv[1:]))
