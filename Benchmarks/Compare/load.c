// load: a WebSocket load client on one thread that speaks any text or binary protocol by templates.
//
// It opens subscribers and a publisher, publishes payloads that carry a mark and the time, finds the mark in whatever
// the server sends and so counts deliveries without knowing the protocol. It reports rates, latency, missing deliveries
// and what the server's processes used of the CPU (from /proc/PID/stat) and of memory.
//
// A closed loop (-w) publishes when fewer than WINDOW x subscribers deliveries are outstanding, so the server always
// has its next message at hand and is measured at full speed; with --strict a message's last delivery is waited for.
// An open loop (-r) publishes at its rate whatever comes back, and a latency counts from when its message was due.
//
//   cc -O2 -o load load.c && ./load -p PORT ...        (options: see `usage`)
//
// Templates: %C channel, %M payload, %L length of the payload, %I number of the connection, \r and \n. One that begins
// with "hex:" is sent as a binary frame: pairs of hex digits are bytes, spaces are nothing, and "( ... )" is its
// content with the content's length as a varint in front, which is all that protobuf needs.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load-latency.h"
#include "load-options.h"
#include "load-template.h"
#include "load-usage.h"

#define MARK "@T~"  // then 16 hex digits: nanoseconds of the monotonic clock
enum { mark_length = 3, stamp_length = 16, carry_size = 32, read_size = 1 << 18 };

typedef struct {
    int descriptor;
    uint8_t carried;  // bytes at the end of the last read that may be the beginning of a mark
    char carry[carry_size];
} connection;

// ---- State --------------------------------------------------------------------------------------------------------

static connection *connections;
static int *publishers, publisher_count, epoll;
static uint64_t delivered, bytes_received, closed;
static bool measuring;
static FILE *json;

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void fail(const char *what) {
    if (errno) perror(what);
    else fprintf(stderr, "load: %s\n", what);
    exit(1);
}

static void report(const char *name, double value) {
    static bool first = true;
    if (json) fprintf(json, "%s\"%s\": %.9g", first ? "{" : ", ", name, value);
    first = false;
}

// ---- Receiving ----------------------------------------------------------------------------------------------------

static uint64_t stamp_at(const char *digits) {
    uint64_t value = 0;
    for (int i = 0; i < stamp_length; i++)
        value = value << 4 | (uint64_t)(digits[i] <= '9' ? digits[i] - '0' : digits[i] - 'a' + 10);
    return value;
}

static void scan(connection *from, char *data, size_t length) {
    const size_t whole = mark_length + stamp_length;
    size_t position = 0, rest = 0;
    uint64_t time = 0;  // the clock is read once for each read of the socket
    for (char *at; (at = memmem(data + position, length - position, MARK, mark_length)); position += whole) {
        position = (size_t)(at - data);
        if (length - position < whole) break;
        delivered++;
        if (!measuring) continue;
        if (!time) time = now();
        uint64_t sent = stamp_at(at + mark_length);
        record_latency(time > sent ? time - sent : 0);
    }
    // What is left may begin with a mark, or end with one that is not whole.
    rest = length - position < whole ? length - position : mark_length - 1;
    from->carried = (uint8_t)rest;
    memcpy(from->carry, data + length - rest, rest);
}

static void receive(connection *from) {
    static char data[carry_size + read_size];
    memcpy(data, from->carry, from->carried);
    ssize_t count = recv(from->descriptor, data + from->carried, read_size, MSG_DONTWAIT);
    if (count > 0) {
        bytes_received += (uint64_t)count;
        scan(from, data, from->carried + (size_t)count);
    } else if (count == 0 || errno != EAGAIN) {
        epoll_ctl(epoll, EPOLL_CTL_DEL, from->descriptor, NULL);
        closed++;
    }
}

static void receive_as_publisher(int *publisher) {
    static char ignored[read_size];
    ssize_t count = recv(*publisher, ignored, sizeof ignored, MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EAGAIN)) errno = 0, fail("the server closed a publisher");
}

static void pump(int milliseconds) {
    struct epoll_event events[512];
    int count = epoll_wait(epoll, events, 512, milliseconds);
    for (int i = 0; i < count; i++) {
        void *owner = events[i].data.ptr;
        if (owner >= (void *)connections && owner < (void *)(connections + subscribers)) receive(owner);
        else receive_as_publisher(owner);
    }
}

static void pump_until_quiet(uint64_t quiet_nanoseconds) {
    uint64_t last = bytes_received, since = now();
    while (now() - since < quiet_nanoseconds) {
        pump(20);
        if (bytes_received != last) last = bytes_received, since = now();
    }
}

static void watch(int descriptor, void *owner) {
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = owner};
    epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &interest);
}

// ---- Sending ------------------------------------------------------------------------------------------------------

