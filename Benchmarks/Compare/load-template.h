// Messages from templates; load.c says what may be in one. A part of load.c.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { message_size = 80000 };

typedef struct { char data[message_size]; size_t length; } buffer;

static const char *channel_prefix = "bench";

static void refuse(const char *what) {
    fprintf(stderr, "load: %s\n", what);
    exit(1);
}

static void append(buffer *to, const void *data, size_t length) {
    if (to->length + length > message_size) refuse("a message is larger than 80,000 bytes");
    memcpy(to->data + to->length, data, length);
    to->length += length;
}

static void append_number(buffer *to, const char *front, int number) {
    char text[300];
    append(to, text, (size_t)snprintf(text, sizeof text, "%s%d", front, number));
}

// One place holder, escape or plain character; the position behind it.
static const char *expand_one(buffer *to, const char *at, int channel, int index, const buffer *payload) {
    if (at[0] == '%' && at[1] == 'C') append_number(to, channel_prefix, channel);
    else if (at[0] == '%' && at[1] == 'I') append_number(to, "", index);
    else if (at[0] == '%' && at[1] == 'L') append_number(to, "", payload ? (int)payload->length : 0);
    else if (at[0] == '%' && at[1] == 'M') append(to, payload ? payload->data : "", payload ? payload->length : 0);
    else if (at[0] == '\\' && at[1] == 'n') append(to, "\n", 1);
    else if (at[0] == '\\' && at[1] == 'r') append(to, "\r", 1);
    else return append(to, at, 1), at + 1;
    return at + 2;
}

static void insert_length(buffer *to, size_t start) {
    char digits[10];
    size_t content = to->length - start, length = content, count = 0;
    do digits[count++] = (char)((length & 127) | (length > 127 ? 128 : 0));
    while (length >>= 7);
    append(to, digits, count);  // for the room and its check
    memmove(to->data + start + count, to->data + start, content);
    memcpy(to->data + start, digits, count);
}

static const char *expand_hex(buffer *to, const char *at, int channel, int index, const buffer *payload) {
    while (*at && *at != ')') {
        unsigned byte;
        if (*at == ' ') at++;
        else if (*at == '%') at = expand_one(to, at, channel, index, payload);
        else if (*at == '(') {
            size_t start = to->length;
            at = expand_hex(to, at + 1, channel, index, payload);
            if (*at++ != ')') refuse("a template has an open parenthesis");
            insert_length(to, start);
        } else if (sscanf(at, "%2x", &byte) == 1 && at[1]) {
            append(to, &(char){(char)byte}, 1);
            at += 2;
        } else refuse("a hex template has something that is not hex");
    }
    return at;
}

// Whether the message is binary.
static bool expand(buffer *to, const char *template, int channel, int index, const buffer *payload) {
    to->length = 0;
    bool binary = !strncmp(template, "hex:", 4);
    if (binary) expand_hex(to, template + 4, channel, index, payload);
    else for (const char *at = template; *at;) at = expand_one(to, at, channel, index, payload);
    return binary;
}
