"""Writes generated files so that an interruption at any moment leaves the old state whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from kubilitics_chartgen.errors import InputError, ToolError

__all__ = ["check_file", "remove_file", "replace_file", "replace_folder"]


def replace_folder(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Make `folder` hold exactly `files` (path inside the folder to text or bytes).

    The new folder is written beside the old one and then takes its name. Raises ToolError where it cannot be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise ToolError(
            f"cannot write {folder}: {error.strerror}. Choose another folder or mend its permissions."
        ) from error
    try:
        new = staging / "new"
        for path, text in files.items():
            target = new / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(text, bytes):
                target.write_bytes(text)
            else:
                target.write_text(text, encoding="utf-8")
        _swap(folder, new, staging / "old")
    except OSError as error:
        raise ToolError(f"cannot write {folder}: {error.strerror}. The old content is untouched.") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _swap(folder: Path, new: Path, old: Path) -> None:
    """Give `new` the name of `folder`; whatever interrupts it, `folder` holds the old or the new files, whole."""
    if not folder.exists():
        new.rename(folder)
        return
    try:
        folder.rename(old)
        new.rename(folder)
    except BaseException:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise


def check_file(path: Path) -> None:
    """Raise InputError where it can be told already that `replace_file` could not write to `path`."""
    if path.is_dir():
        raise InputError(f"{path} is a folder. Name the file to write.")
    try:
        above = next(folder for folder in path.absolute().parents if folder.exists())
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from error
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise InputError(f"{path} cannot be written: {above} is no folder that you may write to.")


def replace_file(path: Path, content: str | bytes) -> None:
    """Write `content` to `path` in one step. Raises ToolError where it cannot be written.

    What is no file, such as a pipe or a terminal, is written to, and a link stays one: nothing takes their place.
    """
    data = content if isinstance(content, bytes) else content.encode()
    if path.exists() and not (path.is_file() or path.is_dir()):
        _write_to(path, data)
        return
    path = path.resolve() if path.is_symlink() else path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ToolError(f"cannot write {path}: {error.strerror}. The old content is untouched.") from error


def _write_to(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise ToolError(f"cannot write {path}: {error.strerror}.") from error


def remove_file(path: Path) -> None:
    """Remove a file that should not be there. Raises ToolError where it cannot be removed."""
    try:
        path.unlink()
    except OSError as error:
        raise ToolError(f"cannot remove {path}: {error.strerror}.") from error
