/* What a process does to the files of one directory, in the order in which it happens, as a
 * trace: the test that reads it makes the disk that a power cut would have left.
 *
 * SHIM_DIR is the directory, SHIM_TRACE the trace, SHIM_MARKS a file whose writes are the
 * process's own remarks. A record is: what (a byte), the lengths of path and data and an offset
 * (8 bytes each), the path, the data. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static int trace = -1;


static void put(const void *bytes, size_t len) {
    const char *at = bytes;
    while (len > 0) {
        ssize_t done = syscall(SYS_write, trace, at, len);
        if (done <= 0) abort();
        at += done;
        len -= (size_t)done;
    }
}

static void tell(char what, const char *path, uint64_t offset, const void *data, uint64_t len) {
    if (trace < 0) {
        const char *name = getenv("SHIM_TRACE");
        trace = (int)syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (trace < 0) abort();
    }
    uint64_t head[3] = {strlen(path), data ? len : 0, offset};
    put(&what, 1);
    put(head, sizeof head);
    put(path, head[0]);
    put(data, head[1]);
}

static int is_watched(const char *path) {
    const char *dir = getenv("SHIM_DIR");
    return dir && strncmp(path, dir, strlen(dir)) == 0;
}

static int is_marks(const char *path) {
    const char *marks = getenv("SHIM_MARKS");
    return marks && strcmp(path, marks) == 0;
}

/* Whether fd is a file of interest, and its path. */
static int find(int fd, char path[PATH_MAX]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, PATH_MAX - 1);
    if (len <= 0) return 0;
    path[len] = 0;
    return is_watched(path) || is_marks(path);
}

static void wrote(const char *path, uint64_t offset, const void *data, ssize_t len) {
    if (len > 0) tell(is_marks(path) ? 'M' : 'W', path, offset, data, (uint64_t)len);
}

static int opened(int fd, int flags) {
    char path[PATH_MAX];
    if (fd >= 0 && (flags & (O_CREAT | O_TRUNC)) && find(fd, path) && !is_marks(path))
        tell(flags & O_TRUNC ? 'T' : 'C', path, 0, NULL, 0);
    return fd;
}

static int open_at(int dir, const char *path, int flags, mode_t mode) {
    pthread_mutex_lock(&order);
    int fd = opened((int)syscall(SYS_openat, dir, path, flags, mode), flags);
    pthread_mutex_unlock(&order);
    return fd;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list more; \
        va_start(more, flags); \
        mode = va_arg(more, mode_t); \
        va_end(more); \
    }

int open(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int openat(int dir, const char *path, int flags, ...) { MODE(flags) return open_at(dir, path, flags, mode); }
int openat64(int dir, const char *path, int flags, ...) { MODE(flags) return open_at(dir, path, flags, mode); }
int creat(const char *path, mode_t mode) { return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

static ssize_t write_at(int fd, const void *data, size_t len, off_t offset) {
    char path[PATH_MAX];
    pthread_mutex_lock(&order);
    ssize_t done = syscall(SYS_pwrite64, fd, data, len, offset);
    if (find(fd, path)) wrote(path, (uint64_t)offset, data, done);
    pthread_mutex_unlock(&order);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t offset) { return write_at(fd, data, len, offset); }
ssize_t pwrite64(int fd, const void *data, size_t len, off64_t offset) { return write_at(fd, data, len, offset); }

ssize_t write(int fd, const void *data, size_t len) {
    char path[PATH_MAX];
    pthread_mutex_lock(&order);
    ssize_t done = syscall(SYS_write, fd, data, len);
    if (find(fd, path)) wrote(path, (uint64_t)(lseek(fd, 0, SEEK_CUR) - done), data, done);
    pthread_mutex_unlock(&order);
    return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    char path[PATH_MAX];
    if (!find(fd, path)) return syscall(SYS_writev, fd, parts, count);
    ssize_t total = 0;
    for (int part = 0; part < count; part++) {
        ssize_t done = write(fd, parts[part].iov_base, parts[part].iov_len);
        if (done < 0) return total ? total : done;
        total += done;
        if ((size_t)done < parts[part].iov_len) break;
    }
    return total;
}

static int resize(int fd, off_t len) {
    char path[PATH_MAX];
    pthread_mutex_lock(&order);
    int failed = (int)syscall(SYS_ftruncate, fd, len);
    if (!failed && find(fd, path)) tell('L', path, (uint64_t)len, NULL, 0);
    pthread_mutex_unlock(&order);
    return failed;
}

int ftruncate(int fd, off_t len) { return resize(fd, len); }
int ftruncate64(int fd, off64_t len) { return resize(fd, len); }

/* Nothing here may be punched or collapsed unseen. */
int fallocate(int fd, int mode, off_t offset, off_t len) {
    char path[PATH_MAX];
    if (find(fd, path)) abort();
    return (int)syscall(SYS_fallocate, fd, mode, offset, len);
}

static int sync_now(int fd, long call) {
    char path[PATH_MAX];
    pthread_mutex_lock(&order);
    int failed = (int)syscall(call, fd);
    if (!failed && find(fd, path)) tell('S', path, 0, NULL, 0);
    pthread_mutex_unlock(&order);
    return failed;
}

int fsync(int fd) { return sync_now(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_now(fd, SYS_fdatasync); }
/* sync_file_range makes nothing durable: it is not part of the trace. */

int rename(const char *from, const char *to) {
    pthread_mutex_lock(&order);
    int failed = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (!failed && is_watched(from)) tell('R', from, 0, to, strlen(to));
    pthread_mutex_unlock(&order);
    return failed;
}

static int removed(int failed, const char *path) {
    if (!failed && is_watched(path)) tell('U', path, 0, NULL, 0);
    return failed;
}

int unlink(const char *path) {
    pthread_mutex_lock(&order);
    int failed = removed((int)syscall(SYS_unlinkat, AT_FDCWD, path, 0), path);
    pthread_mutex_unlock(&order);
    return failed;
}

int mkdir(const char *path, mode_t mode) {
    pthread_mutex_lock(&order);
    int failed = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    if (!failed && is_watched(path)) tell('D', path, 0, NULL, 0);
    pthread_mutex_unlock(&order);
    return failed;
}
