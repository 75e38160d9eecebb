"""The files in deploy/ for running it: Prometheus takes the rules, systemd the units."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from simplant import ROOT

from controller.api.address import down_notice, why_down
from controller.supervise import RESTARTS, WINDOW_S

DEPLOY = ROOT / "deploy"
RULES = DEPLOY / "prometheus" / "blademill.rules.yml"
SERVICES = sorted((DEPLOY / "systemd").glob("*.service"))
CALLING = [unit for unit in SERVICES if "venv/bin/blademill" in unit.read_text()]
UNITS = sorted((DEPLOY / "systemd").iterdir())
EXPOSURE_MOST = 2.5
METRIC = re.compile(r"\bblademill[_:][a-z0-9_:]+")


def promtool(*arguments: str, folder: Path = RULES.parent) -> subprocess.CompletedProcess[str]:
    program = shutil.which("promtool")
    assert program, "promtool was not found. Type: sudo apt-get install -y prometheus"
    return subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True)


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    assert program, "systemd-analyze was not found. Type: sudo apt-get install -y systemd"
    return subprocess.run([program, *arguments], capture_output=True, text=True)


@pytest.mark.prometheus
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", "blademill.rules.yml"),
        ("check", "config", "prometheus.yml"),
        ("test", "rules", "blademill.rules.test.yml"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_promtool_is_content(arguments: tuple[str, ...]) -> None:
    done = promtool(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def alerts() -> list[tuple[str, str]]:
    """Each alert with its expression."""
    return re.findall(r"- alert: (\w+)\n\s+expr: (.+)", RULES.read_text())


@pytest.mark.prometheus
@pytest.mark.parametrize(("name", "expression"), alerts())
def test_an_alert_that_never_fires_fails_its_own_test(
    name: str, expression: str, tmp_path: Path
) -> None:
    """Every alert is tested: with its expression made empty, the rules' unit test notices."""
    for file in RULES.parent.iterdir():
        (tmp_path / file.name).write_text(file.read_text())
    broken = RULES.read_text().replace(f"expr: {expression}", f"expr: ({expression}) > 1e9")
    assert broken != RULES.read_text()
    (tmp_path / RULES.name).write_text(broken)
    done = promtool("test", "rules", "blademill.rules.test.yml", folder=tmp_path)
    assert done.returncode != 0
    assert name in done.stdout + done.stderr


def told() -> set[str]:
    """Every name that the controller's figures have, as Prometheus stores them."""
    text = (ROOT / "controller" / "api" / "metrics.py").read_text()
    names = set(re.findall(r'"(blademill_[a-z_]+)"', text))
    counters = {f"{name}_total" for name in names}
    parts = {f"blademill_scan_seconds_{part}" for part in ("bucket", "sum", "count")}
    recorded = set(re.findall(r"- record: (\S+)", RULES.read_text()))
    return names | counters | parts | recorded


@pytest.mark.parametrize(
    "file", [RULES, DEPLOY / "grafana" / "blademill.json"], ids=lambda f: f.name
)
def test_rules_and_dashboard_ask_for_figures_that_there_are(file: Path) -> None:
    used = set(METRIC.findall(file.read_text())) - {"blademill.rules.test.yml"}
    assert used
    assert used <= told(), used - told()


@pytest.mark.prometheus
def test_the_dashboard_is_json_with_expressions_that_prometheus_reads(tmp_path: Path) -> None:
    board = json.loads((DEPLOY / "grafana" / "blademill.json").read_text())
    expressions = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert len(expressions) > 20
    rules = [{"record": f"panel:{n}", "expr": e} for n, e in enumerate(expressions)]
    path = tmp_path / "panels.yml"
    path.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    done = promtool("check", "rules", str(path))
    assert done.returncode == 0, done.stdout + done.stderr
    places = [tuple(panel["gridPos"][key] for key in "xy") for panel in board["panels"]]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.stem)
def test_a_unit_is_sandboxed(unit: Path) -> None:
    done = analyze("security", "--offline=true", "--no-pager", str(unit))
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) <= EXPOSURE_MOST


def installed_as(folder: Path, text_of: dict[str, str]) -> list[str]:
    """The units in `folder`, with a program that is there; their paths."""
    for name, text in text_of.items():
        (folder / name).write_text(text.replace("/opt/blademill/venv/bin/blademill", "/bin/true"))
    return [str(folder / name) for name in text_of]


def test_systemd_has_nothing_against_the_units(tmp_path: Path) -> None:
    units = {path.name: path.read_text() for path in UNITS}
    assert len(units) >= 6
    done = analyze("verify", "--man=no", *installed_as(tmp_path, units))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_systemd_would_name_a_mistake(tmp_path: Path) -> None:
    text = SERVICES[0].read_text().replace("NoNewPrivileges=", "NoPrivileges=")
    done = analyze("verify", "--man=no", *installed_as(tmp_path, {SERVICES[0].name: text}))
    assert "NoPrivileges" in done.stdout + done.stderr


def test_the_controller_is_watched_by_words_that_only_good_scans_send() -> None:
    text = (DEPLOY / "systemd" / "blademill-controller.service").read_text()
    assert "Type=notify" in text
    watchdog = re.search(r"WatchdogSec=(\d+)s", text)
    assert watchdog
    assert int(watchdog[1]) <= 2


def test_the_controller_is_started_again_as_often_as_by_its_own_supervisor() -> None:
    text = (DEPLOY / "systemd" / "blademill-controller.service").read_text()
    assert f"StartLimitBurst={RESTARTS + 1}\n" in text
    assert f"StartLimitIntervalSec={WINDOW_S:.0f}\n" in text
    assert "OnFailure=blademill-down.service\n" in text


def test_what_stays_down_is_told_on_the_page(tmp_path: Path) -> None:
    """The notice that systemd's unit writes is the one that the page reads."""
    unit = (DEPLOY / "systemd" / "blademill-down.service").read_text()
    call = re.search(r"ExecStart=/bin/sh -c '(.+)'\n", unit)
    assert call
    # What systemd makes of it, in another folder.
    script = call[1].replace("\\'", "'").replace("%%", "%")
    socket = tmp_path / "controller.sock"
    script = script.replace("/run/blademill/controller.down", str(down_notice(socket)))
    subprocess.run(["sh", "-c", script], check=True)
    assert "stays down" in why_down(socket)


def test_the_controller_can_tell_which_boot_this_is() -> None:
    """With only processes in /proc, the rows of the record would not say it."""
    text = (DEPLOY / "systemd" / "blademill-controller.service").read_text()
    assert "ProcSubset=all\n" in text


def test_the_installer_of_the_bundle_is_a_shell_script_without_mistakes() -> None:
    script = DEPLOY / "install.sh"
    assert os.access(script, os.X_OK)
    done = subprocess.run(["sh", "-n", str(script)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--no-index" in script.read_text()


@pytest.mark.parametrize("unit", CALLING, ids=lambda path: path.stem)
def test_a_unit_calls_a_command_and_options_that_there_are(unit: Path) -> None:
    from click.testing import CliRunner

    from controller.cli import main

    call = re.search(
        r"venv/bin/blademill ([\w -]+?)(?= --| \"|$)(.*)", unit.read_text(), re.MULTILINE
    )
    assert call, unit
    shown = CliRunner().invoke(main, [*call[1].split(), "--help"])
    assert shown.exit_code == 0, shown.output
    for option in re.findall(r"--[\w-]+", call[2]):
        assert option in shown.output, option
