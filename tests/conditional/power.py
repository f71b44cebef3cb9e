"""Power cuts: `power.py RMM ext4|xfs`, as root. Exits 0 when all holds.

A file system in an image is shut down as if its power had gone (FS_IOC_SHUTDOWN, nothing flushed), mounted again, and
looked at. A command that had ended with 0 under --sync must have left all of its result; one that had not, the old file
or the new one where it makes a file, and of an edit each sector old or new. A job that can be resumed is: then every
element is computed exactly once. RMM_POWER_CUTS says how many there are.
"""

import array
import fcntl
import os
import random
import struct
import subprocess
import sys
import tempfile
import time

RMM, KIND = os.path.abspath(sys.argv[1]), sys.argv[2]
CUTS = int(os.environ.get("RMM_POWER_CUTS", "12"))
SHUTDOWN, NO_FLUSH = 0x8004587D, struct.pack("I", 2)
COUNT = 500_000
OLD = struct.pack(f"<{COUNT}i", *range(COUNT))
NEW = struct.pack(f"<{COUNT}i", *range(1, COUNT + 1))
SECTOR = 512
# Five batches of a journal, the last one shorter: one is computed, one written, one stored at a time, and both places
# in the journal are taken again.
MANY = 20_000_000
MANY_OLD = array.array("i", range(MANY)).tobytes()
MANY_NEW = array.array("i", range(1, MANY + 1)).tobytes()
SIZES = {"ext4": 288, "xfs": 400}
MAKERS = {"ext4": ["mkfs.ext4", "-q", "-F"], "xfs": ["mkfs.xfs", "-q", "-f"]}

SPEC = ["--spec", f"<i4:{COUNT}"]
# Words, the file that changes, what is there if nothing was done, and whether it is edited in place.
JOBS = [
    (["create", "out", "-d", "<i4", "-s", str(COUNT), "--arange", "--start", "1"], "out", None, False),
    (["create", "old", "-d", "<i4", "-s", str(COUNT), "--arange", "--start", "1", "--force"], "old", OLD, False),
    (["slice", "new", *SPEC, "-o", "out", "-f", "raw"], "out", None, False),
    (["set", "old", *SPEC, "--from", "new", "--from-format", "raw"], "old", OLD, True),
    (["fill", "old", *SPEC, "--arange", "--start", "1"], "old", OLD, True),
    (["map-chunks", "old", *SPEC, "--expr", "x+1", "-o", "out", "-f", "raw"], "out", None, False),
    (["set", "old", *SPEC, "--from", "new", "--from-format", "raw", "-m", "c", "-o", "out", "-f", "raw"], "out", None,
     False),
]
# With a receipt the same command is done once, wherever the power was lost.
RESUMED = [
    (["map-chunks", "old", "--spec", f"<i4:{MANY}", "--expr", "x+1", "-i", "--receipt", "done"], "old"),
    (["map-chunks", "old", "--spec", f"<i4:{MANY}", "--expr", "x+1", "-o", "out", "-f", "raw", "--receipt", "done"], "out"),
]


def sh(*words):
    subprocess.run(words, check=True, capture_output=True, stdin=subprocess.DEVNULL)


