// What the page knows: the name, the joined rooms, the one on screen. Views read it and call its methods; the session
// storage of the tab keeps it over a reload, so that two tabs can be two people.
//
// Events: `name`, `rooms` (list, unread counts), `active` (another room is on screen).

import { isChannelName, randomName } from './names.js';
import { Room } from './room.js';

const nameKey = 'skein.name';
const roomsKey = 'skein.rooms';
export const standardRooms = ['lobby', 'random', 'help'];

function rememberedRooms() {
    try {
        return JSON.parse(sessionStorage.getItem(roomsKey) ?? '[]').filter(isChannelName);
    } catch {
        return [];
    }
}

export class Store extends EventTarget {
    active = null;
    /** Joined rooms by name. */
    rooms = new Map();
    /** Names in the list that somebody may join, joined or not. */
    names = [...new Set([...standardRooms, ...rememberedRooms()])];

    constructor(client) {
        super();
        this.client = client;
        this.name = sessionStorage.getItem(nameKey) ?? randomName();
        sessionStorage.setItem(nameKey, this.name);
        document.addEventListener('visibilitychange', () => this.#markRead());
    }

    /** Comes back as somebody else, on a new connection. */
    rename(name) {
        if (name === this.name) {
            return;
        }
        this.name = name;
        sessionStorage.setItem(nameKey, name);
        this.client.disconnect('new name');
        this.client.connect();
        this.#announce('name');
    }

    /** Shows the room, and joins it when this is the first time. */
    open(name) {
        if (this.active?.name === name) {
            return;
        }
        if (!this.names.includes(name)) {
            this.names.push(name);
            this.#remember();
        }
        if (!this.rooms.has(name)) {
            this.rooms.set(name, this.#join(name));
        }
        this.active = this.rooms.get(name);
        this.active.unread = 0;
        this.#announce('active');
        this.#announce('rooms');
    }

    /** Leaves the room on screen; returns the name of the one to open instead. */
    leaveActive() {
        const { name } = this.active;
        this.active.leave();
        this.rooms.delete(name);
        if (!standardRooms.includes(name)) {
            this.names = this.names.filter((other) => other !== name);
            this.#remember();
        }
        const [next = standardRooms.find((other) => other !== name)] = this.rooms.keys();
        this.active = null;
        return next;
    }

    get unread() {
        return [...this.rooms.values()].reduce((sum, room) => sum + room.unread, 0);
    }

    #join(name) {
        const room = new Room(this.client, name);
        room.log.addEventListener('append', ({ detail }) => this.#countUnread(room, detail));
        return room;
    }

    #countUnread(room, entry) {
        const isSeen = room === this.active && !document.hidden;
        if (!isSeen && entry.name !== this.name) {
            room.unread += 1;
            this.#announce('rooms');
        }
    }

    #markRead() {
        if (!document.hidden && this.active?.unread > 0) {
            this.active.unread = 0;
            this.#announce('rooms');
        }
    }

    #remember() {
        const own = this.names.filter((name) => !standardRooms.includes(name));
        sessionStorage.setItem(roomsKey, JSON.stringify(own));
    }

    #announce(name) {
        this.dispatchEvent(new Event(name));
    }
}
