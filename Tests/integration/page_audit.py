"""Checks of a page's accessibility that need no library: they ask the browser for its accessibility tree, its computed
colours and its focus order, and return what is wrong as text."""

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

_CONTRAST = """
const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
function channels(colour) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
}
function groundOf(node) {
    for (let at = node; at; at = at.parentElement) {
        const ground = channels(getComputedStyle(at).backgroundColor);
        if (ground[3] === 255) return ground;
    }
    return [255, 255, 255, 255];
}
function luminance(colour) {
    const [r, g, b] = colour.map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function ratio(a, b) {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
}
for (const style of [...document.styleSheets]) style.ownerNode.sheet.insertRule('* { transition: none !important }');
const problems = [];
let checked = 0;
function check(node, colour, least, what) {
    checked += 1;
    const found = ratio(channels(colour), groundOf(node));
    if (found < least) {
        problems.push(`${what} ${node.tagName} .${node.className} #${node.id}: ${found.toFixed(2)} < ${least}`);
    }
}
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const isShown = walker.currentNode.data.trim() !== '' && node.getClientRects().length > 0;
    if (isShown && !node.closest(':disabled')) check(node, getComputedStyle(node).color, 4.5, 'text');
}
for (const node of document.querySelectorAll('input:not([type=checkbox]), textarea')) {
    if (node.getClientRects().length === 0) continue;
    check(node, getComputedStyle(node).color, 4.5, 'value');
    check(node, getComputedStyle(node, '::placeholder').color, 4.5, 'placeholder');
    check(node.parentElement, getComputedStyle(node).borderColor, 3, 'border');
}
return checked < 30 ? [`only ${checked} pairs were found`] : problems;
"""

_MARKUP = """
const problems = [];
const ids = [...document.querySelectorAll('[id]')].map((node) => node.id);
for (const id of new Set(ids)) {
    if (ids.filter((other) => other === id).length > 1) problems.push(`id ${id} is used twice`);
}
for (const name of ['aria-labelledby', 'aria-describedby', 'aria-controls', 'for']) {
    for (const node of document.querySelectorAll(`[${name}]`)) {
        for (const id of node.getAttribute(name).split(/\\s+/)) {
            if (!document.getElementById(id)) problems.push(`${name}="${id}" points nowhere`);
        }
    }
}
if (!document.documentElement.lang) problems.push('the page has no language');
if (!document.title) problems.push('the page has no title');
if (document.querySelectorAll('h1').length !== 1) problems.push('there must be one h1');
if (document.querySelectorAll('main').length !== 1) problems.push('there must be one main');
if (document.querySelector('[tabindex]:not([tabindex="0"], [tabindex="-1"])')) problems.push('a positive tabindex');
if (document.querySelector('[style], style, script:not([src])')) problems.push('inline style or script');
for (const node of document.querySelectorAll('input, textarea')) {
    if (node.labels.length === 0) problems.push(`${node.id} has no label`);
}
let level = 1;
for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) problems.push(`heading level ${next} follows ${level}`);
    level = next;
}
for (const node of document.querySelectorAll('button, input, textarea, .channel')) {
    const { width, height } = (node.closest('label') ?? node).getBoundingClientRect();
    if (width > 0 && Math.min(width, height) < 24) problems.push(`${node.id} is smaller than 24 px`);
}
const log = document.querySelector('[role="log"]');
if (log?.getAttribute('aria-live') !== 'polite') problems.push('the log is not polite');
return problems;
"""

_FOCUS_START = """
document.activeElement.blur();
document.body.tabIndex = -1;
document.body.focus();
document.body.removeAttribute('tabindex');
"""

_FOCUSED = """
const node = document.activeElement;
if (node === document.body) return null;
const { outlineStyle, outlineWidth } = getComputedStyle(node);
const isVisible = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1;
return [node.id || node.getAttribute('href') && node.className || node.tagName, isVisible];
"""


def emulate_scheme(driver, scheme):
    """Makes the page believe in a preference for `light` or `dark`."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def emulate_width(driver, width):
    """Gives the tab a screen of this width in CSS pixels."""
    metrics = {"width": width, "height": 740, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def low_contrast(driver):
    """Visible text, values and placeholders under 4.5 : 1, field borders under 3 : 1 (WCAG 1.4.3 and 1.4.11)."""
    return driver.execute_script(_CONTRAST)


def markup_problems(driver):
    """Broken references, doubled ids, headings out of order, targets that are too small, inline code."""
    return driver.execute_script(_MARKUP)


def roles_by_name(driver):
    """The names in the accessibility tree by role, as a screen reader gets them."""
    tree = driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = {}
    for node in tree:
        if not node.get("ignored"):
            roles.setdefault(node["role"]["value"], []).append(node.get("name", {}).get("value", ""))
    return roles


def tab_stops(driver, most=60):
    """What the Tab key visits from the start of the page until it leaves it; each stop must show its focus."""
    driver.execute_script(_FOCUS_START)
    stops = []
    for _ in range(most):
        ActionChains(driver).send_keys(Keys.TAB).perform()
        focused = driver.execute_script(_FOCUSED)
        if focused is None or focused[0] in stops[:1]:
            return stops
        name, is_visible = focused
        assert is_visible, f"{name} does not show its focus"
        stops.append(name)
    raise AssertionError(f"the Tab key does not come round: {stops}")
