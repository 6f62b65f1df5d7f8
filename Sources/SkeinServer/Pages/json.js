// JSON text as nodes: whole or indented, with the keys and the kinds of values told apart by class names.

import { make } from './dom.js';

const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/g;

function indented(line) {
    try {
        return JSON.stringify(JSON.parse(line), null, 2);
    } catch {
        return line;
    }
}

function classOf([, string, colon]) {
    if (string === undefined) {
        return 'json-atom';
    }
    return colon === undefined ? 'json-string' : 'json-key';
}

function colour(text) {
    const nodes = [];
    let end = 0;
    for (const match of text.matchAll(tokens)) {
        const token = match[1] ?? match[0];
        nodes.push(text.slice(end, match.index), make('span', { className: classOf(match) }, token));
        end = match.index + token.length;
    }
    return [...nodes, text.slice(end)];
}

/** The nodes that show a frame: as it was on the wire, or each of its objects indented. */
export function renderJSON(text, isPretty) {
    return colour(isPretty ? text.split('\n').map(indented).join('\n') : text);
}
