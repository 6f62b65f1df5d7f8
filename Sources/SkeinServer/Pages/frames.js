// The panel that shows the protocol: every frame as it was on the wire, newest at the end. Frames are recorded also
// while the panel is closed or paused; only the newest 500 stay.

import { byID, isAtEnd, make, scrollToEnd } from './dom.js';
import { renderJSON } from './json.js';

const capacity = 500;
const openKey = 'skein.frames';
const wide = matchMedia('(min-width: 70rem)');
const encoder = new TextEncoder();

function describeObject(object, direction) {
    if (object.push) {
        const kind = Object.keys(object.push).find((key) => key !== 'channel') ?? 'push';
        const offset = object.push.pub?.offset;
        return ['push', kind, object.push.channel, offset ? `@${offset}` : ''].filter(Boolean).join(' ');
    }
    const [name] = Object.keys(object).filter((key) => key !== 'id');
    if (!object.id) {
        return name ?? (direction === 'sent' ? 'pong' : 'ping');
    }
    const code = object.error ? ` ${object.error.code}` : '';
    return `${name}${code} #${object.id}`;
}

/** What a frame is in a few words: `connect #1, subscribe #2`. */
function describe(text, direction) {
    try {
        const objects = text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
        const isPing = objects.every((object) => Object.keys(object).length === 0);
        return { label: objects.map((object) => describeObject(object, direction)).join(', '), isPing };
    } catch {
        return { label: 'not JSON', isPing: false };
    }
}

function timeOf(milliseconds) {
    const date = new Date(milliseconds);
    const pad = (number, length = 2) => String(number).padStart(length, '0');
    const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => pad(part)).join(':');
    return `${clock}.${pad(date.getMilliseconds(), 3)}`;
}

function frameRow(frame, isPretty) {
    const { label, isPing } = describe(frame.text, frame.direction);
    const arrow = make('span', { attributes: { 'aria-hidden': 'true' } }, frame.direction === 'sent' ? '↑ ' : '↓ ');
    const head = make(
        'p',
        { className: 'frame-head' },
        make('span', { className: 'direction' }, arrow, frame.direction),
        make('time', { dateTime: new Date(frame.time).toISOString() }, timeOf(frame.time)),
        make('span', { className: 'frame-label' }, label),
        make('span', { className: 'size' }, `${encoder.encode(frame.text).length} B`),
    );
    const body = make('pre', {}, ...renderJSON(frame.text, isPretty));
    return make('li', { className: isPing ? `${frame.direction} is-ping` : frame.direction }, head, body);
}

export function startFrames(client) {
    const scroller = byID('frame-scroll');
    const list = byID('frame-list');
    const pretty = byID('frames-pretty');
    const pause = byID('frames-pause');
    let frames = [];
    let isPaused = false;
    let unseen = 0;

    function showCounts() {
        byID('frames-count').textContent = frames.length === 0 ? 'none yet' : `${frames.length} kept`;
        const waiting = unseen > 0 ? ` (${unseen} new)` : '';
        pause.textContent = isPaused ? `Resume${waiting}` : 'Pause';
    }

    /** While paused, the frames since then stay out of sight. */
    function showAll() {
        const shown = frames.slice(0, Math.max(0, frames.length - unseen));
        list.replaceChildren(...shown.map((frame) => frameRow(frame, pretty.checked)));
        scrollToEnd(scroller);
        showCounts();
    }

    function record({ detail: frame }) {
        frames.push(frame);
        if (frames.length > capacity) {
            frames.shift();
        }
        if (isPaused) {
            unseen += 1;
        } else {
            const follows = isAtEnd(scroller);
            list.append(frameRow(frame, pretty.checked));
            if (list.childElementCount > capacity) {
                list.firstElementChild.remove();
            }
            if (follows) {
                scrollToEnd(scroller);
            }
        }
        showCounts();
    }

    pause.addEventListener('click', () => {
        isPaused = !isPaused;
        if (isPaused) {
            showCounts();
        } else {
            unseen = 0;
            showAll();
        }
    });
    byID('frames-clear').addEventListener('click', () => {
        frames = [];
        unseen = 0;
        showAll();
    });
    pretty.addEventListener('change', showAll);
    byID('frames-hide-pings').addEventListener('change', ({ target }) => {
        list.classList.toggle('hides-pings', target.checked);
    });
    client.addEventListener('frame', record);
    showCounts();
    startPanel(() => scrollToEnd(scroller));
}

/** Open from the start where there is room for it; after that, as this tab left it. */
function startPanel(opened) {
    const panel = byID('frames');
    const toggle = byID('frames-toggle');

    function show(isOpen) {
        panel.hidden = !isOpen;
        toggle.setAttribute('aria-expanded', String(isOpen));
        byID('layout').classList.toggle('shows-frames', isOpen);
        if (isOpen) {
            opened();
        }
    }

    toggle.addEventListener('click', () => {
        const isOpen = panel.hidden;
        sessionStorage.setItem(openKey, isOpen ? 'open' : 'closed');
        show(isOpen);
    });
    const remembered = sessionStorage.getItem(openKey);
    show(remembered ? remembered === 'open' : wide.matches);
}
