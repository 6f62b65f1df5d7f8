// Takes the place of the allocation functions for the whole process: the Swift runtime and C libraries ask for memory
// through them. Linux with glibc only.
#include "allocation_counter.h"

#include <stddef.h>

// Of the thread: what other threads do in the meantime does not disturb a count.
static __thread unsigned long count;

unsigned long allocation_count(void) { return count; }

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) {
    count++;
    return __libc_malloc(size);
}

void *calloc(size_t members, size_t size) {
    count++;
    return __libc_calloc(members, size);
}

void *realloc(void *block, size_t size) {
    count++;
    return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count++;
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    count++;
    *block = __libc_memalign(alignment, size);
    return *block == NULL ? 12 : 0;
}
