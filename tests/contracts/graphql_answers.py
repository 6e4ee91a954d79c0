"""Compare a GraphQL answer with a schema: each field is of the type that the schema gives it."""

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

OBJECTS = (GraphQLObjectType, GraphQLInterfaceType, GraphQLUnionType)
PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "Int": (int,),
    "Float": (float, int),
    "Boolean": (bool,),
}


def list_misfits(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    data: dict[str, Any],
) -> Iterator[str]:
    """Say where the data is not what the schema says of the fields that were asked for."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    root = schema.get_root_type(operation.operation)
    comparison = _Comparison(schema, fragments)
    yield from comparison.of_object(root, operation.selection_set, data, "data")


class _Comparison:
    def __init__(self, schema: GraphQLSchema, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._fragments = fragments

    def of_object(
        self, graph_type: Any, selection: SelectionSetNode, value: dict[str, Any], where: str
    ) -> Iterator[str]:
        unasked = set(value)
        for owner, node in self._list_fields(graph_type, selection):
            key = node.alias.value if node.alias else node.name.value
            unasked.discard(key)
            if key in value and node.name.value != "__typename":
                field = owner.fields[node.name.value]
                yield from self._of(field.type, node.selection_set, value[key], f"{where}.{key}")
        yield from (f"answer {where}.{key} was not asked for" for key in unasked)

    def _list_fields(
        self, graph_type: Any, selection: SelectionSetNode
    ) -> Iterator[tuple[Any, FieldNode]]:
        for node in selection.selections:
            match node:
                case FieldNode():
                    yield graph_type, node
                case InlineFragmentNode():
                    condition = node.type_condition
                    narrower = self._schema.get_type(condition.name.value) if condition else None
                    yield from self._list_fields(narrower or graph_type, node.selection_set)
                case FragmentSpreadNode():
                    fragment = self._fragments[node.name.value]
                    narrower = self._schema.get_type(fragment.type_condition.name.value)
                    yield from self._list_fields(narrower, fragment.selection_set)

    def _of(
        self, graph_type: Any, selection: SelectionSetNode | None, value: Any, where: str
    ) -> Iterator[str]:
        if isinstance(graph_type, GraphQLNonNull):
            if value is None:
                yield f"answer {where} is null"
            graph_type = graph_type.of_type
        if value is None:
            return
        if isinstance(graph_type, GraphQLList):
            for index, item in enumerate(value):
                yield from self._of(graph_type.of_type, selection, item, f"{where}[{index}]")
        elif not _is_leaf_of(graph_type, value):
            yield f"answer {where}: {value!r} is no {graph_type.name}"
        elif isinstance(graph_type, OBJECTS) and selection:
            yield from self.of_object(graph_type, selection, value, where)


def _is_leaf_of(graph_type: Any, value: object) -> bool:
    """Tell whether an enumeration or a scalar has this value; all other types do."""
    match graph_type:
        case GraphQLEnumType():
            return value in graph_type.values
        case GraphQLScalarType(name="GitObjectID"):
            return isinstance(value, str) and len(value) == 40
        case GraphQLScalarType():
            return type(value) in PYTHON_TYPES.get(graph_type.name, (str,))
    return True
