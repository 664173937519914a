"""The house keeps its own rules: the map, who may import what, the size of things, the shape of a kernel."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc", "tools", "core"}
HARDWARE = {"serial", "gpiozero", "picamera2", "smbus2"}
# A pin factory is one of gpiozero's classes: only gpiozero loads it, by its entry point
AT_TOP = {"sim.pins": {"gpiozero"}}
# What a module may import beside the standard library; the longest matching name holds
THIRD_PARTY = {
    "firmware": set(),
    "firmware.archive": {"PIL", "numpy", "rich"},
    "firmware.archive.cluster": {"distributed"},
    "firmware.assessment": {"numpy", "PIL"},
    "firmware.benchmarks": {"numpy", "rich", "typer"},
    "firmware.benchmarks.record": {"numpy", "pyrage"},
    "firmware.benchmarks.reject_plot": {"PIL"},
    "firmware.cli": {"typer", "rich"},
    "firmware.client": {"rich"},
    "firmware.config": {"pydantic"},
    "firmware.contact_sheet": {"PIL"},
    "firmware.datatypes": {"numpy"},
    "firmware.delivery_settings": {"pydantic"},
    "firmware.device_settings": {"pydantic"},
    "firmware.delivery_verb": {"rich", "typer"},
    "firmware.structure": {"numpy"},
    "firmware.doctor_verbs": {"rich", "typer"},
    "firmware.drivers": {"numpy", *HARDWARE},
    "firmware.exporting": {"rich"},
    "firmware.duplicates": {"numpy"},
    "firmware.face_files": {"numpy", "rich"},
    "firmware.face_overlay": {"numpy", "PIL"},
    "firmware.guarded": {"numpy"},
    "firmware.fleet_table": {"rich"},
    "firmware.fleet_verbs": {"rich", "typer"},
    "firmware.identity": {"cryptography"},
    "firmware.identity_folder": {"cryptography"},
    "firmware.identity_verbs": {"rich", "typer"},
    "firmware.journal_verbs": {"rich", "typer"},
    "firmware.kit": {"numpy"},
    "firmware.listing": {"rich"},
    "firmware.progress_bar": {"rich"},
    "firmware.marks": {"numpy", "PIL"},
    "firmware.office.verbs": {"typer", "rich"},
    "firmware.office": {"cryptography", "pyrage", "paho", "PIL", "numpy", "rich"},
    "firmware.office.application": {"starlette"},
    "firmware.office.fleet": set(),
    "firmware.office.fleet.application": {"starlette"},
    "firmware.office.fleet.board": {"sqlalchemy"},
    "firmware.office.fleet.feed": {"jinja2", "markupsafe"},
    "firmware.office.fleet.hearing": {"paho"},
    "firmware.office.fleet.kit_page": {"markupsafe"},
    "firmware.office.fleet.plots": {"markupsafe"},
    "firmware.office.fleet.rows": {"sqlalchemy"},
    "firmware.office.fleet.serving": {"uvicorn"},
    "firmware.office.fleet.verbs": {"typer"},
    "firmware.office.fleet.view": {"markupsafe"},
    "firmware.office.peer": {"cryptography", "uvicorn"},
    "firmware.office.bench_verb": {"typer"},
    "firmware.office.receiving_verbs": {"rich", "typer"},
    "firmware.office.serving": {"cryptography", "uvicorn"},
    "firmware.office.tus": {"starlette"},
    "firmware.office.count": {"sqlalchemy"},
    "firmware.office.store": {"sqlalchemy"},
    "firmware.office.shelf": {"fsspec"},
    "firmware.overlay": {"numpy", "PIL"},
    "firmware.pages": {"numpy", "PIL"},
    "firmware.pipeline": {"numpy"},
    "firmware.pipeline._jit": {"numba"},
    "firmware.pipeline._simd": {"numba", "llvmlite", "numpy"},
    "firmware.pipeline.face.models": {"numpy", "cv2"},
    "firmware.pointing": {"numpy", "PIL"},
    "firmware.recording": {"rich"},
    "firmware.recording_verb": {"typer", "rich"},
    "firmware.portrait": {"numpy"},
    "firmware.records": {"numpy", "PIL", "_wsq", "nistitl", "pyrage", "cryptography", "asn1crypto"},
    "firmware.rollout_verb": {"rich", "typer"},
    "firmware.rows": {"numpy"},
    "firmware.events": {"numpy"},
    "firmware.face_step": {"numpy"},
    "firmware.seams": {"numpy"},
    "firmware.service": {"rich"},
    "firmware.setup_verbs": {"typer"},
    "firmware.station_verbs": {"rich", "typer"},
    "firmware.showing": {"rich"},
    "firmware.side_by_side": {"numpy", "PIL", "rich"},
    "firmware.station": {"numpy"},
    "firmware.reporting": {"cryptography"},
    "firmware.telemetry": {"cryptography", "paho"},
    "firmware.telemetry.schema": {"google"},
    "firmware.telemetry.payload": {"google"},
    "firmware.terminal": {"rich"},
    "firmware.text_picture": {"numpy"},
    "firmware.tracing": {"numpy", "PIL"},
    "firmware.uplink.line": {"cryptography"},
    "firmware.training": {"numpy", "torch", "PIL", "rich", "typer"},
    "firmware.transaction_lines": {"numpy"},
    "firmware.uplink.returned": {"cryptography"},
    "sim": {"numpy", "PIL", "amqtt", "typer", "rich"},
    "sim._jit": {"numba"},
    "sim.faults": {"pydantic"},
    "sim.gauge_faults": {"pydantic"},
    "sim.panel_faults": {"pydantic"},
    "sim.sensor_faults": {"pydantic"},
    "sim.pins": {"gpiozero"},
    "provisioning": set(),
}
MODULE_LINES, FUNCTION_LINES, KERNEL_LINES, PARAMETERS = 250, 60, 40, 8

README = ROOT / "README.md"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources(*tops: str) -> list[Path]:
    return sorted(path for top in tops for path in (ROOT / top).rglob("*.py") if "__pycache__" not in path.parts)


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def imported(tree: ast.AST) -> set[str]:
    """The top-level packages that this tree imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


