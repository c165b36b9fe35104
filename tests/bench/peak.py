"""Run a command and tell its peak resident memory and its CPU time on standard error."""

from __future__ import annotations

import resource
import subprocess
import sys

code = subprocess.run(sys.argv[1:], check=False).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
sys.stderr.write(f"\npeak_mb={used.ru_maxrss // 1024} cpu_s={used.ru_utime + used.ru_stime:.2f}\n")
sys.exit(code)
