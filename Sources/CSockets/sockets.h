#ifndef SKEIN_SOCKETS_H
#define SKEIN_SOCKETS_H

#include <errno.h>
#include <linux/aio_abi.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// What the C library declares for its own extensions only, or not at all.
extern int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);

/// Accepts a connection whose reads and writes never wait; its descriptor, or -1 and errno.
static inline int skein_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/// Makes a context for `count` operations (io_setup(2)); 0, or -1 and errno.
static inline int skein_aio_setup(unsigned int count, aio_context_t *context) {
    *context = 0;
    return (int)syscall(SYS_io_setup, count, context);
}

/// Ends a context and what is under way in it (io_destroy(2)).
static inline void skein_aio_destroy(aio_context_t context) {
    syscall(SYS_io_destroy, context);
}

/// Has the kernel write to `eventfd`, once, when `descriptor` becomes readable or is already (io_submit(2)); 0, or -1 and errno.
static inline int skein_aio_poll(aio_context_t context, int descriptor, int eventfd) {
    struct iocb request;
    struct iocb *requests = &request;
    memset(&request, 0, sizeof request);
    request.aio_lio_opcode = IOCB_CMD_POLL;
    request.aio_fildes = (uint32_t)descriptor;
    request.aio_buf = EPOLLIN;
    request.aio_flags = IOCB_FLAG_RESFD;
    request.aio_resfd = (uint32_t)eventfd;
    return syscall(SYS_io_submit, context, 1L, &requests) == 1 ? 0 : -1;
}

/// Forgets the operation that has ended (io_getevents(2)), so that there is room for the next one; 1 if there was one.
static inline int skein_aio_reap(aio_context_t context) {
    struct io_event event;
    struct timespec {
        long seconds;
        long nanoseconds;
    } now = {0, 0};
    return (int)syscall(SYS_io_getevents, context, 0L, 1L, &event, &now);
}

#endif
