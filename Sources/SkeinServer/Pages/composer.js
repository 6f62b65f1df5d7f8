// The message box and the line that says who is typing. A text that could not be sent comes back into the box.

import { byID, showFieldError } from './dom.js';

function typingText(names) {
    if (names.length > 2) {
        return `${names.length} people are typing…`;
    }
    return names.length === 0 ? '' : `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} typing…`;
}

export function startComposer(store) {
    const box = byID('composer-text');
    const error = byID('composer-error');
    let typists = null;

    function showTyping() {
        byID('typing').textContent = typingText(typists.names);
    }

    async function send() {
        const text = box.value.trim();
        if (text === '') {
            return;
        }
        box.value = '';
        showFieldError(box, error, '');
        try {
            await store.active.send(text, store.name);
        } catch (problem) {
            box.value ||= text;
            const code = problem.code ? ` (${problem.code})` : '';
            showFieldError(box, error, `Not sent: ${problem.message}${code}.`);
        }
    }

    byID('composer').addEventListener('submit', (event) => {
        event.preventDefault();
        send();
    });
    box.addEventListener('keydown', (event) => {
        if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
            event.preventDefault();
            send();
        }
    });
    box.addEventListener('input', () => {
        if (box.value.trim() !== '') {
            store.active.reportTyping(store.name);
        }
    });
    store.addEventListener('active', () => {
        typists?.removeEventListener('change', showTyping);
        typists = store.active.typists;
        typists.addEventListener('change', showTyping);
        showTyping();
        box.placeholder = `Message ${store.active.name}`;
    });
}
