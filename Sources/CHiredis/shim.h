// hiredis as a RESP2 decoder, without its sockets: bytes go into a redisReader, and each reply comes out as a flat
// array of tokens in the order of the wire, with the text of all its strings in one arena.
//
// Works with hiredis 0.14 and 1.x and makes them behave alike: what only 1.x can read (RESP3, deeper nesting) is
// refused here. hiredis knows one way to refuse, a callback that returns NULL, and reports it as "Out of memory";
// `failure` keeps the true reason. hiredis looks at the size of a string only after it has buffered all of it, and
// never at the line end behind it, so both are checked here.
//
// One owner at a time; nothing here is thread safe.

#ifndef SKEIN_CHIREDIS_SHIM_H
#define SKEIN_CHIREDIS_SHIM_H

#include <hiredis/hiredis.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#pragma clang assume_nonnull begin

// Arrays within arrays: what hiredis 0.14 can hold on its fixed stack.
#define SKEIN_RESP_MAX_DEPTH 8
// A simple string, an error or a number. hiredis searches an unfinished line from its start at every feed, so that a
// line without end would cost the square of its length.
#define SKEIN_RESP_MAX_LINE (64 * 1024)
// "$", a 64-bit number and the line end, with room to spare.
#define SKEIN_RESP_MAX_LENGTH_LINE 32
// Larger buffers are given back as soon as the reply that needed them has been read.
#define SKEIN_RESP_KEEP_BYTES (1024 * 1024)
#define SKEIN_RESP_INITIAL_TOKENS 64
#define SKEIN_RESP_INITIAL_BYTES 4096

enum {
    SKEIN_RESP_NO_FAILURE = 0,
    SKEIN_RESP_PROTOCOL = 1,
    SKEIN_RESP_TOO_LARGE = 2,
    SKEIN_RESP_OUT_OF_MEMORY = 3,
};

typedef struct {
    int32_t type;   // REDIS_REPLY_STRING, _ARRAY, _INTEGER, _NIL, _STATUS or _ERROR
    uint32_t size;  // bytes of a string, elements of an array
    int64_t value;  // an integer, or where a string starts in the arena
} skein_resp_token;

typedef struct {
    redisReader *reader;
    skein_resp_token *tokens;
    uint8_t *arena;
    size_t token_count, token_capacity;
    size_t byte_count, byte_capacity;
    size_t declared;    // elements that the arrays of this reply have announced
    size_t high_water;  // the most bytes that the reader has held since it was made
    size_t max_elements, max_string, max_reply;
    int failure;
} skein_resp;

// MARK: What hiredis calls

static inline void *_Nullable skein_resp_refuse(skein_resp *resp, int failure) {
    if (resp->failure == SKEIN_RESP_NO_FAILURE) resp->failure = failure;
    return NULL;
}

// Any pointer but NULL tells hiredis that the object was made; it never looks behind it.
static inline void *_Nullable skein_resp_add(skein_resp *resp, skein_resp_token token) {
    if (resp->token_count == resp->token_capacity) {
        size_t capacity = resp->token_capacity * 2;
        skein_resp_token *tokens = realloc(resp->tokens, capacity * sizeof(*tokens));
        if (tokens == NULL) return skein_resp_refuse(resp, SKEIN_RESP_OUT_OF_MEMORY);
        resp->tokens = tokens;
        resp->token_capacity = capacity;
    }
    resp->tokens[resp->token_count++] = token;
    return resp;
}

static inline int skein_resp_admits(const skein_resp *resp, size_t length) {
    return length <= resp->max_string && length <= resp->max_reply - resp->byte_count;
}

