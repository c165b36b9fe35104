"""Run a command and tell its peak resident memory on standard error."""

from __future__ import annotations

import resource
import subprocess
import sys

code = subprocess.run(sys.argv[1:], check=False).returncode
sys.stderr.write(f"\npeak_mb={resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024}\n")
sys.exit(code)
