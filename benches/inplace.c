// The yardstick for computing in place: sqrt(x)*2 + 1 over a file of float64, by hand.
//
// One shared mapping, windows of 8 MiB made ready for stores, two threads: cc -O3 -march=native inplace.c -lm -lpthread
#define _GNU_SOURCE
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

enum { WINDOW = 8 << 20 };

static char *map;
static size_t len;
static atomic_size_t next;

static void *work(void *unused) {
    for (;;) {
        size_t start = atomic_fetch_add(&next, WINDOW);
        if (start >= len) return unused;
        size_t bytes = len - start < WINDOW ? len - start : WINDOW;
        if (madvise(map + start, bytes, MADV_POPULATE_WRITE)) {
            perror("madvise");
            exit(1);
        }
        double *x = (double *)(map + start);
        for (size_t k = 0; k < bytes / sizeof *x; k++) x[k] = sqrt(x[k]) * 2 + 1;
    }
}

int main(int argc, char **argv) {
    struct stat status;
    int file = argc == 2 ? open(argv[1], O_RDWR) : -1;
    if (file < 0 || fstat(file, &status)) {
        perror("usage: inplace FILE");
        return 1;
    }
    len = status.st_size;
    map = mmap(0, len, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    pthread_t other;
    if (map == MAP_FAILED || pthread_create(&other, 0, work, 0)) {
        perror("inplace");
        return 1;
    }
    work(0);
    return pthread_join(other, 0);
}
