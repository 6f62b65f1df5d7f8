"""Programs and libraries: found, installed into a folder of their own, or compiled. The system stays as it is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

COMPARE = Path(__file__).resolve().parent.parent
INSTALL_SECONDS = 300


class Tools:
    """`folder` has everything that is built or installed: bin/, debian/ (unpacked packages), pypi/."""

    def __init__(self, folder: Path):
        self.folder = folder.resolve()
        (self.folder / "bin").mkdir(parents=True, exist_ok=True)

    def program(self, name: str, variable: str = "") -> str:
        """Path of a program: that of the environment variable, an unpacked package's, or the system's; else empty."""
        if variable and os.environ.get(variable):
            return os.environ[variable]
        for place in ("usr/bin", "usr/sbin"):
            if path := self.debian_file(f"{place}/{name}"):
                return path
        return shutil.which(name) or ""

    def debian_file(self, path: str) -> str:
        """A file of an unpacked or an installed Debian package, by its path without the first slash; else empty."""
        for root in (self.folder / "debian", Path("/")):
            if (root / path).is_file():
                return str(root / path)
        return ""

    def debian_version(self, package: str) -> str:
        """The version that was unpacked, else the installed one, else empty."""
        recorded = self.folder / "debian" / f"{package}.version"
        if recorded.exists():
            return recorded.read_text().strip()
        return output(["dpkg-query", "-W", "-f", "${Version}", package])

    def install_debian(self, packages: tuple[str, ...]) -> None:
        """Downloads the packages and unpacks them below the folder: no root, no service that starts by itself."""
        target = self.folder / "debian"
        target.mkdir(exist_ok=True)
        for package in packages:
            if self.debian_version(package):
                continue
            run(["apt-get", "download", package], target)
            archive = max(target.glob(f"{package}_*.deb"), key=lambda path: path.stat().st_mtime)
            run(["dpkg-deb", "-x", str(archive), "."], target)
            version = output(["dpkg-deb", "-f", str(archive), "Version"])
            (target / f"{package}.version").write_text(version)
            archive.unlink()

    def install_python(self, requirement: str) -> None:
        """Installs one Python package, without what it depends on, below the folder."""
        target = self.folder / "pypi"
        if not (target / requirement.partition("==")[0]).is_dir():
            run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), requirement])

    def compile(self, source: Path, arguments: tuple[str, ...] = ()) -> str:
        """Compiles one C file with -O2 unless its program is newer than it and the headers beside it; the program."""
        program = self.folder / "bin" / source.stem
        newest = max(path.stat().st_mtime for path in (source, *source.parent.glob("*.h")))
        if not program.exists() or program.stat().st_mtime < newest:
            run([os.environ.get("CC", "cc"), "-O2", "-o", str(program), str(source), *arguments])
        return str(program)

    def floor(self) -> str:
        return self.compile(COMPARE / "floor.c")

    def load(self) -> str:
        return self.compile(COMPARE / "load.c")


def run(words: list[str], folder: Path | None = None) -> None:
    """Runs a command quietly; what it said is in the error when it fails."""
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)} failed:\n{done.stdout}{done.stderr}")


def output(words: list[str]) -> str:
    """What a command prints on either stream, stripped; empty when it cannot be run or fails."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if done.returncode else (done.stdout + done.stderr).strip()
