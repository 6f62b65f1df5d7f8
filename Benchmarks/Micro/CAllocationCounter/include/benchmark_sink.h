#ifndef BENCHMARK_SINK_H
#define BENCHMARK_SINK_H

#include <stdint.h>

/// Uses a number in a way that the optimizer cannot see through, so that what made it is not removed.
void benchmark_keep_number(uint64_t number);

/// Uses memory in a way that the optimizer cannot see through: what was written to it counts as read.
void benchmark_keep_memory(const void *memory);

/// From now on `send` of the calling thread takes every byte and does nothing with it (1), or is the system's again (0).
void benchmark_swallow_sends(int is_swallowing);

/// How many calls of `send` the calling thread has had swallowed.
unsigned long benchmark_swallowed_sends(void);

#endif
