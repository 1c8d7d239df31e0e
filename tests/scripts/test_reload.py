"""The reload container signals the AI process, that one only, and once for each change of the file."""

import contextlib
import os
import signal
import subprocess
import time
import uuid

import pytest

from tests.scripts.shells import FILES

INTERVAL = 0.2
RECORDER = 'trap "echo hup >> $RECORD" HUP; echo ready >> $RECORD; while :; do sleep 0.05; done'


class Folder:
    """A mounted ConfigMap, swapped as a whole behind the symbolic link ..data, as the kubelet does."""

    def __init__(self, path):
        self.path, self.count = path, 0
        path.mkdir()
        self.swap("model: one")
        (path / "config.yaml").symlink_to("..data/config.yaml")

    @property
    def file(self):
        return self.path / "config.yaml"

    def swap(self, text):
        self.count += 1
        version = self.path / f"..{self.count}"
        version.mkdir()
        (version / "config.yaml").write_text(text)
        os.utime(version / "config.yaml", (0, 0))
        link = self.path / "..data_tmp"
        link.symlink_to(version.name)
        link.rename(self.path / "..data")


class Recorder:
    """A process of a given name that writes down each SIGHUP."""

    def __init__(self, name, record, *arguments):
        self.record = record
        self.process = subprocess.Popen(
            [name, "-c", RECORDER, *arguments], executable="/bin/sh", env={**os.environ, "RECORD": str(record)}
        )
        until(lambda: record.exists() and "ready" in record.read_text())

    @property
    def signals(self):
        return self.record.read_text().count("hup")

    def stop(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture(autouse=True)
def heard():
    """Also where these tests were started with the signal ignored, as by nohup, the processes they start hear it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def name():
    return f"/app/kubilitics-ai-{uuid.uuid4().hex}"


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "mounted")


@pytest.fixture
def start(tmp_path):
    with contextlib.ExitStack() as stack:

        def starter(name, *arguments):
            recorder = Recorder(name, tmp_path / f"record-{uuid.uuid4().hex}", *arguments)
            stack.callback(recorder.stop)
            return recorder

        yield starter


@pytest.fixture
def watch(shell, folder, name):
    with contextlib.ExitStack() as stack:

        def watcher():
            process = subprocess.Popen(
                shell.command("ai/reload.sh"),
                env=shell.env(CONFIG_FILE=str(folder.file), PROCESS_NAME=name, INTERVAL_SECONDS=str(INTERVAL)),
                stdout=subprocess.DEVNULL,
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            time.sleep(max(1, 2 * INTERVAL))
            return process

        yield watcher


def a_while():
    time.sleep(5 * INTERVAL + 0.3)


def test_one_change_is_one_signal_to_the_right_process(watch, start, folder, name):
    names = [("/bin/sh", name), (f"{name}-helper",), (f"/other{name}",)]
    others = [start(*other) for other in names]
    ai = start(name)
    others += [start(*other) for other in names]
    watch()
    folder.swap("model: two")
    until(lambda: ai.signals == 1)
    a_while()
    assert ai.signals == 1
    assert [other.signals for other in others] == [0] * 6
    folder.swap("model: three")
    until(lambda: ai.signals == 2)


def test_a_swap_without_a_change_is_no_signal(watch, start, folder, name):
    ai = start(name)
    watch()
    folder.swap("model: one")
    a_while()
    assert ai.signals == 0


def test_a_file_that_is_gone_for_a_moment_is_no_signal(watch, start, folder, name):
    ai = start(name)
    watcher = watch()
    (folder.path / "..data").rename(folder.path / "away")
    a_while()
    (folder.path / "away").rename(folder.path / "..data")
    a_while()
    assert ai.signals == 0
    assert watcher.poll() is None


def test_two_changes_in_quick_succession_end_with_the_newest_file_read(watch, start, folder, name):
    ai = start(name)
    watch()
    folder.swap("model: two")
    folder.swap("model: three")
    until(lambda: ai.signals >= 1)
    a_while()
    assert ai.signals == 1


def test_a_process_that_is_away_is_told_when_it_is_back(watch, start, folder, name):
    watcher = watch()
    folder.swap("model: two")
    a_while()
    ai = start(name)
    until(lambda: ai.signals == 1)
    a_while()
    assert ai.signals == 1
    assert watcher.poll() is None


def test_without_settings_it_watches_the_images_own_file_and_process():
    text = (FILES / "ai" / "reload.sh").read_text(encoding="utf-8")
    assert "${CONFIG_FILE:-/etc/kubilitics/config.yaml}" in text
    assert "${PROCESS_NAME:-/app/kubilitics-ai}" in text
    assert "${PROC_FOLDER:-/proc}" in text
