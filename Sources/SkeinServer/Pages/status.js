// The state of the connection, and the button that changes it. The countdown stays outside the live region: a screen
// reader hears that the connection is lost and that it is back, not every second between.

import { byID } from './dom.js';

const texts = {
    connecting: 'Connecting',
    connected: 'Connected',
    reconnecting: 'Reconnecting',
    disconnected: 'Disconnected',
};
const buttons = {
    connecting: 'Disconnect',
    connected: 'Disconnect',
    reconnecting: 'Reconnect now',
    disconnected: 'Connect',
};

function detailOf({ name, code, reason, retryAt }) {
    const why = [code || '', reason].join(' ').trim();
    if (name === 'reconnecting') {
        const seconds = Math.max(1, Math.ceil((retryAt - Date.now()) / 1000));
        return `in ${seconds} s (${why})`;
    }
    return name === 'disconnected' ? `(${why})` : '';
}

export function startStatus(client) {
    let ticker = 0;

    function showDetail() {
        byID('status-detail').textContent = detailOf(client.state);
    }

    function show() {
        const { name } = client.state;
        byID('connection').dataset.state = name;
        byID('status').textContent = texts[name];
        byID('connection-toggle').textContent = buttons[name];
        showDetail();
        clearInterval(ticker);
        if (name === 'reconnecting') {
            ticker = setInterval(showDetail, 1000);
        }
    }

    byID('connection-toggle').addEventListener('click', () => {
        const isOn = ['connected', 'connecting'].includes(client.state.name);
        if (isOn) {
            client.disconnect();
        } else {
            client.connect();
        }
    });
    client.addEventListener('state', show);
    show();
}
