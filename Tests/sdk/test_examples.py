"""The examples do what they say: the pytest fixtures, alone and beside themselves, and the GitHub Actions workflow."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

from weir_server import BINARY, REPOSITORY

EXAMPLES = REPOSITORY / "examples"
REAL = {name: value for name, value in os.environ.items() if not name.startswith(("WEIR_", "VOLCENGINE_"))}


def run_pytest(directory, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(directory), str(directory)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=directory,
        env={**REAL, "PYTHONDONTWRITEBYTECODE": "1", **environment})


def copy(directory):
    """The example as its reader has it: beside tests of his own, out of this repository."""
    shutil.copytree(EXAMPLES / "pytest", directory, ignore=shutil.ignore_patterns("__pycache__"))
    return directory


def test_the_pytest_fixtures_work_twice_beside_each_other(tmp_path):
    runs = [run_pytest(copy(tmp_path / name), WEIR_BIN=str(BINARY)) for name in ("one", "two")]
    for run in runs:
        output, _ = run.communicate(timeout=120)
        assert run.returncode == 0 and "3 passed" in output, output


def steps(text):
    """Name and script of each `run` step. The workflow is plain enough to be read without a YAML library."""
    found = re.findall(r"^      - name: (.+)\n(?:        if: .+\n)?        run: \|\n((?:          .*\n|\n)+)", text, re.M)
    return [(name, re.sub(r"^          ", "", script, flags=re.M)) for name, script in found]


def test_the_workflow_starts_weir_tests_and_stops_it(tmp_path):
    text = (EXAMPLES / "github-actions/weir.yml").read_text()
    scripts = dict(steps(text))
    assert list(scripts) == ["Build Weir", "Install the SDK", "Start Weir", "Test", "Stop Weir"]
    for script in scripts.values():
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    # What it installs is what is tested here, and what it builds exists.
    pinned = set((REPOSITORY / "Tests/sdk/requirements.txt").read_text().split())
    assert {word for word in scripts["Install the SDK"].split() if "==" in word} <= pinned
    assert 'name: "weir"' in (REPOSITORY / "Package.swift").read_text()
    # The runner: each step a bash of its own, what one writes to GITHUB_ENV is there in the next.
    work, temp = tmp_path / "work", tmp_path / "temp"
    work.mkdir()
    temp.mkdir()
    copy(work / "tests")
    github_env = tmp_path / "env"
    github_env.touch()
    bin = tmp_path / "bin"
    bin.mkdir()
    for name, target in (("weir", BINARY), ("python", sys.executable), ("python3", sys.executable)):
        # A link would hide the virtual environment from the interpreter.
        (bin / name).write_text(f'#!/bin/sh\nexec "{target}" "$@"\n')
        (bin / name).chmod(0o755)
    environment = {
        **REAL, "PATH": f"{bin}:{os.environ['PATH']}", "RUNNER_TEMP": str(temp), "GITHUB_ENV": str(github_env),
        "PYTHONDONTWRITEBYTECODE": "1"}

    def step(name):
        written = dict(line.split("=", 1) for line in github_env.read_text().splitlines())
        return subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", scripts[name]], cwd=work, env={**environment, **written}, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)

    try:
        started = step("Start Weir")
        log = (temp / "weir.log").read_text()
        assert started.returncode == 0, started.stdout + log
        tested = step("Test")
        assert tested.returncode == 0 and "3 passed" in tested.stdout, tested.stdout + log
    finally:
        stopped = step("Stop Weir")
    assert stopped.returncode == 0, stopped.stdout


def test_the_examples_name_nothing_of_this_machine():
    for path in EXAMPLES.rglob("*"):
        if path.is_file() and path.suffix in {".py", ".yml"}:
            assert str(pathlib.Path.home()) + "/" not in path.read_text()
