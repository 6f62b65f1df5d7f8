// The command line. A part of load.c.
#pragma once
#include <getopt.h>

#include "load-template.h"
#include "load-usage.h"

enum { most_first = 16 };

static int port, publisher_port, subscribers = 100, channel_count = 1, payload_size = 128, window, storm, stalled;
static double rate, seconds = 5, warm_up = 1, idle_seconds;
static bool publisher_per_channel, strict;
static const char *path = "/", *publisher_path, *subscribe_template, *publish_template, *post_path, *json_file;
static const char *first_messages[most_first];
static int first_count;
static char headers[2048];

static const char usage[] =
    "usage: load -p PORT [option...]\n"
    "  -c N         subscribers (100)                  -k N         channels, each subscriber has one (1)\n"
    "  -u PATH      of the handshake (/)               -H 'A: b'    a header of it; may be repeated\n"
    "  -i TEMPLATE  first messages; may be repeated    -s TEMPLATE  subscribe\n"
    "  -b TEMPLATE  publish                            -n BYTES     of the payload (128)\n"
    "  -w N         closed loop: messages in flight    -r N         open loop: messages a second\n"
    "  -d SECONDS   measured (5)                       --warmup SECONDS  before that (1)\n"
    "  -P PID,...   of the server                      -x PREFIX    of channel names (bench)\n"
    "  -I SECONDS   idle; without -b nothing else      --storm N    handshakes, N at once, and nothing else\n"
    "  --stalled N  the first N subscribers never read --json FILE  the report as one JSON object\n"
    "  -q PORT      of the publisher                   --publisher-path PATH  of its handshake\n"
    "  --strict     a closed loop waits for all deliveries of a message before it counts as through\n"
    "  -o PATH      the publisher POSTs the message    --publisher-per-channel  a connection for each channel\n";

static void read_pids(char *list) {
    for (char *at = strtok(list, ","); at && pid_count < most_processes; at = strtok(0, ","))
        pids[pid_count++] = atoi(at);
}

static void add_header(const char *line) {
    size_t length = strlen(headers);
    if (length + strlen(line) > 1000) refuse("the headers have more than 1,000 bytes");
    snprintf(headers + length, sizeof headers - length, "%s\r\n", line);
}

static void read_options(int count, char **words) {
    static const struct option names[] = {
        {"json", required_argument, 0, 1}, {"storm", required_argument, 0, 2}, {"stalled", required_argument, 0, 3},
        {"warmup", required_argument, 0, 4}, {"publisher-path", required_argument, 0, 5},
        {"publisher-per-channel", no_argument, 0, 6}, {"strict", no_argument, 0, 7}, {0}};
    for (int option; (option = getopt_long(count, words, "p:q:c:u:i:s:b:k:n:w:r:d:P:H:o:x:I:", names, 0)) != -1;) {
        switch (option) {
        case 'p': port = atoi(optarg); break;
        case 'q': publisher_port = atoi(optarg); break;
        case 'c': subscribers = atoi(optarg); break;
        case 'k': channel_count = atoi(optarg); break;
        case 'n': payload_size = atoi(optarg); break;
        case 'w': window = atoi(optarg); break;
        case 'r': rate = atof(optarg); break;
        case 'd': seconds = atof(optarg); break;
        case 'u': path = optarg; break;
        case 's': subscribe_template = optarg; break;
        case 'b': publish_template = optarg; break;
        case 'o': post_path = optarg; break;
        case 'x': channel_prefix = optarg; break;
        case 'I': idle_seconds = atof(optarg); break;
        case 'i': if (first_count < most_first) first_messages[first_count++] = optarg; break;
        case 'H': add_header(optarg); break;
        case 'P': read_pids(optarg); break;
        case 1: json_file = optarg; break;
        case 2: storm = atoi(optarg); break;
        case 3: stalled = atoi(optarg); break;
        case 4: warm_up = atof(optarg); break;
        case 5: publisher_path = optarg; break;
        case 6: publisher_per_channel = true; break;
        case 7: strict = true; break;
        default: fputs(usage, stderr), exit(2);
        }
    }
    if (!window && rate <= 0) window = 1;
    if (!port || payload_size > 65000 || channel_count < 1 || subscribers < channel_count ||
        (stalled && (channel_count > 1 || stalled >= subscribers)))
        fputs(usage, stderr), exit(2);
}
