// One channel as this client sees it: whether it is subscribed, and the position up to which it has every publication.
//
// The subscription decides and reports; the client sends. Events: `state` (read `subscription.state`), `subscribed`
// (detail: wasRecovering, recovered), `publication` (detail: the publication), `join` and `leave` (detail: client
// info).

import { firstResubscribeCode } from './protocol.js';

export class Subscription extends EventTarget {
    /** `name` is one of subscribing, subscribed, unsubscribed; code and reason say why it is unsubscribed. */
    state = { name: 'subscribing', code: 0, reason: '' };
    /** The last publication that was seen: epoch and offset; null where the channel has no history. */
    position = null;
    /** Temporary refusals in a row. */
    failures = 0;

    #client;
    #options;

    constructor(client, channel, options) {
        super();
        this.#client = client;
        this.channel = channel;
        this.#options = options;
    }

    get isSubscribed() {
        return this.state.name === 'subscribed';
    }

    publish(data) {
        return this.#client.request('publish', { channel: this.channel, data });
    }

    /** The newest publications, oldest first, and the position of the newest. */
    async history(limit) {
        const result = await this.#client.request('history', { channel: this.channel, limit, reverse: true });
        const publications = (result.publications ?? []).reverse();
        return { publications, epoch: result.epoch, offset: result.offset ?? 0 };
    }

    /** The members of the channel: client info by client id. */
    async presence() {
        const result = await this.#client.request('presence', { channel: this.channel });
        return result.presence ?? {};
    }

    /** The body of the subscribe command: with a known position it asks for what was published since. */
    request() {
        const body = { channel: this.channel, ...this.#options };
        return this.position ? { ...body, recover: true, ...this.position } : body;
    }

    accepted(result) {
        this.failures = 0;
        this.position = result.recoverable ? { epoch: result.epoch, offset: result.offset ?? 0 } : null;
        this.#setState('subscribed');
        this.#emit('subscribed', {
            wasRecovering: result.was_recovering === true,
            recovered: result.recovered === true,
        });
        for (const publication of result.publications ?? []) {
            this.#published(publication);
        }
    }

    refused(error) {
        if (error.temporary) {
            this.failures += 1;
            return 'retry';
        }
        this.#setState('unsubscribed', error.code, error.message);
        return 'give up';
    }

    /** The connection is gone; the client subscribes again when it is back. */
    detached() {
        if (this.state.name === 'subscribed') {
            this.#setState('subscribing');
        }
    }

    pushed(push) {
        if (push.pub) {
            this.#published(push.pub);
        } else if (push.join) {
            this.#emit('join', push.join.info);
        } else if (push.leave) {
            this.#emit('leave', push.leave.info);
        } else if (push.unsubscribe) {
            return this.#unsubscribed(push.unsubscribe);
        }
        return 'done';
    }

    #unsubscribed({ code, reason }) {
        if (code >= firstResubscribeCode) {
            this.#setState('subscribing');
            return 'resubscribe';
        }
        this.#setState('unsubscribed', code, reason);
        return 'done';
    }

    #published(publication) {
        if (publication.offset && this.position) {
            if (publication.offset <= this.position.offset) {
                return;
            }
            this.position = { ...this.position, offset: publication.offset };
        }
        this.#emit('publication', publication);
    }

    #setState(name, code = 0, reason = '') {
        this.state = { name, code, reason };
        this.#emit('state');
    }

    #emit(name, detail) {
        this.dispatchEvent(new CustomEvent(name, { detail }));
    }
}
