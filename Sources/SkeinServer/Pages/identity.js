// The name of this tab's person: shown on a button, changed in a dialog. The browser's own dialog keeps the focus
// inside while it is open, closes on Escape and gives the focus back.

import { byID, make, showFieldError } from './dom.js';
import { isPersonName, tintOf } from './names.js';

/** The round letter beside a name; decoration, as the name itself is always there as text. */
export function makeAvatar(name) {
    const initial = [...name][0].toUpperCase();
    return make('span', { className: `avatar ${tintOf(name)}`, attributes: { 'aria-hidden': 'true' } }, initial);
}

export function startIdentity(store) {
    const dialog = byID('name-dialog');
    const input = byID('name-input');
    const error = byID('name-error');

    function show() {
        const label = make('span', { className: 'visually-hidden' }, 'You are ');
        const name = make('span', { className: 'own-name' }, store.name);
        const change = make('span', { className: 'visually-hidden' }, ', change your name');
        byID('name-button').replaceChildren(makeAvatar(store.name), label, name, change);
    }

    byID('name-button').addEventListener('click', () => {
        input.value = store.name;
        showFieldError(input, error, '');
        dialog.showModal();
        input.select();
    });
    byID('name-cancel').addEventListener('click', () => dialog.close());
    byID('name-form').addEventListener('submit', (event) => {
        const name = input.value.trim();
        if (isPersonName(name)) {
            store.rename(name);
        } else {
            event.preventDefault();
            showFieldError(input, error, 'Use up to 24 letters, digits, spaces or . _ - after a letter or digit.');
        }
    });
    store.addEventListener('name', show);
    show();
}
