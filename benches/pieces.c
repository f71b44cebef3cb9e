/* The yardstick for what goes from file to file in its order: each row of doubles backwards, or each four bytes backwards.
 *
 *     pieces reverse|swap IN OUT ROW_BYTES
 *
 * Two threads take pieces of 256 KiB, read them, turn them round and write them, with a system call each. No error is looked
 * at twice.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 256 << 10 };

static int in, out, swaps;
static size_t len, row;
static atomic_size_t next_piece;

static void *work(void *unused) {
    char *from = malloc(PIECE), *to = malloc(PIECE);
    for (size_t at; (at = atomic_fetch_add(&next_piece, PIECE)) < len;) {
        size_t count = len - at < PIECE ? len - at : PIECE;
        if (pread(in, from, count, (off_t)at) != (ssize_t)count) perror("pread"), exit(1);
        if (swaps) {
            uint32_t *a = (uint32_t *)from, *b = (uint32_t *)to;
            for (size_t k = 0; k < count / 4; k++) b[k] = __builtin_bswap32(a[k]);
        } else {
            size_t width = row / 8;
            for (size_t start = 0; start < count / 8; start += width) {
                double *a = (double *)from + start, *b = (double *)to + start;
                for (size_t k = 0; k < width; k++) b[k] = a[width - 1 - k];
            }
        }
        if (pwrite(out, to, count, (off_t)at) != (ssize_t)count) perror("pwrite"), exit(1);
    }
    free(from), free(to);
    return unused;
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    swaps = !strcmp(argv[1], "swap");
    row = strtoull(argv[4], NULL, 10);
    struct stat found;
    in = open(argv[2], O_RDONLY);
    out = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (in < 0 || out < 0 || fstat(in, &found) || row == 0 || PIECE % row) return perror(argv[2]), 1;
    len = (size_t)found.st_size;
    pthread_t other;
    pthread_create(&other, NULL, work, NULL);
    work(NULL);
    pthread_join(other, NULL);
    return close(out) != 0;
}
