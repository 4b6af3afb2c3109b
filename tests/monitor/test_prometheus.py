"""Claims about the files in deploy/prometheus, by Debian's own promtool, amtool and prometheus."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from foretype.monitor.metrics import CONTENT_TYPE, Metrics
from foretype.monitor.rules import make_rules
from foretype.monitor.station import make_watch
from serving import settings_for

pytestmark = pytest.mark.prometheus

FOLDER = Path(__file__).parent.parent.parent / "deploy" / "prometheus"
PATIENCE_S = 60.0


def tool(*command: str, stdin: bytes | None = None) -> str:
    """What a tool says of the files; fails where it finds fault."""
    program = shutil.which(command[0])
    if program is None:
        pytest.skip(f"needs {command[0]}: apt-get install prometheus prometheus-alertmanager")
    done = subprocess.run(
        [program, *command[1:]], cwd=FOLDER, input=stdin, capture_output=True, timeout=300, check=False
    )
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, said
    return said


def metrics() -> Metrics:
    """A service's metrics with the watch's gauges, after its first minute."""
    found = Metrics()
    found.model_opened("background")
    watch = make_watch(
        settings_for(FOLDER), found, is_model_missing=lambda: False, is_journal_failing=lambda: False
    )
    watch.turn_minute(60.0)
    return found


def test_rules_and_configuration_are_what_prometheus_takes() -> None:
    tool("promtool", "check", "rules", "foretype.rules.yml", "acceptance.rules.yml")
    tool("promtool", "check", "config", "prometheus.yml")


@pytest.mark.parametrize("name", ["foretype", "acceptance"])
def test_rules_alarm_when_they_should_and_not_before(name: str) -> None:
    assert "SUCCESS" in tool("promtool", "test", "rules", f"{name}.test.yml")


def test_alertmanager_takes_its_configuration_and_sends_the_urgent_to_whom_is_on_call() -> None:
    tool("amtool", "check-config", "alertmanager.yml")
    for severity, receiver in (("critical", "on-call"), ("warning", "team")):
        route = ("config", "routes", "test", "--config.file=alertmanager.yml")
        assert receiver in tool("amtool", *route, "alertname=ForetypeSlow", f"severity={severity}")


def test_our_metrics_follow_prometheus_customs() -> None:
    tool("promtool", "check", "metrics", stdin=metrics().page())


def test_every_metric_that_a_rule_reads_is_one_we_write() -> None:
    page = metrics().page().decode()
    written = set(re.findall(r"^# TYPE (foretype_\w+)", page, re.MULTILINE))
    written |= set(re.findall(r"^(foretype_\w+_bucket)", page, re.MULTILINE))
    text = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.rules.yml"))
    assert set(re.findall(r"\bforetype_\w+", text)) <= written | {"foretype_feature_psi"}  # after a week


def test_every_alarm_of_our_own_has_one_of_prometheus_beside_it() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.rules.yml"))
    there = {name.lower() for name in re.findall(r"alert: Foretype(\w+)", text)}
    renamed = {"slow-answers": "slow", "errors": "failing"}
    ours = {rule.name for rule in make_rules(latency_budget_ms=100, min_free_disk_mb=500)}
    assert {renamed.get(name, name).replace("-", "") for name in ours} <= there


@pytest.fixture
def target() -> Iterator[str]:
    """Somebody who serves our metrics: host and port."""
    page = metrics().page()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_real_prometheus_scrapes_us_and_evaluates_every_rule(tmp_path: Path, target: str) -> None:
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("needs prometheus: apt-get install prometheus")
    shutil.copytree(FOLDER, tmp_path / "etc")
    config = tmp_path / "etc" / "prometheus.yml"
    text = config.read_text(encoding="utf-8").replace("127.0.0.1:8765", target)
    config.write_text(re.sub(r"interval: \d+s", "interval: 1s", text), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    flags = f"--config.file={config} --storage.tsdb.path={tmp_path / 'data'} --web.listen-address=127.0.0.1:{port}"
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([program, *flags.split()], stderr=log, stdout=log)
    try:
        base = f"http://127.0.0.1:{port}/api/v1"
        assert comes(f"{base}/query?query=foretype_model_info", '"model":"background"')
        assert comes(f"{base}/query?query=foretype:outcomes:increase10m", '"result":[{')
        groups = json.loads(fetched(f"{base}/rules"))["data"]["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        assert len(rules) == 24 and all("lastError" not in rule for rule in rules)
    finally:
        process.terminate()
        process.wait(30)


def comes(url: str, wanted: str) -> bool:
    """Whether an answer holds `wanted` before patience ends."""
    until_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < until_s:
        if wanted in fetched(url):
            return True
    return False


def fetched(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return str(reply.read().decode())
    except OSError:  # it is still starting
        threading.Event().wait(0.1)
        return ""
