// Latencies in a histogram with 128 buckets for each power of two: exact to 1 %, of one size for any number of them.
// A part of load.c.
#pragma once
#include <stdint.h>

enum { sub_buckets = 256, bucket_count = 64 * sub_buckets };

static uint64_t latency_buckets[bucket_count], latency_count, latency_sum, latency_maximum;

static void record_latency(uint64_t nanoseconds) {
    int shift = nanoseconds < sub_buckets ? 0 : 64 - __builtin_clzll(nanoseconds) - 8;
    latency_buckets[(uint64_t)shift * sub_buckets + (nanoseconds >> shift)]++;
    latency_count++;
    latency_sum += nanoseconds;
    if (nanoseconds > latency_maximum) latency_maximum = nanoseconds;
}

static double percentile(double share) {  // in microseconds
    uint64_t wanted = (uint64_t)(share * (double)latency_count), seen = 0;
    for (uint64_t i = 0; i < bucket_count; i++) {
        seen += latency_buckets[i];
        if (seen > wanted) return (double)((i % sub_buckets) << (i / sub_buckets)) / 1e3;
    }
    return (double)latency_maximum / 1e3;
}