def body_lines(function: Function) -> int:
    """The lines of a function without its signature and docstring."""
    first = function.body[1] if ast.get_docstring(function) and len(function.body) > 1 else function.body[0]
    return (function.end_lineno or first.lineno) - first.lineno + 1


def parameters(function: Function) -> int:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return len([argument for argument in named if argument.arg not in ("self", "cls")])


def decorators(function: Function) -> set[str]:
    calls = (node.func if isinstance(node, ast.Call) else node for node in function.decorator_list)
    return {ast.unparse(call).split(".")[-1] for call in calls}


def allowed(module: str) -> set[str]:
    owner = max((name for name in THIRD_PARTY if f"{module}.".startswith(f"{name}.")), key=len)
    return THIRD_PARTY[owner]


def faults(module: str, text: str) -> list[str]:
    """Every rule that this module's source breaks, by line."""
    tree = ast.parse(text)
    found = [f"{module}: may not import {name}" for name in foreign(module, tree)]
    if not (ast.get_docstring(tree) or "").strip():
        found.append(f"{module}: no docstring")
    if (lines := len(text.splitlines())) > MODULE_LINES:
        found.append(f"{module}: {lines} lines, more than {MODULE_LINES}")
    if BANNED_NAMES & set(module.split(".")):
        found.append(f"{module}: a name that says nothing")
    for node in ast.walk(tree):
        line = f"{module}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Assert):
            found.append(f"{line}: assert")
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            found.append(f"{line}: bare except")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            found.append(f"{line}: print")
    for function in functions(tree):
        found += [f"{module}:{function.lineno}: {function.name}: {fault}" for fault in misshapen(function)]
    return found


def foreign(module: str, tree: ast.Module) -> list[str]:
    inside = {"firmware", "sim"}
    names = imported(tree) - set(sys.stdlib_module_names) - inside - allowed(module)
    at_top = {name for node in tree.body for name in imported(node) if isinstance(node, ast.Import | ast.ImportFrom)}
    misplaced = (at_top & HARDWARE) - AT_TOP.get(module, set())
    return sorted(names) + [f"{name} at the top, only where it is used" for name in sorted(misplaced)]


def misshapen(function: Function) -> list[str]:
    found = []
    is_kernel = "kernel" in decorators(function)
    if body_lines(function) > (limit := KERNEL_LINES if is_kernel else FUNCTION_LINES):
        found.append(f"{body_lines(function)} lines, more than {limit}")
    # A verb's parameters are its options: a person names them one by one
    if parameters(function) > PARAMETERS and "command" not in decorators(function):
        found.append(f"{parameters(function)} parameters, more than {PARAMETERS}")
    if is_kernel and not function.name.startswith("_"):
        found.append("a kernel is private: its name begins with an underscore")
    return found


