// The messages of one channel in order, put together from history, recovery and live publications.
//
// While the history is on its way, live publications wait, so that each message is shown once and in its place. Where
// the server could not fill the hole after an interruption, the log says so with a gap: it never pretends to be
// complete.
//
// Events: `reset` (read `entries`) and `append` (detail: the entry).

const capacity = 500;

/** What a publication says, whoever sent it: the page itself, another client, or a server through the HTTP API. */
function readMessage(publication) {
    const data = publication.data;
    const info = publication.info;
    const isChat = typeof data?.text === 'string';
    const claimed = typeof data?.name === 'string' ? data.name : 'server';
    return {
        kind: 'message',
        offset: publication.offset ?? 0,
        name: String(info?.conn_info?.name || info?.user || claimed),
        text: isChat ? data.text : JSON.stringify(data),
        isChat,
        at: Number.isFinite(data?.at) ? data.at : publication.time ?? Date.now(),
    };
}

export class MessageLog extends EventTarget {
    entries = [];

    #epoch = null;
    #newest = 0;
    #waiting = null;

    /** Live publications wait from now on, until `complete` or `fail`. */
    expectHistory() {
        this.#waiting ??= [];
    }

    /** Takes the history over, up to the stream's top `offset`: what is already here stays once. */
    complete({ publications, epoch, offset }) {
        const oldest = publications[0]?.offset ?? offset + 1;
        const isFirst = this.#epoch === null;
        const isSameStream = this.#epoch === epoch;
        if (!isFirst && (!isSameStream || oldest > this.#newest + 1)) {
            this.#addGap();
        }
        if (!isSameStream) {
            this.#epoch = epoch;
            this.#newest = 0;
        }
        this.#addAll(publications);
    }

    /** The history of the stream did not come: shows what arrived meanwhile, after a gap. */
    fail(epoch) {
        this.#epoch = epoch;
        this.#addGap();
        this.#addAll([]);
    }

    receive(publication) {
        if (this.#waiting) {
            this.#waiting.push(publication);
            return;
        }
        const entry = this.#add(publication);
        if (entry) {
            this.dispatchEvent(new CustomEvent('append', { detail: entry }));
        }
    }

    #addAll(publications) {
        const all = [...publications, ...(this.#waiting ?? [])];
        this.#waiting = null;
        for (const publication of all) {
            this.#add(publication);
        }
        this.dispatchEvent(new Event('reset'));
    }

    #add(publication) {
        const entry = readMessage(publication);
        if (entry.offset > 0 && entry.offset <= this.#newest) {
            return null;
        }
        this.#newest = Math.max(this.#newest, entry.offset);
        this.entries.push(entry);
        if (this.entries.length > capacity) {
            this.entries.shift();
        }
        return entry;
    }

    #addGap() {
        if (this.entries.length > 0) {
            this.entries.push({ kind: 'gap' });
        }
    }
}
