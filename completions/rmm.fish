# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_rmm_global_optspecs
    string join \n q/quiet color= j/threads= h/help V/version
end

function __fish_rmm_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_rmm_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_rmm_using_subcommand
    set -l cmd (__fish_rmm_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c rmm -n "__fish_rmm_needs_command" -l color -d 'When to colour messages; NO_COLOR is respected' -r -f -a "auto\t''
always\t''
never\t''"
complete -c rmm -n "__fish_rmm_needs_command" -s j -l threads -d 'Number of threads [default: cores, at most 16]' -r
complete -c rmm -n "__fish_rmm_needs_command" -s q -l quiet -d 'No notes and no progress; errors are still printed'
complete -c rmm -n "__fish_rmm_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rmm -n "__fish_rmm_needs_command" -s V -l version -d 'Print version'
complete -c rmm -n "__fish_rmm_needs_command" -f -a "create" -d 'Make an array file: zeros, at once and at any size, or other content'
complete -c rmm -n "__fish_rmm_needs_command" -f -a "info" -d 'Say what is in a file: dtype, shape, order, sizes'
complete -c rmm -n "__fish_rmm_needs_command" -f -a "get" -d 'Print elements, one per line'
complete -c rmm -n "__fish_rmm_needs_command" -f -a "set" -d 'Assign values to elements in place, with NumPy\'s broadcasting'
complete -c rmm -n "__fish_rmm_needs_command" -f -a "slice" -d 'Select elements and write them in any format, to stdout or a file'
complete -c rmm -n "__fish_rmm_needs_command" -f -a "fill" -d 'Fill a region of an array in place'
complete -c rmm -n "__fish_rmm_needs_command" -f -a "map-chunks" -d 'Compute an array chunk by chunk, in place, to a file or to stdout'
complete -c rmm -n "__fish_rmm_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c rmm -n "__fish_rmm_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rmm -n "__fish_rmm_using_subcommand create" -s d -l dtype -d 'Element type, in NumPy\'s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, \'x:f4,y:f4,n:i2\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand create" -s s -l shape -d 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d' -r
complete -c rmm -n "__fish_rmm_using_subcommand create" -l order -d 'Memory layout: C (last axis contiguous) or F (first) [default: C]' -r -f -a "C\t''
F\t''"
complete -c rmm -n "__fish_rmm_using_subcommand create" -l offset -d 'Where the data starts, in bytes: 4096, 4KiB, 0x80' -r
complete -c rmm -n "__fish_rmm_using_subcommand create" -l spec -d 'All of these in one word: dtype:shape[:order][@offset], as in \'>f4:1000,-1:F@512\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand create" -l value -d 'The same value everywhere' -r
complete -c rmm -n "__fish_rmm_using_subcommand create" -l start -d 'Where --arange begins [default: 0]' -r
complete -c rmm -n "__fish_rmm_using_subcommand create" -l step -d 'From one value of --arange to the next [default: 1]' -r
complete -c rmm -n "__fish_rmm_using_subcommand create" -l linspace -d 'Evenly spaced values from A to B, both included, as numpy.linspace makes them' -r
complete -c rmm -n "__fish_rmm_using_subcommand create" -l random -d 'Random values: uniform (0 to 1), normal (mean 0, std 1), or integers, from LO to below HI or all that the dtype holds. A value depends on the seed and the element\'s place in the array alone. uniform and integers are those of numpy.random.Generator(numpy.random.Philox(N)), integers until the first that NumPy draws again' -r
complete -c rmm -n "__fish_rmm_using_subcommand create" -l seed -d 'Where --random begins, 0 to 2**128 - 1 [default: one from the system, told on stderr]' -r
complete -c rmm -n "__fish_rmm_using_subcommand create" -l expr -d 'Compute an expression in NumPy\'s words: x is the array, i j k or i0 i1 ... its coordinates, as in \'where(x > 0, sqrt(x), 0)\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand create" -l with -d 'Another array in --expr, broadcast to the selection; may be repeated' -r
complete -c rmm -n "__fish_rmm_using_subcommand create" -l from -d 'Take the values from SRC: an array, or text, also compressed by gzip or zstd; - is standard input' -r -F
complete -c rmm -n "__fish_rmm_using_subcommand create" -l from-format -d 'What SRC is: npy, raw, csv, tsv, text, json or ndjson [default: by its first bytes, then its ending, else text]' -r -f -a "npy\t''
raw\t''
csv\t''
tsv\t''
text\t''
json\t''
ndjson\t''"
complete -c rmm -n "__fish_rmm_using_subcommand create" -l from-spec -d 'What is in a raw SRC: dtype:shape[:order][@offset] [default: the same as in FILE]' -r
complete -c rmm -n "__fish_rmm_using_subcommand create" -l delimiter -d 'What stands between two fields of text: one character, or \\t [default: a comma in csv, a tab in tsv, else blanks]' -r
complete -c rmm -n "__fish_rmm_using_subcommand create" -l comments -d 'What begins a comment in text, up to the end of the line [default: # in text, nothing in csv and tsv]' -r
complete -c rmm -n "__fish_rmm_using_subcommand create" -l skip-rows -d 'Skip the first N lines of text, whatever is in them' -r
complete -c rmm -n "__fish_rmm_using_subcommand create" -l columns -d 'The columns of text to take, in this order: positions from 0, or names in the header ("a,b" in quotes is one)' -r
complete -c rmm -n "__fish_rmm_using_subcommand create" -l like -d 'Take shape, dtype and order from the array in OTHER' -r -F
complete -c rmm -n "__fish_rmm_using_subcommand create" -l overflow -d 'A value that does not fit: error, wrap (modulo 2^n), saturate, or nan (floats)' -r -f -a "error\t''
wrap\t''
saturate\t''
nan\t''"
complete -c rmm -n "__fish_rmm_using_subcommand create" -l casting -d 'Which conversions between types are allowed: no, equiv, safe, same_kind or unsafe [default: same_kind, and whatever --astype or the --dtype of a new file asks for]' -r -f -a "no\t''
equiv\t''
safe\t''
same_kind\t''
unsafe\t''"
complete -c rmm -n "__fish_rmm_using_subcommand create" -s m -l mode -d 'w+ is the same as --force' -r -f -a "r\t''
r+\t''
w+\t''
c\t''
readonly\t''
readwrite\t''
write\t''
copyonwrite\t''"
complete -c rmm -n "__fish_rmm_using_subcommand create" -l io -d 'How bytes are read and stored: mmap (mapped into memory), pread (by pread and pwrite alone), or auto, which maps where mapping is fast and safe: not on NFS, SMB, Lustre, GPFS, FUSE, 9P and the like' -r -f -a "auto\t''
mmap\t''
pread\t''"
complete -c rmm -n "__fish_rmm_using_subcommand create" -l color -d 'When to colour messages; NO_COLOR is respected' -r -f -a "auto\t''
always\t''
never\t''"
complete -c rmm -n "__fish_rmm_using_subcommand create" -s j -l threads -d 'Number of threads [default: cores, at most 16]' -r
complete -c rmm -n "__fish_rmm_using_subcommand create" -l arange -d 'Count in C index order, as numpy.arange does: start, start + step, ...'
complete -c rmm -n "__fish_rmm_using_subcommand create" -l header -d 'The first line of text that is not skipped names the columns'
complete -c rmm -n "__fish_rmm_using_subcommand create" -l npy -d 'Write a .npy header whatever the name'
complete -c rmm -n "__fish_rmm_using_subcommand create" -l sidecar -d 'Also write FILE.rmm.json, which says what is in a raw file'
complete -c rmm -n "__fish_rmm_using_subcommand create" -l preallocate -d 'Reserve the blocks now, so that the disk cannot be full later'
complete -c rmm -n "__fish_rmm_using_subcommand create" -l force -d 'Replace OUT if it exists'
complete -c rmm -n "__fish_rmm_using_subcommand create" -l sync -d 'Put everything on stable storage before exiting'
complete -c rmm -n "__fish_rmm_using_subcommand create" -s q -l quiet -d 'No notes and no progress; errors are still printed'
complete -c rmm -n "__fish_rmm_using_subcommand create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rmm -n "__fish_rmm_using_subcommand info" -s d -l dtype -d 'Element type, in NumPy\'s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, \'x:f4,y:f4,n:i2\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand info" -s s -l shape -d 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d' -r
complete -c rmm -n "__fish_rmm_using_subcommand info" -l order -d 'Memory layout: C (last axis contiguous) or F (first) [default: C]' -r -f -a "C\t''
F\t''"
complete -c rmm -n "__fish_rmm_using_subcommand info" -l offset -d 'Where the data starts, in bytes: 4096, 4KiB, 0x80' -r
complete -c rmm -n "__fish_rmm_using_subcommand info" -l spec -d 'All of these in one word: dtype:shape[:order][@offset], as in \'>f4:1000,-1:F@512\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand info" -s m -l mode -d 'r, r+, w+ or c, as in numpy.memmap (or readonly, readwrite, write, copyonwrite)' -r -f -a "r\t''
r+\t''
w+\t''
c\t''
readonly\t''
readwrite\t''
write\t''
copyonwrite\t''"
complete -c rmm -n "__fish_rmm_using_subcommand info" -l cache -d 'Pages of the file that have been dealt with: keep them in memory as the system does, or drop them, so that nothing else leaves it [default: keep]' -r -f -a "keep\t''
drop\t''"
complete -c rmm -n "__fish_rmm_using_subcommand info" -l io -d 'How bytes are read and stored: mmap (mapped into memory), pread (by pread and pwrite alone), or auto, which maps where mapping is fast and safe: not on NFS, SMB, Lustre, GPFS, FUSE, 9P and the like' -r -f -a "auto\t''
mmap\t''
pread\t''"
complete -c rmm -n "__fish_rmm_using_subcommand info" -l get -d 'Print one value per file, in the form that the option of that name accepts' -r -f -a "path\t'The file as it was named'
format\t'npy, nrrd, metaimage, envi or raw'
data_file\t'The file with the elements, where the header is in another'
dtype\t'The element type, as --dtype accepts it'
name\t'NumPy\'s name for it'
byteorder\t'little, big, mixed, or not applicable'
shape\t'The lengths of the axes, as --shape accepts them'
ndim\t'The number of axes'
size\t'The number of elements'
order\t'C or F'
fortran_order\t'Whether the order is F'
offset\t'Where the data starts, in bytes'
itemsize\t'Bytes of an element'
nbytes\t'Bytes of all elements'
strides\t'Bytes from one position to the next, for each axis'
file_size\t'Bytes of the file'
allocated\t'Bytes of storage that it occupies'
holes\t'Bytes of the file that occupy none'
trailing\t'Bytes behind the array'
spec\t'All that finds an element, as --spec accepts it'"
complete -c rmm -n "__fish_rmm_using_subcommand info" -l expect -d 'Exit 1 unless the array is as SPEC (dtype:shape[:order][@offset]) says; print nothing but what differs' -r
complete -c rmm -n "__fish_rmm_using_subcommand info" -l histogram -d 'Count the finite elements between N + 1 equally distant edges, as numpy.histogram does' -r
complete -c rmm -n "__fish_rmm_using_subcommand info" -l ddof -d 'For std: divide by the number of elements less N [default: 0]' -r
complete -c rmm -n "__fish_rmm_using_subcommand info" -l emit -d 'Print what lets another program open the same bytes: an NRRD (nhdr), MetaImage (mhd) or ENVI header, the call of np.memmap (numpy), or the sidecar (json)' -r -f -a "nhdr\t''
mhd\t''
envi\t''
numpy\t''
json\t''"
complete -c rmm -n "__fish_rmm_using_subcommand info" -l color -d 'When to colour messages; NO_COLOR is respected' -r -f -a "auto\t''
always\t''
never\t''"
complete -c rmm -n "__fish_rmm_using_subcommand info" -s j -l threads -d 'Number of threads [default: cores, at most 16]' -r
complete -c rmm -n "__fish_rmm_using_subcommand info" -l allow-trailing -d 'The file may be longer than the array; a pipe is read no further than it must be'
complete -c rmm -n "__fish_rmm_using_subcommand info" -l raw -d 'Read as raw bytes even though the file has a header'
complete -c rmm -n "__fish_rmm_using_subcommand info" -l follow -d 'Read the data file that a header names even where it lies outside the folder of the header'
complete -c rmm -n "__fish_rmm_using_subcommand info" -l json -d 'Print an object per file, one per line'
complete -c rmm -n "__fish_rmm_using_subcommand info" -l guess -d 'Rank what a raw file may be, by its bytes, with the commands that read it so'
complete -c rmm -n "__fish_rmm_using_subcommand info" -l stats -d 'Read all elements: count, nan, inf, zero, and min, max, sum, mean and std of those that are not NaN; of each field of a structured dtype'
complete -c rmm -n "__fish_rmm_using_subcommand info" -l finite -d 'Exit 1 when an element is NaN or infinite'
complete -c rmm -n "__fish_rmm_using_subcommand info" -l write-sidecar -d 'Write the sidecar FILE.rmm.json, which says from now on what is in FILE; print nothing'
complete -c rmm -n "__fish_rmm_using_subcommand info" -l force -d 'Replace a sidecar that is there'
complete -c rmm -n "__fish_rmm_using_subcommand info" -s q -l quiet -d 'No notes and no progress; errors are still printed'
complete -c rmm -n "__fish_rmm_using_subcommand info" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rmm -n "__fish_rmm_using_subcommand get" -s d -l dtype -d 'Element type, in NumPy\'s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, \'x:f4,y:f4,n:i2\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand get" -s s -l shape -d 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d' -r
complete -c rmm -n "__fish_rmm_using_subcommand get" -l order -d 'Memory layout: C (last axis contiguous) or F (first) [default: C]' -r -f -a "C\t''
F\t''"
complete -c rmm -n "__fish_rmm_using_subcommand get" -l offset -d 'Where the data starts, in bytes: 4096, 4KiB, 0x80' -r
complete -c rmm -n "__fish_rmm_using_subcommand get" -l spec -d 'All of these in one word: dtype:shape[:order][@offset], as in \'>f4:1000,-1:F@512\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand get" -s m -l mode -d 'r, r+, w+ or c, as in numpy.memmap (or readonly, readwrite, write, copyonwrite)' -r -f -a "r\t''
r+\t''
w+\t''
c\t''
readonly\t''
readwrite\t''
write\t''
copyonwrite\t''"
complete -c rmm -n "__fish_rmm_using_subcommand get" -l cache -d 'Pages of the file that have been dealt with: keep them in memory as the system does, or drop them, so that nothing else leaves it [default: keep]' -r -f -a "keep\t''
drop\t''"
complete -c rmm -n "__fish_rmm_using_subcommand get" -l io -d 'How bytes are read and stored: mmap (mapped into memory), pread (by pread and pwrite alone), or auto, which maps where mapping is fast and safe: not on NFS, SMB, Lustre, GPFS, FUSE, 9P and the like' -r -f -a "auto\t''
mmap\t''
pread\t''"
complete -c rmm -n "__fish_rmm_using_subcommand get" -l rows -d 'Along axis 0: an integer (drops the axis), A:B[:S], or a list [1,5,7]; does not mix with INDEX' -r
complete -c rmm -n "__fish_rmm_using_subcommand get" -l cols -d 'The same along axis 1' -r
complete -c rmm -n "__fish_rmm_using_subcommand get" -l along -d 'The same along axis K; may be repeated' -r
complete -c rmm -n "__fish_rmm_using_subcommand get" -l field -d 'A field of a structured dtype; may be repeated' -r
complete -c rmm -n "__fish_rmm_using_subcommand get" -l fmt -d 'Print each value with a printf format, as numpy.savetxt does: \'%.3f\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand get" -l precision -d 'Round floats to N digits behind the point' -r
complete -c rmm -n "__fish_rmm_using_subcommand get" -l color -d 'When to colour messages; NO_COLOR is respected' -r -f -a "auto\t''
always\t''
never\t''"
complete -c rmm -n "__fish_rmm_using_subcommand get" -s j -l threads -d 'Number of threads [default: cores, at most 16]' -r
complete -c rmm -n "__fish_rmm_using_subcommand get" -l allow-trailing -d 'The file may be longer than the array; a pipe is read no further than it must be'
complete -c rmm -n "__fish_rmm_using_subcommand get" -l raw -d 'Read as raw bytes even though the file has a header'
complete -c rmm -n "__fish_rmm_using_subcommand get" -l follow -d 'Read the data file that a header names even where it lies outside the folder of the header'
complete -c rmm -n "__fish_rmm_using_subcommand get" -s q -l quiet -d 'No notes and no progress; errors are still printed'
complete -c rmm -n "__fish_rmm_using_subcommand get" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rmm -n "__fish_rmm_using_subcommand set" -l from -d 'Take the values from SRC: an array, or text, also compressed by gzip or zstd; - is standard input' -r -F
complete -c rmm -n "__fish_rmm_using_subcommand set" -l from-format -d 'What SRC is: npy, raw, csv, tsv, text, json or ndjson [default: by its first bytes, then its ending, else text]' -r -f -a "npy\t''
raw\t''
csv\t''
tsv\t''
text\t''
json\t''
ndjson\t''"
complete -c rmm -n "__fish_rmm_using_subcommand set" -l from-spec -d 'What is in a raw SRC: dtype:shape[:order][@offset] [default: the same as in FILE]' -r
complete -c rmm -n "__fish_rmm_using_subcommand set" -l delimiter -d 'What stands between two fields of text: one character, or \\t [default: a comma in csv, a tab in tsv, else blanks]' -r
complete -c rmm -n "__fish_rmm_using_subcommand set" -l comments -d 'What begins a comment in text, up to the end of the line [default: # in text, nothing in csv and tsv]' -r
complete -c rmm -n "__fish_rmm_using_subcommand set" -l skip-rows -d 'Skip the first N lines of text, whatever is in them' -r
complete -c rmm -n "__fish_rmm_using_subcommand set" -l columns -d 'The columns of text to take, in this order: positions from 0, or names in the header ("a,b" in quotes is one)' -r
complete -c rmm -n "__fish_rmm_using_subcommand set" -l updates -d 'Take lines of an INDEX, a tab and a VALUE from SRC; - is standard input. Nothing is stored unless all of them fit; of repeated elements the last counts' -r -F
complete -c rmm -n "__fish_rmm_using_subcommand set" -s d -l dtype -d 'Element type, in NumPy\'s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, \'x:f4,y:f4,n:i2\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand set" -s s -l shape -d 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d' -r
complete -c rmm -n "__fish_rmm_using_subcommand set" -l order -d 'Memory layout: C (last axis contiguous) or F (first) [default: C]' -r -f -a "C\t''
F\t''"
complete -c rmm -n "__fish_rmm_using_subcommand set" -l offset -d 'Where the data starts, in bytes: 4096, 4KiB, 0x80' -r
complete -c rmm -n "__fish_rmm_using_subcommand set" -l spec -d 'All of these in one word: dtype:shape[:order][@offset], as in \'>f4:1000,-1:F@512\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand set" -s m -l mode -d 'r, r+, w+ or c, as in numpy.memmap (or readonly, readwrite, write, copyonwrite)' -r -f -a "r\t''
r+\t''
w+\t''
c\t''
readonly\t''
readwrite\t''
write\t''
copyonwrite\t''"
complete -c rmm -n "__fish_rmm_using_subcommand set" -l cache -d 'Pages of the file that have been dealt with: keep them in memory as the system does, or drop them, so that nothing else leaves it [default: keep]' -r -f -a "keep\t''
drop\t''"
complete -c rmm -n "__fish_rmm_using_subcommand set" -l io -d 'How bytes are read and stored: mmap (mapped into memory), pread (by pread and pwrite alone), or auto, which maps where mapping is fast and safe: not on NFS, SMB, Lustre, GPFS, FUSE, 9P and the like' -r -f -a "auto\t''
mmap\t''
pread\t''"
complete -c rmm -n "__fish_rmm_using_subcommand set" -l rows -d 'Along axis 0: an integer (drops the axis), A:B[:S], or a list [1,5,7]; does not mix with INDEX' -r
complete -c rmm -n "__fish_rmm_using_subcommand set" -l cols -d 'The same along axis 1' -r
complete -c rmm -n "__fish_rmm_using_subcommand set" -l along -d 'The same along axis K; may be repeated' -r
complete -c rmm -n "__fish_rmm_using_subcommand set" -l field -d 'A field of a structured dtype; may be repeated' -r
complete -c rmm -n "__fish_rmm_using_subcommand set" -l overflow -d 'A value that does not fit: error, wrap (modulo 2^n), saturate, or nan (floats)' -r -f -a "error\t''
wrap\t''
saturate\t''
nan\t''"
complete -c rmm -n "__fish_rmm_using_subcommand set" -l casting -d 'Which conversions between types are allowed: no, equiv, safe, same_kind or unsafe [default: same_kind, and whatever --astype or the --dtype of a new file asks for]' -r -f -a "no\t''
equiv\t''
safe\t''
same_kind\t''
unsafe\t''"
complete -c rmm -n "__fish_rmm_using_subcommand set" -s o -l output -d 'Write to OUT, which appears whole or not at all; - is standard output' -r -F
complete -c rmm -n "__fish_rmm_using_subcommand set" -s f -l format -d 'tsv, csv, text, json, ndjson, table, npy, raw, hex or arrow [default: by OUT\'s ending, else tsv]' -r -f -a "tsv\t''
csv\t''
text\t''
json\t''
ndjson\t''
table\t''
npy\t''
raw\t''
hex\t''
arrow\t''"
complete -c rmm -n "__fish_rmm_using_subcommand set" -l fmt -d 'Print each value with a printf format, as numpy.savetxt does: \'%.3f\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand set" -l precision -d 'Round floats to N digits behind the point, in any text; they do not read back then' -r
complete -c rmm -n "__fish_rmm_using_subcommand set" -l color -d 'When to colour messages; NO_COLOR is respected' -r -f -a "auto\t''
always\t''
never\t''"
complete -c rmm -n "__fish_rmm_using_subcommand set" -s j -l threads -d 'Number of threads [default: cores, at most 16]' -r
complete -c rmm -n "__fish_rmm_using_subcommand set" -l allow-trailing -d 'The file may be longer than the array; a pipe is read no further than it must be'
complete -c rmm -n "__fish_rmm_using_subcommand set" -l raw -d 'Read as raw bytes even though the file has a header'
complete -c rmm -n "__fish_rmm_using_subcommand set" -l follow -d 'Read the data file that a header names even where it lies outside the folder of the header'
complete -c rmm -n "__fish_rmm_using_subcommand set" -l dry-run -d 'Change nothing; say what would change (the same as --mode c without -o)'
complete -c rmm -n "__fish_rmm_using_subcommand set" -l sidecar -d 'Also write OUT.rmm.json, which says what is in OUT'
complete -c rmm -n "__fish_rmm_using_subcommand set" -l force -d 'Replace OUT if it exists'
complete -c rmm -n "__fish_rmm_using_subcommand set" -l sync -d 'Put everything on stable storage before exiting'
complete -c rmm -n "__fish_rmm_using_subcommand set" -l header -d 'The first line of the text of --from that is not skipped names the columns; with -o, a line of names in front'
complete -c rmm -n "__fish_rmm_using_subcommand set" -s q -l quiet -d 'No notes and no progress; errors are still printed'
complete -c rmm -n "__fish_rmm_using_subcommand set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rmm -n "__fish_rmm_using_subcommand slice" -s d -l dtype -d 'Element type, in NumPy\'s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, \'x:f4,y:f4,n:i2\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand slice" -s s -l shape -d 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d' -r
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l order -d 'Memory layout: C (last axis contiguous) or F (first) [default: C]' -r -f -a "C\t''
F\t''"
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l offset -d 'Where the data starts, in bytes: 4096, 4KiB, 0x80' -r
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l spec -d 'All of these in one word: dtype:shape[:order][@offset], as in \'>f4:1000,-1:F@512\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand slice" -s m -l mode -d 'r, r+, w+ or c, as in numpy.memmap (or readonly, readwrite, write, copyonwrite)' -r -f -a "r\t''
r+\t''
w+\t''
c\t''
readonly\t''
readwrite\t''
write\t''
copyonwrite\t''"
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l cache -d 'Pages of the file that have been dealt with: keep them in memory as the system does, or drop them, so that nothing else leaves it [default: keep]' -r -f -a "keep\t''
drop\t''"
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l io -d 'How bytes are read and stored: mmap (mapped into memory), pread (by pread and pwrite alone), or auto, which maps where mapping is fast and safe: not on NFS, SMB, Lustre, GPFS, FUSE, 9P and the like' -r -f -a "auto\t''
mmap\t''
pread\t''"
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l rows -d 'Along axis 0: an integer (drops the axis), A:B[:S], or a list [1,5,7]; does not mix with INDEX' -r
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l cols -d 'The same along axis 1' -r
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l along -d 'The same along axis K; may be repeated' -r
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l field -d 'A field of a structured dtype; may be repeated' -r
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l astype -d 'Convert the elements to this type' -r
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l to-order -d 'Lay raw and npy output out in C or F order [default: C]' -r -f -a "C\t''
F\t''"
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l byteorder -d 'Byte order of raw and npy output: little, big or native [default: the array\'s own]' -r -f -a "little\t''
big\t''
native\t''"
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l transpose -d 'Permute the axes, as in 2,0,1; without AXES, reverse them' -r
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l reshape -d 'Give the result this shape, in C order; one axis may be -1' -r
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l overflow -d 'A value that does not fit: error, wrap (modulo 2^n), saturate, or nan (floats)' -r -f -a "error\t''
wrap\t''
saturate\t''
nan\t''"
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l casting -d 'Which conversions between types are allowed: no, equiv, safe, same_kind or unsafe [default: same_kind, and whatever --astype or the --dtype of a new file asks for]' -r -f -a "no\t''
equiv\t''
safe\t''
same_kind\t''
unsafe\t''"
complete -c rmm -n "__fish_rmm_using_subcommand slice" -s o -l output -d 'Write to OUT, which appears whole or not at all; - is standard output' -r -F
complete -c rmm -n "__fish_rmm_using_subcommand slice" -s f -l format -d 'tsv, csv, text, json, ndjson, table, npy, raw, hex or arrow [default: by OUT\'s ending, else tsv]' -r -f -a "tsv\t''
csv\t''
text\t''
json\t''
ndjson\t''
table\t''
npy\t''
raw\t''
hex\t''
arrow\t''"
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l fmt -d 'Print each value with a printf format, as numpy.savetxt does: \'%.3f\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l precision -d 'Round floats to N digits behind the point, in any text; they do not read back then' -r
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l color -d 'When to colour messages; NO_COLOR is respected' -r -f -a "auto\t''
always\t''
never\t''"
complete -c rmm -n "__fish_rmm_using_subcommand slice" -s j -l threads -d 'Number of threads [default: cores, at most 16]' -r
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l allow-trailing -d 'The file may be longer than the array; a pipe is read no further than it must be'
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l raw -d 'Read as raw bytes even though the file has a header'
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l follow -d 'Read the data file that a header names even where it lies outside the folder of the header'
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l header -d 'A line of column names in front'
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l sidecar -d 'Also write OUT.rmm.json, which says what is in OUT'
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l force -d 'Replace OUT if it exists'
complete -c rmm -n "__fish_rmm_using_subcommand slice" -l sync -d 'Put everything on stable storage before exiting'
complete -c rmm -n "__fish_rmm_using_subcommand slice" -s q -l quiet -d 'No notes and no progress; errors are still printed'
complete -c rmm -n "__fish_rmm_using_subcommand slice" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l value -d 'The same value everywhere' -r
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l start -d 'Where --arange begins [default: 0]' -r
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l step -d 'From one value of --arange to the next [default: 1]' -r
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l linspace -d 'Evenly spaced values from A to B, both included, as numpy.linspace makes them' -r
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l random -d 'Random values: uniform (0 to 1), normal (mean 0, std 1), or integers, from LO to below HI or all that the dtype holds. A value depends on the seed and the element\'s place in the array alone. uniform and integers are those of numpy.random.Generator(numpy.random.Philox(N)), integers until the first that NumPy draws again' -r
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l seed -d 'Where --random begins, 0 to 2**128 - 1 [default: one from the system, told on stderr]' -r
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l expr -d 'Compute an expression in NumPy\'s words: x is the array, i j k or i0 i1 ... its coordinates, as in \'where(x > 0, sqrt(x), 0)\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l with -d 'Another array in --expr, broadcast to the selection; may be repeated' -r
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l receipt -d 'Write a receipt when the job is done; where there is one, the same command does nothing. A job that is begun with one is resumed with it alone. With --resume, a job of which there is neither journal nor receipt is begun; with map-chunks -o, it can be resumed' -r -F
complete -c rmm -n "__fish_rmm_using_subcommand fill" -s d -l dtype -d 'Element type, in NumPy\'s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, \'x:f4,y:f4,n:i2\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand fill" -s s -l shape -d 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d' -r
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l order -d 'Memory layout: C (last axis contiguous) or F (first) [default: C]' -r -f -a "C\t''
F\t''"
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l offset -d 'Where the data starts, in bytes: 4096, 4KiB, 0x80' -r
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l spec -d 'All of these in one word: dtype:shape[:order][@offset], as in \'>f4:1000,-1:F@512\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand fill" -s m -l mode -d 'r, r+, w+ or c, as in numpy.memmap (or readonly, readwrite, write, copyonwrite)' -r -f -a "r\t''
r+\t''
w+\t''
c\t''
readonly\t''
readwrite\t''
write\t''
copyonwrite\t''"
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l cache -d 'Pages of the file that have been dealt with: keep them in memory as the system does, or drop them, so that nothing else leaves it [default: keep]' -r -f -a "keep\t''
drop\t''"
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l io -d 'How bytes are read and stored: mmap (mapped into memory), pread (by pread and pwrite alone), or auto, which maps where mapping is fast and safe: not on NFS, SMB, Lustre, GPFS, FUSE, 9P and the like' -r -f -a "auto\t''
mmap\t''
pread\t''"
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l rows -d 'Along axis 0: an integer (drops the axis), A:B[:S], or a list [1,5,7]; does not mix with INDEX' -r
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l cols -d 'The same along axis 1' -r
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l along -d 'The same along axis K; may be repeated' -r
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l field -d 'A field of a structured dtype; may be repeated' -r
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l overflow -d 'A value that does not fit: error, wrap (modulo 2^n), saturate, or nan (floats)' -r -f -a "error\t''
wrap\t''
saturate\t''
nan\t''"
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l casting -d 'Which conversions between types are allowed: no, equiv, safe, same_kind or unsafe [default: same_kind, and whatever --astype or the --dtype of a new file asks for]' -r -f -a "no\t''
equiv\t''
safe\t''
same_kind\t''
unsafe\t''"
complete -c rmm -n "__fish_rmm_using_subcommand fill" -s o -l output -d 'Write to OUT, which appears whole or not at all; - is standard output' -r -F
complete -c rmm -n "__fish_rmm_using_subcommand fill" -s f -l format -d 'tsv, csv, text, json, ndjson, table, npy, raw, hex or arrow [default: by OUT\'s ending, else tsv]' -r -f -a "tsv\t''
csv\t''
text\t''
json\t''
ndjson\t''
table\t''
npy\t''
raw\t''
hex\t''
arrow\t''"
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l fmt -d 'Print each value with a printf format, as numpy.savetxt does: \'%.3f\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l precision -d 'Round floats to N digits behind the point, in any text; they do not read back then' -r
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l color -d 'When to colour messages; NO_COLOR is respected' -r -f -a "auto\t''
always\t''
never\t''"
complete -c rmm -n "__fish_rmm_using_subcommand fill" -s j -l threads -d 'Number of threads [default: cores, at most 16]' -r
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l arange -d 'Count in C index order, as numpy.arange does: start, start + step, ...'
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l resume -d 'Go on with a job that ended early, by the same command, with the --receipt that it was begun with, if any; --overflow, --casting, --timeout, --io, --cache, -j and -q may be others, and --sync stays as it was begun. With map-chunks -o, where there is none, begin one that keeps OUT.rmm-part until it is whole'
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l discard-journal -d 'Give up a job that ended early: store what waits in its journal, by way of TMPDIR where the disk is full, say which part is done, and remove the journal'
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l no-journal -d 'Keep no journal FILE.rmm-journal: a job in place that ends early cannot be resumed'
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l allow-trailing -d 'The file may be longer than the array; a pipe is read no further than it must be'
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l raw -d 'Read as raw bytes even though the file has a header'
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l follow -d 'Read the data file that a header names even where it lies outside the folder of the header'
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l dry-run -d 'Change nothing; say what would change (the same as --mode c without -o)'
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l header -d 'A line of column names in front'
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l sidecar -d 'Also write OUT.rmm.json, which says what is in OUT'
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l force -d 'Replace OUT if it exists'
complete -c rmm -n "__fish_rmm_using_subcommand fill" -l sync -d 'Put everything on stable storage before exiting'
complete -c rmm -n "__fish_rmm_using_subcommand fill" -s q -l quiet -d 'No notes and no progress; errors are still printed'
complete -c rmm -n "__fish_rmm_using_subcommand fill" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l expr -d 'Compute an expression in NumPy\'s words: x is the array, i j k or i0 i1 ... its coordinates, as in \'where(x > 0, sqrt(x), 0)\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l with -d 'Another array in --expr, broadcast to the selection; may be repeated' -r
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l exec -d 'Pipe each chunk through sh -c CMD: raw elements in, C order, native byte order, and as many back' -r
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l exec-format -d 'What goes through the pipes: raw, or npy with a header both ways [default: raw]' -r -f -a "npy\t''
raw\t''"
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l timeout -d 'A chunk that takes longer fails: 30s, 500ms, 2m' -r
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l chunk -d 'What is stored whole or not at all: positions along the slowest axis, or bytes: 100, 64MiB [default: 4MiB, less from 3 threads on; with --expr 16KiB or less, in the order of the file]' -r
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l astype -d 'The type of the results, converted once more where they are stored in place [default: the array\'s own, or that of the expression]' -r
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l reduce -d 'Reduce x, or what --expr computes, to one element, with NumPy\'s names, dtypes and rules for NaN: sum, prod, min, max, mean, std, var, any, all, count_nonzero, argmin, argmax, nansum, nanmin, nanmax, nanmean or nanstd' -r -f -a "sum\t''
prod\t''
min\t''
max\t''
mean\t''
std\t''
var\t''
any\t''
all\t''
count_nonzero\t''
argmin\t''
argmax\t''
nansum\t''
nanmin\t''
nanmax\t''
nanmean\t''
nanstd\t''"
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l axis -d 'Reduce along these axes of the selection only; negative ones count from the last [default: all]' -r
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l ddof -d 'For std, var and nanstd: divide by the number of elements less N [default: 0]' -r
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l receipt -d 'Write a receipt when the job is done; where there is one, the same command does nothing. A job that is begun with one is resumed with it alone. With --resume, a job of which there is neither journal nor receipt is begun; with map-chunks -o, it can be resumed' -r -F
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -s d -l dtype -d 'Element type, in NumPy\'s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, \'x:f4,y:f4,n:i2\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -s s -l shape -d 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d' -r
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l order -d 'Memory layout: C (last axis contiguous) or F (first) [default: C]' -r -f -a "C\t''
F\t''"
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l offset -d 'Where the data starts, in bytes: 4096, 4KiB, 0x80' -r
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l spec -d 'All of these in one word: dtype:shape[:order][@offset], as in \'>f4:1000,-1:F@512\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -s m -l mode -d 'r, r+, w+ or c, as in numpy.memmap (or readonly, readwrite, write, copyonwrite)' -r -f -a "r\t''
r+\t''
w+\t''
c\t''
readonly\t''
readwrite\t''
write\t''
copyonwrite\t''"
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l cache -d 'Pages of the file that have been dealt with: keep them in memory as the system does, or drop them, so that nothing else leaves it [default: keep]' -r -f -a "keep\t''
drop\t''"
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l io -d 'How bytes are read and stored: mmap (mapped into memory), pread (by pread and pwrite alone), or auto, which maps where mapping is fast and safe: not on NFS, SMB, Lustre, GPFS, FUSE, 9P and the like' -r -f -a "auto\t''
mmap\t''
pread\t''"
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l rows -d 'Along axis 0: an integer (drops the axis), A:B[:S], or a list [1,5,7]; does not mix with INDEX' -r
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l cols -d 'The same along axis 1' -r
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l along -d 'The same along axis K; may be repeated' -r
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l field -d 'A field of a structured dtype; may be repeated' -r
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l overflow -d 'A value that does not fit: error, wrap (modulo 2^n), saturate, or nan (floats)' -r -f -a "error\t''
wrap\t''
saturate\t''
nan\t''"
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l casting -d 'Which conversions between types are allowed: no, equiv, safe, same_kind or unsafe [default: same_kind, and whatever --astype or the --dtype of a new file asks for]' -r -f -a "no\t''
equiv\t''
safe\t''
same_kind\t''
unsafe\t''"
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -s o -l output -d 'Write to OUT, which appears whole or not at all; - is standard output' -r -F
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -s f -l format -d 'tsv, csv, text, json, ndjson, table, npy, raw, hex or arrow [default: by OUT\'s ending, else tsv]' -r -f -a "tsv\t''
csv\t''
text\t''
json\t''
ndjson\t''
table\t''
npy\t''
raw\t''
hex\t''
arrow\t''"
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l fmt -d 'Print each value with a printf format, as numpy.savetxt does: \'%.3f\'' -r
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l precision -d 'Round floats to N digits behind the point, in any text; they do not read back then' -r
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l color -d 'When to colour messages; NO_COLOR is respected' -r -f -a "auto\t''
always\t''
never\t''"
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -s j -l threads -d 'Number of threads [default: cores, at most 16]' -r
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l keepdims -d 'Keep reduced axes, with length 1'
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -s i -l in-place -d 'Store the results where the elements came from'
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l check -d 'Run every child or compute every result, and check that it fits, but store and write nothing'
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l resume -d 'Go on with a job that ended early, by the same command, with the --receipt that it was begun with, if any; --overflow, --casting, --timeout, --io, --cache, -j and -q may be others, and --sync stays as it was begun. With map-chunks -o, where there is none, begin one that keeps OUT.rmm-part until it is whole'
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l discard-journal -d 'Give up a job that ended early: store what waits in its journal, by way of TMPDIR where the disk is full, say which part is done, and remove the journal'
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l no-journal -d 'Keep no journal FILE.rmm-journal: a job in place that ends early cannot be resumed'
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l allow-trailing -d 'The file may be longer than the array; a pipe is read no further than it must be'
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l raw -d 'Read as raw bytes even though the file has a header'
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l follow -d 'Read the data file that a header names even where it lies outside the folder of the header'
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l dry-run -d 'Change nothing; say what would change (the same as --mode c without -o)'
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l header -d 'A line of column names in front'
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l sidecar -d 'Also write OUT.rmm.json, which says what is in OUT'
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l force -d 'Replace OUT if it exists'
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -l sync -d 'Put everything on stable storage before exiting'
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -s q -l quiet -d 'No notes and no progress; errors are still printed'
complete -c rmm -n "__fish_rmm_using_subcommand map-chunks" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rmm -n "__fish_rmm_using_subcommand completions" -l color -d 'When to colour messages; NO_COLOR is respected' -r -f -a "auto\t''
always\t''
never\t''"
complete -c rmm -n "__fish_rmm_using_subcommand completions" -s j -l threads -d 'Number of threads [default: cores, at most 16]' -r
complete -c rmm -n "__fish_rmm_using_subcommand completions" -l dynamic -d 'Have the shell ask rmm for the words that fit'
complete -c rmm -n "__fish_rmm_using_subcommand completions" -s q -l quiet -d 'No notes and no progress; errors are still printed'
complete -c rmm -n "__fish_rmm_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rmm -n "__fish_rmm_using_subcommand help; and not __fish_seen_subcommand_from create info get set slice fill map-chunks completions help" -f -a "create" -d 'Make an array file: zeros, at once and at any size, or other content'
complete -c rmm -n "__fish_rmm_using_subcommand help; and not __fish_seen_subcommand_from create info get set slice fill map-chunks completions help" -f -a "info" -d 'Say what is in a file: dtype, shape, order, sizes'
complete -c rmm -n "__fish_rmm_using_subcommand help; and not __fish_seen_subcommand_from create info get set slice fill map-chunks completions help" -f -a "get" -d 'Print elements, one per line'
complete -c rmm -n "__fish_rmm_using_subcommand help; and not __fish_seen_subcommand_from create info get set slice fill map-chunks completions help" -f -a "set" -d 'Assign values to elements in place, with NumPy\'s broadcasting'
complete -c rmm -n "__fish_rmm_using_subcommand help; and not __fish_seen_subcommand_from create info get set slice fill map-chunks completions help" -f -a "slice" -d 'Select elements and write them in any format, to stdout or a file'
complete -c rmm -n "__fish_rmm_using_subcommand help; and not __fish_seen_subcommand_from create info get set slice fill map-chunks completions help" -f -a "fill" -d 'Fill a region of an array in place'
complete -c rmm -n "__fish_rmm_using_subcommand help; and not __fish_seen_subcommand_from create info get set slice fill map-chunks completions help" -f -a "map-chunks" -d 'Compute an array chunk by chunk, in place, to a file or to stdout'
complete -c rmm -n "__fish_rmm_using_subcommand help; and not __fish_seen_subcommand_from create info get set slice fill map-chunks completions help" -f -a "completions" -d 'Print a completion script for a shell'
complete -c rmm -n "__fish_rmm_using_subcommand help; and not __fish_seen_subcommand_from create info get set slice fill map-chunks completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
