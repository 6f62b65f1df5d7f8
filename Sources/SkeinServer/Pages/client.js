// A client of the Centrifuge JSON protocol over one WebSocket: connect, commands, pings, and coming back after a loss.
//
// The client owns the socket and the timers. What happens inside a channel belongs to its Subscription, which lives on
// through reconnects: the connect command and the subscribe commands of all subscriptions leave in one frame, each with
// the position from which the server shall recover. Every attempt asks for a fresh token, so neither an expired token
// (error 109) nor a development server that was restarted with new keys keeps the page away.
//
// Events: `state` (read `client.state`) and `frame` (detail: direction, text, time), the latter for every frame as it
// was on the wire.

import { ProtocolError, backoffDelay, decodeFrame, encodeFrame, mayReconnect, tokenExpired } from './protocol.js';
import { Subscription } from './subscription.js';

const commandTimeout = 5_000;
const pingGrace = 10_000;
const longestTimer = 2 ** 31 - 1;
const normalClosure = 1000;

export class Client extends EventTarget {
    /** `name` is one of disconnected, connecting, connected, reconnecting; `retryAt` is set while reconnecting. */
    state = { name: 'disconnected', code: 0, reason: '', retryAt: 0 };
    /** The id that the server gave this connection; empty while there is none. */
    id = '';

    #url;
    #fetchToken;
    #socket = null;
    #nextCommandID = 1;
    #pending = new Map();
    #outbox = [];
    #subscriptions = new Map();
    #attempt = 0;
    /** Counts the sockets, so that what belongs to an earlier one is recognised when it comes late. */
    #generation = 0;
    #answersPings = false;
    #silenceLimit = 0;
    #retryTimer = 0;
    #silenceTimer = 0;
    #refreshTimer = 0;

    /** `fetchToken` returns a promise of a token; it may throw a ProtocolError to say that trying again is no use. */
    constructor(url, fetchToken) {
        super();
        this.#url = url;
        this.#fetchToken = fetchToken;
    }

    get isConnected() {
        return this.state.name === 'connected';
    }

    /** Connects now, also out of a back-off; does nothing while connected or connecting. */
    connect() {
        if (this.isConnected || this.state.name === 'connecting') {
            return;
        }
        this.#attempt = 0;
        this.#open();
    }

    /** Stays away until `connect`. Subscriptions keep their positions. */
    disconnect(reason = 'by you') {
        this.#drop();
        this.#setState({ name: 'disconnected', reason });
    }

    /** The subscription of the channel, made on first use. */
    subscribe(channel, options = {}) {
        let subscription = this.#subscriptions.get(channel);
        if (!subscription) {
            subscription = new Subscription(this, channel, options);
            this.#subscriptions.set(channel, subscription);
            if (this.isConnected) {
                this.#requestSubscribe(subscription);
            }
        }
        return subscription;
    }

    /** Ends the subscription of the channel and forgets its position. */
    unsubscribe(channel) {
        if (this.#subscriptions.delete(channel) && this.isConnected) {
            this.request('unsubscribe', { channel }).catch((error) => console.warn(error.message));
        }
    }

    /** Sends one command; the promise has the body of its reply, or a ProtocolError. */
    request(name, body) {
        if (!this.isConnected) {
            return Promise.reject(new ProtocolError(0, 'not connected', true));
        }
        return new Promise((resolve, reject) => this.#call(name, body, resolve, reject));
    }

    async #open() {
        this.#drop();
        const generation = this.#generation;
        this.#setState({ name: 'connecting' });
        let token;
        try {
            token = await this.#fetchToken();
        } catch (error) {
            if (generation === this.#generation) {
                this.#lost(error.code ?? 0, error.message, error.temporary === false);
            }
            return;
        }
        if (generation === this.#generation) {
            this.#openSocket(token);
        }
    }

    #openSocket(token) {
        const socket = new WebSocket(this.#url);
        this.#socket = socket;
        const listen = (name, action) => {
            socket.addEventListener(name, (event) => {
                if (socket === this.#socket) {
                    action(event);
                }
            });
        };
        listen('open', () => this.#opened(token));
        listen('message', (event) => this.#received(event.data));
        listen('close', (event) => this.#lost(event.code, event.reason || 'connection lost'));
    }

    #opened(token) {
        const body = { token, name: 'skein-page' };
        this.#call('connect', body, (result) => this.#connected(result), (error) => this.#refused(error));
        for (const subscription of this.#subscriptions.values()) {
            this.#requestSubscribe(subscription);
        }
    }

    #connected(result) {
        this.#attempt = 0;
        this.id = result.client;
        this.#answersPings = result.pong === true;
        this.#silenceLimit = result.ping ? result.ping * 1000 + pingGrace : 0;
        this.#watchSilence();
        this.#scheduleRefresh(result);
        this.#setState({ name: 'connected' });
    }

    #refused(error) {
        const comesBack = error.temporary || error.code < 100 || error.code === tokenExpired;
        this.#lost(error.code, error.message, !comesBack);
    }

    #lost(code, reason, isFinal = !mayReconnect(code)) {
        this.#drop();
        if (isFinal) {
            this.#setState({ name: 'disconnected', code, reason });
            return;
        }
        const delay = backoffDelay(this.#attempt);
        this.#attempt += 1;
        this.#retryTimer = setTimeout(() => this.#open(), delay);
        this.#setState({ name: 'reconnecting', code, reason, retryAt: Date.now() + delay });
    }

