/*
 * A disk that loses what was not synced, for LD_PRELOAD: what is written to a file of the store is remembered as it was before until the
 * file is synced; at SIGUSR2 everything that is remembered is put back, and the process ends at once, as in a power cut.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct undo {
    struct undo *next;
    dev_t device;
    ino_t inode;
    int fd;
    off_t offset, size;
    size_t length;
    unsigned char old[];
};

static struct undo *last;
static atomic_flag busy = ATOMIC_FLAG_INIT;

static void lock(void) {
    while (atomic_flag_test_and_set(&busy)) usleep(10);
}

static void unlock(void) { atomic_flag_clear(&busy); }

static ssize_t real_pwrite(int fd, const void *data, size_t length, off_t offset) {
    static ssize_t (*real)(int, const void *, size_t, off_t);
    if (!real) real = dlsym(RTLD_NEXT, "pwrite64");
    return real(fd, data, length, offset);
}

static int real_truncate(int fd, off_t size) {
    static int (*real)(int, off_t);
    if (!real) real = dlsym(RTLD_NEXT, "ftruncate64");
    return real(fd, size);
}

/* Files of the store but its index in shared memory, which is made anew. */
static int is_store(int fd, struct stat *about) {
    char link[64], path[4096];
    if (fstat(fd, about) || !S_ISREG(about->st_mode)) return 0;
    char *end = stpcpy(link, "/proc/self/fd/");
    char digits[16];
    int count = 0, rest = fd;
    do digits[count++] = (char)('0' + rest % 10);
    while (rest /= 10);
    while (count) *end++ = digits[--count];
    *end = 0;
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strstr(path, ".sqlite") && !strstr(path, "-shm");
}

static void remember(int fd, off_t offset, size_t length) {
    struct stat about;
    if (!is_store(fd, &about)) return;
    struct undo *undo = malloc(sizeof *undo + length);
    if (!undo) abort();
    memset(undo->old, 0, length);
    ssize_t read = pread(fd, undo->old, length, offset);
    undo->length = read > 0 ? (size_t)read : 0;
    undo->device = about.st_dev;
    undo->inode = about.st_ino;
    undo->fd = fd;
    undo->offset = offset;
    undo->size = about.st_size;
    undo->next = last;
    last = undo;
}

static void cut(int signal) {
    (void)signal;
    lock();
    unsigned lost = 0;
    for (struct undo *undo = last; undo; undo = undo->next, lost++) {
        real_pwrite(undo->fd, undo->old, undo->length, undo->offset);
        real_truncate(undo->fd, undo->size);
    }
    _exit(lost ? 99 : 98);
}

__attribute__((constructor)) static void start(void) { signal(SIGUSR2, cut); }

static int synced(int fd, int (*real)(int)) {
    struct stat about;
    int done = real(fd);
    if (done || fstat(fd, &about)) return done;
    lock();
    for (struct undo **link = &last; *link;) {
        struct undo *undo = *link;
        if (undo->device == about.st_dev && undo->inode == about.st_ino) {
            *link = undo->next;
            free(undo);
        } else {
            link = &undo->next;
        }
    }
    unlock();
    return done;
}

int fsync(int fd) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fsync");
    return synced(fd, real);
}

int fdatasync(int fd) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
    return synced(fd, real);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off_t offset) {
    lock();
    remember(fd, offset, length);
    ssize_t done = real_pwrite(fd, data, length, offset);
    unlock();
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return pwrite64(fd, data, length, offset); }

ssize_t write(int fd, const void *data, size_t length) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = dlsym(RTLD_NEXT, "write");
    lock();
    off_t offset = lseek(fd, 0, SEEK_CUR);
    if (offset >= 0) remember(fd, offset, length);
    unlock();
    return real(fd, data, length);
}

int ftruncate64(int fd, off_t size) {
    struct stat about;
    lock();
    if (is_store(fd, &about)) remember(fd, size < about.st_size ? size : about.st_size, size < about.st_size ? (size_t)(about.st_size - size) : 0);
    int done = real_truncate(fd, size);
    unlock();
    return done;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }
