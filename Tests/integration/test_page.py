"""The developer page in a real browser: two tabs of one Chromium are two people on one development node.

Every test has channels of its own, so that tests can share a node, and ends with a look at the consoles of its tabs: an
error there fails the test. Nothing here sleeps; waiting is always for a condition that the page shows.
"""

import shutil
import uuid

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import page_audit
from page_tab import Tab

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1400,900"]


@pytest.fixture(scope="module")
def browser():
    binary = shutil.which("chromium") or shutil.which("google-chrome")
    chromedriver = shutil.which("chromedriver")
    if not binary or not chromedriver:
        pytest.skip("needs chromium and chromedriver (Debian: chromium, chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(chromedriver))
    yield driver
    driver.quit()


@pytest.fixture
def room():
    return f"room-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def enter(browser, dev_node, room):
    """Opens a tab as somebody in the test's room; closes the tabs afterwards and looks at their consoles."""
    home = browser.current_window_handle
    tabs = []

    def open_tab(name):
        tab = Tab(browser, f"{dev_node.http_url}/#/{room}")
        tabs.append(tab)
        tab.until_connected()
        tab.rename(name)
        tab.until(lambda: "offset" in tab.text("room-position"), "the subscription")
        tab.until(lambda: name in tab.people(), "the own name among the people")
        return tab

    yield open_tab
    errors = []
    for tab in tabs:
        if tab.handle in browser.window_handles:
            errors += tab.severe_logs()
            tab.close()
    browser.switch_to.window(home)
    assert errors == []


def test_two_people_chat_both_ways(enter):
    ana, ben = enter("ana"), enter("ben")
    ana.send("hello ben")
    ben.until_texts("hello ben")
    ben.send("hello ana")
    ana.until_texts("hello ben", "hello ana")
    assert ana.messages() == [("ana", "hello ben", True), ("ben", "hello ana", False)]
    assert ben.messages() == [("ana", "hello ben", False), ("ben", "hello ana", True)]


def test_the_history_is_there_on_entry(enter):
    ana = enter("ana")
    for text in ("one", "two", "three"):
        ana.send(text)
    ana.until_texts("one", "two", "three")
    ben = enter("ben")
    ben.until_texts("one", "two", "three")
    assert "offset 3" in ben.text("room-position")


def test_presence_follows_who_comes_and_goes(enter):
    ana, ben = enter("ana"), enter("ben")
    ben.until(lambda: ben.people() == ["ben", "ana"], "both people, the own name first")
    ana.until(lambda: ana.people() == ["ana", "ben"], "both people, the own name first")
    ben.close()
    ana.until(lambda: ana.people() == ["ana"], "ben to be gone")


def test_typing_is_seen_by_the_other_and_not_by_the_typist(enter, room):
    ana, ben = enter("ana"), enter("ben")
    ana.find("composer-text").send_keys("thinking")
    ben.until(lambda: ben.text("typing") == "ana is typing…", "ana typing")
    ben.until(lambda: ben.text("typing") == "", "the notice to expire")
    ben.send("what ended before this came")
    ana.until_texts("what ended before this came")
    pushes = [item["push"] for item in ana.objects("received") if "push" in item]
    typing = [push["pub"]["data"]["name"] for push in pushes if push["channel"] == f"typing:{room}"]
    assert "ana" not in typing
    assert ana.find("composer-text").get_attribute("value") == "thinking"


def test_messages_sent_while_away_are_recovered(enter):
    ana, ben = enter("ana"), enter("ben")
    ana.send("before")
    ben.until_texts("before")
    ana.find("connection-toggle").click()
    ana.until(lambda: ana.text("status") == "Disconnected", "the disconnect")
    assert ana.text("status-detail") == "(by you)"
    ana.send("into the void")
    ana.until(lambda: "Not sent: not connected" in ana.text("composer-error"), "the error")
    assert ana.find("composer-text").get_attribute("value") == "into the void"
    for text in ("missed 1", "missed 2", "missed 3"):
        ben.send(text)
    ben.until_texts("before", "missed 1", "missed 2", "missed 3")
    ana.find("connection-toggle").click()
    ana.until_texts("before", "missed 1", "missed 2", "missed 3")
    replies = [item["subscribe"] for item in ana.objects("received") if "subscribe" in item]
    recovered = [reply for reply in replies if reply.get("recovered") and reply.get("publications")]
    assert [len(reply["publications"]) for reply in recovered] == [3]
    assert ana.script("return document.querySelectorAll('.gap').length") == 0


def test_markup_in_a_message_stays_text(enter):
    ana, ben = enter("ana"), enter("ben")
    text = "<img src=x onerror=alert(1)> & <b>bold</b>"
    ana.send(text)
    ben.until_texts(text)
    assert ben.script("return document.querySelectorAll('#log img, #log b, #frames img').length") == 0


def test_another_channel_counts_what_is_unread(enter, room):
    ana, ben = enter("ana"), enter("ben")
    ana.find("join-name").send_keys("no spaces please", Keys.ENTER)
    ana.until(lambda: ana.text("join-error") != "", "the complaint about the name")
    ana.find("join-name").clear()
    ana.find("join-name").send_keys(f"#{room}-2", Keys.ENTER)
    ana.until(lambda: ana.text("room-name") == f"{room}-2", "the other room")
    ana.until(lambda: ana.people() == ["ana"], "its people")
    ben.send("anybody here?")
    badge = f"return document.querySelector('a[href=\"#/{room}\"] .badge')?.firstChild.data"
    ana.until(lambda: ana.script(badge) == "1", "the unread count")
    assert ana.driver.title.startswith("(1) ")
    ana.front().find_element(By.CSS_SELECTOR, f'a[href="#/{room}"]').click()
    ana.until_texts("anybody here?")
    assert ana.script(badge) is None


def test_leaving_a_room_takes_its_person_out(enter, room):
    ana, ben = enter("ana"), enter("ben")
    ben.find("join-name").send_keys(f"{room}-2", Keys.ENTER)
    ben.front().find_element(By.CSS_SELECTOR, f'a[href="#/{room}"]').click()
    ben.until(lambda: ben.text("room-name") == room, "the first room")
    ben.find("leave-button").click()
    ben.until(lambda: ben.text("room-name") == f"{room}-2", "the room that is left")
    ana.until(lambda: ana.people() == ["ana"], "ben to be gone")


def test_frames_show_the_protocol(enter, room):
    ana = enter("ana")
    first = ana.frames("sent")[0]
    assert first[0]["id"] == 1 and first[0]["connect"]["token"]
    assert {"channel": f"chat:{room}", "join_leave": True} in [item.get("subscribe") for item in first]
    replies = ana.objects("received")
    connected = next(item["connect"] for item in replies if "connect" in item)
    assert connected["client"] and connected["ping"] > 0
    assert any(item.get("subscribe", {}).get("recoverable") for item in replies)
    ana.find("frames-pretty").click()
    assert "\n  " in ana.script("return document.querySelector('#frame-list pre').textContent")
    ana.find("frames-pretty").click()


def test_frames_pause_resume_and_clear(enter):
    ana = enter("ana")
    count = "return document.querySelectorAll('#frame-list li').length"
    ana.find("frames-pause").click()
    before = ana.script(count)
    ana.send("unseen")
    ana.until_texts("unseen")
    ana.until(lambda: "new)" in ana.text("frames-pause"), "the count of new frames")
    assert ana.script(count) == before
    ana.find("frames-pause").click()
    assert ana.script(count) > before
    assert any("publish" in item for item in ana.objects("sent"))
    ana.find("frames-clear").click()
    assert ana.script(count) == 0


def test_frames_keep_the_newest_500_and_can_hide_pings(enter):
    ana = enter("ana")
    result = ana.front().execute_async_script(
        """
        const [done] = arguments;
        import('/frames.js').then(({ startFrames }) => {
            const client = new EventTarget();
            startFrames(client);
            const frame = (text) => client.dispatchEvent(
                new CustomEvent('frame', { detail: { direction: 'received', text, time: Date.now() } }));
            for (let id = 1; id <= 600; id += 1) frame(JSON.stringify({ id, publish: {} }));
            frame('{}');
            const rows = document.querySelectorAll('#frame-list li');
            const last = rows[rows.length - 1];
            const label = last.querySelector('.frame-label').textContent;
            const before = last.getClientRects().length;
            document.getElementById('frames-hide-pings').click();
            done([rows.length, label, before, last.getClientRects().length]);
        });
        """
    )
    assert result == [500, "ping", 1, 0]


def test_codes_that_forbid_reconnecting_and_the_back_off(enter):
    ana = enter("ana")
    codes = [1000, 1006, 1009, 3000, 3499, 3500, 3999, 4000, 4499, 4500, 4999, 5000]
    may, shortest, longest = ana.front().execute_async_script(
        """
        const [codes, done] = arguments;
        import('/protocol.js').then(({ backoffDelay, mayReconnect }) => done([
            codes.filter(mayReconnect),
            [0, 1, 20].map((attempt) => backoffDelay(attempt, () => 0)),
            [0, 1, 20].map((attempt) => backoffDelay(attempt, () => 0.999999)),
        ]));
        """,
        codes,
    )
    assert may == [1000, 1006, 3000, 3499, 4000, 4499, 5000]
    assert shortest == [500, 500, 500]
    assert longest == [999, 1499, 20_000]


def test_a_history_that_does_not_reach_back_shows_a_gap(enter):
    ana = enter("ana")
    kinds = ana.front().execute_async_script(
        """
        const [done] = arguments;
        import('/message-log.js').then(({ MessageLog }) => {
            const pub = (offset) => ({ offset, data: { text: String(offset), name: 'ana', at: 1 } });
            const show = (...steps) => {
                const log = new MessageLog();
                for (const step of steps) {
                    log.expectHistory();
                    step.live?.forEach((offset) => log.receive(pub(offset)));
                    log.complete({ publications: step.history.map(pub), epoch: step.epoch, offset: step.top });
                }
                return log.entries.map((entry) => entry.text ?? '|').join(' ');
            };
            const start = { history: [4, 5], epoch: 'a', top: 5, live: [5, 6] };
            done([
                show(start),
                show(start, { history: [6, 7], epoch: 'a', top: 7 }),
                show(start, { history: [8, 9], epoch: 'a', top: 9 }),
                show(start, { history: [], epoch: 'a', top: 9 }),
                show(start, { history: [1], epoch: 'b', top: 1 }),
            ]);
        });
        """
    )
    assert kinds == ["4 5 6", "4 5 6 7", "4 5 6 | 8 9", "4 5 6 |", "4 5 6 | 1"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_enough_contrast(enter, scheme):
    ana, ben = enter("ana"), enter("ben")
    ben.send("hello")
    ana.send("hello yourself")
    ana.until_texts("hello", "hello yourself")
    ana.find("join-name").send_keys("not a name", Keys.ENTER)
    page_audit.emulate_scheme(ana.front(), scheme)
    assert page_audit.low_contrast(ana.front()) == []


def test_roles_names_and_landmarks(enter):
    ana = enter("ana")
    ana.send("hello")
    ana.until_texts("hello")
    assert page_audit.markup_problems(ana.front()) == []
    roles = page_audit.roles_by_name(ana.front())
    assert {"banner", "navigation", "complementary", "main", "region", "log", "status"} <= set(roles)
    for role in ("button", "link", "textbox", "checkbox", "navigation", "complementary", "main", "log"):
        assert roles[role] and all(roles[role]), f"a {role} without a name: {roles[role]}"


def test_the_keyboard_reaches_everything_and_is_never_trapped(enter):
    ana = enter("ana")
    stops = page_audit.tab_stops(ana.front())
    order = ["name-button", "frames-toggle", "join-name", "log", "composer-text", "frames-pause", "frame-scroll"]
    assert [stop for stop in stops if stop in order] == order
    assert stops[0] == "skip-link"
    ana.script("document.querySelector('.skip-link').focus()")
    ana.front().switch_to.active_element.send_keys(Keys.ENTER)
    assert ana.script("return document.activeElement.id") == "composer-text"
    ana.find("name-button").send_keys(Keys.ENTER)
    assert ana.script("return document.activeElement.id") == "name-input"
    ana.find("name-input").send_keys(Keys.ESCAPE)
    ana.until(lambda: ana.script("return document.activeElement.id") == "name-button", "the focus to come back")


def test_a_narrow_screen_shows_one_thing_at_a_time(enter):
    ana = enter("ana")
    page_audit.emulate_width(ana.front(), 360)
    shown = "return ['composer', 'frames'].filter((id) => document.getElementById(id).getClientRects().length > 0)"
    page_size = "const page = document.documentElement; return [page.scrollWidth, page.scrollHeight]"
    assert ana.script(shown) == ["frames"]
    assert ana.script(page_size) == [360, 740]
    ana.find("frames-toggle").click()
    assert ana.script(shown) == ["composer"]
    texts = [f"line {number} from a small screen" for number in range(12)]
    for text in texts:
        ana.send(text)
    ana.until_texts(*texts)
    assert ana.script(page_size) == [360, 740]
    log_end = "const log = document.getElementById('log'); return log.scrollHeight - log.scrollTop - log.clientHeight"
    assert ana.script(log_end) < 2
