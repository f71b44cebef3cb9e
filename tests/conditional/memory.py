"""Runs rmm in little address space and measures it: `memory.py RMM STDOUT ARGS…`. Exits 0 when all is well.

STDOUT is how many bytes rmm must print, `something`, or `null` to give it /dev/null. What the kernel says of a child
counts what this process had before exec, too: it must stay small and so has no NumPy.
"""

import os
import resource
import subprocess
import sys

ADDRESS_SPACE = 512 << 20
RESIDENT = 64 << 20


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))


def drained(pipe):
    """How many bytes there were until the end."""
    count = 0
    while block := os.read(pipe.fileno(), 1 << 20):
        count += len(block)
    return count


rmm, expected, *args = sys.argv[1:]
stdout = subprocess.DEVNULL if expected == "null" else subprocess.PIPE
child = subprocess.Popen([rmm, *args], stdin=subprocess.DEVNULL, stdout=stdout, preexec_fn=limited)
printed = drained(child.stdout) if child.stdout else None
_, status, usage = os.wait4(child.pid, 0)
child.returncode = code = os.waitstatus_to_exitcode(status)
peak = usage.ru_maxrss * 1024
print(f"exit {code}, peak {peak / 2**20:.1f} MiB, {usage.ru_utime + usage.ru_stime:.2f} s of processor time")
if code:
    sys.exit(f"rmm ended with {code} in {ADDRESS_SPACE >> 20} MiB of address space")
if peak >= RESIDENT:
    sys.exit(f"{peak >> 20} MiB resident are not below {RESIDENT >> 20}")
if expected == "something" and not printed or expected.isdigit() and printed != int(expected):
    sys.exit(f"rmm printed {printed} bytes instead of {expected}")
