"""The bench is imported from the root of the repository."""

import sys

from support.server import ROOT

sys.path.append(str(ROOT))
