#ifndef SKEIN_PREFETCH_H
#define SKEIN_PREFETCH_H

/// Asks the processor to have the cache line of an address near when it is read. Never faults, whatever the address.
static inline __attribute__((always_inline)) void skein_prefetch(const void *address) {
    __builtin_prefetch(address);
}

#endif
