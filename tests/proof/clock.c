/* The time of day as the file CLOCK_OFFSET has it: so many seconds off. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t which, struct timespec *now) {
    int failed = (int)syscall(SYS_clock_gettime, which, now);
    const char *name = getenv("CLOCK_OFFSET");
    if (failed || which != CLOCK_REALTIME || !name) return failed;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC);
    char text[32] = {0};
    if (fd >= 0 && syscall(SYS_read, fd, text, sizeof text - 1) > 0) now->tv_sec += atol(text);
    if (fd >= 0) syscall(SYS_close, fd);
    return 0;
}
