// The messages of the room on screen. A live message is appended, so that a screen reader announces it and only it; a
// change of room or a loaded history replaces the list while the log is marked busy, which is not announced.

import { byID, isAtEnd, make, scrollToEnd } from './dom.js';
import { makeAvatar } from './identity.js';

const groupSpan = 5 * 60_000;
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

function dayRow(at) {
    const isToday = new Date(at).toDateString() === new Date().toDateString();
    return make('li', { className: 'divider' }, make('span', {}, isToday ? 'Today' : day.format(at)));
}

function gapRow() {
    const text = 'Messages may be missing here: the history did not reach back far enough.';
    return make('li', { className: 'divider gap' }, make('span', {}, text));
}

function messageRow(entry, { isOwn, isContinued }) {
    const date = new Date(entry.at);
    const time = make('time', { dateTime: date.toISOString(), title: date.toLocaleString() }, clock.format(date));
    const head = make('p', { className: 'message-head' }, make('span', { className: 'author' }, entry.name), ' ', time);
    const text = make('p', { className: entry.isChat ? 'text' : 'text is-data' }, entry.text);
    const body = make('div', { className: 'body' }, head, text);
    const row = make('li', { className: 'message' }, makeAvatar(entry.name), body);
    row.classList.toggle('is-own', isOwn);
    row.classList.toggle('is-continued', isContinued);
    return row;
}

function isSameDay(a, b) {
    return new Date(a.at).toDateString() === new Date(b.at).toDateString();
}

/** The rows for an entry that follows another: a divider where the day changes, and the message. */
function rowsFor(entry, previous, ownName) {
    if (entry.kind === 'gap') {
        return [gapRow()];
    }
    const before = previous?.kind === 'message' ? previous : null;
    const isNewDay = before ? !isSameDay(before, entry) : !previous;
    const isContinued = before?.name === entry.name && !isNewDay && entry.at - before.at < groupSpan;
    const row = messageRow(entry, { isOwn: entry.name === ownName, isContinued });
    return isNewDay ? [dayRow(entry.at), row] : [row];
}

function positionText({ channel, subscription }) {
    const { position } = subscription;
    return position ? `${channel} · offset ${position.offset} · epoch ${position.epoch}` : channel;
}

export function startMessages(store) {
    const scroller = byID('log');
    const list = byID('messages');
    const toNewest = byID('to-newest');
    let room = null;
    let follows = true;

    function showAll() {
        scroller.setAttribute('aria-busy', 'true');
        const { entries } = room.log;
        const rows = entries.flatMap((entry, index) => rowsFor(entry, entries[index - 1], store.name));
        list.replaceChildren(...rows);
        byID('empty').hidden = entries.length > 0 || !room.subscription.isSubscribed;
        scrollToEnd(scroller);
        toNewest.hidden = true;
        follows = true;
        setTimeout(() => scroller.setAttribute('aria-busy', 'false'));
    }

    function append({ detail: entry }) {
        follows ||= entry.name === store.name;
        list.append(...rowsFor(entry, room.log.entries.at(-2), store.name));
        byID('empty').hidden = true;
        if (follows) {
            scrollToEnd(scroller);
        } else {
            toNewest.hidden = false;
        }
    }

    function showState() {
        const { name, code, reason } = room.subscription.state;
        byID('room-name').textContent = room.name;
        byID('room-position').textContent = positionText(room);
        byID('leave-button').disabled = store.rooms.size < 2;
        const isOff = name === 'unsubscribed';
        byID('room-notice').hidden = !isOff;
        byID('room-notice-text').textContent = isOff ? `Not subscribed: ${reason} (${code}).` : '';
    }

    function follow(next) {
        room?.removeEventListener('state', showState);
        room?.log.removeEventListener('reset', showAll);
        room?.log.removeEventListener('append', append);
        room = next;
        room.addEventListener('state', showState);
        room.log.addEventListener('reset', showAll);
        room.log.addEventListener('append', append);
        showState();
        showAll();
    }

    store.addEventListener('active', () => follow(store.active));
    store.addEventListener('name', showAll);
    toNewest.addEventListener('click', () => {
        scrollToEnd(scroller);
        scroller.focus();
    });
    scroller.addEventListener('scroll', () => {
        follows = isAtEnd(scroller);
        toNewest.hidden ||= follows;
    });
    const resizes = new ResizeObserver(() => {
        if (follows) {
            scrollToEnd(scroller);
        }
    });
    resizes.observe(scroller);
    byID('room-retry').addEventListener('click', () => room.retry());
}
