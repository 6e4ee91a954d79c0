"""Query the definitions of each language from its tree-sitter syntax tree.

A pattern captures the definition as its kind, its name as "name", and the type that a method
belongs to as "owner". The kind "scope" is no definition, but gives its name to those inside it.
"""

from __future__ import annotations

from types import MappingProxyType


def _name_patterns(kinds: str) -> str:
    """Make patterns for nodes that hold their name in a field, from lines of "node node: kind"."""
    patterns = []
    for line in kinds.strip().split("\n"):
        nodes, _, kind = line.partition(":")
        patterns += [f"({node} name: (_) @name) @{kind.strip()}" for node in nodes.split()]
    return "\n".join(patterns)


_JAVASCRIPT = (
    _name_patterns("""function_declaration generator_function_declaration: function
                      method_definition: function
                      class_declaration: class""")
    + """
    (variable_declarator name: (_) @name
        value: [(arrow_function) (function_expression) (generator_function)]) @function
    (variable_declarator name: (_) @name value: (class)) @class
    (pair key: (_) @name value: [(arrow_function) (function_expression)]) @function
    (assignment_expression left: (identifier) @name
        right: [(arrow_function) (function_expression)]) @function
    (assignment_expression left: (member_expression property: (_) @name)
        right: [(arrow_function) (function_expression)]) @function
    """
)
_TYPESCRIPT = (
    _JAVASCRIPT
    + _name_patterns("""abstract_class_declaration: class
                interface_declaration: interface
                enum_declaration: enum
                type_alias_declaration: type
                internal_module: namespace
                function_signature abstract_method_signature: function""")
    + """
    (public_field_definition name: (_) @name
        value: [(arrow_function) (function_expression)]) @function
    """
)
_C = """
    (function_definition declarator: (function_declarator declarator: (_) @name)) @function
    (function_definition declarator: (_ (function_declarator declarator: (_) @name))) @function
    (function_definition declarator: (_ (_ (function_declarator declarator: (_) @name)))) @function
    (struct_specifier name: (_) @name body: (_)) @struct
    (union_specifier name: (_) @name body: (_)) @struct
    (enum_specifier name: (_) @name body: (_)) @enum
    (type_definition declarator: (type_identifier) @name) @type
    (preproc_function_def name: (_) @name) @macro
"""
QUERIES = MappingProxyType(
    {
        "javascript": _JAVASCRIPT
        + """
        (field_definition property: (_) @name
            value: [(arrow_function) (function_expression)]) @function
        """,
        "typescript": _TYPESCRIPT,
        "tsx": _TYPESCRIPT,
        "go": _name_patterns("function_declaration: function\ntype_alias: type")
        + """
        (method_declaration receiver: (parameter_list (parameter_declaration type: [
            (type_identifier) @owner (generic_type type: (_) @owner)
            (pointer_type [(type_identifier) @owner (generic_type type: (_) @owner)])]))
            name: (_) @name) @method
        (type_spec name: (_) @name type: (interface_type)) @interface
        (type_spec name: (_) @name type: (struct_type)) @struct
        (type_spec name: (_) @name) @type
        """,
        "rust": _name_patterns("""function_item function_signature_item: function
                          struct_item union_item: struct
                          enum_item: enum
                          trait_item: trait
                          type_item: type
                          mod_item: namespace
                          macro_definition: macro""")
        + """
        (impl_item type: (type_identifier) @name) @scope
        (impl_item type: (generic_type type: (_) @name)) @scope
        (impl_item type: (scoped_type_identifier name: (_) @name)) @scope
        """,
        "java": _name_patterns("""class_declaration record_declaration: class
                          interface_declaration annotation_type_declaration: interface
                          enum_declaration: enum
                          method_declaration constructor_declaration: function"""),
        "csharp": _name_patterns("""class_declaration record_declaration: class
                            struct_declaration: struct
                            interface_declaration: interface
                            enum_declaration: enum
                            method_declaration constructor_declaration: function
                            local_function_statement: function
                            delegate_declaration: type
                            property_declaration: property"""),
        "php": _name_patterns("""class_declaration: class
                         interface_declaration: interface
                         trait_declaration: trait
                         enum_declaration: enum
                         function_definition method_declaration: function"""),
        "ruby": _name_patterns("class: class\nmodule: module\nmethod singleton_method: function"),
        "kotlin": _name_patterns(
            "class_declaration: class\nobject_declaration: object\nfunction_declaration: function"
        ),
        "swift": _name_patterns("""class_declaration: class
                           protocol_declaration: interface
                           function_declaration protocol_function_declaration: function""")
        + '(init_declaration "init" @name) @function',
        "scala": _name_patterns("""class_definition: class
                           object_definition: object
                           trait_definition: trait
                           enum_definition: enum
                           type_definition: type
                           function_definition function_declaration: function"""),
        "c": _C,
        "cpp": _C
        + _name_patterns("alias_declaration: type\nnamespace_definition: namespace")
        + "(class_specifier name: (_) @name body: (_)) @class",
        "bash": _name_patterns("function_definition: function"),
        "lua": _name_patterns("function_declaration: function"),
    }
)