    /** Lets go of the socket and of everything that waits for it. */
    #drop() {
        this.#generation += 1;
        for (const timer of [this.#retryTimer, this.#silenceTimer, this.#refreshTimer]) {
            clearTimeout(timer);
        }
        this.#socket?.close(normalClosure);
        this.#socket = null;
        this.#silenceLimit = 0;
        this.#outbox = [];
        this.id = '';
        const unanswered = [...this.#pending.values()];
        this.#pending.clear();
        for (const { timer, isLifecycle, reject } of unanswered) {
            clearTimeout(timer);
            if (!isLifecycle) {
                reject(new ProtocolError(0, 'connection lost', true));
            }
        }
        for (const subscription of this.#subscriptions.values()) {
            subscription.detached();
        }
    }

    #received(text) {
        this.#report('received', text);
        const generation = this.#generation;
        let replies;
        try {
            replies = decodeFrame(text);
        } catch {
            this.#lost(0, 'the server sent a frame that is not JSON');
            return;
        }
        this.#watchSilence();
        for (const reply of replies) {
            if (generation === this.#generation) {
                this.#handle(reply);
            }
        }
    }

    #handle(reply) {
        if (reply.id) {
            this.#settle(reply);
        } else if (reply.push) {
            this.#pushed(reply.push);
        } else if (this.#answersPings) {
            this.#send({});
        }
    }

    #settle(reply) {
        const command = this.#pending.get(reply.id);
        if (!command) {
            return;
        }
        this.#pending.delete(reply.id);
        clearTimeout(command.timer);
        if (reply.error) {
            command.reject(ProtocolError.fromReply(reply.error));
        } else {
            command.resolve(reply[command.name] ?? {});
        }
    }

    #pushed(push) {
        if (push.disconnect) {
            this.#lost(push.disconnect.code, push.disconnect.reason);
            return;
        }
        const subscription = this.#subscriptions.get(push.channel);
        if (subscription && subscription.pushed(push) === 'resubscribe') {
            this.#requestSubscribe(subscription);
        }
    }

    #requestSubscribe(subscription) {
        const generation = this.#generation;
        const accept = (result) => {
            if (this.#owns(subscription, generation)) {
                subscription.accepted(result);
            }
        };
        const refuse = (error) => {
            if (this.#owns(subscription, generation) && subscription.refused(error) === 'retry') {
                setTimeout(() => this.#retrySubscribe(subscription, generation), backoffDelay(subscription.failures));
            }
        };
        this.#call('subscribe', subscription.request(), accept, refuse);
    }

    #retrySubscribe(subscription, generation) {
        if (this.#owns(subscription, generation)) {
            this.#requestSubscribe(subscription);
        }
    }

    #owns(subscription, generation) {
        return generation === this.#generation && this.#subscriptions.get(subscription.channel) === subscription;
    }

    /**
     * Sends one command. Its reply is handed over at once, not by a promise: the pushes behind it in the same frame
     * rely on what it says.
     */
    #call(name, body, resolve, reject) {
        const id = this.#nextCommandID;
        this.#nextCommandID += 1;
        const isLifecycle = name === 'connect' || name === 'subscribe';
        const timer = setTimeout(() => this.#timedOut(id), commandTimeout);
        this.#pending.set(id, { name, isLifecycle, timer, resolve, reject });
        this.#send({ id, [name]: body });
    }

    /** A connect or subscribe without an answer leaves the connection in doubt: start over. */
    #timedOut(id) {
        const { name, isLifecycle, reject } = this.#pending.get(id);
        this.#pending.delete(id);
        if (isLifecycle) {
            this.#lost(0, `no answer to ${name}`);
        } else {
            reject(new ProtocolError(0, `no answer to ${name}`, true));
        }
    }

    #send(command) {
        this.#outbox.push(command);
        if (this.#outbox.length === 1) {
            queueMicrotask(() => this.#flush());
        }
    }

    #flush() {
        if (this.#outbox.length === 0 || this.#socket?.readyState !== WebSocket.OPEN) {
            return;
        }
        const text = encodeFrame(this.#outbox);
        this.#outbox = [];
        this.#socket.send(text);
        this.#report('sent', text);
    }

    #watchSilence() {
        clearTimeout(this.#silenceTimer);
        if (this.#silenceLimit > 0) {
            this.#silenceTimer = setTimeout(() => this.#lost(0, 'no ping from the server'), this.#silenceLimit);
        }
    }

    #scheduleRefresh({ expires = false, ttl = 0 }) {
        if (expires && ttl > 0) {
            this.#refreshTimer = setTimeout(() => this.#refresh(), Math.min(ttl * 1000, longestTimer));
        }
    }

    /** When this fails, the server closes with 3005 after a while, and the reconnect brings a new token. */
    async #refresh() {
        const generation = this.#generation;
        try {
            const token = await this.#fetchToken();
            if (generation === this.#generation) {
                this.#scheduleRefresh(await this.request('refresh', { token }));
            }
        } catch (error) {
            console.warn('The token could not be refreshed:', error.message);
        }
    }

    #setState({ name, code = 0, reason = '', retryAt = 0 }) {
        this.state = { name, code, reason, retryAt };
        this.dispatchEvent(new Event('state'));
    }

    #report(direction, text) {
        this.dispatchEvent(new CustomEvent('frame', { detail: { direction, text, time: Date.now() } }));
    }
}
