// Who is in a channel, and who is typing there.

const typingShown = 4_000;
const typingRepeated = 2_000;

/** The members of a channel by client id: a snapshot, kept current by join and leave events. Event: `change`. */
export class People extends EventTarget {
    #members = new Map();
    #sinceSnapshotRequest = null;

    /** Joins and leaves from now on are applied again after the snapshot, which may be older than they are. */
    expectSnapshot() {
        this.#sinceSnapshotRequest ??= [];
    }

    /** Takes a presence reply: client info by client id. */
    replace(presence) {
        const later = this.#sinceSnapshotRequest ?? [];
        this.#sinceSnapshotRequest = null;
        this.#members = new Map(Object.entries(presence));
        later.forEach((apply) => apply());
        this.dispatchEvent(new Event('change'));
    }

    joined(info) {
        this.#apply(() => this.#members.set(info.client, info));
    }

    left(info) {
        this.#apply(() => this.#members.delete(info.client));
    }

    /** One row for each user, the own one first: name, number of connections, whether it is this connection. */
    rows(ownClient) {
        const rows = new Map();
        for (const [client, info] of this.#members) {
            const name = String(info.conn_info?.name || info.user || 'anonymous');
            const row = rows.get(name) ?? { name, connections: 0, isOwn: false };
            row.connections += 1;
            row.isOwn ||= client === ownClient;
            rows.set(name, row);
        }
        return [...rows.values()].sort((a, b) => b.isOwn - a.isOwn || a.name.localeCompare(b.name));
    }

    #apply(change) {
        change();
        this.#sinceSnapshotRequest?.push(change);
        this.dispatchEvent(new Event('change'));
    }
}

/** Who is typing; a name goes away by itself when its owner stops. Event: `change`. */
export class Typists extends EventTarget {
    #timers = new Map();
    #lastReport = 0;

    get names() {
        return [...this.#timers.keys()];
    }

    seen(name) {
        clearTimeout(this.#timers.get(name));
        this.#timers.set(name, setTimeout(() => this.stopped(name), typingShown));
        this.dispatchEvent(new Event('change'));
    }

    stopped(name) {
        clearTimeout(this.#timers.get(name));
        if (this.#timers.delete(name)) {
            this.dispatchEvent(new Event('change'));
        }
    }

    /** Whether it is time to tell the others that this user is typing. */
    shouldReport(now) {
        if (now - this.#lastReport < typingRepeated) {
            return false;
        }
        this.#lastReport = now;
        return true;
    }

    /** The message is sent: the next key is news again. */
    forgetReport() {
        this.#lastReport = 0;
    }
}