static inline void *_Nullable skein_resp_create_string(const redisReadTask *task, char *text, size_t length) {
    skein_resp *resp = task->privdata;
    int is_line = task->type == REDIS_REPLY_STATUS || task->type == REDIS_REPLY_ERROR;
    if (!is_line && task->type != REDIS_REPLY_STRING) return skein_resp_refuse(resp, SKEIN_RESP_PROTOCOL);
    if (text[length] != '\r' || text[length + 1] != '\n') return skein_resp_refuse(resp, SKEIN_RESP_PROTOCOL);
    if (is_line && length > SKEIN_RESP_MAX_LINE) return skein_resp_refuse(resp, SKEIN_RESP_TOO_LARGE);
    if (is_line && memchr(text, '\n', length) != NULL) return skein_resp_refuse(resp, SKEIN_RESP_PROTOCOL);
    if (is_line && memchr(text, '\r', length) != NULL) return skein_resp_refuse(resp, SKEIN_RESP_PROTOCOL);
    if (!skein_resp_admits(resp, length)) return skein_resp_refuse(resp, SKEIN_RESP_TOO_LARGE);
    if (length > resp->byte_capacity - resp->byte_count) {
        size_t capacity = (resp->byte_count + length) * 2;
        uint8_t *arena = realloc(resp->arena, capacity);
        if (arena == NULL) return skein_resp_refuse(resp, SKEIN_RESP_OUT_OF_MEMORY);
        resp->arena = arena;
        resp->byte_capacity = capacity;
    }
    memcpy(resp->arena + resp->byte_count, text, length);
    skein_resp_token token = {
        .type = task->type, .size = (uint32_t)length, .value = (int64_t)resp->byte_count
    };
    resp->byte_count += length;
    return skein_resp_add(resp, token);
}

#if HIREDIS_MAJOR >= 1
typedef size_t skein_resp_array_size;
#else
typedef int skein_resp_array_size;
#endif

static inline void *_Nullable skein_resp_create_array(const redisReadTask *task, skein_resp_array_size size) {
    skein_resp *resp = task->privdata;
    size_t count = (size_t)size;
    if (task->type != REDIS_REPLY_ARRAY) return skein_resp_refuse(resp, SKEIN_RESP_PROTOCOL);
    if (resp->reader->ridx >= SKEIN_RESP_MAX_DEPTH) return skein_resp_refuse(resp, SKEIN_RESP_PROTOCOL);
    if (count > resp->max_elements - resp->declared) return skein_resp_refuse(resp, SKEIN_RESP_TOO_LARGE);
    resp->declared += count;
    skein_resp_token token = {.type = REDIS_REPLY_ARRAY, .size = (uint32_t)count, .value = 0};
    return skein_resp_add(resp, token);
}

static inline void *_Nullable skein_resp_create_integer(const redisReadTask *task, long long value) {
    skein_resp_token token = {.type = REDIS_REPLY_INTEGER, .size = 0, .value = value};
    return skein_resp_add(task->privdata, token);
}

// RESP2 writes null as a string or an array of length -1; RESP3 has a type of its own for it.
static inline void *_Nullable skein_resp_create_null(const redisReadTask *task) {
    skein_resp *resp = task->privdata;
    if (task->type != REDIS_REPLY_STRING && task->type != REDIS_REPLY_ARRAY)
        return skein_resp_refuse(resp, SKEIN_RESP_PROTOCOL);
    if (task->type == REDIS_REPLY_ARRAY && resp->reader->ridx >= SKEIN_RESP_MAX_DEPTH)
        return skein_resp_refuse(resp, SKEIN_RESP_PROTOCOL);
    skein_resp_token token = {.type = REDIS_REPLY_NIL, .size = 0, .value = 0};
    return skein_resp_add(resp, token);
}

#if HIREDIS_MAJOR >= 1
// Without these two, hiredis would take a RESP3 double or boolean for read and leave no token for it.
static inline void *_Nullable skein_resp_create_double(
    const redisReadTask *task, double value, char *text, size_t length
) {
    (void)value, (void)text, (void)length;
    return skein_resp_refuse(task->privdata, SKEIN_RESP_PROTOCOL);
}

