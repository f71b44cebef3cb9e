"""Every system call of a writing command fails, or is its last: `injection.py RMM NAME`. Exits 0 when all holds.

After a failure, or a signal that asks it to stop, the file is what the command promises: the old one or the new one where it makes a file, each element
old or new where it edits one. A job that can be resumed is: then every element is computed exactly once. No temporary
stays, except after a kill, and then the next command removes it.
"""

import collections
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile

import faults

RMM, NAME = os.path.abspath(sys.argv[1]), sys.argv[2]
COUNT = 40_000
OLD = struct.pack(f"<{COUNT}i", *range(COUNT))
NEW = struct.pack(f"<{COUNT}i", *range(1, COUNT + 1))

SPEC = ["--spec", f"<i4:{COUNT}"]
# Adds one to every number, as no element is done twice without showing.
ADD_ONE = f"{sys.executable} -Sc 'import sys, array; a = array.array(\"i\", sys.stdin.buffer.read()); " \
          "sys.stdout.buffer.write(array.array(\"i\", [x + 1 for x in a]).tobytes())'"
# Words, the file that changes, and whether it is made anew (whole or absent), edited in place, or resumed.
JOBS = {
    "create": (["create", "out", "-d", "<i4", "-s", str(COUNT), "--arange", "--start", "1", "--sync"], "out", "made"),
    "create_over_an_old_file": (["create", "old", "--from", "new", "--from-format", "raw", "-d", "<i4", "-s", str(COUNT),
                                 "--force", "--sidecar", "--sync"], "old", "replaced"),
    "slice": (["slice", "new", *SPEC, "-o", "out", "-f", "raw", "--sync"], "out", "made"),
    "set": (["set", "old", *SPEC, "--from", "new", "--from-format", "raw", "--sync"], "old", "edited"),
    "set_in_mode_c": (["set", "old", *SPEC, "--from", "new", "--from-format", "raw", "-m", "c", "-o", "out", "-f", "raw",
                       "--sync"], "out", "made"),
    "fill": (["fill", "old", *SPEC, "--arange", "--start", "1", "--sync"], "old", "edited"),
    "map_chunks": (["map-chunks", "old", *SPEC, "--expr", "x+1", "-o", "out", "-f", "raw", "--sync"], "out", "made"),
    "map_chunks_exec": (["map-chunks", "new", *SPEC, "--exec", "cat", "--chunk", "20000", "-o", "out", "-f", "raw",
                         "--sync"], "out", "made"),
    # With a receipt the same command is done once, whenever it was killed.
    "map_chunks_in_place": (["map-chunks", "old", *SPEC, "--expr", "x+1", "-i", "--receipt", "done"], "old", "resumed"),
    "map_chunks_in_place_sync": (["map-chunks", "old", *SPEC, "--expr", "x+1", "-i", "--receipt", "done", "--sync"], "old",
                                 "resumed"),
    "map_chunks_in_place_exec": (["map-chunks", "old", *SPEC, "--exec", ADD_ONE, "--chunk", "20000", "-i", "--receipt",
                                  "done"], "old", "resumed"),
    "map_chunks_resumable": (["map-chunks", "old", *SPEC, "--expr", "x+1", "-o", "out", "-f", "raw", "--receipt", "done",
                              "--sync"], "out", "resumed"),
    "map_chunks_resumable_exec": (["map-chunks", "old", *SPEC, "--exec", ADD_ONE, "--chunk", "20000", "-o", "out", "-f",
                                   "raw", "--receipt", "done"], "out", "resumed"),
}
WORDS, TARGET, KIND = JOBS[NAME]


def folder():
    path = tempfile.mkdtemp(prefix="rmm-injection-")
    for name, content in (("old", OLD), ("new", NEW)):
        with open(os.path.join(path, name), "wb") as file:
            file.write(content)
    if KIND == "replaced":
        with open(os.path.join(path, "old.rmm.json"), "w") as file:
            file.write('{"offset": 0}')
    return path


def run(path, *strace):
    words = ["strace", "-f", "-qq", *strace, RMM, *WORDS, "-j", "1", "-q"]
    return subprocess.run(words, cwd=path, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)


def calls():
    """How often the command makes each call, all in all, and before it has come to itself."""
    path = folder()
    try:
        trace = os.path.join(path, "trace")
        done = run(path, "-o", trace, "-e", "trace=" + ",".join(faults.CALLS))
        assert done.returncode == 0, done.stderr.decode()
        check(path, 0)
        return faults.counted(trace)
    finally:
        shutil.rmtree(path)


