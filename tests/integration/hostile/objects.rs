//! Names that lead to something that is no ordinary file, and ordinary files that do not let themselves be changed.

use crate::harness::{Rmm, skipped};

/// How the thing called `t` is made, and the exit codes of reading it, editing it, and making a file in its place.
struct Object {
    what: &'static str,
    made_by: &'static str,
    read: i32,
    edit: i32,
    make: i32,
}

const fn object(what: &'static str, made_by: &'static str, read: i32, edit: i32, make: i32) -> Object {
    Object { what, made_by, read, edit, make }
}

/// Whether or not root asks.
const OBJECTS: &[Object] = &[
    object("nothing", ":", 3, 3, 0),
    object("a folder", "mkdir t", 2, 2, 2),
    object("a FIFO", "mkfifo t", 2, 2, 2),
    object("a link to a FIFO", "mkfifo f; ln -s f t", 2, 2, 2),
    object("a socket", "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"t\")'", 2, 2, 2),
    object("a link to /dev/null", "ln -s /dev/null t", 2, 2, 2),
    object("a link to /dev/zero", "ln -s /dev/zero t", 2, 2, 2),
    object("a link to /dev/full", "ln -s /dev/full t", 2, 2, 2),
    object("a link to a terminal", "ln -s /dev/tty t", 2, 2, 2),
    object("a link to a folder", "mkdir d; ln -s d t", 2, 2, 2),
    object("a link to nothing", "ln -s nowhere t", 3, 3, 0),
    object("a link to itself", "ln -s t t", 3, 3, 3),
    object("a circle of links", "ln -s u t; ln -s t u", 3, 3, 3),
    object("a path through a file", "mkdir d; touch d/f; ln -s d/f/g t", 3, 3, 3),
    object("a link to a file", "cp a.npy b; ln -s b t", 0, 0, 2),
    object("a hard link", "cp a.npy b; ln b t", 0, 0, 2),
    object("an empty file", ": > t", 0, 0, 2),
    object("a file of /proc", "ln -s /proc/version t", 2, 0, 2),
    object("an empty file of /proc that cannot be read", "ln -s /proc/self/mem t", 3, 3, 2),
    object("a file of /sys", "ln -s /sys/kernel/mm/transparent_hugepage/enabled t", 3, 3, 2),
    object("a file that is opened to be appended to elsewhere", "cp a.npy t; exec 9>> t", 0, 0, 2),
    object("a file that nobody has a name for", "cp a.npy b; exec 9<> b; rm b; ln -s /proc/self/fd/9 t", 0, 0, 2),
];

/// What needs root to be made.
const ROOTS: &[Object] = &[
    object("an immutable file", "cp a.npy t; chattr +i t", 0, 3, 2),
    object("a file that is only appended to", "cp a.npy t; chattr +a t", 0, 3, 2),
    object("a block device", "mknod t b 240 255", 2, 2, 2),
    object("a character device", "mknod t c 1 3", 2, 2, 2),
    object(
        "a file on a disk that is only read",
        "mkdir d; cp a.npy d/t; mount --bind d d; mount -o remount,ro,bind d d; ln -s d/t t",
        0,
        3,
        2,
    ),
    object("a hugetlbfs file", "mkdir d; mount -t hugetlbfs none d; truncate -s 4M d/t; ln -s d/t t", 0, 3, 2),
];

/// Words by which irregular files are made.
const IRREGULAR: &[&str] = &["/dev/", "mknod", "socket"];

/// Takes back what a folder could not be removed with.
const CLEAN: &str = "chattr -ia t 2> /dev/null; umount d 2> /dev/null";

fn meets(object: &Object) {
    let Object { what, made_by, .. } = object;
    for (lines, code) in [
        (&["slice t -o o.npy", "get t ..."][..], object.read),
        (&["set t ... 1", "fill t --value 1", "map-chunks t --expr x+1 -i", "map-chunks t --exec cat -i"], object.edit),
        (&["create t -s 3", "slice a.npy -o t -f npy"], object.make),
    ] {
        // Writing to a FIFO waits for whoever reads it, as with any program.
        for line in lines.iter().filter(|line| !(line.contains("-o t") && made_by.contains("mkfifo"))) {
            // What is made is no matter of `rmm`; its exit code is told, and what it left.
            let script = format!(
                "{made_by}\nsha256sum a.npy b d/t 2> /dev/null > before\nrmm {line} 2> err > out < /dev/null\necho $? > code\n\
                 sha256sum a.npy b d/t 2> /dev/null > after\nls -A | grep rmm- > left\n{CLEAN}\n:"
            );
            let ran = Rmm::new().arange("a.npy", [3, 4]).sh(&script).code(0);
            let read = |name: &str| String::from_utf8_lossy(&ran.read(name)).into_owned();
            let (found, said) = (read("code"), read("err"));
            let found: i32 = found.trim().parse().expect("an exit code");
            // Something that is no regular file is written straight, as any program would: it takes the bytes, or not.
            let straight = line.contains("-o t") && IRREGULAR.iter().any(|word| made_by.contains(word));
            let expected = if straight { found == 0 || found == 3 } else { found == code };
            assert!(expected, "{what}: rmm {line}: expected {code}, found {found}: {said}");
            if found != 0 {
                assert!(said.starts_with("rmm: "), "{what}: rmm {line}: {said}");
                assert_eq!(read("before"), read("after"), "{what}: rmm {line}: {said}");
            }
            assert_eq!(read("left"), "", "{what}: rmm {line}");
        }
    }
}

#[test]
fn odd_objects_have_their_exit_codes_and_stay_as_they_are() {
    OBJECTS.iter().for_each(meets);
}

#[test]
fn what_only_root_can_make_has_its_exit_codes_too() {
    if !rustix::process::geteuid().is_root() {
        return skipped("root alone can make these");
    }
    // Where the system has set no huge pages aside, such a file can be read, but not mapped.
    let mapped = std::env::var("RMM_TEST_IO").is_ok_and(|io| io == "mmap");
    ROOTS.iter().filter(|object| !(mapped && object.made_by.contains("hugetlbfs"))).for_each(meets);
}
