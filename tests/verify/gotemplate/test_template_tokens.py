"""Tokens join to the input, and no text makes the parser fail in another way than by its own error."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubilitics_chartgen.verify.gotemplate import TemplateSyntaxError, nodes, parse, tokenize

WORDS = r"""
    {{ }} {{- -}} /* */ . .a .Values.b $ $x := = | ( ) , " "s" ` `r` ' 'c' 1 0x 1.5 - + 1i if else end range with
    define block template break continue nil true include text \ é #
"""
PIECES = st.sampled_from([*WORDS.split(), "{{- ", " -}}", " ", "\n", "\t", "\x00"])
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_tokens_join_to_the_text_they_came_from(text: str) -> None:
    try:
        tokens = tokenize(text)
    except TemplateSyntaxError:
        return
    assert "".join(token.text for token in tokens) == text
    assert [token.offset for token in tokens] == sorted(token.offset for token in tokens)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_no_text_breaks_the_parser(text: str) -> None:
    failure = None
    try:
        parse(text, file="a.yaml")
    except TemplateSyntaxError as error:
        failure = error
    if failure is not None:
        assert failure.file == "a.yaml"
        assert 1 <= failure.line <= text.count("\n") + 1
        assert failure.what


def test_an_error_names_file_line_and_what() -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        parse("a: 1\nb: {{ .Values.b. }}\n", file="templates/x.yaml")
    assert (caught.value.file, caught.value.line) == ("templates/x.yaml", 2)
    assert "unexpected '.'" in caught.value.what


@pytest.mark.parametrize(
    "text",
    [
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ if 1 }}" * 5000 + "{{ end }}" * 5000,
    ],
)
def test_nesting_that_would_exhaust_the_stack_is_refused(text: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="cannot be parsed") as caught:
        parse(text)
    assert "levels deep" in caught.value.what


def test_a_long_chain_of_else_if_is_not_nesting() -> None:
    tree = parse("{{ if 1 }}" + "{{ else if 1 }}" * 500 + "{{ end }}")
    (node,) = tree.body
    assert isinstance(node, nodes.If)
    assert len(node.branches) == 501


def test_trim_markers_remove_the_whitespace_beside_them() -> None:
    tree = parse("a \n {{- 1 -}} \n b {{ 2 }} c")
    assert [node.text for node in tree.body if isinstance(node, nodes.Text)] == ["a", "b ", " c"]


def test_comments_trim_too_and_leave_nothing() -> None:
    tree = parse("a {{- /* {{ x }} */ -}} b")
    assert list(tree.body) == [nodes.Text(1, "a"), nodes.Text(1, "b")]


def test_fields_of_parentheses_and_variables_are_chains() -> None:
    (action,) = parse("{{ (index .Values 0).a.b }}").body
    assert isinstance(action, nodes.Action)
    (operand,) = action.pipeline.commands[0].args
    assert isinstance(operand, nodes.Chain)
    assert operand.names == ("a", "b")


def test_constants_have_the_value_that_go_gives_them() -> None:
    (action,) = parse(r"""{{ list 0x1F 0b11 017 1_000 'a' 1.5 -2 "a\tA\u00e9\101" `r\n` }}""").body
    assert isinstance(action, nodes.Action)
    values = [arg.value for arg in action.pipeline.commands[0].args if isinstance(arg, (nodes.Number, nodes.String))]
    assert values == [31, 3, 15, 1000, 97, 1.5, -2, "a\tAéA", r"r\n"]


def test_nodes_know_their_lines() -> None:
    (define,) = parse('\n{{ define "x" }}\n{{ .a }}\n{{ end }}').defines.values()
    assert define.line == 2
    assert [node.line for node in define.body if isinstance(node, nodes.Action)] == [3]
