// The list of channels with the form that adds one, and the people of the channel on screen.

import { byID, make, showFieldError } from './dom.js';
import { makeAvatar } from './identity.js';
import { isChannelName } from './names.js';

function channelRow(store, name) {
    const unread = store.rooms.get(name)?.unread ?? 0;
    const link = make('a', { href: `#/${name}`, className: 'channel' });
    link.append(make('span', { className: 'channel-name' }, name));
    link.classList.toggle('is-joined', store.rooms.has(name));
    if (store.active?.name === name) {
        link.setAttribute('aria-current', 'page');
    }
    if (unread > 0) {
        const hint = make('span', { className: 'visually-hidden' }, ' unread');
        link.append(make('span', { className: 'badge' }, unread > 99 ? '99+' : String(unread), hint));
    }
    return make('li', {}, link);
}

function personRow({ name, connections, isOwn }) {
    const row = make('li', {}, makeAvatar(name), make('span', { className: 'person-name' }, name));
    const notes = [isOwn ? 'you' : '', connections > 1 ? `${connections} connections` : ''].filter(Boolean);
    if (notes.length > 0) {
        row.append(make('span', { className: 'note' }, notes.join(', ')));
    }
    return row;
}

export function startSidebar(store) {
    let people = null;

    /** The list is made anew; whoever has the focus on a link in it keeps it. */
    function showChannels() {
        const focused = document.activeElement?.closest('#channels a')?.getAttribute('href');
        byID('channels').replaceChildren(...store.names.map((name) => channelRow(store, name)));
        if (focused) {
            byID('channels').querySelector(`a[href="${focused}"]`)?.focus();
        }
    }

    function showPeople() {
        const rows = people.rows(store.client.id);
        byID('people').replaceChildren(...rows.map(personRow));
        const age = store.client.isConnected ? '' : ', last known';
        byID('people-count').textContent = rows.length > 0 ? `(${rows.length}${age})` : '';
    }

    store.addEventListener('rooms', showChannels);
    store.client.addEventListener('state', () => people && showPeople());
    store.addEventListener('active', () => {
        people?.removeEventListener('change', showPeople);
        people = store.active.people;
        people.addEventListener('change', showPeople);
        showPeople();
    });
    startJoinForm();
}

function startJoinForm() {
    const input = byID('join-name');
    byID('join-form').addEventListener('submit', (event) => {
        event.preventDefault();
        const name = input.value.trim().toLowerCase().replace(/^(chat:|#)/, '');
        if (isChannelName(name)) {
            showFieldError(input, byID('join-error'), '');
            input.value = '';
            location.hash = `#/${name}`;
        } else {
            showFieldError(input, byID('join-error'), 'Use 1 to 32 letters a–z, digits, - or _.');
        }
    });
}
