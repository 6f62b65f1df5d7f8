// A pub/sub server on uWebSockets, through the C functions that the native library of the Python package
// socketify exports. No Python runs here: what is measured is uWebSockets on the libuv loop it was built for.
//
// Usage: uwebsockets PORT. The protocol is the floor's: text frames "s<channel>" and "p<channel> <payload>".
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The part of the library's interface that is used here. There is no header in the package to include.
typedef struct uws_app uws_app;
typedef struct uws_websocket uws_websocket;
typedef struct { const char *files[6]; int prefer_low_memory; } tls_options;
typedef struct { int port; const char *host; int options; } listen_options;
typedef void (*socket_handler)(uws_websocket *, void *);
typedef void (*message_handler)(uws_websocket *, const char *, size_t, int opcode, void *);
typedef struct {
    int compression;
    unsigned int maximum_payload;
    unsigned short idle_timeout;
    unsigned int maximum_backpressure;
    bool close_on_backpressure, reset_idle_timeout_on_send, ping_automatically;
    unsigned short maximum_lifetime;
    void *upgrade;
    socket_handler open;
    message_handler message;
    void *drain, *ping, *pong, *close, *subscription;
} socket_behavior;

uws_app *uws_create_app(int tls, tls_options options);
void uws_ws(int tls, uws_app *app, const char *pattern, socket_behavior behavior, void *user_data);
typedef void (*listen_handler)(void *socket, listen_options options, void *user_data);
void uws_app_listen_with_config(int tls, uws_app *app, listen_options options, listen_handler handler, void *user_data);
void uws_app_run(int tls, uws_app *app);
bool uws_ws_subscribe(int tls, uws_websocket *socket, const char *topic, size_t length);
bool uws_publish(int tls, uws_app *app, const char *topic, size_t topic_length, const char *message,
                 size_t message_length, int opcode, bool compress);

enum { plain = 0, text = 1, exclusive_port = 1 };

static uws_app *app;

static void received(uws_websocket *socket, const char *message, size_t length, int opcode, void *user_data) {
    (void)opcode, (void)user_data;
    if (length < 2) return;
    if (message[0] == 's') uws_ws_subscribe(plain, socket, message + 1, length - 1);
    const char *space = message[0] == 'p' ? memchr(message, ' ', length) : NULL;
    if (!space) return;
    const char *payload = space + 1;
    uws_publish(plain, app, message + 1, (size_t)(space - message) - 1, payload, length - (size_t)(payload - message),
                text, false);
}

static void listening(void *socket, listen_options options, void *user_data) {
    (void)user_data;
    if (!socket) {
        fprintf(stderr, "uwebsockets: cannot listen on port %d\n", options.port);
        exit(1);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    app = uws_create_app(plain, (tls_options){0});
    socket_behavior behavior = {.maximum_payload = 1 << 20, .message = received};
    behavior.maximum_backpressure = 1 << 20, behavior.close_on_backpressure = true;
    uws_ws(plain, app, "/*", behavior, NULL);
    listen_options options = {.port = atoi(argv[1]), .host = "127.0.0.1", .options = exclusive_port};
    uws_app_listen_with_config(plain, app, options, listening, NULL);
    uws_app_run(plain, app);
    return 1;
}
