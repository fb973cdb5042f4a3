"""Numbers of tree-sitter-nix's node kinds and fields, which compare faster than names."""

from __future__ import annotations

from hmls.syntax.parse import LANGUAGE


def _kind(name: str) -> int:
    kind = LANGUAGE.id_for_node_kind(name, True)
    assert kind is not None, name
    return kind


def _field(name: str) -> int:
    field = LANGUAGE.field_id_for_name(name)
    assert field is not None, name
    return field


class Kind:
    """Named nodes."""

    APPLY = _kind("apply_expression")
    ASSERT = _kind("assert_expression")
    ATTRPATH = _kind("attrpath")
    ATTRSET = _kind("attrset_expression")
    BINARY = _kind("binary_expression")
    BINDING = _kind("binding")
    BINDING_SET = _kind("binding_set")
    COMMENT = _kind("comment")
    FLOAT = _kind("float_expression")
    FORMAL = _kind("formal")
    FORMALS = _kind("formals")
    FUNCTION = _kind("function_expression")
    HAS_ATTR = _kind("has_attr_expression")
    HOME_PATH = _kind("hpath_expression")
    IDENTIFIER = _kind("identifier")
    IF = _kind("if_expression")
    INDENTED_STRING = _kind("indented_string_expression")
    INHERIT = _kind("inherit")
    INHERIT_FROM = _kind("inherit_from")
    INTEGER = _kind("integer_expression")
    INTERPOLATION = _kind("interpolation")
    LET = _kind("let_expression")
    LET_ATTRSET = _kind("let_attrset_expression")
    LIST = _kind("list_expression")
    PARENTHESIZED = _kind("parenthesized_expression")
    PATH = _kind("path_expression")
    REC_ATTRSET = _kind("rec_attrset_expression")
    SEARCH_PATH = _kind("spath_expression")
    SELECT = _kind("select_expression")
    SOURCE = _kind("source_code")
    STRING = _kind("string_expression")
    UNARY = _kind("unary_expression")
    URI = _kind("uri_expression")
    VARIABLE = _kind("variable_expression")
    WITH = _kind("with_expression")


class Field:
    """Fields of nodes."""

    ALTERNATIVE = _field("alternative")
    ARGUMENT = _field("argument")
    ATTRPATH = _field("attrpath")
    ATTRS = _field("attrs")
    BODY = _field("body")
    CONDITION = _field("condition")
    CONSEQUENCE = _field("consequence")
    DEFAULT = _field("default")
    ENVIRONMENT = _field("environment")
    EXPRESSION = _field("expression")
    FORMALS = _field("formals")
    FUNCTION = _field("function")
    LEFT = _field("left")
    NAME = _field("name")
    OPERATOR = _field("operator")
    RIGHT = _field("right")
    UNIVERSAL = _field("universal")


SETS = (Kind.ATTRSET, Kind.REC_ATTRSET, Kind.LET_ATTRSET)
STRINGS = (Kind.STRING, Kind.INDENTED_STRING)
UPDATES = ("//", "<=")
"""Operators by which the bindings of both sides are defined (of `<=` see `syntax.mend`)."""
