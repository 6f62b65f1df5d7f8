// Where results go. A thread can have its calls of send(2) end here too: then the cost of what leads to them shows,
// which the kernel's part, many times as much, would hide.
#include "benchmark_sink.h"

#include <stddef.h>
#include <sys/types.h>

void benchmark_keep_number(uint64_t number) { __asm__ volatile("" : : "r"(number) : "memory"); }

void benchmark_keep_memory(const void *memory) { __asm__ volatile("" : : "r"(memory) : "memory"); }

static __thread int swallowing;
static __thread unsigned long swallowed;

void benchmark_swallow_sends(int is_swallowing) { swallowing = is_swallowing; }

unsigned long benchmark_swallowed_sends(void) { return swallowed; }

ssize_t __send(int, const void *, size_t, int);

ssize_t send(int descriptor, const void *bytes, size_t count, int flags) {
    if (!swallowing) return __send(descriptor, bytes, count, flags);
    swallowed++;
    return (ssize_t)count;
}
