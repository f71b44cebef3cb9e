"""Which system calls a command makes, and which of them are made to fail, or to be its last.

strace counts each call by itself: the k-th fsync, the k-th pwrite64. Calls before the program has come to itself (its
loader's) are let alone, and so are those that do not exist for it. RMM_INJECTIONS bounds how many calls of each kind are
tried.
"""

import collections
import itertools
import os
import re

MOST = int(os.environ.get("RMM_INJECTIONS", "2"))
# What reading, mapping, storing, flushing, naming and locking need. mmap, mprotect and the like are the allocator's,
# too: a program that gets no memory ends with exit 3 by another way, which tests of its own go.
CALLS = ("openat pread64 pwrite64 read write lseek fstat statx newfstatat fallocate ftruncate copy_file_range fsync "
         "fdatasync utimensat rename renameat2 unlink flock madvise fcntl fchmod fchown readlink getdents64 fstatfs ioctl "
         "pipe2 poll waitid wait4").split()
FAULTS = ["error=EIO", "error=ENOSPC", "error=EINTR", "signal=KILL", "signal=INT"]


def counted(trace):
    """How often each call is made, all in all, and before the program has come to itself."""
    total, early = collections.Counter(), collections.Counter()
    with open(trace, errors="replace") as lines:
        awake = False
        for line in lines:
            # The first thing that it does with its own files.
            awake = awake or '"old' in line or '"out' in line or '"new' in line
            found = re.match(r"(?:\d+ +)?(\w+)\(", line)
            if found:
                total[found[1]] += 1
                early[found[1]] += not awake
    return total, early


def points(total, early):
    """The calls to be tried, each with every fault: all of them, or as many as are asked for, spread evenly."""
    for call, fault in itertools.product(total, FAULTS):
        count = total[call] - early[call]
        step = max(1, -(-count // MOST))
        for when in sorted({*range(early[call] + 1, total[call] + 1, step), total[call]} if count else ()):
            yield call, fault, when
