// The wire rules of the Centrifuge JSON protocol, as plain functions: no socket, no clock, no state.

/** An error reply of the server, or a command that could not be carried out on this side (code 0). */
export class ProtocolError extends Error {
    constructor(code, message, temporary = false) {
        super(message);
        this.name = 'ProtocolError';
        this.code = code;
        this.temporary = temporary;
    }

    static fromReply({ code = 0, message = 'unknown error', temporary = false }) {
        return new ProtocolError(code, message, temporary);
    }
}

/** The error of a connect or subscribe with a token whose time is over: a new token helps. */
export const tokenExpired = 109;

/** From this code on, a server that ends a subscription asks the client to subscribe again. */
export const firstResubscribeCode = 2500;

const messageTooBig = 1009;

/** One frame holds one or more JSON objects, separated by line feeds. */
export function decodeFrame(text) {
    return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
}

/** Commands that leave in the same turn share a frame. */
export function encodeFrame(commands) {
    return commands.map((command) => JSON.stringify(command)).join('\n');
}

/** Whether a close with this code invites the client to come back. */
export function mayReconnect(code) {
    if (code === messageTooBig) {
        return false;
    }
    const forbidden = (code >= 3500 && code < 4000) || (code >= 4500 && code < 5000);
    return !forbidden;
}

/**
 * How long to wait before the next attempt, in milliseconds. Full jitter: after a restart of the server its clients
 * come back spread over the whole interval, instead of all at once.
 */
export function backoffDelay(attempt, random = Math.random) {
    const least = 500;
    const most = 20_000;
    const ceiling = Math.min(most, least * 2 ** Math.min(attempt, 10));
    return Math.min(most, least + Math.floor(random() * ceiling));
}
