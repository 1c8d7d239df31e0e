"""A schema that says repeated parts once accepts and refuses exactly what it did before."""

import copy
import json

import jsonschema_rs
import pytest

from kubilitics_chartgen.targets.chart.sharing import share

IMAGE = {
    "type": "object",
    "properties": {
        "repository": {"description": "Where.", "type": "string", "pattern": "^[a-z]+$", "minLength": 1},
        "tag": {"description": "Which.", "type": "string", "maxLength": 128},
    },
    "required": ["repository"],
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "properties": {
        "one": {"description": "One.", **IMAGE},
        "two": {"description": "Two.", **IMAGE},
        "port": {"description": "Port.", "type": "integer"},
    },
    "definitions": {"Image": {"type": "null"}},
}
VALUES = [
    {},
    {"one": {"repository": "a"}},
    {"two": {"repository": "a", "tag": "b"}},
    {"two": {"repository": "A"}},
    {"one": {"tag": "b"}},
    {"one": {"repository": "a", "more": 1}},
    {"port": "x"},
]


def test_what_is_repeated_is_said_once_and_keeps_its_own_description():
    shared = share(copy.deepcopy(SCHEMA))
    assert shared["properties"]["one"] == {"description": "One.", "$ref": "#/definitions/One"}
    assert shared["properties"]["two"] == {"description": "Two.", "$ref": "#/definitions/One"}
    assert shared["definitions"]["One"] == IMAGE
    assert shared["properties"]["port"] == SCHEMA["properties"]["port"]


def test_what_sections_have_in_common_is_said_once_and_they_stay_closed():
    knobs = {f"knob{number}": {"description": f"Knob {number}.", "type": "integer"} for number in range(8)}
    sections = {
        name: {
            "description": name,
            "type": "object",
            "properties": {**knobs, name: {"description": "Its own.", "type": "string"}},
            "additionalProperties": False,
        }
        for name in ("one", "two")
    }
    schema = {"type": "object", "properties": sections}
    shared = share(copy.deepcopy(schema))
    assert shared["definitions"] == {"Common": {"properties": knobs}}
    for name, section in shared["properties"].items():
        assert section["allOf"] == [{"$ref": "#/definitions/Common"}]
        assert section["properties"] == {
            **dict.fromkeys(knobs, True),
            name: {"description": "Its own.", "type": "string"},
        }
        for section_values in (
            {"knob1": 1},
            {"knob1": "x"},
            {"knob9": 1},
            {name: "x", "knob0": 2},
            {name: 1},
            [],
            None,
        ):
            values = {name: section_values}
            assert jsonschema_rs.is_valid(shared, values) == jsonschema_rs.is_valid(schema, values)


@pytest.mark.parametrize("values", VALUES, ids=json.dumps)
def test_the_verdict_stays_the_same(values):
    shared = share(copy.deepcopy(SCHEMA))
    assert jsonschema_rs.is_valid(shared, values) == jsonschema_rs.is_valid(SCHEMA, values)


def test_a_name_that_is_taken_is_not_taken_again():
    schema = copy.deepcopy(SCHEMA)
    for section in ("one", "two"):
        schema["properties"][section] = {
            "description": section,
            "type": "object",
            "properties": {"image": {"description": "Image.", **IMAGE}, section: {"description": "x"}},
        }
    shared = share(schema)
    assert shared["definitions"]["Image"] == {"type": "null"}
    assert shared["definitions"]["OneImage"] == IMAGE


REFUSES_NULL = {"allOf": [{"$ref": "#/definitions/Term"}, {"type": "object"}]}


@pytest.mark.parametrize("also", [REFUSES_NULL, {"$ref": "#/definitions/Term"}], ids=["nowhere null", "somewhere null"])
def test_a_definition_refuses_null_itself_only_where_every_use_does(also):
    schema = {
        "type": "object",
        "properties": {"terms": {"description": "Terms.", "type": "array", "items": REFUSES_NULL}},
        "definitions": {
            "Term": {"type": ["object", "null"], "properties": {"key": {"type": "string"}}},
            "Other": {"type": "object", "properties": {"term": also}},
        },
    }
    shared = share(schema)
    assert (shared["definitions"]["Term"]["type"] == "object") == (also is REFUSES_NULL)
    for values in ({"terms": [None]}, {"terms": [{"key": "a"}]}, {"terms": [{"key": 1}]}, {"terms": None}):
        assert jsonschema_rs.is_valid(shared, values) == jsonschema_rs.is_valid(schema, values)
    for term in (None, {"key": "a"}, {"key": 1}):
        other = {"allOf": [{"$ref": "#/definitions/Other"}]}
        verdicts = [
            jsonschema_rs.is_valid({**each, "allOf": other["allOf"]}, {"term": term}) for each in (shared, schema)
        ]
        assert verdicts[0] == verdicts[1]


def test_definitions_that_accept_the_same_become_one():
    term = {"type": "object", "properties": {"key": {"type": "string"}}}
    schema = {
        "type": "object",
        "properties": {
            "one": {"description": "One.", "$ref": "#/definitions/A"},
            "two": {"description": "Two.", "$ref": "#/definitions/B"},
        },
        "definitions": {"A": term, "B": copy.deepcopy(term)},
    }
    shared = share(schema)
    assert shared["definitions"] == {"A": term}
    assert shared["properties"]["two"] == {"description": "Two.", "$ref": "#/definitions/A"}
