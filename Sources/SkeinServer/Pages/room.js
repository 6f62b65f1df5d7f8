// A joined channel: its subscriptions (`chat:<name>` for messages, `typing:<name>` for who is typing) and what is known
// of it. Event: `state` (read `subscription.state` and `subscription.position`).

import { MessageLog } from './message-log.js';
import { People, Typists } from './people.js';

const historyLimit = 100;

export class Room extends EventTarget {
    log = new MessageLog();
    people = new People();
    typists = new Typists();
    unread = 0;

    #client;
    #typing;

    constructor(client, name) {
        super();
        this.#client = client;
        this.name = name;
        this.channel = `chat:${name}`;
        this.#subscribe();
    }

    /** Ends both subscriptions; the room is of no use afterwards. */
    leave() {
        this.#client.unsubscribe(this.subscription.channel);
        this.#client.unsubscribe(this.#typing.channel);
    }

    /** Subscribes anew after the server ended or refused a subscription. */
    retry() {
        this.leave();
        this.#subscribe();
        this.dispatchEvent(new Event('state'));
    }

    async send(text, name) {
        this.typists.forgetReport();
        await this.subscription.publish({ text, name, at: Date.now() });
    }

    /** Tells the others, at most every two seconds; that it may get lost is in its nature. */
    reportTyping(name) {
        if (this.#typing.isSubscribed && this.typists.shouldReport(Date.now())) {
            this.#typing.publish({ name }).catch((error) => console.warn('typing:', error.message));
        }
    }

    #subscribe() {
        this.subscription = this.#client.subscribe(this.channel, { join_leave: true });
        this.#typing = this.#client.subscribe(`typing:${this.name}`);
        this.log.expectHistory();
        this.#listen();
    }

    #listen() {
        const { subscription } = this;
        subscription.addEventListener('state', () => this.dispatchEvent(new Event('state')));
        subscription.addEventListener('subscribed', ({ detail }) => this.#subscribed(detail));
        subscription.addEventListener('publication', ({ detail }) => this.#published(detail));
        subscription.addEventListener('join', ({ detail }) => this.people.joined(detail));
        subscription.addEventListener('leave', ({ detail }) => this.people.left(detail));
        this.#typing.addEventListener('publication', ({ detail }) => {
            this.typists.seen(String(detail.info?.conn_info?.name || detail.data?.name));
        });
    }

    #subscribed({ wasRecovering, recovered }) {
        if (!(wasRecovering && recovered)) {
            this.#loadHistory();
        }
        this.#loadPeople();
    }

    #published(publication) {
        this.log.receive(publication);
        const author = publication.info?.conn_info?.name || publication.data?.name;
        this.typists.stopped(String(author));
        this.dispatchEvent(new Event('state'));
    }

    async #loadHistory() {
        this.log.expectHistory();
        try {
            this.log.complete(await this.subscription.history(historyLimit));
        } catch (error) {
            console.warn(`The history of ${this.channel} could not be read:`, error.message);
            this.log.fail(this.subscription.position?.epoch ?? null);
        }
    }

    async #loadPeople() {
        this.people.expectSnapshot();
        try {
            this.people.replace(await this.subscription.presence());
        } catch (error) {
            console.warn(`The presence of ${this.channel} could not be read:`, error.message);
        }
    }
}
