"""The differential test, from the ground up:

    dtypes       random dtypes, the ways to spell them, and values worth testing
    text         which text and JSON an element may print as
    arrays       random arrays in files: raw or .npy, any order and offset, and the flags that name them
    index        random INDEX words and the NumPy subscripts they stand for
    casting      what a conversion gives, or that it must be refused
    case         one run of rmm: files before, command, checks after, and the report when one fails
    differences  where rmm leaves NumPy on purpose
    reading, writing, creating, chunks    the commands
    run          the loop
"""
