"""Documents say what the program does: commands, options, the README's two commands, the pinned versions."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from PIL import Image

import cli
from ocrpipe import ImageError, __all__, doctor
from ocrpipe.formats import FORMATS

ROOT = Path(__file__).resolve().parent.parent
CLI_DOC = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    for part, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {part}")
        else:
            yield f"{name} {part}", command


COMMANDS = dict(commands(cli.app, "ocrpipe"))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented_with_an_example(name: str) -> None:
    section = CLI_DOC.split(f"## `{name}")[1].split("\n## ")[0]
    assert f"\n    {name}" in section


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_in_its_help(name: str) -> None:
    assert f"Example: {name}" in (COMMANDS[name].help or "")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_documented_and_has_help(name: str) -> None:
    for option in (p for p in COMMANDS[name].params if isinstance(p, click.Option)):
        assert option.help, option.name
        assert all(flag in CLI_DOC for flag in option.opts), option.opts


def test_no_document_names_an_option_that_does_not_exist() -> None:
    known = {flag for command in COMMANDS.values() for p in command.params for flag in p.opts}
    known |= {"--help", "--version"}
    documented = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", CLI_DOC))
    assert documented <= known


def test_every_format_is_documented_with_its_suffix() -> None:
    rows = [line for line in CLI_DOC.splitlines() if line.startswith("| `")]
    for form in FORMATS.values():
        assert any(f"`{form.name}`" in row and f"`{form.suffix}`" in row for row in rows), form.name


def test_an_option_means_the_same_in_every_command() -> None:
    helps: dict[str, set[str | None]] = {}
    for name, command in COMMANDS.items():
        if name in ("ocrpipe draw", "ocrpipe explain", "ocrpipe merge"):
            continue  # their -o is one picture, or one file
        for option in (p for p in command.params if isinstance(p, click.Option)):
            if (option.name, name.split()[1]) != ("resume", "train"):  # a run
                helps.setdefault(option.opts[-1], set()).add(option.help)
    assert {flag: len(said) for flag, said in helps.items() if len(said) > 1} == {}


def test_every_command_but_no_more_is_in_the_readme() -> None:
    table = re.findall(r"^\| `([a-z]+)", README, flags=re.MULTILINE)
    assert table == list(cli.app.commands)


def test_the_readme_opens_with_two_commands_that_set_themselves_up() -> None:
    first, second = re.findall(r"```bash\n(.*?)\n```", README, flags=re.DOTALL)[:2]
    for command in (first, second):
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt ")
        assert "\n" not in command
    assert "ocrpipe read examples/station.jpg" in first
    assert second.endswith('.venv/bin/python -m pytest -m "not slow"')


def test_the_example_photo_is_there() -> None:
    with Image.open(ROOT / "examples" / "station.jpg") as photo:
        assert photo.size == (1280, 720)


def test_torch_is_pinned_and_every_dependency_with_it() -> None:
    pins = dict(
        line.split("==")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line and line[0] != "#"
    )
    assert pins["torch"] == "2.13.0"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = {re.split(r"[<>=\[]", requirement)[0] for requirement in wanted}
    assert names - pins.keys() == set()


def test_the_doctor_looks_at_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[<>=\[]", requirement)[0] for requirement in project["dependencies"]}
    assert wanted == set(doctor.LIBRARIES)


def test_the_changelog_tells_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_public_surface_is_small_and_importable() -> None:
    assert len(__all__) <= 12
    assert issubclass(ImageError, Exception)