// Reads on while the server does not take more: a server that waits for us to read must not wait for ever.
static void send_all(int descriptor, const char *data, size_t length) {
    while (length) {
        ssize_t count = send(descriptor, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno != EAGAIN) fail("send");
        if (count < 0) pump(1);
        else data += count, length -= (size_t)count;
    }
}

static void send_message(int descriptor, const buffer *message, bool binary) {
    static char frame[message_size + 14];
    static uint32_t random = 12345;
    size_t head = message->length < 126 ? 2 : message->length < 65536 ? 4 : 10, length = message->length;
    frame[0] = (char)(binary ? 0x82 : 0x81);
    frame[1] = (char)(0x80 | (head == 2 ? length : head == 4 ? 126 : 127));
    for (size_t i = 0; i < head - 2; i++) frame[head - 1 - i] = (char)(length >> 8 * i);
    random ^= random << 13, random ^= random >> 17, random ^= random << 5;
    memcpy(frame + head, &random, 4);
    for (size_t i = 0; i < length; i++) frame[head + 4 + i] = (char)(message->data[i] ^ frame[head + (i & 3)]);
    send_all(descriptor, frame, head + 4 + length);
}

static void send_template(int descriptor, const char *template, int channel, int index) {
    static buffer message;
    bool binary = expand(&message, template, channel, index, NULL);
    send_message(descriptor, &message, binary);
}

static void publish(int channel, uint64_t due) {
    static buffer payload, message, head;
    char stamp[40], request[3000];
    payload.length = 0;
    append(&payload, stamp, (size_t)snprintf(stamp, sizeof stamp, MARK "%016lx", due));
    for (; (int)payload.length < payload_size; payload.length++)
        payload.data[payload.length] = (char)('a' + payload.length % 26);
    bool binary = expand(&message, publish_template, channel, 0, &payload);
    int descriptor = publishers[channel % publisher_count];
    if (!post_path) return send_message(descriptor, &message, binary);
    expand(&head, post_path, channel, 0, NULL);
    const char *text = "POST %.*s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                       "Content-Length: %zu\r\n%s\r\n";
    int length = snprintf(request, sizeof request, text, (int)head.length, head.data, message.length, headers);
    head.length = 0;
    append(&head, request, (size_t)length), append(&head, message.data, message.length);
    send_all(descriptor, head.data, head.length);
}

// ---- Connecting ---------------------------------------------------------------------------------------------------

enum { per_address = 20000 };

