/* The yardstick for C to F order: an array of float64 of ROWS x COLUMNS from one file to another, and nothing else.
 *
 *     to_fortran IN OUT ROWS COLUMNS
 *
 * Two threads map the input whole and take tiles of 2048 rows by 2048 columns, transpose them in blocks of 64 x 512 and
 * store each column of the tile with a system call. No error is looked at twice, no page that vanishes is survived.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { TILE = 2048, ROWS_OF_BLOCK = 64, COLUMNS_OF_BLOCK = 512, LINE = 8 };

static const double *in;
static int out;
static size_t rows, columns;
static atomic_size_t next_tile;

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static void *work(void *unused) {
    double *tile = malloc(sizeof(double) * TILE * TILE);
    size_t across = (columns + TILE - 1) / TILE, down = (rows + TILE - 1) / TILE;
    for (size_t t; (t = atomic_fetch_add(&next_tile, 1)) < across * down;) {
        size_t row = t / across * TILE, column = t % across * TILE;
        size_t height = least(TILE, rows - row), width = least(TILE, columns - column);
        for (size_t r = 0; r < height; r += ROWS_OF_BLOCK)
            for (size_t c = 0; c < width; c += COLUMNS_OF_BLOCK)
                for (size_t x = c; x < least(c + COLUMNS_OF_BLOCK, width); x += LINE)
                    for (size_t y = r; y < least(r + ROWS_OF_BLOCK, height); y += LINE)
                        for (size_t i = x; i < least(x + LINE, width); i++)
                            for (size_t j = y; j < least(y + LINE, height); j++)
                                tile[i * height + j] = in[(row + j) * columns + column + i];
        for (size_t c = 0; c < width; c++) {
            off_t at = (off_t)(((column + c) * rows + row) * sizeof(double));
            if (pwrite(out, tile + c * height, height * sizeof(double), at) < 0) perror("pwrite"), exit(1);
        }
    }
    free(tile);
    return unused;
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    rows = strtoull(argv[3], NULL, 10), columns = strtoull(argv[4], NULL, 10);
    size_t len = rows * columns * sizeof(double);
    int file = open(argv[1], O_RDONLY);
    in = mmap(NULL, len, PROT_READ, MAP_SHARED, file, 0);
    out = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file < 0 || in == MAP_FAILED || out < 0 || posix_fallocate(out, 0, (off_t)len)) return perror(argv[1]), 1;
    pthread_t other;
    pthread_create(&other, NULL, work, NULL);
    work(NULL);
    pthread_join(other, NULL);
    return close(out) != 0;
}
