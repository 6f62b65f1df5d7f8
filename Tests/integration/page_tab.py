"""One browser tab with the developer page in it, that is one person in the tests."""

import json

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 15


class Tab:
    """Each method brings the tab to the front first; what starts with `until` waits for what the page shows."""

    def __init__(self, driver, url):
        self.driver = driver
        driver.switch_to.new_window("tab")
        self.handle = driver.current_window_handle
        driver.get(url)

    def front(self):
        self.driver.switch_to.window(self.handle)
        return self.driver

    def find(self, identifier):
        return self.front().find_element(By.ID, identifier)

    def text(self, identifier):
        return self.script("return document.getElementById(arguments[0]).textContent", identifier)

    def script(self, source, *arguments):
        return self.front().execute_script(source, *arguments)

    def until(self, condition, what):
        self.front()
        return WebDriverWait(self.driver, PATIENCE, 0.05).until(lambda _: condition(), f"waited for {what}")

    def until_connected(self):
        self.until(lambda: self.text("status") == "Connected", "the connection")

    def rename(self, name):
        self.find("name-button").click()
        box = self.find("name-input")
        box.clear()
        box.send_keys(name, Keys.ENTER)
        self.until(lambda: name in self.text("name-button"), "the new name")
        self.until_connected()

    def send(self, text):
        self.find("composer-text").send_keys(text, Keys.ENTER)

    def messages(self):
        """The messages on screen: (author, text, whether it is shown as the own one)."""
        rows = self.script(
            "return [...document.querySelectorAll('#messages .message')].map((row) => "
            "[row.querySelector('.author').textContent, row.querySelector('.text').textContent,"
            " row.classList.contains('is-own')])"
        )
        return [tuple(row) for row in rows]

    def texts(self):
        return [text for _, text, _ in self.messages()]

    def until_texts(self, *texts):
        self.until(lambda: self.texts() == list(texts), f"the messages {texts}")

    def people(self):
        return self.script(
            "return [...document.querySelectorAll('#people .person-name')].map((name) => name.textContent)"
        )

    def frames(self, direction):
        """The recorded frames as lists of parsed objects."""
        rows = self.script(
            "return [...document.querySelectorAll(`#frame-list .${arguments[0]} pre`)].map((row) => row.textContent)",
            direction,
        )
        return [[json.loads(line) for line in row.split("\n") if line] for row in rows]

    def objects(self, direction):
        return [item for frame in self.frames(direction) for item in frame]

    def severe_logs(self):
        self.front()
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def close(self):
        self.front().close()
