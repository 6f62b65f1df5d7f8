// The few functions that all views use. Text always goes in as text: nothing here parses HTML.

/** An element that the page is known to have. */
export function byID(id) {
    return document.getElementById(id);
}

/** Makes an element: properties are set as properties, `attributes` as attributes, children are nodes or text. */
export function make(tag, { attributes = {}, ...properties } = {}, ...children) {
    const node = Object.assign(document.createElement(tag), properties);
    for (const [name, value] of Object.entries(attributes)) {
        node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
}

/** Whether a scrolled element shows its end, so that it should keep following it. */
export function isAtEnd(node) {
    return node.scrollHeight - node.scrollTop - node.clientHeight < 40;
}

export function scrollToEnd(node) {
    node.scrollTop = node.scrollHeight;
}

/** Sets or clears the error below a field, for eyes and for screen readers. */
export function showFieldError(field, output, text) {
    output.textContent = text;
    field.setAttribute('aria-invalid', String(text !== ''));
}
