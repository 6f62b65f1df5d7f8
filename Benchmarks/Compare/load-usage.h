// What the processes of a server use, from /proc. A part of load.c.
#pragma once
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { most_processes = 16, most_threads = 256 };

static int pids[most_processes], pid_count;

static double ticks_in(const char *stat_path, double *system_part) {
    char text[2048];
    unsigned long user = 0, system = 0;
    FILE *file = fopen(stat_path, "r");
    if (!file) return 0;
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    char *rest = strrchr(text, ')');  // the name in front may have anything in it
    if (rest) sscanf(rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    double second = (double)sysconf(_SC_CLK_TCK);
    if (system_part) *system_part += (double)system / second;
    return (double)(user + system) / second;
}

static double server_cpu(double *system_part) {
    char name[64];
    double total = 0;
    *system_part = 0;
    for (int i = 0; i < pid_count; i++) {
        snprintf(name, sizeof name, "/proc/%d/stat", pids[i]);
        total += ticks_in(name, system_part);
    }
    return total;
}

typedef struct { int threads[most_threads]; double used[most_threads]; int count; } thread_times;

static void read_threads(thread_times *times) {
    char name[300];
    times->count = 0;
    for (int i = 0; i < pid_count; i++) {
        snprintf(name, sizeof name, "/proc/%d/task", pids[i]);
        DIR *folder = opendir(name);
        for (struct dirent *entry; folder && (entry = readdir(folder)) && times->count < most_threads;) {
            if (entry->d_name[0] == '.') continue;
            snprintf(name, sizeof name, "/proc/%d/task/%.20s/stat", pids[i], entry->d_name);
            times->threads[times->count] = atoi(entry->d_name);
            times->used[times->count++] = ticks_in(name, NULL);
        }
        if (folder) closedir(folder);
    }
}

static double busiest_thread(const thread_times *before, const thread_times *after) {
    double most_used = 0;
    for (int i = 0; i < after->count; i++) {
        double used = after->used[i];
        for (int j = 0; j < before->count; j++) if (before->threads[j] == after->threads[i]) used -= before->used[j];
        if (used > most_used) most_used = used;
    }
    return most_used;
}

// Proportional set size in KiB: pages that several processes of a server share count once.
static double server_memory(void) {
    double total = 0;
    for (int i = 0; i < pid_count; i++) {
        char line[256];
        long kilobytes = 0;
        snprintf(line, sizeof line, "/proc/%d/smaps_rollup", pids[i]);
        FILE *file = fopen(line, "r");
        while (file && fgets(line, sizeof line, file) && sscanf(line, "Pss: %ld", &kilobytes) != 1) {}
        if (file) fclose(file);
        total += (double)kilobytes;
    }
    return total;
}

static double own_cpu(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

