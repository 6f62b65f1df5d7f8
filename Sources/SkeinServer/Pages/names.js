// Names of people and channels: what is allowed, and a friendly one to begin with.

const colours = ['amber', 'azure', 'coral', 'hazel', 'indigo', 'jade', 'olive', 'russet', 'silver', 'teal'];
const animals = ['badger', 'finch', 'fox', 'hare', 'heron', 'lynx', 'otter', 'robin', 'seal', 'wren'];
const tints = 8;

function pick(list) {
    return list[Math.floor(Math.random() * list.length)];
}

export function randomName() {
    return `${pick(colours)}-${pick(animals)}`;
}

/** 1 to 24 letters, digits, spaces and . _ - in any script, beginning with a letter or digit. */
export function isPersonName(text) {
    return /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]{0,23}$/u.test(text);
}

/** 1 to 32 characters: what follows `chat:` in the name of a channel. */
export function isChannelName(text) {
    return typeof text === 'string' && /^[a-z0-9][a-z0-9_-]{0,31}$/.test(text);
}

/** The same name has the same tint everywhere: a class name from the style sheet. */
export function tintOf(name) {
    let hash = 7;
    for (const character of name) {
        hash = (hash * 31 + character.codePointAt(0)) % 65_521;
    }
    return `tint-${hash % tints}`;
}
