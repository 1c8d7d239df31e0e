"""The `render` command: prints what `helm template` prints, or writes it to a folder.

The work is done in `helm.rendering`.
"""

from __future__ import annotations

import os
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kubilitics_chartgen.errors import InputError, did_you_mean
from kubilitics_chartgen.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kubilitics_chartgen.helm import Document

__all__ = ["EngineChoice", "render"]


class EngineChoice(str, Enum):
    """The ways of running Helm."""

    embedded = "embedded"
    cli = "cli"


def render(
    chart: Annotated[
        Path, typer.Argument(metavar="CHART", help="A chart folder or a .tgz archive.", show_default=True)
    ] = Path("charts/kubilitics"),
    files: Annotated[
        list[str] | None,
        typer.Option("--values", "-f", metavar="FILE", help="A values file, - for standard input; may be repeated."),
    ] = None,
    sets: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A value; may be repeated.")
    ] = None,
    set_strings: Annotated[
        list[str] | None, typer.Option("--set-string", metavar="KEY=VALUE", help="A value that is text.")
    ] = None,
    release: Annotated[str, typer.Option(help="The release's name.")] = "release-name",
    namespace: Annotated[str, typer.Option("--namespace", "-n", help="The release's namespace.")] = "default",
    kube_version: Annotated[
        str | None, typer.Option(metavar="VERSION", help="The Kubernetes version to render for, such as 1.32.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND[/NAME]", help="Print only these objects, such as Deployment/web; may be repeated."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write one file per template into this folder instead.")
    ] = None,
    engine: Annotated[
        EngineChoice | None,
        typer.Option(help="embedded needs no helm program; cli runs one.", show_default="embedded, cli if needed"),
    ] = None,
    include_tests: Annotated[bool, typer.Option("--include-tests", help="Include the pods of `helm test`.")] = False,
    upgrade: Annotated[bool, typer.Option("--upgrade", help="Render as for an upgrade, not an installation.")] = False,
) -> None:
    """Print the manifests of a chart, exactly as `helm template --skip-tests` of Helm 3 does."""
    from kubilitics_chartgen.helm import Release, RenderRequest, render_chart

    if only and not all(wanted.strip("/ ") for wanted in only):
        raise InputError("--only is empty: name a kind, such as Deployment, or an object, such as Deployment/web.")
    if output is not None:
        output = output.absolute()
        _check_output(output)
    request = RenderRequest(
        chart,
        files=tuple(files or ()),
        sets=tuple(sets or ()),
        set_strings=tuple(set_strings or ()),
        release=Release(release, namespace, upgrade, kube_version),
        engine=engine.value if engine else None,
    )
    rendered = render_chart(request)
    found: Sequence[Document] = [document for document in rendered.documents if include_tests or not document.is_test]
    if only:
        found = _chosen(found, only)
    if output is not None:
        _write(found, output)
    elif only:
        _print("".join(document.printed for document in found))
    else:
        _print(rendered.text(include_tests=include_tests))


def _chosen(found: Sequence[Document], only: Sequence[str]) -> Sequence[Document]:
    from kubilitics_chartgen.helm import select

    missing = [wanted for wanted in only if not select(found, wanted)]
    if missing:
        there = sorted({str(document) for document in found if document.kind})
        kinds = {name.partition("/")[0] for name in there}
        near = [did_you_mean(wanted, there if "/" in wanted else kinds) for wanted in missing]
        meant = "".join(f" Did you mean {name}?" for name in dict.fromkeys(near) if name)
        listed = "\n".join(f"  {name}" for name in there) or "  nothing at all"
        raise InputError(f"the chart renders no {' and no '.join(missing)}.{meant} It renders:\n{listed}")
    chosen = {id(document) for wanted in only for document in select(found, wanted)}
    return [document for document in found if id(document) in chosen]


def _print(text: str) -> None:
    # Bytes, so that the output is UTF-8 and its line ends are Helm's wherever it is printed.
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()


def _check_output(folder: Path) -> None:
    """Refuse to replace what is not the output of an earlier `render --output`."""
    try:
        if not folder.exists() and not folder.is_symlink():
            return
        if folder.exists() and folder.samefile(Path.cwd()):
            raise InputError(f"{folder} is the current folder, which cannot be replaced. Name another folder.")
        if folder.is_symlink() or not folder.is_dir():
            raise InputError(f"{folder} is in the way: it is not a folder. Name another folder.")
        for file in folder.rglob("*"):
            if not file.is_dir() and not _is_rendered(file):
                raise InputError(
                    f"{folder} holds {file.relative_to(folder)}, which would be lost. Name another folder."
                )
        if not os.access(folder.parent, os.W_OK):
            raise InputError(f"{folder.parent} cannot be written to. Name another folder.")
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}. Name another folder.") from error


def _is_rendered(file: Path) -> bool:
    start = b"---\n# Source: "
    if file.is_symlink() or not file.is_file():
        return False
    with file.open("rb") as stream:
        return stream.read(len(start)) == start


def _write(found: Sequence[Document], folder: Path) -> None:
    from kubilitics_chartgen.cli.writing import replace_folder

    texts: dict[str, str] = {}
    for document in found:
        texts[document.source] = texts.get(document.source, "") + document.printed
    replace_folder(folder, texts)
    typer.echo(f"wrote {counted(len(texts), 'file')} to {folder}", err=True)
