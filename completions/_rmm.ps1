
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'rmm' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'rmm'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'rmm' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; NO_COLOR is respected')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Number of threads [default: cores, at most 16]')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Number of threads [default: cores, at most 16]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress; errors are still printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress; errors are still printed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Make an array file: zeros, at once and at any size, or other content')
            [CompletionResult]::new('info', 'info', [CompletionResultType]::ParameterValue, 'Say what is in a file: dtype, shape, order, sizes')
            [CompletionResult]::new('get', 'get', [CompletionResultType]::ParameterValue, 'Print elements, one per line')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Assign values to elements in place, with NumPy''s broadcasting')
            [CompletionResult]::new('slice', 'slice', [CompletionResultType]::ParameterValue, 'Select elements and write them in any format, to stdout or a file')
            [CompletionResult]::new('fill', 'fill', [CompletionResultType]::ParameterValue, 'Fill a region of an array in place')
            [CompletionResult]::new('map-chunks', 'map-chunks', [CompletionResultType]::ParameterValue, 'Compute an array chunk by chunk, in place, to a file or to stdout')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'rmm;create' {
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Element type, in NumPy''s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, ''x:f4,y:f4,n:i2''')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'Element type, in NumPy''s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, ''x:f4,y:f4,n:i2''')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d')
            [CompletionResult]::new('--shape', '--shape', [CompletionResultType]::ParameterName, 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d')
            [CompletionResult]::new('--order', '--order', [CompletionResultType]::ParameterName, 'Memory layout: C (last axis contiguous) or F (first) [default: C]')
            [CompletionResult]::new('--offset', '--offset', [CompletionResultType]::ParameterName, 'Where the data starts, in bytes: 4096, 4KiB, 0x80')
            [CompletionResult]::new('--spec', '--spec', [CompletionResultType]::ParameterName, 'All of these in one word: dtype:shape[:order][@offset], as in ''>f4:1000,-1:F@512''')
            [CompletionResult]::new('--value', '--value', [CompletionResultType]::ParameterName, 'The same value everywhere')
            [CompletionResult]::new('--start', '--start', [CompletionResultType]::ParameterName, 'Where --arange begins [default: 0]')
            [CompletionResult]::new('--step', '--step', [CompletionResultType]::ParameterName, 'From one value of --arange to the next [default: 1]')
            [CompletionResult]::new('--linspace', '--linspace', [CompletionResultType]::ParameterName, 'Evenly spaced values from A to B, both included, as numpy.linspace makes them')
            [CompletionResult]::new('--random', '--random', [CompletionResultType]::ParameterName, 'Random values: uniform (0 to 1), normal (mean 0, std 1), or integers, from LO to below HI or all that the dtype holds. A value depends on the seed and the element''s place in the array alone. uniform and integers are those of numpy.random.Generator(numpy.random.Philox(N)), integers until the first that NumPy draws again')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Where --random begins, 0 to 2**128 - 1 [default: one from the system, told on stderr]')
            [CompletionResult]::new('--expr', '--expr', [CompletionResultType]::ParameterName, 'Compute an expression in NumPy''s words: x is the array, i j k or i0 i1 ... its coordinates, as in ''where(x > 0, sqrt(x), 0)''')
            [CompletionResult]::new('--with', '--with', [CompletionResultType]::ParameterName, 'Another array in --expr, broadcast to the selection; may be repeated')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Take the values from SRC: an array, or text, also compressed by gzip or zstd; - is standard input')
            [CompletionResult]::new('--from-format', '--from-format', [CompletionResultType]::ParameterName, 'What SRC is: npy, raw, csv, tsv, text, json or ndjson [default: by its first bytes, then its ending, else text]')
            [CompletionResult]::new('--from-spec', '--from-spec', [CompletionResultType]::ParameterName, 'What is in a raw SRC: dtype:shape[:order][@offset] [default: the same as in FILE]')
            [CompletionResult]::new('--delimiter', '--delimiter', [CompletionResultType]::ParameterName, 'What stands between two fields of text: one character, or \t [default: a comma in csv, a tab in tsv, else blanks]')
            [CompletionResult]::new('--comments', '--comments', [CompletionResultType]::ParameterName, 'What begins a comment in text, up to the end of the line [default: # in text, nothing in csv and tsv]')
            [CompletionResult]::new('--skip-rows', '--skip-rows', [CompletionResultType]::ParameterName, 'Skip the first N lines of text, whatever is in them')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'The columns of text to take, in this order: positions from 0, or names in the header')
            [CompletionResult]::new('--like', '--like', [CompletionResultType]::ParameterName, 'Take shape, dtype and order from the array in OTHER')
            [CompletionResult]::new('--overflow', '--overflow', [CompletionResultType]::ParameterName, 'A value that does not fit: error, wrap (modulo 2^n), saturate, or nan (floats)')
            [CompletionResult]::new('--casting', '--casting', [CompletionResultType]::ParameterName, 'Which conversions between types are allowed: no, equiv, safe, same_kind or unsafe [default: same_kind, and whatever --astype or the --dtype of a new file asks for]')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'w+ is the same as --force')
            [CompletionResult]::new('--mode', '--mode', [CompletionResultType]::ParameterName, 'w+ is the same as --force')
            [CompletionResult]::new('--io', '--io', [CompletionResultType]::ParameterName, 'How bytes are read and stored: mmap (mapped into memory), pread (by pread and pwrite alone), or auto, which maps where mapping is fast and safe: not on NFS, SMB, Lustre, GPFS, FUSE, 9P and the like')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; NO_COLOR is respected')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Number of threads [default: cores, at most 16]')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Number of threads [default: cores, at most 16]')
            [CompletionResult]::new('--arange', '--arange', [CompletionResultType]::ParameterName, 'Count in C index order, as numpy.arange does: start, start + step, ...')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'The first line of text that is not skipped names the columns')
            [CompletionResult]::new('--npy', '--npy', [CompletionResultType]::ParameterName, 'Write a .npy header whatever the name')
            [CompletionResult]::new('--sidecar', '--sidecar', [CompletionResultType]::ParameterName, 'Also write FILE.rmm.json, which says what is in a raw file')
            [CompletionResult]::new('--preallocate', '--preallocate', [CompletionResultType]::ParameterName, 'Reserve the blocks now, so that the disk cannot be full later')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace OUT if it exists')
            [CompletionResult]::new('--sync', '--sync', [CompletionResultType]::ParameterName, 'Put everything on stable storage before exiting')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress; errors are still printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress; errors are still printed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'rmm;info' {
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Element type, in NumPy''s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, ''x:f4,y:f4,n:i2''')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'Element type, in NumPy''s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, ''x:f4,y:f4,n:i2''')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d')
            [CompletionResult]::new('--shape', '--shape', [CompletionResultType]::ParameterName, 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d')
            [CompletionResult]::new('--order', '--order', [CompletionResultType]::ParameterName, 'Memory layout: C (last axis contiguous) or F (first) [default: C]')
            [CompletionResult]::new('--offset', '--offset', [CompletionResultType]::ParameterName, 'Where the data starts, in bytes: 4096, 4KiB, 0x80')
            [CompletionResult]::new('--spec', '--spec', [CompletionResultType]::ParameterName, 'All of these in one word: dtype:shape[:order][@offset], as in ''>f4:1000,-1:F@512''')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'r, r+, w+ or c, as in numpy.memmap (or readonly, readwrite, write, copyonwrite)')
            [CompletionResult]::new('--mode', '--mode', [CompletionResultType]::ParameterName, 'r, r+, w+ or c, as in numpy.memmap (or readonly, readwrite, write, copyonwrite)')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'Pages of the file that have been dealt with: keep them in memory as the system does, or drop them, so that nothing else leaves it [default: keep]')
            [CompletionResult]::new('--io', '--io', [CompletionResultType]::ParameterName, 'How bytes are read and stored: mmap (mapped into memory), pread (by pread and pwrite alone), or auto, which maps where mapping is fast and safe: not on NFS, SMB, Lustre, GPFS, FUSE, 9P and the like')
            [CompletionResult]::new('--get', '--get', [CompletionResultType]::ParameterName, 'Print one value per file, in the form that the option of that name accepts')
            [CompletionResult]::new('--expect', '--expect', [CompletionResultType]::ParameterName, 'Exit 1 unless the array is as SPEC (dtype:shape[:order][@offset]) says; print nothing but what differs')
            [CompletionResult]::new('--histogram', '--histogram', [CompletionResultType]::ParameterName, 'Count the finite elements between N + 1 equally distant edges, as numpy.histogram does')
            [CompletionResult]::new('--ddof', '--ddof', [CompletionResultType]::ParameterName, 'For std: divide by the number of elements less N [default: 0]')
            [CompletionResult]::new('--emit', '--emit', [CompletionResultType]::ParameterName, 'Print what lets another program open the same bytes: an NRRD (nhdr), MetaImage (mhd) or ENVI header, the call of np.memmap (numpy), or the sidecar (json)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; NO_COLOR is respected')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Number of threads [default: cores, at most 16]')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Number of threads [default: cores, at most 16]')
            [CompletionResult]::new('--allow-trailing', '--allow-trailing', [CompletionResultType]::ParameterName, 'The file may be longer than the array; a pipe is read no further than it must be')
            [CompletionResult]::new('--raw', '--raw', [CompletionResultType]::ParameterName, 'Read as raw bytes even though the file has a header')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Read the data file that a header names even where it lies outside the folder of the header')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print an object per file, one per line')
            [CompletionResult]::new('--guess', '--guess', [CompletionResultType]::ParameterName, 'Rank what a raw file may be, by its bytes, with the commands that read it so')
            [CompletionResult]::new('--stats', '--stats', [CompletionResultType]::ParameterName, 'Read all elements: count, nan, inf, zero, and min, max, sum, mean and std of those that are not NaN; of each field of a structured dtype')
            [CompletionResult]::new('--finite', '--finite', [CompletionResultType]::ParameterName, 'Exit 1 when an element is NaN or infinite')
            [CompletionResult]::new('--write-sidecar', '--write-sidecar', [CompletionResultType]::ParameterName, 'Write the sidecar FILE.rmm.json, which says from now on what is in FILE; print nothing')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace a sidecar that is there')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress; errors are still printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress; errors are still printed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'rmm;get' {
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Element type, in NumPy''s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, ''x:f4,y:f4,n:i2''')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'Element type, in NumPy''s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, ''x:f4,y:f4,n:i2''')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d')
            [CompletionResult]::new('--shape', '--shape', [CompletionResultType]::ParameterName, 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d')
            [CompletionResult]::new('--order', '--order', [CompletionResultType]::ParameterName, 'Memory layout: C (last axis contiguous) or F (first) [default: C]')
            [CompletionResult]::new('--offset', '--offset', [CompletionResultType]::ParameterName, 'Where the data starts, in bytes: 4096, 4KiB, 0x80')
            [CompletionResult]::new('--spec', '--spec', [CompletionResultType]::ParameterName, 'All of these in one word: dtype:shape[:order][@offset], as in ''>f4:1000,-1:F@512''')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'r, r+, w+ or c, as in numpy.memmap (or readonly, readwrite, write, copyonwrite)')
            [CompletionResult]::new('--mode', '--mode', [CompletionResultType]::ParameterName, 'r, r+, w+ or c, as in numpy.memmap (or readonly, readwrite, write, copyonwrite)')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'Pages of the file that have been dealt with: keep them in memory as the system does, or drop them, so that nothing else leaves it [default: keep]')
            [CompletionResult]::new('--io', '--io', [CompletionResultType]::ParameterName, 'How bytes are read and stored: mmap (mapped into memory), pread (by pread and pwrite alone), or auto, which maps where mapping is fast and safe: not on NFS, SMB, Lustre, GPFS, FUSE, 9P and the like')
            [CompletionResult]::new('--rows', '--rows', [CompletionResultType]::ParameterName, 'Along axis 0: an integer (drops the axis), A:B[:S], or a list [1,5,7]; does not mix with INDEX')
            [CompletionResult]::new('--cols', '--cols', [CompletionResultType]::ParameterName, 'The same along axis 1')
            [CompletionResult]::new('--along', '--along', [CompletionResultType]::ParameterName, 'The same along axis K; may be repeated')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A field of a structured dtype; may be repeated')
            [CompletionResult]::new('--fmt', '--fmt', [CompletionResultType]::ParameterName, 'Print each value with a printf format, as numpy.savetxt does: ''%.3f''')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; NO_COLOR is respected')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Number of threads [default: cores, at most 16]')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Number of threads [default: cores, at most 16]')
            [CompletionResult]::new('--allow-trailing', '--allow-trailing', [CompletionResultType]::ParameterName, 'The file may be longer than the array; a pipe is read no further than it must be')
            [CompletionResult]::new('--raw', '--raw', [CompletionResultType]::ParameterName, 'Read as raw bytes even though the file has a header')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Read the data file that a header names even where it lies outside the folder of the header')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress; errors are still printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress; errors are still printed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'rmm;set' {
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Take the values from SRC: an array, or text, also compressed by gzip or zstd; - is standard input')
            [CompletionResult]::new('--from-format', '--from-format', [CompletionResultType]::ParameterName, 'What SRC is: npy, raw, csv, tsv, text, json or ndjson [default: by its first bytes, then its ending, else text]')
            [CompletionResult]::new('--from-spec', '--from-spec', [CompletionResultType]::ParameterName, 'What is in a raw SRC: dtype:shape[:order][@offset] [default: the same as in FILE]')
            [CompletionResult]::new('--delimiter', '--delimiter', [CompletionResultType]::ParameterName, 'What stands between two fields of text: one character, or \t [default: a comma in csv, a tab in tsv, else blanks]')
            [CompletionResult]::new('--comments', '--comments', [CompletionResultType]::ParameterName, 'What begins a comment in text, up to the end of the line [default: # in text, nothing in csv and tsv]')
            [CompletionResult]::new('--skip-rows', '--skip-rows', [CompletionResultType]::ParameterName, 'Skip the first N lines of text, whatever is in them')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'The columns of text to take, in this order: positions from 0, or names in the header')
            [CompletionResult]::new('--updates', '--updates', [CompletionResultType]::ParameterName, 'Take lines of an INDEX, a tab and a VALUE from SRC; - is standard input. Nothing is stored unless all of them fit; of repeated elements the last counts')
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Element type, in NumPy''s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, ''x:f4,y:f4,n:i2''')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'Element type, in NumPy''s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, ''x:f4,y:f4,n:i2''')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d')
            [CompletionResult]::new('--shape', '--shape', [CompletionResultType]::ParameterName, 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d')
            [CompletionResult]::new('--order', '--order', [CompletionResultType]::ParameterName, 'Memory layout: C (last axis contiguous) or F (first) [default: C]')
            [CompletionResult]::new('--offset', '--offset', [CompletionResultType]::ParameterName, 'Where the data starts, in bytes: 4096, 4KiB, 0x80')
            [CompletionResult]::new('--spec', '--spec', [CompletionResultType]::ParameterName, 'All of these in one word: dtype:shape[:order][@offset], as in ''>f4:1000,-1:F@512''')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'r, r+, w+ or c, as in numpy.memmap (or readonly, readwrite, write, copyonwrite)')
            [CompletionResult]::new('--mode', '--mode', [CompletionResultType]::ParameterName, 'r, r+, w+ or c, as in numpy.memmap (or readonly, readwrite, write, copyonwrite)')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'Pages of the file that have been dealt with: keep them in memory as the system does, or drop them, so that nothing else leaves it [default: keep]')
            [CompletionResult]::new('--io', '--io', [CompletionResultType]::ParameterName, 'How bytes are read and stored: mmap (mapped into memory), pread (by pread and pwrite alone), or auto, which maps where mapping is fast and safe: not on NFS, SMB, Lustre, GPFS, FUSE, 9P and the like')
            [CompletionResult]::new('--rows', '--rows', [CompletionResultType]::ParameterName, 'Along axis 0: an integer (drops the axis), A:B[:S], or a list [1,5,7]; does not mix with INDEX')
            [CompletionResult]::new('--cols', '--cols', [CompletionResultType]::ParameterName, 'The same along axis 1')
            [CompletionResult]::new('--along', '--along', [CompletionResultType]::ParameterName, 'The same along axis K; may be repeated')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A field of a structured dtype; may be repeated')
            [CompletionResult]::new('--overflow', '--overflow', [CompletionResultType]::ParameterName, 'A value that does not fit: error, wrap (modulo 2^n), saturate, or nan (floats)')
            [CompletionResult]::new('--casting', '--casting', [CompletionResultType]::ParameterName, 'Which conversions between types are allowed: no, equiv, safe, same_kind or unsafe [default: same_kind, and whatever --astype or the --dtype of a new file asks for]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to OUT, which appears whole or not at all; - is standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to OUT, which appears whole or not at all; - is standard output')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'tsv, csv, text, json, ndjson, table, npy, raw or hex [default: by OUT''s ending, else tsv]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'tsv, csv, text, json, ndjson, table, npy, raw or hex [default: by OUT''s ending, else tsv]')
            [CompletionResult]::new('--fmt', '--fmt', [CompletionResultType]::ParameterName, 'Print each value with a printf format, as numpy.savetxt does: ''%.3f''')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; NO_COLOR is respected')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Number of threads [default: cores, at most 16]')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Number of threads [default: cores, at most 16]')
            [CompletionResult]::new('--allow-trailing', '--allow-trailing', [CompletionResultType]::ParameterName, 'The file may be longer than the array; a pipe is read no further than it must be')
            [CompletionResult]::new('--raw', '--raw', [CompletionResultType]::ParameterName, 'Read as raw bytes even though the file has a header')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Read the data file that a header names even where it lies outside the folder of the header')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Change nothing; say what would change (the same as --mode c without -o)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'A line of column names in front')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace OUT if it exists')
            [CompletionResult]::new('--sync', '--sync', [CompletionResultType]::ParameterName, 'Put everything on stable storage before exiting')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress; errors are still printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress; errors are still printed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'rmm;slice' {
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Element type, in NumPy''s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, ''x:f4,y:f4,n:i2''')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'Element type, in NumPy''s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, ''x:f4,y:f4,n:i2''')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d')
            [CompletionResult]::new('--shape', '--shape', [CompletionResultType]::ParameterName, 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d')
            [CompletionResult]::new('--order', '--order', [CompletionResultType]::ParameterName, 'Memory layout: C (last axis contiguous) or F (first) [default: C]')
            [CompletionResult]::new('--offset', '--offset', [CompletionResultType]::ParameterName, 'Where the data starts, in bytes: 4096, 4KiB, 0x80')
            [CompletionResult]::new('--spec', '--spec', [CompletionResultType]::ParameterName, 'All of these in one word: dtype:shape[:order][@offset], as in ''>f4:1000,-1:F@512''')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'r, r+, w+ or c, as in numpy.memmap (or readonly, readwrite, write, copyonwrite)')
            [CompletionResult]::new('--mode', '--mode', [CompletionResultType]::ParameterName, 'r, r+, w+ or c, as in numpy.memmap (or readonly, readwrite, write, copyonwrite)')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'Pages of the file that have been dealt with: keep them in memory as the system does, or drop them, so that nothing else leaves it [default: keep]')
            [CompletionResult]::new('--io', '--io', [CompletionResultType]::ParameterName, 'How bytes are read and stored: mmap (mapped into memory), pread (by pread and pwrite alone), or auto, which maps where mapping is fast and safe: not on NFS, SMB, Lustre, GPFS, FUSE, 9P and the like')
            [CompletionResult]::new('--rows', '--rows', [CompletionResultType]::ParameterName, 'Along axis 0: an integer (drops the axis), A:B[:S], or a list [1,5,7]; does not mix with INDEX')
            [CompletionResult]::new('--cols', '--cols', [CompletionResultType]::ParameterName, 'The same along axis 1')
            [CompletionResult]::new('--along', '--along', [CompletionResultType]::ParameterName, 'The same along axis K; may be repeated')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A field of a structured dtype; may be repeated')
            [CompletionResult]::new('--astype', '--astype', [CompletionResultType]::ParameterName, 'Convert the elements to this type')
            [CompletionResult]::new('--to-order', '--to-order', [CompletionResultType]::ParameterName, 'Lay raw and npy output out in C or F order [default: C]')
            [CompletionResult]::new('--byteorder', '--byteorder', [CompletionResultType]::ParameterName, 'Byte order of raw and npy output: little, big or native [default: the array''s own]')
            [CompletionResult]::new('--transpose', '--transpose', [CompletionResultType]::ParameterName, 'Permute the axes, as in 2,0,1; without AXES, reverse them')
            [CompletionResult]::new('--reshape', '--reshape', [CompletionResultType]::ParameterName, 'Give the result this shape, in C order; one axis may be -1')
            [CompletionResult]::new('--overflow', '--overflow', [CompletionResultType]::ParameterName, 'A value that does not fit: error, wrap (modulo 2^n), saturate, or nan (floats)')
            [CompletionResult]::new('--casting', '--casting', [CompletionResultType]::ParameterName, 'Which conversions between types are allowed: no, equiv, safe, same_kind or unsafe [default: same_kind, and whatever --astype or the --dtype of a new file asks for]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to OUT, which appears whole or not at all; - is standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to OUT, which appears whole or not at all; - is standard output')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'tsv, csv, text, json, ndjson, table, npy, raw or hex [default: by OUT''s ending, else tsv]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'tsv, csv, text, json, ndjson, table, npy, raw or hex [default: by OUT''s ending, else tsv]')
            [CompletionResult]::new('--fmt', '--fmt', [CompletionResultType]::ParameterName, 'Print each value with a printf format, as numpy.savetxt does: ''%.3f''')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; NO_COLOR is respected')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Number of threads [default: cores, at most 16]')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Number of threads [default: cores, at most 16]')
            [CompletionResult]::new('--allow-trailing', '--allow-trailing', [CompletionResultType]::ParameterName, 'The file may be longer than the array; a pipe is read no further than it must be')
            [CompletionResult]::new('--raw', '--raw', [CompletionResultType]::ParameterName, 'Read as raw bytes even though the file has a header')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Read the data file that a header names even where it lies outside the folder of the header')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'A line of column names in front')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace OUT if it exists')
            [CompletionResult]::new('--sync', '--sync', [CompletionResultType]::ParameterName, 'Put everything on stable storage before exiting')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress; errors are still printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress; errors are still printed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'rmm;fill' {
            [CompletionResult]::new('--value', '--value', [CompletionResultType]::ParameterName, 'The same value everywhere')
            [CompletionResult]::new('--start', '--start', [CompletionResultType]::ParameterName, 'Where --arange begins [default: 0]')
            [CompletionResult]::new('--step', '--step', [CompletionResultType]::ParameterName, 'From one value of --arange to the next [default: 1]')
            [CompletionResult]::new('--linspace', '--linspace', [CompletionResultType]::ParameterName, 'Evenly spaced values from A to B, both included, as numpy.linspace makes them')
            [CompletionResult]::new('--random', '--random', [CompletionResultType]::ParameterName, 'Random values: uniform (0 to 1), normal (mean 0, std 1), or integers, from LO to below HI or all that the dtype holds. A value depends on the seed and the element''s place in the array alone. uniform and integers are those of numpy.random.Generator(numpy.random.Philox(N)), integers until the first that NumPy draws again')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Where --random begins, 0 to 2**128 - 1 [default: one from the system, told on stderr]')
            [CompletionResult]::new('--expr', '--expr', [CompletionResultType]::ParameterName, 'Compute an expression in NumPy''s words: x is the array, i j k or i0 i1 ... its coordinates, as in ''where(x > 0, sqrt(x), 0)''')
            [CompletionResult]::new('--with', '--with', [CompletionResultType]::ParameterName, 'Another array in --expr, broadcast to the selection; may be repeated')
            [CompletionResult]::new('--receipt', '--receipt', [CompletionResultType]::ParameterName, 'Write a receipt when the job is done; where there is one, the same command does nothing. A job that is begun with one is resumed with it alone. With --resume, a job of which there is neither journal nor receipt is begun; with map-chunks -o, it can be resumed')
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Element type, in NumPy''s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, ''x:f4,y:f4,n:i2''')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'Element type, in NumPy''s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, ''x:f4,y:f4,n:i2''')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d')
            [CompletionResult]::new('--shape', '--shape', [CompletionResultType]::ParameterName, 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d')
            [CompletionResult]::new('--order', '--order', [CompletionResultType]::ParameterName, 'Memory layout: C (last axis contiguous) or F (first) [default: C]')
            [CompletionResult]::new('--offset', '--offset', [CompletionResultType]::ParameterName, 'Where the data starts, in bytes: 4096, 4KiB, 0x80')
            [CompletionResult]::new('--spec', '--spec', [CompletionResultType]::ParameterName, 'All of these in one word: dtype:shape[:order][@offset], as in ''>f4:1000,-1:F@512''')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'r, r+, w+ or c, as in numpy.memmap (or readonly, readwrite, write, copyonwrite)')
            [CompletionResult]::new('--mode', '--mode', [CompletionResultType]::ParameterName, 'r, r+, w+ or c, as in numpy.memmap (or readonly, readwrite, write, copyonwrite)')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'Pages of the file that have been dealt with: keep them in memory as the system does, or drop them, so that nothing else leaves it [default: keep]')
            [CompletionResult]::new('--io', '--io', [CompletionResultType]::ParameterName, 'How bytes are read and stored: mmap (mapped into memory), pread (by pread and pwrite alone), or auto, which maps where mapping is fast and safe: not on NFS, SMB, Lustre, GPFS, FUSE, 9P and the like')
            [CompletionResult]::new('--rows', '--rows', [CompletionResultType]::ParameterName, 'Along axis 0: an integer (drops the axis), A:B[:S], or a list [1,5,7]; does not mix with INDEX')
            [CompletionResult]::new('--cols', '--cols', [CompletionResultType]::ParameterName, 'The same along axis 1')
            [CompletionResult]::new('--along', '--along', [CompletionResultType]::ParameterName, 'The same along axis K; may be repeated')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A field of a structured dtype; may be repeated')
            [CompletionResult]::new('--overflow', '--overflow', [CompletionResultType]::ParameterName, 'A value that does not fit: error, wrap (modulo 2^n), saturate, or nan (floats)')
            [CompletionResult]::new('--casting', '--casting', [CompletionResultType]::ParameterName, 'Which conversions between types are allowed: no, equiv, safe, same_kind or unsafe [default: same_kind, and whatever --astype or the --dtype of a new file asks for]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to OUT, which appears whole or not at all; - is standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to OUT, which appears whole or not at all; - is standard output')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'tsv, csv, text, json, ndjson, table, npy, raw or hex [default: by OUT''s ending, else tsv]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'tsv, csv, text, json, ndjson, table, npy, raw or hex [default: by OUT''s ending, else tsv]')
            [CompletionResult]::new('--fmt', '--fmt', [CompletionResultType]::ParameterName, 'Print each value with a printf format, as numpy.savetxt does: ''%.3f''')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; NO_COLOR is respected')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Number of threads [default: cores, at most 16]')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Number of threads [default: cores, at most 16]')
            [CompletionResult]::new('--arange', '--arange', [CompletionResultType]::ParameterName, 'Count in C index order, as numpy.arange does: start, start + step, ...')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Go on with a job that ended early, by the same command, with the --receipt that it was begun with, if any; --overflow, --casting, --timeout, --io, --cache, -j and -q may be others, and --sync stays as it was begun. With map-chunks -o, where there is none, begin one that keeps OUT.rmm-part until it is whole')
            [CompletionResult]::new('--discard-journal', '--discard-journal', [CompletionResultType]::ParameterName, 'Give up a job that ended early: store what waits in its journal, by way of TMPDIR where the disk is full, say which part is done, and remove the journal')
            [CompletionResult]::new('--no-journal', '--no-journal', [CompletionResultType]::ParameterName, 'Keep no journal FILE.rmm-journal: a job in place that ends early cannot be resumed')
            [CompletionResult]::new('--allow-trailing', '--allow-trailing', [CompletionResultType]::ParameterName, 'The file may be longer than the array; a pipe is read no further than it must be')
            [CompletionResult]::new('--raw', '--raw', [CompletionResultType]::ParameterName, 'Read as raw bytes even though the file has a header')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Read the data file that a header names even where it lies outside the folder of the header')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Change nothing; say what would change (the same as --mode c without -o)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'A line of column names in front')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace OUT if it exists')
            [CompletionResult]::new('--sync', '--sync', [CompletionResultType]::ParameterName, 'Put everything on stable storage before exiting')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress; errors are still printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress; errors are still printed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'rmm;map-chunks' {
            [CompletionResult]::new('--expr', '--expr', [CompletionResultType]::ParameterName, 'Compute an expression in NumPy''s words: x is the array, i j k or i0 i1 ... its coordinates, as in ''where(x > 0, sqrt(x), 0)''')
            [CompletionResult]::new('--with', '--with', [CompletionResultType]::ParameterName, 'Another array in --expr, broadcast to the selection; may be repeated')
            [CompletionResult]::new('--exec', '--exec', [CompletionResultType]::ParameterName, 'Pipe each chunk through sh -c CMD: raw elements in, C order, native byte order, and as many back')
            [CompletionResult]::new('--exec-format', '--exec-format', [CompletionResultType]::ParameterName, 'What goes through the pipes: raw, or npy with a header both ways [default: raw]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'A chunk that takes longer fails: 30s, 500ms, 2m')
            [CompletionResult]::new('--chunk', '--chunk', [CompletionResultType]::ParameterName, 'What is stored whole or not at all: positions along the slowest axis, or bytes: 100, 64MiB [default: 4MiB, less from 3 threads on; with --expr 16KiB or less, in the order of the file]')
            [CompletionResult]::new('--astype', '--astype', [CompletionResultType]::ParameterName, 'The type of the results [default: the array''s own]')
            [CompletionResult]::new('--reduce', '--reduce', [CompletionResultType]::ParameterName, 'Reduce x, or what --expr computes, to one element, with NumPy''s names, dtypes and rules for NaN: sum, prod, min, max, mean, std, var, any, all, count_nonzero, argmin, argmax, nansum, nanmin, nanmax, nanmean or nanstd')
            [CompletionResult]::new('--axis', '--axis', [CompletionResultType]::ParameterName, 'Reduce along these axes of the selection only; negative ones count from the last [default: all]')
            [CompletionResult]::new('--ddof', '--ddof', [CompletionResultType]::ParameterName, 'For std, var and nanstd: divide by the number of elements less N [default: 0]')
            [CompletionResult]::new('--receipt', '--receipt', [CompletionResultType]::ParameterName, 'Write a receipt when the job is done; where there is one, the same command does nothing. A job that is begun with one is resumed with it alone. With --resume, a job of which there is neither journal nor receipt is begun; with map-chunks -o, it can be resumed')
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Element type, in NumPy''s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, ''x:f4,y:f4,n:i2''')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'Element type, in NumPy''s words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, ''x:f4,y:f4,n:i2''')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d')
            [CompletionResult]::new('--shape', '--shape', [CompletionResultType]::ParameterName, 'Lengths of the axes: 1000000,500; one may be -1; () is 0-d')
            [CompletionResult]::new('--order', '--order', [CompletionResultType]::ParameterName, 'Memory layout: C (last axis contiguous) or F (first) [default: C]')
            [CompletionResult]::new('--offset', '--offset', [CompletionResultType]::ParameterName, 'Where the data starts, in bytes: 4096, 4KiB, 0x80')
            [CompletionResult]::new('--spec', '--spec', [CompletionResultType]::ParameterName, 'All of these in one word: dtype:shape[:order][@offset], as in ''>f4:1000,-1:F@512''')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'r, r+, w+ or c, as in numpy.memmap (or readonly, readwrite, write, copyonwrite)')
            [CompletionResult]::new('--mode', '--mode', [CompletionResultType]::ParameterName, 'r, r+, w+ or c, as in numpy.memmap (or readonly, readwrite, write, copyonwrite)')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'Pages of the file that have been dealt with: keep them in memory as the system does, or drop them, so that nothing else leaves it [default: keep]')
            [CompletionResult]::new('--io', '--io', [CompletionResultType]::ParameterName, 'How bytes are read and stored: mmap (mapped into memory), pread (by pread and pwrite alone), or auto, which maps where mapping is fast and safe: not on NFS, SMB, Lustre, GPFS, FUSE, 9P and the like')
            [CompletionResult]::new('--rows', '--rows', [CompletionResultType]::ParameterName, 'Along axis 0: an integer (drops the axis), A:B[:S], or a list [1,5,7]; does not mix with INDEX')
            [CompletionResult]::new('--cols', '--cols', [CompletionResultType]::ParameterName, 'The same along axis 1')
            [CompletionResult]::new('--along', '--along', [CompletionResultType]::ParameterName, 'The same along axis K; may be repeated')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A field of a structured dtype; may be repeated')
            [CompletionResult]::new('--overflow', '--overflow', [CompletionResultType]::ParameterName, 'A value that does not fit: error, wrap (modulo 2^n), saturate, or nan (floats)')
            [CompletionResult]::new('--casting', '--casting', [CompletionResultType]::ParameterName, 'Which conversions between types are allowed: no, equiv, safe, same_kind or unsafe [default: same_kind, and whatever --astype or the --dtype of a new file asks for]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to OUT, which appears whole or not at all; - is standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to OUT, which appears whole or not at all; - is standard output')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'tsv, csv, text, json, ndjson, table, npy, raw or hex [default: by OUT''s ending, else tsv]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'tsv, csv, text, json, ndjson, table, npy, raw or hex [default: by OUT''s ending, else tsv]')
            [CompletionResult]::new('--fmt', '--fmt', [CompletionResultType]::ParameterName, 'Print each value with a printf format, as numpy.savetxt does: ''%.3f''')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; NO_COLOR is respected')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Number of threads [default: cores, at most 16]')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Number of threads [default: cores, at most 16]')
            [CompletionResult]::new('--keepdims', '--keepdims', [CompletionResultType]::ParameterName, 'Keep reduced axes, with length 1')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Store the results where the elements came from')
            [CompletionResult]::new('--in-place', '--in-place', [CompletionResultType]::ParameterName, 'Store the results where the elements came from')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Run every child or compute every result, and check that it fits, but store and write nothing')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Go on with a job that ended early, by the same command, with the --receipt that it was begun with, if any; --overflow, --casting, --timeout, --io, --cache, -j and -q may be others, and --sync stays as it was begun. With map-chunks -o, where there is none, begin one that keeps OUT.rmm-part until it is whole')
            [CompletionResult]::new('--discard-journal', '--discard-journal', [CompletionResultType]::ParameterName, 'Give up a job that ended early: store what waits in its journal, by way of TMPDIR where the disk is full, say which part is done, and remove the journal')
            [CompletionResult]::new('--no-journal', '--no-journal', [CompletionResultType]::ParameterName, 'Keep no journal FILE.rmm-journal: a job in place that ends early cannot be resumed')
            [CompletionResult]::new('--allow-trailing', '--allow-trailing', [CompletionResultType]::ParameterName, 'The file may be longer than the array; a pipe is read no further than it must be')
            [CompletionResult]::new('--raw', '--raw', [CompletionResultType]::ParameterName, 'Read as raw bytes even though the file has a header')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Read the data file that a header names even where it lies outside the folder of the header')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Change nothing; say what would change (the same as --mode c without -o)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'A line of column names in front')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace OUT if it exists')
            [CompletionResult]::new('--sync', '--sync', [CompletionResultType]::ParameterName, 'Put everything on stable storage before exiting')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress; errors are still printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress; errors are still printed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'rmm;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; NO_COLOR is respected')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Number of threads [default: cores, at most 16]')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Number of threads [default: cores, at most 16]')
            [CompletionResult]::new('--dynamic', '--dynamic', [CompletionResultType]::ParameterName, 'Have the shell ask rmm for the words that fit')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress; errors are still printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress; errors are still printed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'rmm;help' {
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Make an array file: zeros, at once and at any size, or other content')
            [CompletionResult]::new('info', 'info', [CompletionResultType]::ParameterValue, 'Say what is in a file: dtype, shape, order, sizes')
            [CompletionResult]::new('get', 'get', [CompletionResultType]::ParameterValue, 'Print elements, one per line')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Assign values to elements in place, with NumPy''s broadcasting')
            [CompletionResult]::new('slice', 'slice', [CompletionResultType]::ParameterValue, 'Select elements and write them in any format, to stdout or a file')
            [CompletionResult]::new('fill', 'fill', [CompletionResultType]::ParameterValue, 'Fill a region of an array in place')
            [CompletionResult]::new('map-chunks', 'map-chunks', [CompletionResultType]::ParameterValue, 'Compute an array chunk by chunk, in place, to a file or to stdout')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'rmm;help;create' {
            break
        }
        'rmm;help;info' {
            break
        }
        'rmm;help;get' {
            break
        }
        'rmm;help;set' {
            break
        }
        'rmm;help;slice' {
            break
        }
        'rmm;help;fill' {
            break
        }
        'rmm;help;map-chunks' {
            break
        }
        'rmm;help;completions' {
            break
        }
        'rmm;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