static int open_socket(int to_port, int index, bool reads, int flags) {
    int descriptor = socket(AF_INET, SOCK_STREAM | flags, 0), on = 1;
    if (descriptor < 0) fail("socket");
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (!reads) {
        // A small window and small segments keep the kernel's buffers small at both ends, so that a reader that has
        // stalled becomes the server's problem within a second and not after megabytes.
        int small = 4096, segment = 536;
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        setsockopt(descriptor, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    }
    // Another source address for each 20,000 connections: the ports of one do not suffice.
    struct sockaddr_in from = {.sin_family = AF_INET}, to = from;
    to.sin_port = htons((uint16_t)to_port);
    from.sin_addr.s_addr = htonl(0x7f000002u + (uint32_t)(index / per_address));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    bind(descriptor, (struct sockaddr *)&from, sizeof from);
    if (connect(descriptor, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) fail("connect");
    return descriptor;
}

static size_t upgrade_request(char *out, size_t size, const char *template, int index) {
    static buffer target;
    expand(&target, template, index % channel_count, index, NULL);
    const char *text = "GET %.*s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n";
    return (size_t)snprintf(out, size, text, (int)target.length, target.data, port, headers);
}

// What comes right behind the head is not looked at: nothing is subscribed yet, so it has no mark.
static void upgrade(int descriptor, const char *template, int index) {
    char text[4096];
    size_t length = upgrade_request(text, sizeof text, template, index);
    send_all(descriptor, text, length);
    for (length = 0; length < sizeof text - 1;) {
        ssize_t count = recv(descriptor, text + length, sizeof text - 1 - length, 0);
        if (count <= 0) break;
        length += (size_t)count;
        if (memmem(text, length, "\r\n\r\n", 4)) break;
    }
    text[length] = 0;
    if (!strncmp(text, "HTTP/1.1 101", 12)) return;
    fprintf(stderr, "load: handshake %d was refused: %s\n", index, text);
    exit(1);
}

static void open_subscribers(void) {
    connections = calloc((size_t)subscribers, sizeof *connections);
    double memory = server_memory();
    uint64_t start = now();
    for (int i = 0; i < subscribers; i++) {
        connection *client = &connections[i];
        client->descriptor = open_socket(port, i, i >= stalled, 0);
        upgrade(client->descriptor, path, i);
        for (int j = 0; j < first_count; j++)
            send_template(client->descriptor, first_messages[j], i % channel_count, i);
        if (subscribe_template) send_template(client->descriptor, subscribe_template, i % channel_count, i);
        watch(client->descriptor, client);
        if (i % 64 == 0) pump(0);
    }
    double took = (double)(now() - start) / 1e9;
    pump_until_quiet(500000000);
    for (int i = 0; i < stalled; i++) epoll_ctl(epoll, EPOLL_CTL_DEL, connections[i].descriptor, NULL);
    double after = server_memory(), each = (after - memory) / subscribers;
    printf("connected %d in %.2f s; ", subscribers, took);
    printf("server memory %.0f -> %.0f kB (%.2f kB per connection)\n", memory, after, each);
    report("connections", subscribers), report("connect_seconds", took);
    report("memory_before_kb", memory), report("memory_after_kb", after), report("memory_per_connection_kb", each);
}

static void open_publishers(void) {
    publisher_count = publisher_per_channel ? channel_count : 1;
    publishers = calloc((size_t)publisher_count, sizeof *publishers);
    for (int i = 0; i < publisher_count; i++) {
        publishers[i] = open_socket(publisher_port ? publisher_port : port, i, true, 0);
        // Its number is also that of the channel in its path.
        if (!post_path) upgrade(publishers[i], publisher_path ? publisher_path : path, i);
        for (int j = 0; j < first_count && !post_path; j++)
            send_template(publishers[i], first_messages[j], i, subscribers + i);
        watch(publishers[i], &publishers[i]);
    }
    pump_until_quiet(200000000);
}

// ---- Measuring ----------------------------------------------------------------------------------------------------

typedef struct { uint64_t time, count, published; double server, system, own; thread_times threads; } snapshot;

static void take_snapshot(snapshot *into, uint64_t count, uint64_t published) {
    read_threads(&into->threads);
    into->server = server_cpu(&into->system);
    into->own = own_cpu();
    into->count = count, into->published = published;
    into->time = now();
}

static void report_latency(void) {
    if (!latency_count) return;
    double mean = (double)latency_sum / (double)latency_count / 1e3, maximum = (double)latency_maximum / 1e3;
    double p50 = percentile(0.5), p90 = percentile(0.9), p99 = percentile(0.99), p999 = percentile(0.999);
    report("latency_mean_us", mean), report("latency_p50_us", p50), report("latency_p90_us", p90);
    report("latency_p99_us", p99), report("latency_p999_us", p999), report("latency_max_us", maximum);
    printf("latency us p50 %.0f p90 %.0f p99 %.0f p99.9 %.0f max %.0f (n=%lu)\n", p50, p90, p99, p999, maximum,
           latency_count);
}

// `thing` is what is counted ("delivery"), `things` its plural.
static void report_span(const snapshot *from, const snapshot *to, const char *thing, const char *things) {
    char name[64];
    double span = (double)(to->time - from->time) / 1e9, count = (double)(to->count - from->count);
    double cpu = to->server - from->server, system = to->system - from->system;
    double each = count > 0 ? cpu * 1e6 / count : 0, busiest = busiest_thread(&from->threads, &to->threads);
    report("seconds", span), report(things, count);
    snprintf(name, sizeof name, "%s_per_second", things), report(name, count / span);
    snprintf(name, sizeof name, "cpu_us_per_%s", thing), report(name, each);
    report("server_cpu_seconds", cpu), report("server_system_seconds", system);
    report("server_busiest_thread_seconds", busiest), report("client_busy", (to->own - from->own) / span);
    printf("%s %.0f (%.0f/s)\n", things, count, count / span);
    printf("server cpu %.2f s (%.0f%% of a core, %.0f%% sys, busiest thread %.2f s)", cpu, 100 * cpu / span,
           cpu > 0 ? 100 * system / cpu : 0, busiest);
    printf(" = %.3f us per %s; client %.0f%%\n", each, thing, 100 * (to->own - from->own) / span);
}

static void measure_fan_out(void) {
    static snapshot begin, end;
    uint64_t readers = (uint64_t)(subscribers - stalled) / (uint64_t)channel_count, published = 0, expected = 0;
    uint64_t start = now(), measured_from = start + (uint64_t)(warm_up * 1e9), due = start, time;
    uint64_t stop = measured_from + (uint64_t)(seconds * 1e9), behind = strict ? readers - 1 : 0;
    delivered = 0;
    while ((time = now()) < stop) {
        if (!measuring && time >= measured_from) take_snapshot(&begin, delivered, published), measuring = true;
        if (rate > 0) {
            for (; due <= time; due += (uint64_t)(1e9 / rate))
                publish((int)(published++ % (uint64_t)channel_count), due);
            pump(due > time + 1000000 ? 1 : 0);
        } else {
            for (; published * readers + behind < delivered + (uint64_t)window * readers; published++)
                publish((int)(published % (uint64_t)channel_count), now());
            pump(1);
        }
    }
    take_snapshot(&end, delivered, published);
    measuring = false;
    pump_until_quiet(1000000000);
    expected = published * readers;
    report_span(&begin, &end, "delivery", "deliveries");
    report_latency();
    double publishes = (double)(end.published - begin.published) / ((double)(end.time - begin.time) / 1e9);
    report("publishes_per_second", publishes);
    report("expected", (double)expected), report("received", (double)delivered);
    report("missing", (double)expected - (double)delivered), report("closed", (double)closed);
    printf("published %.0f/s; expected %lu got %lu missing %ld closed %lu\n", publishes, expected, delivered,
           (long)(expected - delivered), closed);
}

static void measure_idle(void) {
    double system, cpu = server_cpu(&system);
    for (uint64_t start = now(); now() - start < (uint64_t)(idle_seconds * 1e9);) pump(100);
    cpu = server_cpu(&system) - cpu;
    report("idle_cpu_seconds", cpu), report("idle_memory_kb", server_memory()), report("closed", (double)closed);
    printf("idle %.0f s: cpu %.2f s, memory %.0f kB, closed %lu\n", idle_seconds, cpu, server_memory(), closed);
}

// ---- Storm: handshakes as fast as the server takes them, each cut off hard as soon as it is through ----------------

typedef struct { int descriptor; bool asked; uint64_t start; size_t length; char head[1024]; } attempt;
static uint64_t handshakes, refused;

static void begin_attempt(attempt *made, int index) {
    *made = (attempt){.descriptor = open_socket(port, index, true, SOCK_NONBLOCK), .start = now()};
    struct epoll_event interest = {.events = EPOLLOUT, .data.ptr = made};
    epoll_ctl(epoll, EPOLL_CTL_ADD, made->descriptor, &interest);
}

static void end_attempt(attempt *made) {
    bool upgraded = made->length > 12 && !memcmp(made->head, "HTTP/1.1 101", 12);
    if (upgraded) handshakes++;
    else refused++;
    if (upgraded && measuring) record_latency(now() - made->start);
    struct linger hard = {.l_onoff = 1};  // a reset: no port stays in TIME_WAIT
    setsockopt(made->descriptor, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(made->descriptor);
}

// Whether the attempt is over.
static bool advance_attempt(attempt *made, int index) {
    if (!made->asked) {
        char request[4096];
        size_t length = upgrade_request(request, sizeof request, path, index);
        struct epoll_event interest = {.events = EPOLLIN, .data.ptr = made};
        made->asked = true;
        if (send(made->descriptor, request, length, MSG_NOSIGNAL) != (ssize_t)length) return true;
        return epoll_ctl(epoll, EPOLL_CTL_MOD, made->descriptor, &interest) != 0;
    }
    ssize_t count = recv(made->descriptor, made->head + made->length, sizeof made->head - made->length, 0);
    if (count < 0 && errno == EAGAIN) return false;
    if (count > 0) made->length += (size_t)count;
    return count <= 0 || made->length == sizeof made->head || memmem(made->head, made->length, "\r\n\r\n", 4);
}

static void measure_storm(void) {
    static snapshot begin, end;
    attempt *attempts = calloc((size_t)storm, sizeof *attempts);
    uint64_t measured_from = now() + (uint64_t)(warm_up * 1e9), stop = measured_from + (uint64_t)(seconds * 1e9), time;
    for (int i = 0; i < storm; i++) begin_attempt(&attempts[i], i);
    while ((time = now()) < stop) {
        struct epoll_event events[512];
        if (!measuring && time >= measured_from) take_snapshot(&begin, handshakes, 0), measuring = true;
        int count = epoll_wait(epoll, events, 512, 10);
        for (int i = 0; i < count; i++) {
            attempt *made = events[i].data.ptr;
            int index = (int)(made - attempts);
            if (!advance_attempt(made, index)) continue;
            end_attempt(made);
            begin_attempt(made, index);
        }
    }
    take_snapshot(&end, handshakes, 0);
    report_span(&begin, &end, "handshake", "handshakes");
    report_latency();
    report("refused", (double)refused);
    printf("refused %lu\n", refused);
}

// ---- The way through ----------------------------------------------------------------------------------------------

static void raise_descriptor_limit(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argument_count, char **arguments) {
    read_options(argument_count, arguments);
    raise_descriptor_limit();
    alarm((unsigned)(90 + idle_seconds + warm_up + seconds));  // whatever the server does, this ends
    if (json_file && !(json = fopen(json_file, "w"))) fail(json_file);
    epoll = epoll_create1(0);
    if (storm) measure_storm();
    else {
        open_subscribers();
        if (idle_seconds > 0) measure_idle();
        if (publish_template) open_publishers(), measure_fan_out();
    }
    if (json) fputs("}\n", json), fclose(json);
    return 0;
}
