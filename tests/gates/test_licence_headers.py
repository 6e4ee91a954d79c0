"""Licence headers and copyright lines of others, as they stand in real files."""

from __future__ import annotations

import pytest

from bot.gates import Change
from bot.gates.licence import check_licence
from bot.gates.licence_names import name_licence

ISC = """\
/* Permission to use, copy, modify, and/or distribute this software for any
 * purpose with or without fee is hereby granted. */
"""
GPL = """\
/*
 * This program is free software; you can redistribute it and/or modify it under the terms of the
 * GNU General Public License as published by the Free Software Foundation; either version 2 of the
 * License, or (at your option) any later version.
 *
 * Copyright (C) 1998-2004 Eve Corp
 */
"""
MIT = """\
# Permission is hereby
# granted, free of charge, to any person obtaining a copy of this software and associated
# documentation files, to deal in the Software without restriction.
"""
APACHE = '// Licensed under the Apache License, Version 2.0 (the "License");\n'
BSD = "// Use of this source code is governed by a BSD-style\n// license that can be found in LICENSE.\n"
GO = f"// Copyright 2009 The Go Authors. All rights reserved.\n{BSD}"
HEADERS = {
    "the GPL, wrapped": ("a.c", GPL, 3, "GPL-2.0, Eve Corp"),
    "the MIT licence, wrapped": ("a.py", MIT, 1, "MIT"),
    "Apache's": ("a.js", APACHE, 1, "Apache-2.0"),
    "nothing but a claim": (
        "a.html",
        "<p>ZeroSSL. All rights reserved.</p>\n",
        1,
        "All rights reserved",
    ),
    "an identifier": (
        "a.rs",
        "// SPDX-License-Identifier: MIT OR Apache-2.0\n",
        1,
        "MIT OR Apache-2.0",
    ),
    "Go's own": ("a.go", GO, 1, "The Go Authors, BSD"),
    "ISC": ("a.c", ISC, 1, "ISC"),
}


def make_change(path, text, around=()):
    """Make the change that adds this file to a repository with these others."""
    return Change({path: None}, {path: text}, dict(around))


@pytest.mark.parametrize(("path", "text", "line", "names"), HEADERS.values(), ids=HEADERS)
def test_a_header_is_told_once_with_its_names(path, text, line, names):
    """However it is wrapped, and whatever begins its lines."""
    findings = list(check_licence(make_change(path, f"{text}int x;\n")))

    assert [(line, names)] == [
        (finding.line, finding.text.split("names: ")[1].split(". Where")[0]) for finding in findings
    ]


OWN = {
    "a manifest": ({"package.json": '{"license": "Apache-2.0"}'}, APACHE),
    "an identifier": ({"Cargo.toml": 'license = "MIT OR Apache-2.0"'}, APACHE),
    "a table": ({"pyproject.toml": '[project]\nlicense = {text = "Apache-2.0"}'}, APACHE),
    "the licence's text": ({"LICENSE": "Apache License\nVersion 2.0, January 2004\n"}, APACHE),
    "one of two": (
        {"LICENSE-MIT": MIT.replace("# ", "")},
        "// SPDX-License-Identifier: MIT OR Apache-2.0\n",
    ),
    "a later version": (
        {"COPYING": "GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n"},
        "// SPDX-License-Identifier: GPL-3.0-or-later\n",
    ),
}


@pytest.mark.parametrize(("around", "header"), OWN.values(), ids=OWN)
def test_the_repositorys_own_licence_is_no_strangers(around, header):
    """Wherever the repository says which it is; any other stays one."""
    own = list(check_licence(make_change("a.js", header, around)))
    other = list(check_licence(make_change("a.c", GPL, around)))

    assert [] == own
    assert 1 == len(other)


TEXTS = {
    "GPL-3.0": "GNU GENERAL PUBLIC LICENSE Version 3, 29 June 2007 ... the GNU Affero General Public License",
    "MPL-2.0": "Mozilla Public License Version 2.0 ... means the GNU General Public License, Version 2.0",
    "LGPL-2.1": "GNU LESSER GENERAL PUBLIC LICENSE Version 2.1, February 1999",
    "BSD-3-Clause": "Redistribution and use in source and binary forms, with or without ... "
    "Neither the name of Eve nor the names of her friends",
    "BSD-2-Clause": "Redistribution and use in source and binary forms, with or without",
    "Unlicense": "This is free and unencumbered software released into the public domain.",
    "": "Use it as you like.",
}


@pytest.mark.parametrize(("name", "text"), TEXTS.items(), ids=TEXTS)
def test_a_licence_is_named_by_what_it_says_first(name, text):
    """Some speak of others further down."""
    assert name == name_licence(text)