def content(path):
    try:
        with open(os.path.join(path, TARGET), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def temporaries(path):
    return [name for name in os.listdir(path) if ".rmm-" in name]


def resume(path):
    """Whatever has happened: the same command goes on, and then every element is computed exactly once."""
    words = [RMM, *WORDS, "--resume", "-j", "2", "-q"]
    done = subprocess.run(words, cwd=path, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
    said = done.stderr.decode(errors="replace")
    assert done.returncode == 0, f"resumed, it ended with {done.returncode}: {said}"
    assert content(path) == NEW, "resumed, and the result is another"


def check(path, code, call=None):
    """What must be so after an end with this exit code; negative for a signal."""
    if KIND == "resumed" and code != 0:
        before = content(path)
        assert code != 2 or before in (None, OLD), "exit 2, and something was stored"
        resume(path)
        # What could not be removed is not looked for again where there is nothing left to do.
        assert call == "unlink" or not temporaries(path), f"resumed, it left {temporaries(path)}"
    found = content(path)
    if code == 0:
        assert found == NEW, "exit 0, and the result is not there"
    elif KIND == "resumed":
        return
    elif KIND == "made":
        # The name comes last but for the flush of the folder, whose failure is told.
        assert found in (None, NEW), f"half a file, {len(found)} bytes"
    elif KIND == "replaced":
        assert found in (OLD, NEW), f"half a file, {len(found or b'')} bytes"
        if found == OLD and code > 0:
            assert os.path.exists(os.path.join(path, "old.rmm.json")), "the sidecar of the old file is gone"
    else:
        assert found is not None and len(found) == len(OLD), "the length changed"
        for old, new, now in zip(struct.iter_unpack("<i", OLD), struct.iter_unpack("<i", NEW), struct.iter_unpack("<i", found)):
            assert now in (old, new), f"neither old nor new: {now}"
    # What cannot be removed stays for the next command.
    if code >= 0 and call != "unlink":
        assert not temporaries(path), f"exit {code} left {temporaries(path)}"
    if code in (2, 4, 5):
        assert found in (None, OLD), f"exit {code}, and something was stored"


def inject(call, fault, when):
    """One run; whether the fault came, and how it ended."""
    path = folder()
    try:
        done = run(path, "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={when}")
        code = done.returncode
        said = done.stderr.decode(errors="replace")
        if fault == "signal=KILL":
            # strace ends as what it traced; a kill of a child of the command is a failure of that child.
            assert code in (-9, 137, 0, 3, 6), f"ended with {code}: {said}"
            code = -9 if code in (-9, 137) else code
        elif fault == "signal=INT":
            # A child that is stopped is a failure, too.
            assert code in (-2, 130, 0, 6), f"ended with {code}: {said}"
            code = 130 if code == -2 else code
        else:
            assert code in (0, 2, 3, 5, 6), f"ended with {code}: {said}"
            # A child says on the same stderr what it met, and where writing fails there is no way to say it.
            assert code == 0 or call == "write" or "rmm: " in said, f"exit {code}: {said!r}"
        assert "panicked" not in said, said
        if KIND == "resumed" and code > 0 and not any(name.endswith(".rmm-journal") for name in os.listdir(path)):
            assert "--resume" not in said and "is kept" not in said, f"there is no job to be resumed: {said}"
        check(path, code, call)
        if KIND != "resumed" and temporaries(path):
            subprocess.run([RMM, "create", TARGET, "-s", "1", "--force", "-q"], cwd=path, check=True, timeout=60)
            assert not temporaries(path), f"the next command left {temporaries(path)}"
        return code
    finally:
        shutil.rmtree(path)


def main():
    # A job in the background of a script ignores it, and so would whatever is started here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    total, early = calls()
    wrong, codes = [], collections.Counter()
    for call, fault, when in faults.points(total, early):
        try:
            codes[inject(call, fault, when)] += 1
        except AssertionError as error:
            wrong.append(f"{call} #{when} {fault}: {error}")
    print(f"{NAME}: {sum(codes.values())} points, exit codes {dict(sorted(codes.items()))}, {len(wrong)} wrong")
    sys.exit("\n".join(wrong) or 0)


main()