static inline void *_Nullable skein_resp_create_boolean(const redisReadTask *task, int value) {
    (void)value;
    return skein_resp_refuse(task->privdata, SKEIN_RESP_PROTOCOL);
}
#endif

// Tokens are dropped all at once when the next reply starts.
static inline void skein_resp_free_object(void *_Nullable object) { (void)object; }

static inline redisReader *_Nullable skein_resp_make_reader(skein_resp *resp) {
    static redisReplyObjectFunctions functions = {
        .createString = skein_resp_create_string,
        .createArray = skein_resp_create_array,
        .createInteger = skein_resp_create_integer,
#if HIREDIS_MAJOR >= 1
        .createDouble = skein_resp_create_double,
        .createBool = skein_resp_create_boolean,
#endif
        .createNil = skein_resp_create_null,
        .freeObject = skein_resp_free_object,
    };
    redisReader *reader = redisReaderCreateWithFunctions(&functions);
    if (reader != NULL) reader->privdata = resp;
    return reader;
}

// MARK: What Skein calls

static inline void skein_resp_destroy(skein_resp *_Nullable resp) {
    if (resp == NULL) return;
    redisReaderFree(resp->reader);
    free(resp->tokens);
    free(resp->arena);
    free(resp);
}

// NULL when there is no memory. The caller keeps the three limits below 2^31.
static inline skein_resp *_Nullable skein_resp_create(size_t max_elements, size_t max_string, size_t max_reply) {
    skein_resp *resp = calloc(1, sizeof(*resp));
    if (resp == NULL) return NULL;
    resp->max_elements = max_elements;
    resp->max_string = max_string;
    resp->max_reply = max_reply;
    resp->token_capacity = SKEIN_RESP_INITIAL_TOKENS;
    resp->byte_capacity = SKEIN_RESP_INITIAL_BYTES;
    resp->tokens = malloc(resp->token_capacity * sizeof(*resp->tokens));
    resp->arena = malloc(resp->byte_capacity);
    resp->reader = skein_resp_make_reader(resp);
    if (resp->tokens == NULL || resp->arena == NULL || resp->reader == NULL) {
        skein_resp_destroy(resp);
        return NULL;
    }
    return resp;
}

// Copies the bytes. Feed at most 16 KiB before asking for all replies: hiredis moves what is left at every KiB read.
// A failure shows at the next call of skein_resp_next.
static inline void skein_resp_feed(skein_resp *resp, const void *bytes, size_t count) {
    if (redisReaderFeed(resp->reader, bytes, count) != REDIS_OK) skein_resp_refuse(resp, SKEIN_RESP_OUT_OF_MEMORY);
    if (resp->reader->len > resp->high_water) resp->high_water = resp->reader->len;
}

// Judges an unfinished string by the length it announces. `text` is what follows its "$".
static inline int skein_resp_pending_string(const skein_resp *resp, const char *text, size_t waiting) {
    size_t length = 0;
    size_t index = 0;
    if (waiting > 0 && text[0] == '-') return waiting > SKEIN_RESP_MAX_LENGTH_LINE ? SKEIN_RESP_PROTOCOL : 0;
    for (; index < waiting && text[index] >= '0' && text[index] <= '9'; index++) {
        if (index == SKEIN_RESP_MAX_LENGTH_LINE) return SKEIN_RESP_PROTOCOL;
        length = length * 10 + (size_t)(text[index] - '0');
        if (!skein_resp_admits(resp, length)) return SKEIN_RESP_TOO_LARGE;
    }
    if (index < waiting && text[index] != '\r') return SKEIN_RESP_PROTOCOL;
    if (index + 1 < waiting && text[index + 1] != '\n') return SKEIN_RESP_PROTOCOL;
    return SKEIN_RESP_NO_FAILURE;
}

