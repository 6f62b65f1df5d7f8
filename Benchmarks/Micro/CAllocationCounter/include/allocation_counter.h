#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

/// How often the calling thread has asked for memory so far; a reallocation counts as once. Linux with glibc only.
unsigned long allocation_count(void);

#endif
