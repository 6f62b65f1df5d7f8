#ifndef SKEIN_SOCKETS_H
#define SKEIN_SOCKETS_H

// Headers that Swift's view of the C library has too must not be here: whatever they declare would have two owners.
#include <linux/aio_abi.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

extern long syscall(long number, ...);

/// Accepts a connection whose reads and writes never wait (accept4(2)); its descriptor, or -1 and errno. The flags of eventfd(2) have
/// the bits of those for sockets.
static inline int skein_accept(int listener) {
    return (int)syscall(SYS_accept4, listener, (void *)0, (void *)0, EFD_NONBLOCK | EFD_CLOEXEC);
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
    struct iocb request = {
        .aio_lio_opcode = IOCB_CMD_POLL,
        .aio_fildes = (__u32)descriptor,
        .aio_buf = EPOLLIN,
        .aio_flags = IOCB_FLAG_RESFD,
        .aio_resfd = (__u32)eventfd,
    };
    struct iocb *requests = &request;
    return syscall(SYS_io_submit, context, 1L, &requests) == 1 ? 0 : -1;
}

/// The head of the ring of ended operations, which the kernel maps at the address that the context is (fs/aio.c, `struct aio_ring`;
/// programs have read it there since Linux 2.5).
struct skein_aio_ring {
    unsigned int id, capacity, head, tail, magic, compatible, incompatible, header_size;
};

/// Forgets the operation that has ended, so that there is room for the next one; 1 if there was one. Without a system call where
/// the ring has the form that is known here, otherwise with io_getevents(2).
static inline int skein_aio_reap(aio_context_t context) {
    struct skein_aio_ring *ring = (struct skein_aio_ring *)context;
    if (ring->magic == 0xa10a10a1 && ring->incompatible == 0) {
        unsigned int head = ring->head;
        if (head == __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE)) return 0;
        __atomic_store_n(&ring->head, head + 1 < ring->capacity ? head + 1 : 0, __ATOMIC_RELEASE);
        return 1;
    }
    struct io_event event;
    long now[2] = {0, 0};
    return (int)syscall(SYS_io_getevents, context, 0L, 1L, &event, now);
}

#endif