// Judges what waits for more bytes, so that nobody can make the reader hold more than the limits allow.
static inline int skein_resp_pending_failure(const skein_resp *resp) {
    const redisReader *reader = resp->reader;
    if (reader->ridx < 0) return SKEIN_RESP_NO_FAILURE;
#if HIREDIS_MAJOR >= 1
    int type = reader->task[reader->ridx]->type;
#else
    int type = reader->rstack[reader->ridx].type;
#endif
    size_t waiting = reader->len - reader->pos;
    // A type byte of RESP3, which 0.14 refuses without waiting for the rest.
    if (type == REDIS_REPLY_NIL || type > REDIS_REPLY_ERROR) return SKEIN_RESP_PROTOCOL;
    if (type == REDIS_REPLY_STRING) return skein_resp_pending_string(resp, reader->buf + reader->pos, waiting);
    // The line may lack nothing but its "\n".
    return waiting > SKEIN_RESP_MAX_LINE + 1 ? SKEIN_RESP_TOO_LARGE : SKEIN_RESP_NO_FAILURE;
}

// 1: a reply lies in `tokens` and `arena`, until skein_resp_release. 0: feed more. -1: `failure` says why, for good.
static inline int skein_resp_next(skein_resp *resp) {
    void *reply = NULL;
    if (redisReaderGetReply(resp->reader, &reply) != REDIS_OK) {
        int is_memory = resp->reader->err == REDIS_ERR_OOM;
        skein_resp_refuse(resp, is_memory ? SKEIN_RESP_OUT_OF_MEMORY : SKEIN_RESP_PROTOCOL);
    } else if (reply != NULL) {
        return 1;
    } else if (resp->failure == SKEIN_RESP_NO_FAILURE) {
        resp->failure = skein_resp_pending_failure(resp);
    }
    return resp->failure == SKEIN_RESP_NO_FAILURE ? 0 : -1;
}

// Swaps a reader that has grown for a new one with the same unread bytes. Only between replies.
static inline void skein_resp_renew_reader(skein_resp *resp) {
    redisReader *old = resp->reader;
    redisReader *fresh = skein_resp_make_reader(resp);
    if (fresh == NULL) return;
    if (redisReaderFeed(fresh, old->buf + old->pos, old->len - old->pos) != REDIS_OK) {
        redisReaderFree(fresh);
        return;
    }
    resp->reader = fresh;
    resp->high_water = fresh->len;
    redisReaderFree(old);
}

// Ends the reply that skein_resp_next announced, and gives back memory that only a huge reply needs.
static inline void skein_resp_release(skein_resp *resp) {
    resp->token_count = 0;
    resp->byte_count = 0;
    resp->declared = 0;
    if (resp->high_water > SKEIN_RESP_KEEP_BYTES) skein_resp_renew_reader(resp);
    if (resp->byte_capacity > SKEIN_RESP_KEEP_BYTES) {
        uint8_t *arena = realloc(resp->arena, SKEIN_RESP_INITIAL_BYTES);
        if (arena != NULL) resp->arena = arena, resp->byte_capacity = SKEIN_RESP_INITIAL_BYTES;
    }
    if (resp->token_capacity > SKEIN_RESP_KEEP_BYTES / sizeof(*resp->tokens)) {
        size_t size = SKEIN_RESP_INITIAL_TOKENS * sizeof(*resp->tokens);
        skein_resp_token *tokens = realloc(resp->tokens, size);
        if (tokens != NULL) resp->tokens = tokens, resp->token_capacity = SKEIN_RESP_INITIAL_TOKENS;
    }
}

// What the decoder holds between two calls, in bytes.
static inline size_t skein_resp_retained(const skein_resp *resp) {
    return resp->byte_capacity + resp->token_capacity * sizeof(*resp->tokens) + resp->high_water;
}

// What hiredis has to say about a protocol error; the byte it names is escaped.
static inline const char *skein_resp_reason(const skein_resp *resp) {
    return resp->reader->errstr;
}

#pragma clang assume_nonnull end

#endif
