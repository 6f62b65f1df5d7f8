// The developer page of Skein: puts the protocol client, the store and the views together. The page is written without
// a framework and without a build step, so that what the browser runs is what is in the repository.

import { Client } from './client.js';
import { startComposer } from './composer.js';
import { byID } from './dom.js';
import { startFrames } from './frames.js';
import { startIdentity } from './identity.js';
import { startMessages } from './messages.js';
import { isChannelName } from './names.js';
import { ProtocolError } from './protocol.js';
import { startSidebar } from './sidebar.js';
import { startStatus } from './status.js';
import { Store, standardRooms } from './store.js';

const socketURL = new URL('/connection/websocket', location.href.replace(/^http/, 'ws'));

async function fetchToken(user) {
    const request = {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ user }),
    };
    const response = await fetch('/dev/token', request).catch(() => {
        throw new ProtocolError(0, 'the server does not answer', true);
    });
    if (!response.ok) {
        const isTemporary = response.status >= 500 || response.status === 429;
        throw new ProtocolError(response.status, 'no token from /dev/token', isTemporary);
    }
    return (await response.json()).token;
}

const client = new Client(socketURL, () => fetchToken(store.name));
const store = new Store(client);

/** The address names the room on screen, so that links, reload and the back button work: `#/lobby`. */
function openRoomOfAddress() {
    const [, name] = location.hash.split('#/');
    if (isChannelName(name)) {
        store.open(name);
    } else if (!store.active) {
        history.replaceState(null, '', `#/${standardRooms[0]}`);
        store.open(standardRooms[0]);
    }
}

function showTitle() {
    const unread = store.unread > 0 ? `(${store.unread}) ` : '';
    document.title = `${unread}${store.active?.name ?? ''} · Skein`;
}

store.addEventListener('rooms', showTitle);
startFrames(client);
startStatus(client);
startIdentity(store);
startSidebar(store);
startMessages(store);
startComposer(store);
openRoomOfAddress();
addEventListener('hashchange', openRoomOfAddress);
addEventListener('online', () => {
    if (client.state.name === 'reconnecting') {
        client.connect();
    }
});
byID('leave-button').addEventListener('click', () => {
    location.hash = `#/${store.leaveActive()}`;
});
client.connect();
