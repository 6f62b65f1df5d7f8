#ifndef SKEIN_ALLOCATOR_H
#define SKEIN_ALLOCATOR_H

#include <malloc.h>

/* Gives free memory back to the system, as malloc_trim(3) does. Other allocators than glibc's need nobody to tell them. */
static inline void allocator_trim(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

#endif