@pytest.mark.parametrize("path", sources("firmware", "sim"), ids=module_name)
def test_a_module_keeps_the_rules(path: Path) -> None:
    assert faults(module_name(path), path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("module", "text", "fault"),
    [
        ("firmware.clock", "", "no docstring"),
        ("firmware.utils", '"""Odds."""', "says nothing"),
        ("firmware.clock", '"""C."""\nimport numba', "may not import numba"),
        ("firmware.pipeline.minutiae", '"""M."""\ndef f():\n    import numba', "may not import numba"),
        ("firmware.session", '"""S."""\nfrom paho.mqtt import client', "may not import paho"),
        ("firmware.drivers.link", '"""L."""\nimport gpiozero', "gpiozero at the top"),
        ("firmware.drivers.link", '"""L."""\nfrom serial import Serial', "serial at the top"),
        ("firmware.clock", '"""C."""\nassert True', "assert"),
        ("firmware.clock", '"""C."""\nprint(1)', "print"),
        ("sim.wire", '"""W."""\ntry:\n    pass\nexcept:\n    pass', "bare except"),
        ("sim.wire", '"""W."""\ndef f(a, b, c, d, e, *, f, g, h, i): ...', "9 parameters"),
        ("sim.wire", '"""W."""\ndef f():\n' + "    x = 1\n" * 61, "61 lines"),
        ("sim.wire", '"""W."""\n' + "x = 1\n" * 250, "251 lines"),
        ("firmware.pipeline.blocks", '"""B."""\n@kernel\ndef mean(a): ...', "a kernel is private"),
        ("firmware.pipeline.blocks", '"""B."""\n@kernel(parallel=True)\ndef _f():\n' + "    x = 1\n" * 41, "41 lines"),
    ],
)
def test_a_broken_rule_is_found(module: str, text: str, fault: str) -> None:
    assert any(fault in found for found in faults(module, text))


def test_every_kernel_has_a_slow_twin() -> None:
    kernels = {
        function.name.removeprefix("_"): f"{module_name(path)}:{function.lineno}"
        for path in sources("firmware", "sim")
        for function in functions(ast.parse(path.read_text(encoding="utf-8")))
        if "kernel" in decorators(function)
    }
    twins = {
        function.name
        for path in (ROOT / "tests").glob("naive*.py")
        for function in functions(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert {name: place for name, place in kernels.items() if name not in twins} == {}


@pytest.mark.parametrize("path", sources("provisioning"), ids=module_name)
def test_provisioning_runs_before_there_is_an_environment(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert imported(tree) - set(sys.stdlib_module_names) - {"provisioning"} == set()
    assert ast.get_docstring(tree)
    assert [fault for function in functions(tree) for fault in misshapen(function)] == []


def sentence(path: Path) -> str:
    """The first sentence of a module's docstring, or of a script's opening comment."""
    if not path.exists():
        return ""
    text = path.read_text(encoding="utf-8")
    told = ast.get_docstring(ast.parse(text)) if path.suffix == ".py" else text.partition("\n# ")[2]
    return re.split(r"\.(?:\s|$)", " ".join((told or "").split()), maxsplit=1)[0]


def map_lines(folder: Path, depth: int = 0) -> list[str]:
    """A folder as the map draws it: itself, its modules and scripts, its folders, each with its first sentence."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (".py", ".sh") and path.name != "__init__.py")
    inner = sorted(path for path in folder.iterdir() if next(path.glob("*.py"), None))
    lines = [f"{'    ' * depth + folder.name + '/':<34}{sentence(folder / '__init__.py')}".rstrip()]
    lines += [f"{'    ' * (depth + 1) + path.name:<34}{sentence(path)}".rstrip() for path in files]
    return lines + [line for path in inner for line in map_lines(path, depth + 1)]


def with_map(readme: str) -> str:
    """The README with the map as it should be; `python -m tests.test_architecture` writes it."""
    drawn = "\n".join(line for top in ("firmware", "provisioning", "sim") for line in map_lines(ROOT / top))
    before, after = re.split(r"(?<=^## The map\n)", readme, maxsplit=1, flags=re.MULTILINE)
    return before + re.sub(
        r"(?<=^```text\n).*?(?=```)", f"{drawn}\n".replace("\\", r"\\"), after, count=1, flags=re.M | re.S
    )


def test_the_map_in_the_readme_equals_the_tree() -> None:
    readme = README.read_text(encoding="utf-8")
    assert readme.splitlines() == with_map(readme).splitlines(), "redraw it: python -m tests.test_architecture"


def test_every_package_is_in_the_wheel() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    assert sorted(listed) == [module_name(path) for path in sources("firmware", "sim") if path.name == "__init__.py"]


if __name__ == "__main__":
    README.write_text(with_map(README.read_text(encoding="utf-8")), encoding="utf-8")
