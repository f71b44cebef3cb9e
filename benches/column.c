/* The yardstick for the fill of a column: 5.0 stored in eight bytes of each row of a file, and nothing else.
 *
 *     column FILE ROW_BYTES OFFSET
 *
 * Two threads map the file in windows of 8 MiB, have the pages made ready for stores, and store. No page that vanishes is
 * survived.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WINDOW = 8 << 20 };

static int file;
static size_t len, row, offset;
static atomic_size_t next_window;

static void *work(void *unused) {
    for (size_t at; (at = atomic_fetch_add(&next_window, WINDOW)) < len;) {
        size_t count = len - at < WINDOW ? len - at : WINDOW;
        char *window = mmap(NULL, count, PROT_READ | PROT_WRITE, MAP_SHARED, file, (off_t)at);
        if (window == MAP_FAILED) perror("mmap"), exit(1);
        madvise(window, count, MADV_POPULATE_WRITE);
        for (size_t byte = offset; byte < count; byte += row) *(double *)(window + byte) = 5.0;
        munmap(window, count);
    }
    return unused;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    row = strtoull(argv[2], NULL, 10), offset = strtoull(argv[3], NULL, 10);
    struct stat found;
    file = open(argv[1], O_RDWR);
    if (file < 0 || fstat(file, &found) || row == 0 || WINDOW % row) return perror(argv[1]), 1;
    len = (size_t)found.st_size;
    pthread_t other;
    pthread_create(&other, NULL, work, NULL);
    work(NULL);
    pthread_join(other, NULL);
    return close(file) != 0;
}
