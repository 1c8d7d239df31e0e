"""What a user reads when a values file or a `--set` cannot be used, and what the values are when it can."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm import EmbeddedEngine, Release, read_values, read_values_file
from tests.helm.conftest import BuildChart, RunHelm

SHOW = {"templates/all.yaml": "kind: ConfigMap\ndata: {{ toJson .Values }}\n"}


def refusal(*args: Any, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        read_values(*args, **options)
    return str(caught.value)


def file(tmp_path: Path, text: str | bytes, name: str = "v.yaml") -> str:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_a_missing_file_a_folder_and_an_unreadable_one_are_all_named_at_once(tmp_path: Path) -> None:
    missing, folder, binary = str(tmp_path / "no.yaml"), str(tmp_path), file(tmp_path, b"a: 1\nb: \xff\n")
    told = refusal([missing, folder, binary])
    assert f"{missing}: there is no such file." in told
    assert f"{folder}: this is a folder" in told
    assert f"{binary}:2: the file is not UTF-8 text." in told


def test_values_from_the_network_are_not_fetched() -> None:
    assert "Values are read from disk" in refusal(["https://example.com/values.yaml"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\nb: c: d\n", ":2: this is not YAML: mapping values are not allowed in this context"),
        ("a:\n\t- b\n", ":2: this is not YAML: "),
        ("a: [1\n", ":2: this is not YAML: did not find expected"),
        ("- a\n", ":1: a mapping such as `key: value` is expected at the top, not a list."),
        ("just words\n", ":1: a mapping such as `key: value` is expected at the top, not text."),
        ("a: 1\n---\nb: 2\n", ":2: a second document begins here"),
        ("a: \x07\n", ":1: this is not YAML: "),
        ("a: b\0c\n", ":1: this is not YAML: "),
        ("a: .inf\n", ": infinity and NaN are no values that Helm can use."),
        ("? [1, 2]\n: 3\n", ":1: a key must be plain text"),
        ("a: *nowhere\n", ':1: there is no anchor "nowhere" before this line.'),
        ("a: &x\n  b: *x\n", ':2: the anchor "x" contains itself.'),
        ("a: &x {b: &y {c: *x}}\n", ':1: the anchor "x" contains itself.'),
    ],
)
def test_text_that_helm_cannot_use_is_refused_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    name = file(tmp_path, text)
    assert name + told in refusal([name])


def test_all_keys_that_stand_twice_are_told_with_path_and_line(tmp_path: Path) -> None:
    name = file(tmp_path, "a: 1\nb:\n  c: 1\n  'c': 2\na: 3\nlist:\n  - x: 1\n    x: 2\n")
    told = refusal([name])
    assert f'{name}:4: b.c: "c" stands here a second time; the first, in line 3, would be lost.' in told
    assert f'{name}:5: a: "a" stands here a second time' in told
    assert f"{name}:8: list[0].x:" in told


def test_a_key_that_yaml_takes_for_true_stands_twice_with_true(tmp_path: Path) -> None:
    assert "a second time" in refusal([file(tmp_path, "on: 1\ntrue: 2\n")])


def test_more_than_a_mebibyte_is_refused_and_a_mebibyte_is_read(tmp_path: Path) -> None:
    fits = b"a: 1\n" + b"#" * (1024 * 1024 - 5)
    assert read_values_file(file(tmp_path, fits)).data == {"a": 1}
    assert "larger than 1 MiB" in refusal([file(tmp_path, fits + b"#")])
    assert "larger than 1 MiB" in refusal(["-"], stdin=io.BytesIO(fits * 2))


@pytest.mark.parametrize("shape", ["a: {levels}{close}", "a: {levels2}1{close2}"])
def test_a_hundred_levels_are_read_and_one_more_is_refused(tmp_path: Path, shape: str) -> None:
    def nested(levels: int) -> str:
        # The top mapping is a level too.
        inner = levels - 1
        return shape.format(levels="[" * inner, close="]" * inner, levels2="{a: " * inner, close2="}" * inner)

    assert read_values_file(file(tmp_path, nested(100))).data
    assert "nested deeper than 100 levels" in refusal([file(tmp_path, nested(101))])
    assert "nested deeper than 100 levels" in refusal([file(tmp_path, nested(500_000)[: 1024 * 1024])])


def test_a_bomb_of_aliases_is_refused_at_once(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert "values once its aliases are written out" in refusal([file(tmp_path, "\n".join(lines))])


def test_aliases_and_merge_keys_in_moderation_are_read(tmp_path: Path) -> None:
    name = file(tmp_path, "base: &base {cpu: 1, list: [&one 1, *one]}\nmine:\n  <<: *base\n  cpu: 2\n")
    assert read_values_file(name).data == {
        "base": {"cpu": 1, "list": [1, 1]},
        "mine": {"cpu": 2, "list": [1, 1]},
    }


@pytest.mark.parametrize("text", ["", "# nothing\n", "null\n", "---\n", "{}\n", "~", "\ufeff"])
def test_a_file_that_says_nothing_is_no_values(tmp_path: Path, text: str) -> None:
    assert read_values_file(file(tmp_path, text)).data == {}


def test_values_are_read_by_the_rules_of_helm(tmp_path: Path) -> None:
    text = "on: on\nb: yes\nc: 'on'\nd: 10485760\ne: 1e3\nf: 017\ng: 1:30\nh: 2001-01-01\ni: 1_000\nj: ~\n"
    assert read_values_file(file(tmp_path, "\ufeff" + text)).data == {
        "true": True, "b": True, "c": "on", "d": 10485760, "e": 1000, "f": 15, "g": "1:30", "h": "2001-01-01",
        "i": 1000, "j": None,
    }  # fmt: skip


def test_values_come_from_a_pipe_and_from_standard_input(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"a: 1\n")
    os.close(writing)
    try:
        assert read_values([f"/dev/fd/{reading}", "-"], stdin=io.BytesIO(b"b: 2\n")).data == {"a": 1, "b": 2}
    finally:
        os.close(reading)
    assert "standard input can be read once" in refusal(["-", "-"], stdin=io.BytesIO(b""))
    assert "standard input:2: " in refusal(["-"], stdin=io.BytesIO(b"a: 1\nb: c: d\n"))


def test_each_value_knows_its_line_and_the_last_file_wins(tmp_path: Path) -> None:
    first = file(tmp_path, "a:\n  b: 1\n  c:\n    - x\n    - y: 2\nd: 1\n", "1.yaml")
    second = file(tmp_path, "\n\nd: 2\n", "2.yaml")
    values = read_values([first, second], sets=["a.e=5"])
    places = {
        path: (place.file, place.line)
        for path in (("a", "b"), ("a", "c", 1, "y"), ("a", "c", 0), ("d",), ("a", "e"), ("a", "b", "deeper"))
        if (place := values.place(path))
    }
    assert places == {
        ("a", "b"): (first, 2), ("a", "c", 1, "y"): (first, 5), ("a", "c", 0): (first, 4), ("d",): (second, 3),
        ("a", "e"): ("--set", None), ("a", "b", "deeper"): (first, 2),
    }  # fmt: skip
    assert values.place(("nowhere",)) is None


def test_files_and_settings_merge_as_helm_merges_them(build_chart: BuildChart, helm3: RunHelm, tmp_path: Path) -> None:
    chart = build_chart({**SHOW, "values.yaml": "keep: 1\ndrop: {a: 1, b: 2}\nlist: [1, 2]\n"})
    one = file(tmp_path, "drop: {a: null, c: 3}\nlist: [3]\nservers: [{name: x, port: 1}, {name: w}]\n", "1.yaml")
    two = file(tmp_path, "list: [4, 5]\nkeep: null\ndrop: {d: {e: 4}}\nother: {deep: {er: true}}\n", "2.yaml")
    sets = ["servers[0].port=80,other.deep.er=null", "text=a\\,b", "new={x,y}", "servers[2].name=z"]
    strings = ["number=80", "other.on=true"]
    args = ["--values", one, "--values", two]
    args += [part for text in sets for part in ("--set", text)]
    args += [part for text in strings for part in ("--set-string", text)]
    values = read_values([one, two], sets=sets, set_strings=strings).data
    rendered = EmbeddedEngine().load(chart).render(values, Release())["demo/templates/all.yaml"]
    assert rendered in helm3("template", str(chart), *args)
    assert '"drop":{"b":2,"c":3,"d":{"e":4}}' in rendered
    assert '"servers":[{"name":"x","port":80},{"name":"w"},{"name":"z"}]' in rendered


@pytest.mark.parametrize(
    "expression",
    [
        "a",
        "t.x=1",
        "t[0]=1",
        "s.x=1",
        "s[0][1]=1",
        "a=1,,b=2",
        "q={a,{b,c}}",
        ",a=1",
        "a[-1]=1",
        "a[65537]=1",
        "a[x]=1",
        "none.x=1",
        "none[0]=1",
        "t[0]",
        "s[1][0]=1,s[1][0].x=2,s[1].y[0]=3,s[1].y.z=4",
    ],
)
def test_what_helm_refuses_in_a_set_is_refused(
    build_chart: BuildChart, helm3: RunHelm, tmp_path: Path, expression: str
) -> None:
    name = file(tmp_path, "s: [{a: 1}]\nt: text\nnone: null\n")
    chart = build_chart(SHOW)
    assert "failed parsing --set data" in helm3("template", str(chart), "-f", name, "--set", expression, check=False)
    assert "--set " in refusal([name], sets=[expression])


def test_a_set_that_is_not_text_is_refused() -> None:
    assert "--set a\\udcff=…: it is not UTF-8 text." in refusal(sets=["a\udcff=1"])


def test_a_refused_set_does_not_repeat_what_may_be_a_secret() -> None:
    told = refusal(sets=["password=hunter2,oops"])
    assert "hunter2" not in told
    assert 'key "oops" has no value' in told


@pytest.mark.parametrize(
    "expression",
    [
        "a=1,b[0].c=x", "a[2]=1", "a={1,x}", "a=null", "a=", "a.b=\\,x", "a=0123", "a=1.5", "a=true", "a[0][1]=x",
        "a[0]", "a[0][1]", "a.b[0]", "a={x,y},a[0].c=z", "a[2].b=1,a[0]=x,a[1][0]=y", "a={x},a[0]", "a[0]={p,q}",
        "a={}", "a={x,y}z=3", "a\\,b=1", "a=b=c", "a=1,", "a={1\\,2,3},b={4}", "a.b[0].c={1,2}",
        "a={x\\}y},b=2", "a=x{1,b=2", "a\\=b=1", "a\\.b.c=1", "a=\\\\,b=1",
    ],
)  # fmt: skip
def test_a_set_means_what_it_means_to_helm(build_chart: BuildChart, helm3: RunHelm, expression: str) -> None:
    chart = build_chart(SHOW)
    values = read_values(sets=[expression]).data
    rendered = EmbeddedEngine().load(chart).render(values, Release())["demo/templates/all.yaml"]
    assert rendered in helm3("template", str(chart), "--set", expression)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.text("abc.,=\\{}[] é", min_size=1, max_size=6), st.text("xy.,=\\{}[] é\"'", max_size=8), max_size=4
    )
)
def test_any_text_survives_a_set_string_when_it_is_escaped(wanted: dict[str, str]) -> None:
    def escape(text: str) -> str:
        return "".join(f"\\{char}" if char in "\\,.=[]{}" else char for char in text)

    expression = ",".join(f"{escape(key)}={escape(value)}" for key, value in wanted.items())
    assert read_values(set_strings=[expression] if expression else []).data == wanted
