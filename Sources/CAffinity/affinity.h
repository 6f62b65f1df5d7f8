#ifndef SKEIN_AFFINITY_H
#define SKEIN_AFFINITY_H

#include <sys/syscall.h>

extern long syscall(long number, ...);

/// Cores that this process may run on (sched_getaffinity(2)), or 0 where that is not known.
static inline int skein_allowed_cores(void) {
    unsigned long cores[128];
    long size = syscall(SYS_sched_getaffinity, 0, sizeof cores, cores);
    int count = 0;
    for (long word = 0; word < size / (long)sizeof *cores; word++) count += __builtin_popcountl(cores[word]);
    return count;
}

#endif
