// floor: the least that one core must do to fan messages out over WebSocket on Linux.
//
// A bare epoll loop that upgrades any request and knows two text frames, "s<channel>" (subscribe) and
// "p<channel> <payload>" (publish). Each publication is one send(2) for each subscriber; with COALESCE=1 in the
// environment the publications of one turn of the loop share one send(2) for each subscriber of their channel.
//
// It has no queues, checks nothing and answers every handshake with the key of RFC 6455's example, which is the one
// that `load` sends. A subscriber that cannot take a whole send is cut off. So it is a yardstick and not a server:
// a real one cannot be cheaper, only come near.
//
//   cc -O2 -o floor floor.c && ./floor PORT
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
#include <unistd.h>

enum { channel_slots = 1 << 15, events_at_once = 512, receive_size = 1 << 20, name_size = 64 };

typedef struct {
    char name[name_size];  // empty: the slot is free
    int *subscribers, count, capacity;
    char *output;  // frames that wait for the end of the turn, or the one that is being sent
    size_t output_length, output_capacity;
} channel;

typedef struct {
    int descriptor;
    bool upgraded;
    channel **channels;
    int channel_count;
    char *rest;  // the beginning of a frame whose end has not arrived
    size_t rest_length;
} connection;

static channel channels[channel_slots], *pending[channel_slots];
static int pending_count;
static bool coalesce;
static char received[receive_size];

static const char upgrade_reply[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static void *grow(void *memory, size_t size) {
    void *grown = realloc(memory, size);
    if (grown) return grown;
    perror("floor: memory");
    exit(1);
}

// Open addressing with FNV-1a; channels are never removed.
static channel *channel_named(const char *name, size_t length) {
    uint32_t hash = 2166136261u;
    if (length >= name_size) length = name_size - 1;
    for (size_t i = 0; i < length; i++) hash = (hash ^ (uint8_t)name[i]) * 16777619u;
    for (;; hash++) {
        channel *slot = &channels[hash % channel_slots];
        if (!slot->name[0]) memcpy(slot->name, name, length);
        if (strlen(slot->name) == length && !memcmp(slot->name, name, length)) return slot;
    }
}

static void subscribe(connection *client, channel *to) {
    if (to->count == to->capacity) {
        to->capacity = to->capacity ? to->capacity * 2 : 1;
        to->subscribers = grow(to->subscribers, (size_t)to->capacity * sizeof *to->subscribers);
    }
    to->subscribers[to->count++] = client->descriptor;
    client->channels = grow(client->channels, (size_t)(client->channel_count + 1) * sizeof *client->channels);
    client->channels[client->channel_count++] = to;
}

static void leave(connection *client) {
    for (int i = 0; i < client->channel_count; i++) {
        channel *left = client->channels[i];
        for (int j = 0; j < left->count; j++)
            if (left->subscribers[j] == client->descriptor) left->subscribers[j--] = left->subscribers[--left->count];
    }
}

static void send_output(channel *of) {
    for (int i = 0; i < of->count; i++) {
        ssize_t sent = send(of->subscribers[i], of->output, of->output_length, MSG_NOSIGNAL | MSG_DONTWAIT);
        // Its frames would be out of step from here on. The loop closes it when epoll says that it is shut down.
        if (sent != (ssize_t)of->output_length) shutdown(of->subscribers[i], SHUT_RDWR);
    }
    of->output_length = 0;
}

static void append_frame(channel *to, const char *payload, size_t length) {
    if (to->output_capacity < to->output_length + length + 4) {
        to->output_capacity = (to->output_length + length + 4) * 2;
        to->output = grow(to->output, to->output_capacity);
    }
    char *head = to->output + to->output_length;
    size_t head_length = length < 126 ? 2 : 4;
    head[0] = (char)0x81;
    head[1] = (char)(length < 126 ? length : 126);
    if (length >= 126) head[2] = (char)(length >> 8), head[3] = (char)length;
    memcpy(head + head_length, payload, length);
    to->output_length += head_length + length;
}

static void publish(channel *to, const char *payload, size_t length) {
    if (coalesce && !to->output_length) pending[pending_count++] = to;
    append_frame(to, payload, length);
    if (!coalesce) send_output(to);
}

static void end_turn(void) {
    for (int i = 0; i < pending_count; i++) send_output(pending[i]);
    pending_count = 0;
}

static void handle_message(connection *client, const char *message, size_t length) {
    if (length < 2) return;
    if (message[0] == 's') subscribe(client, channel_named(message + 1, length - 1));
    const char *space = message[0] == 'p' ? memchr(message, ' ', length) : NULL;
    if (!space) return;
    const char *payload = space + 1;
    publish(channel_named(message + 1, (size_t)(space - message) - 1), payload, length - (size_t)(payload - message));
}

// Takes one masked frame of at most 65,535 bytes from `data`; 0 when it is not there as a whole.
static size_t take_frame(connection *client, char *data, size_t available) {
    if (available < 6) return 0;
    size_t length = (uint8_t)data[1] & 127, head = 2;
    if (length == 126) length = (size_t)(uint8_t)data[2] << 8 | (uint8_t)data[3], head = 4;
    if (available < head + 4 + length) return 0;
    char *key = data + head, *payload = key + 4;
    for (size_t i = 0; i < length; i++) payload[i] ^= key[i & 3];
    handle_message(client, payload, length);
    return head + 4 + length;
}

static size_t take_request(connection *client, const char *data, size_t available) {
    const char *end = memmem(data, available, "\r\n\r\n", 4);
    if (!end) return 0;
    send(client->descriptor, upgrade_reply, sizeof upgrade_reply - 1, MSG_NOSIGNAL);
    client->upgraded = true;
    return (size_t)(end + 4 - data);
}

static void close_connection(connection *client) {
    leave(client);
    close(client->descriptor);
    free(client->channels);
    free(client->rest);
    free(client);
}

static void read_connection(connection *client) {
    if (client->rest_length) memcpy(received, client->rest, client->rest_length);
    ssize_t count = recv(client->descriptor, received + client->rest_length, receive_size - client->rest_length, 0);
    if (count <= 0) {
        if (count == 0 || errno != EAGAIN) close_connection(client);
        return;
    }
    size_t length = client->rest_length + (size_t)count, position = 0, taken;
    do {
        taken = client->upgraded ? take_frame(client, received + position, length - position)
                                 : take_request(client, received + position, length - position);
        position += taken;
    } while (taken);
    client->rest_length = length - position;
    if (!client->rest_length) return;
    client->rest = grow(client->rest, client->rest_length);
    memcpy(client->rest, received + position, client->rest_length);
}

static void accept_connection(int epoll, int listener) {
    int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK), on = 1;
    if (descriptor < 0) return;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection *client = calloc(1, sizeof *client);
    client->descriptor = descriptor;
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = client};
    epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &interest);
}

static int listen_on(int port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) {
        perror("floor: listen");
        exit(1);
    }
    return listener;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: floor PORT\n");
        return 2;
    }
    coalesce = getenv("COALESCE") != NULL;
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    int listener = listen_on(atoi(argv[1])), epoll = epoll_create1(0);
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = NULL}, events[events_at_once];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &interest);
    for (;;) {
        int count = epoll_wait(epoll, events, events_at_once, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr) read_connection(events[i].data.ptr);
            else accept_connection(epoll, listener);
        }
        end_turn();
    }
}
