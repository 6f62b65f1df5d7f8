"""The namespaces that the tests of the client protocol share."""

from support import tokens

OPEN = {
    "subscribe": "anyone",
    "publish": "subscribers",
    "read_history": "subscribers",
    "read_presence": "subscribers",
    "anonymous": True,
}
KEPT = OPEN | {"history_size": 50, "history_ttl": "1h"}
HISTORY_LIMIT = 20
MAXIMUM_CHANNELS = 8

NAMESPACES = {
    "live": OPEN,
    "wide": OPEN | {"publish": "anyone"},
    "kept": KEPT,
    "asked": KEPT | {"recovery": "on_request", "positioning": "on_request"},
    "always": KEPT | {"recovery": "always"},
    "few": KEPT | {"recovery": "always", "history_size": 5},
    "brief": KEPT | {"recovery": "always", "history_ttl": "300ms"},
    "positioned": KEPT | {"positioning": "always"},
    "cache": KEPT | {"recovery": "always", "recovery_mode": "cache"},
    "delta": KEPT | {"recovery": "always", "delta": True},
    "present": OPEN | {"presence": True, "join_leave": True, "push_join_leave": True},
    "asking": OPEN | {"presence": True, "join_leave": True},
    "full": OPEN | {"presence": True, "maximum_members": 2},
    "echoless": OPEN | {"exclude_sender": True},
    "closed": OPEN | {"subscribe": "nobody"},
    "held": OPEN | {"subscribe": "token_holders", "publish": "token_holders"},
    "users": OPEN | {"anonymous": False},
    "silent": OPEN | {"publish": "nobody", "read_history": "nobody", "read_presence": "nobody"},
    "binary": KEPT | {"recovery": "always", "payload": "binary"},
}

# Over the defaults of the tests, for a node with --dev: an API without keys, connections without tokens.
CONFIG = {
    "node": {"loops": 2},
    "tokens": tokens.keys(),
    "client": {"history_limit": HISTORY_LIMIT, "channels": MAXIMUM_CHANNELS, "errors": 1000},
    "namespaces": NAMESPACES,
}