class Disk:
    def __init__(self, folder):
        self.image, self.root = os.path.join(folder, "image"), os.path.join(folder, "root")
        os.mkdir(self.root)

    def make(self):
        with open(self.image, "wb") as file:
            file.truncate(SIZES[KIND] << 20)
        sh(*MAKERS[KIND], self.image)
        self.mount()

    def mount(self):
        sh("mount", "-o", "loop", self.image, self.root)

    def unmount(self):
        # Whoever began a mount namespace of its own meanwhile holds the file system for as long as that lives: what is
        # mounted again before would be a second one in the same image.
        for _ in range(1500):
            subprocess.run(["umount", self.root], capture_output=True, check=False)
            attached = subprocess.run(["losetup", "-j", self.image], capture_output=True, check=True).stdout
            if not os.path.ismount(self.root) and not attached:
                return
            time.sleep(0.02)
        raise AssertionError(f"cannot unmount, {attached.decode().strip()} is still attached")

    def cut(self):
        folder = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, SHUTDOWN, NO_FLUSH)
        finally:
            os.close(folder)

    def put(self, name, content):
        with open(os.path.join(self.root, name), "wb") as file:
            file.write(content)
            os.fsync(file.fileno())

    def get(self, name):
        try:
            with open(os.path.join(self.root, name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None


def check(found, code, before, edited):
    if code == 0:
        assert found == NEW, f"exit 0, and {'nothing is' if found is None else 'something else is'} there"
    elif edited:
        assert found is not None and len(found) == len(OLD), "the length changed"
        for at in range(0, len(OLD), SECTOR):
            sector = slice(at, at + SECTOR)
            assert found[sector] in (OLD[sector], NEW[sector]), f"the sector at byte {at} is neither old nor new"
    else:
        assert found in (before, NEW), f"half a file, {len(found or b'')} bytes"


def clear(disk, **files):
    for name in os.listdir(disk.root):
        if name != "lost+found":
            os.remove(os.path.join(disk.root, name))
    for name, content in files.items():
        disk.put(name, content)
    sh("sync", "-f", disk.root)


def resumed(disk, job):
    """A job that is cut at random moments, and resumed, until it is done; how often."""
    words, target = job
    clear(disk, old=MANY_OLD)
    cuts, latest, code = 0, 0.15, None
    while code != 0:
        code = cut_at(disk, [*words, "--resume"], random.uniform(0.001, latest))
        cuts, latest = cuts + 1, latest * 1.3
    assert disk.get(target) == MANY_NEW, "resumed, and the result is another"
    left = [name for name in os.listdir(disk.root) if ".rmm-" in name]
    assert not left, f"{left} is left"
    return cuts


def one(disk, job, delay):
    """A job, a cut `delay` seconds after its beginning (None: after its end); its exit code."""
    words, target, before, edited = job
    clear(disk, old=OLD, new=NEW)
    code = cut_at(disk, words, delay)
    check(disk.get(target), code, before, edited)
    return code


def cut_at(disk, words, delay):
    child = subprocess.Popen([RMM, *words, "--sync", "-q"], cwd=disk.root, stdin=subprocess.DEVNULL,
                             stderr=subprocess.PIPE)
    if delay is None:
        child.wait()
    else:
        time.sleep(delay)
    disk.cut()
    said = child.communicate(timeout=60)[1].decode(errors="replace")
    code = child.returncode
    disk.unmount()
    disk.mount()
    assert code in (0, 3) and "panicked" not in said, f"ended with {code}: {said}"
    return code


def main():
    random.seed(int(os.environ.get("RMM_SEED", "1")))
    wrong, done, broken = [], 0, 0
    with tempfile.TemporaryDirectory(prefix="rmm-power-") as folder:
        disk = Disk(folder)
        disk.make()
        try:
            for number in range(CUTS):
                job = JOBS[number % len(JOBS)]
                delay = None if number % 3 == 0 else random.uniform(0.001, 0.03)
                try:
                    code = one(disk, job, delay)
                    done, broken = done + (code == 0), broken + (code != 0)
                except AssertionError as error:
                    wrong.append(f"{' '.join(job[0])}, cut after {delay}: {error}")
            again = 0
            for number in range(max(2, CUTS // 6)):
                job = RESUMED[number % len(RESUMED)]
                try:
                    again += resumed(disk, job)
                except AssertionError as error:
                    wrong.append(f"{' '.join(job[0])}, resumed: {error}")
        finally:
            disk.unmount()
    print(f"{KIND}: {again} cuts of jobs that were resumed, {CUTS} others, {done} after the end and {broken} before it, {len(wrong)} wrong")
    sys.exit("\n".join(wrong) or 0)


main()
