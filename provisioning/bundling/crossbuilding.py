"""Builds a wheel for another processor: that machine's Python runs under qemu, and calls a compiler of this machine."""

import shutil
import tempfile
from pathlib import Path

from .debs import Apt
from .programs import Command, require, run, say
from .targets import Target
from .wheels import Pip

# -m64 is known to compilers for x86-64 alone, and wsq asks for it everywhere
_COMPILER = """#!/bin/sh
for word in "$@"; do
  shift
  case $word in
    -m64) continue ;;
    -I/usr/*) word="-I{tree}${{word#-I}}" ;;
  esac
  set -- "$@" "$word"
done
exec {arch}-linux-gnu-gcc -isystem '{tree}/usr/include' -isystem '{tree}/usr/include/{arch}-linux-gnu' "$@"
"""
_BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


def build(name: str, target: Target, apt: Apt, pip: Pip, cache: Path, epoch: int) -> Path:
    """The wheel of a package whose setuptools project has C sources, for that machine. Raises BundleFailed.

    What was built before lies in the folder that is returned, and is not built again.
    """
    built = cache / "built" / target.tag
    if any(built.glob(f"{name}-*.whl")):
        return built
    require(f"{target.arch}-linux-gnu-gcc", f"gcc-{target.arch.replace('_', '-')}-linux-gnu")
    require(f"qemu-{target.arch}-static", "qemu-user-static")
    say(f"{name} has no wheel for {target}: it is built here, a minute or two")
    with tempfile.TemporaryDirectory(prefix="rekam-build-") as scratch:
        folder = Path(scratch)
        tree = _tree(target, apt, folder / "tree")
        run([pip.python, "-m", "pip", "install", "--quiet", "--target", folder / "tools", "setuptools", "wheel"])
        project = folder / "source"
        project.mkdir()
        run(["tar", "-xf", pip.source(name, folder), "-C", project, "--strip-components=1"])
        compiler = folder / "cc"
        compiler.write_text(_COMPILER.format(tree=tree, arch=target.arch))
        compiler.chmod(0o755)
        (folder / "out").mkdir()
        qemu: Command = [f"qemu-{target.arch}-static", "-L", tree, tree / f"usr/bin/python{target.suite.python_minor}"]
        environment = {
            "CC": str(compiler),
            "LDSHARED": f"{compiler} -shared",
            "PYTHONPATH": str(folder / "tools"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SOURCE_DATE_EPOCH": str(epoch),
        }
        run([*qemu, "-c", _BUILD, folder / "out"], cwd=project, env=environment)
        built.mkdir(parents=True, exist_ok=True)
        for wheel in (folder / "out").glob("*.whl"):
            shutil.copy(wheel, built / f"{wheel.name}.partial")
            (built / f"{wheel.name}.partial").replace(built / wheel.name)
    return built


def _tree(target: Target, apt: Apt, tree: Path) -> Path:
    """That machine's Python and its headers, unpacked."""
    python = target.suite.python_minor
    packages = apt.choose([f"python{python}", f"libpython{python}-dev"], beyond=())
    for deb in apt.fetch(packages, f"Python of {target}, to build with"):
        run(["dpkg-deb", "-x", deb, tree])
    if not (tree / "lib").exists():  # As from Debian 13 on, where the loader is looked for below /lib all the same
        (tree / "lib").symlink_to("usr/lib")
    return tree
