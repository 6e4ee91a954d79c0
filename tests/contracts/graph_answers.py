"""Here lives the comparison of a GraphQL answer with a schema: each field is of the type that the
schema gives it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

KINDS: dict[str, tuple[type, ...]] = {"Int": (int,), "Float": (float, int), "Boolean": (bool,)}


def misfits(
    schema: GraphQLSchema,
    document: DocumentNode,
    asked: OperationDefinitionNode,
    data: dict[str, Any],
) -> Iterator[str]:
    """Where the answer's data is not what the schema says of the fields that were asked for."""
    fragments = {
        one.name.value: one
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    root = schema.get_root_type(asked.operation)
    yield from _Fitting(schema, fragments).of_object(root, asked.selection_set, data, "data")


class _Fitting:
    def __init__(self, schema: GraphQLSchema, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._fragments = fragments

    def of_object(
        self, kind: Any, selection: SelectionSetNode, value: dict[str, Any], where: str
    ) -> Iterator[str]:
        left = set(value)
        for owner, node in self._fields(kind, selection):
            key = node.alias.value if node.alias else node.name.value
            if key not in value:
                continue
            left.discard(key)
            field = None if node.name.value == "__typename" else owner.fields.get(node.name.value)
            if field:
                yield from self._of(field.type, node.selection_set, value[key], f"{where}.{key}")
        yield from (f"answer {where}.{key} was not asked for" for key in left)

    def _fields(self, kind: Any, selection: SelectionSetNode) -> Iterator[tuple[Any, FieldNode]]:
        for node in selection.selections:
            match node:
                case FieldNode():
                    yield kind, node
                case InlineFragmentNode():
                    narrower = (
                        self._schema.get_type(node.type_condition.name.value)
                        if node.type_condition
                        else kind
                    )
                    yield from self._fields(narrower, node.selection_set)
                case FragmentSpreadNode():
                    fragment = self._fragments[node.name.value]
                    narrower = self._schema.get_type(fragment.type_condition.name.value)
                    yield from self._fields(narrower, fragment.selection_set)

    def _of(
        self, kind: Any, selection: SelectionSetNode | None, value: Any, where: str
    ) -> Iterator[str]:
        if isinstance(kind, GraphQLNonNull):
            if value is None:
                yield f"answer {where} is null"
                return
            kind = kind.of_type
        if value is None:
            return
        if isinstance(kind, GraphQLList):
            for number, one in enumerate(value):
                yield from self._of(kind.of_type, selection, one, f"{where}[{number}]")
        elif (isinstance(kind, GraphQLEnumType) and value not in kind.values) or (
            isinstance(kind, GraphQLScalarType) and not _is(kind.name, value)
        ):
            yield f"answer {where}: {value!r} is no {kind.name}"
        elif (
            isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType, GraphQLUnionType))
            and selection
        ):
            yield from self.of_object(kind, selection, value, where)


def _is(kind: str, value: object) -> bool:
    if kind == "GitObjectID":
        return isinstance(value, str) and len(value) == 40
    return type(value) in KINDS.get(kind, (str,))
