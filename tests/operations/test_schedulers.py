"""The examples for schedulers: every argument is one that the command knows, and exit codes are understood."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import xml.etree.ElementTree as Tree
from configparser import ConfigParser
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer

from junheng.cli import app
from junheng.notify.config import KINDS, read_config
from tests.end_to_end.command_line import ROOT

EXAMPLES = ROOT / "examples" / "schedulers"
TASK = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}


def understood(arguments: list[str]) -> dict[str, object]:
    """What the command line makes of arguments. Raises an error that names those it does not know."""
    program: Any = typer.main.get_command(app)
    command = program.commands[arguments[0]]
    return dict(command.make_context(arguments[0], arguments[1:]).params)


def test_an_argument_that_the_command_does_not_know_is_noticed() -> None:
    with pytest.raises(Exception, match="--no-such-option"):
        understood(["build", "--no-such-option"])


def fake(folder: Path, code: int, answer: str) -> Path:
    """A command that keeps its arguments, prints an answer and ends with a code."""
    path = folder / "bin" / "junheng"
    path.parent.mkdir()
    script = f"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{folder}/arguments'\ncat <<'END'\n{answer}\nEND\nexit {code}\n"
    path.write_text(script, encoding="utf-8")
    path.chmod(0o755)
    return path


def test_the_script_of_cron_calls_the_command_and_gives_its_exit_code(tmp_path: Path) -> None:
    out, notify = tmp_path / "输出 文件夹", tmp_path / "notify.toml"
    own = {"JUNHENG": str(fake(tmp_path, 3, "")), "RAW": str(tmp_path), "OUT": str(out), "NOTIFY": str(notify)}
    for expected in (None, notify):
        done = subprocess.run([EXAMPLES / "junheng-nightly.sh"], env=os.environ | own)
        assert done.returncode == 3
        found = understood((tmp_path / "arguments").read_text(encoding="utf-8").splitlines())
        assert (found["out"], found["notify"], found["if_changed"], found["wait"]) == (out, expected, True, 1800.0)
        notify.touch()


def test_the_line_of_cron_has_five_fields_a_user_and_the_script() -> None:
    lines = [line for line in (EXAMPLES / "junheng.cron").read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    (line,) = [line for line in lines if "=" not in line]
    assert re.fullmatch(r"(\d+|\*) (\d+|\*) \* \* \* junheng /\S+/junheng-nightly\.sh", line)


def unit(path: Path) -> ConfigParser:
    """A unit file of systemd; a key that stands twice is an error."""
    found = ConfigParser(interpolation=None)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read_string(path.read_text(encoding="utf-8"))
    return found


def test_the_service_calls_the_command_and_the_timer_starts_it(tmp_path: Path) -> None:
    service, timer = unit(EXAMPLES / "junheng.service"), unit(EXAMPLES / "junheng.timer")
    program, *arguments = shlex.split(service["Service"]["ExecStart"])
    assert understood(arguments)["log_json"] == Path("-")
    assert service["Service"]["Type"] == "oneshot"
    assert timer["Timer"].get("Unit", "junheng.service") == "junheng.service"
    assert timer["Timer"]["OnCalendar"]
    assert timer["Install"]["WantedBy"] == "timers.target"
    # Where there is systemd it is asked. The command is not where the example has it: any program stands in for it.
    if tool := shutil.which("systemd-analyze"):
        text = (EXAMPLES / "junheng.service").read_text(encoding="utf-8")
        (tmp_path / "junheng.service").write_text(text.replace(program, shutil.which("true") or ""), encoding="utf-8")
        shutil.copy(EXAMPLES / "junheng.timer", tmp_path)
        units = ["junheng.service", "junheng.timer"]
        done = subprocess.run([tool, "verify", "--man=no", *units], cwd=tmp_path, capture_output=True, text=True)
        told = [line for line in done.stderr.splitlines() if "junheng" in line]
        assert (done.returncode, told) == (0, [])


def test_the_task_of_windows_is_well_formed_and_calls_the_command() -> None:
    task = Tree.fromstring((EXAMPLES / "junheng-task.xml").read_bytes())  # noqa: S314 — our own file
    assert task.tag == f"{{{TASK['t']}}}Task"
    arguments = task.findtext("t:Actions/t:Exec/t:Arguments", namespaces=TASK)
    assert arguments is not None
    found = understood([word.strip('"') for word in re.findall(r'"[^"]*"|\S+', arguments)])
    assert str(found["raw"]) == "D:\\教育 数据\\raw"
    assert task.findtext("t:Settings/t:MultipleInstancesPolicy", namespaces=TASK) == "IgnoreNew"


def command_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("junheng_command", EXAMPLES / "junheng_command.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_answer_is_read_and_the_arguments_are_known(tmp_path: Path) -> None:
    module = command_module()
    junheng = fake(tmp_path, 0, '{"status": "published", "counties": []}')
    assert module.build("数据", "out", junheng=str(junheng))["status"] == "published"
    found = understood((tmp_path / "arguments").read_text(encoding="utf-8").splitlines())
    assert (found["raw"], found["as_json"], found["if_changed"]) == ("数据", True, True)


@pytest.mark.parametrize(("code", "again"), [(1, False), (2, False), (3, True), (130, True)])
def test_only_what_may_pass_is_worth_another_try(code: int, again: bool, tmp_path: Path) -> None:
    module = command_module()
    junheng = fake(tmp_path, code, '{"message": "why"}' if code != 130 else "")
    with pytest.raises(module.BuildFailed) as raised:
        module.build("raw", "out", junheng=str(junheng))
    assert raised.value.again is again
    assert code == 130 or "why" in str(raised.value)


@pytest.mark.parametrize("name", ["airflow_dag.py", "dagster_definitions.py"])
def test_the_others_use_what_there_is_in_the_command(name: str) -> None:
    tree = ast.parse((EXAMPLES / name).read_text(encoding="utf-8"))
    module = command_module()
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "junheng_command"
    }
    assert used == {"build", "BuildFailed"}
    assert all(hasattr(module, one) for one in used)


def test_the_example_of_notifications_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (EXAMPLES / "notify.toml").read_text(encoding="utf-8")
    for variable in re.findall(r'\.env = "(\w+)"', text):
        monkeypatch.setenv(variable, "https://robots.example/x")
    for file in re.findall(r'\.file = "/etc/junheng/([\w.]+)"', text):
        (tmp_path / file).write_text("https://robots.example/x", encoding="utf-8")
        (tmp_path / file).chmod(0o600)
    (tmp_path / "notify.toml").write_text(text.replace("/etc/junheng/", ""), encoding="utf-8")
    channels = read_config(tmp_path / "notify.toml").channels
    assert {channel.kind for channel in channels} == set(KINDS) - {"apprise"}
