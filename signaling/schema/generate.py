#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Generates the message types of C and TypeScript from the schema in this folder.

    generate.py --c protocol_gen.c --h protocol_gen.h
    generate.py --ts messages.gen.ts

The form of the schema is told in README.md. A schema that breaks it stops the build with one line.
"""
import argparse
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
SPECIAL = {"types.json", "errors.json"}
ATTRIBUTES = {
    "boolean": set(),
    "integer": {"min", "max"},
    "string": {"max"},
    "enum": {"values"},
    "object": {"of"},
    "array": {"of", "max"},
}
COMMON_ERRORS = ["bad_request", "forbidden", "too_fast", "unavailable"]
SAFE_INTEGER = 2**53 - 1  # what a JavaScript number holds exactly


class SchemaError(Exception):
    pass


def load(folder):
    """Returns (types, errors, requests, events), each a dict sorted by name."""
    types = json.loads((folder / "types.json").read_text())
    errors = json.loads((folder / "errors.json").read_text())
    requests, events = {}, {}
    for path in sorted(folder.glob("*.json")):
        if path.name in SPECIAL:
            continue
        message = json.loads(path.read_text())
        check_message(path, message, types, errors)
        (requests if message["from"] == "client" else events)[message["message"]] = message
    for name, kind in types.items():
        check_fields(f"types.json: {name}", kind["fields"], types)
    return dict(sorted(types.items())), errors, requests, events


def check_message(path, message, types, errors):
    where = path.name
    keys = {"message", "from", "doc", "fields"}
    if message.get("from") == "client":
        keys |= {"reply", "errors"}
    if set(message) != keys:
        raise SchemaError(f"{where}: has {sorted(message)}, should have {sorted(keys)}")
    if message["message"] != path.stem or message["from"] not in ("client", "server"):
        raise SchemaError(f"{where}: 'message' must be the file's name, 'from' client or server")
    check_fields(where, message["fields"], types)
    check_fields(f"{where}: reply", message.get("reply", {}), types)
    for error in COMMON_ERRORS + message.get("errors", []):
        if error not in errors:
            raise SchemaError(f"{where}: error '{error}' is not in errors.json")


def check_fields(where, fields, types):
    for name, field in fields.items():
        at = f"{where}: {name}"
        if field.get("type") not in ATTRIBUTES:
            raise SchemaError(f"{at}: no such type")
        must = ATTRIBUTES[field["type"]] | {"type", "doc"}
        if set(field) - {"optional"} != must:
            raise SchemaError(f"{at}: needs exactly {sorted(must)}")
        if field.get("optional") and field["type"] != "string":
            raise SchemaError(f"{at}: only a string can be optional")
        if field["type"] == "integer" and not 0 <= field["min"] <= field["max"] <= SAFE_INTEGER:
            raise SchemaError(f"{at}: not 0 <= min <= max <= 2^53-1")
        if "of" in field and field["of"] not in types and field["of"] != "string":
            raise SchemaError(f"{at}: no type '{field['of']}'")
        if field["type"] == "object" and field["of"] == "string":
            raise SchemaError(f"{at}: an object is of a type of types.json")


def in_order(types):
    """The types, each after those that it holds."""
    done = []

    def visit(name, path):
        if name in path:
            raise SchemaError(f"types.json: {name} holds itself")
        if name in done:
            return
        for field in types[name]["fields"].values():
            if field.get("of", "string") != "string":
                visit(field["of"], path + [name])
        done.append(name)

    for name in types:
        visit(name, [])
    return done


def shapes(types, requests, events):
    """Every struct to make: (name, doc, fields, is it read from a client)."""
    asked = {f["of"] for m in requests.values() for f in m["fields"].values() if "of" in f}
    for name in in_order(types):
        yield name, types[name]["doc"], types[name]["fields"], name in asked
    for name, message in requests.items():
        yield f"{name}_request", message["doc"], message["fields"], True
        yield f"{name}_reply", f"Reply to {name}.", message["reply"], False
    for name, message in events.items():
        yield f"{name}_event", message["doc"], message["fields"], False


# --- C ---------------------------------------------------------------------------------------------

C_HEAD = "/* SPDX-License-Identifier: MIT */\n/* Made from signaling/schema by generate.py: edit the schema. */\n"


def c_comment(text, indent=""):
    return f"{indent}/* {text} */"


def c_enum(owner, name, values):
    yield f"enum proto_{owner}_{name} {{"
    for value in values:
        yield f"\tPROTO_{owner}_{name}_{value}".upper() + ","
    yield "};"
    yield ""


def c_members(owner, fields, read):
    for name, field in fields.items():
        kind = field["type"]
        yield c_comment(field["doc"] + (" NULL: left out." if field.get("optional") else ""), "\t")
        if kind == "boolean":
            yield f"\tbool {name};"
        elif kind == "integer":
            yield f"\tint64_t {name};"
        elif kind == "string":
            yield f"\tconst char *{name};"
        elif kind == "enum":
            yield f"\tenum proto_{owner}_{name} {name};"
        elif kind == "object":
            yield f"\tstruct proto_{field['of']} {name};"
        else:
            item = "const char *" if field["of"] == "string" else f"struct proto_{field['of']} "
            yield f"\tsize_t {name}_count;"
            if read:
                yield f"\t{item}{name}[{field['max']}];"
            elif field["of"] == "string":
                yield f"\tconst char *const *{name};"
            else:
                yield f"\tconst {item}*{name};"
    if not fields:
        yield "\tchar none; /* no fields */"


def c_header(types, errors, requests, events):
    yield C_HEAD + "#ifndef SIGNALING_PROTOCOL_GEN_H\n#define SIGNALING_PROTOCOL_GEN_H\n"
    yield '#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n\n#include "signaling/shape.h"\n'
    yield "enum proto_error {"
    yield "\tPROTO_OK = 0,"
    for name, doc in errors.items():
        yield f"\tPROTO_ERROR_{name.upper()}, /* {doc} */"
    yield "};\n"
    yield "const char *proto_error_name(enum proto_error error);\n"
    for owner, doc, fields, read in shapes(types, requests, events):
        for name, field in fields.items():
            if field["type"] == "enum":
                yield from c_enum(owner, name, field["values"])
        yield c_comment(doc)
        yield f"struct proto_{owner} {{"
        yield from c_members(owner, fields, read)
        yield "};\n"
    yield from c_requests(requests)
    for owner, _, _, _ in shapes(types, requests, events):
        yield f"extern const struct shape proto_{owner}_shape;"
    yield "\n#endif"


def c_requests(requests):
    yield "enum proto_request_type {"
    for name in requests:
        yield f"\tPROTO_REQUEST_{name.upper()},"
    yield "\tPROTO_REQUESTS"
    yield "};\n"
    yield "/* A parsed request; its strings belong to the JSON document that it came from. */"
    yield "struct proto_request {"
    yield "\tenum proto_request_type type;"
    yield "\tint64_t id;"
    yield "\tunion {"
    for name in requests:
        yield f"\t\tstruct proto_{name}_request {name};"
    yield "\t} u;"
    yield "};\n"
    yield "struct proto_request_info {"
    yield "\tconst char *name;"
    yield "\tconst struct shape *request, *reply;"
    yield "};\n"
    yield "/* By enum proto_request_type, which is the alphabetical order of the names. */"
    yield "extern const struct proto_request_info proto_requests[PROTO_REQUESTS];"


def c_field(owner, name, field, read):
    kind = field["type"]
    struct = f"struct proto_{owner}"
    parts = [f'.name = "{name}"', f".offset = offsetof({struct}, {name})"]
    if kind == "array":
        tag = "SHAPE_ITEMS" if read else "SHAPE_ARRAY"
        parts += [f".count_offset = offsetof({struct}, {name}_count)", f".max = {field['max']}"]
        if field["of"] != "string":
            parts.append(f".of = &proto_{field['of']}_shape")
    else:
        tag = f"SHAPE_{kind.upper()}"
    if kind == "integer":
        parts += [f".min = {field['min']}", f".max = {field['max']}"]
    elif kind == "string":
        parts.append(f".max = {field['max']}")
    elif kind == "enum":
        parts += [f".max = {len(field['values'])}", f".values = {owner}_{name}_values"]
    elif kind == "object":
        parts.append(f".of = &proto_{field['of']}_shape")
    if field.get("optional"):
        parts.append(".optional = true")
    return f"\t{{ .type = {tag}, " + ", ".join(parts) + " },"


def c_name(owner):
    """The name on the wire: without what tells a request, a reply and an event apart."""
    return owner.removesuffix("_request").removesuffix("_reply").removesuffix("_event")


def c_source(types, errors, requests, events):
    yield C_HEAD + '#include "signaling/protocol_gen.h"\n'
    yield "static const char *const error_names[] = {"
    yield '\t[PROTO_OK] = "ok",'
    for name in errors:
        yield f'\t[PROTO_ERROR_{name.upper()}] = "{name}",'
    yield "};\n"
    yield "const char *proto_error_name(enum proto_error error)\n{\n\treturn error_names[error];\n}\n"
    for owner, _, fields, read in shapes(types, requests, events):
        for name, field in fields.items():
            if field["type"] == "enum":
                values = ", ".join(f'"{value}"' for value in field["values"])
                yield f"static const char *const {owner}_{name}_values[] = {{ {values} }};\n"
        if fields:
            yield f"static const struct shape_field {owner}_fields[] = {{"
            for name, field in fields.items():
                yield c_field(owner, name, field, read)
            yield "};\n"
        yield f"const struct shape proto_{owner}_shape = {{"
        yield f'\t.name = "{c_name(owner)}",'
        yield f"\t.size = sizeof(struct proto_{owner}),"
        if fields:
            yield f"\t.fields = {owner}_fields,"
            yield f"\t.field_count = {len(fields)},"
        yield "};\n"
    yield "const struct proto_request_info proto_requests[PROTO_REQUESTS] = {"
    for name in requests:
        shapes_of = f"&proto_{name}_request_shape, &proto_{name}_reply_shape"
        yield f'\t[PROTO_REQUEST_{name.upper()}] = {{ "{name}", {shapes_of} }},'
    yield "};"


# --- TypeScript ------------------------------------------------------------------------------------


def ts_name(name):
    return "".join(part.capitalize() for part in name.split("_"))


def ts_type(field):
    kind = field["type"]
    if kind == "enum":
        return " | ".join(f"'{value}'" for value in field["values"])
    if kind in ("object", "array"):
        of = "string" if field["of"] == "string" else ts_name(field["of"])
        return of if kind == "object" else f"{of}[]"
    return {"boolean": "boolean", "integer": "number", "string": "string"}[kind]


def ts_fields(fields, indent):
    for name, field in fields.items():
        mark = "?" if field.get("optional") else ""
        yield f"{indent}/** {field['doc']} */"
        yield f"{indent}{name}{mark}: {ts_type(field)};"


def ts_interface(name, doc, fields):
    yield f"/** {doc} */"
    if not fields:
        yield f"export type {name} = Record<never, never>;"
    else:
        yield f"export interface {name} {{"
        yield from ts_fields(fields, "  ")
        yield "}"
    yield ""


def ts_source(types, errors, requests, events):
    yield "// SPDX-License-Identifier: MIT"
    yield "// Made from signaling/schema by generate.py: edit the schema.\n"
    yield "/** Why a request was refused. */"
    yield "export type ErrorCode =\n  | " + "\n  | ".join(f"'{name}'" for name in errors) + ";\n"
    yield "/** Any request can be refused in these ways. */"
    yield "export type CommonError = " + " | ".join(f"'{name}'" for name in COMMON_ERRORS) + ";\n"
    for name in in_order(types):
        yield from ts_interface(ts_name(name), types[name]["doc"], types[name]["fields"])
    for name, message in requests.items():
        yield from ts_interface(f"{ts_name(name)}Request", message["doc"], message["fields"])
        yield from ts_interface(f"{ts_name(name)}Reply", f"Reply to {name}.", message["reply"])
    for name, message in events.items():
        yield from ts_interface(f"{ts_name(name)}Event", message["doc"], message["fields"])
    yield "/** Every request: its fields, what a successful reply carries, and how it can be refused. */"
    yield "export interface Requests {"
    for name, message in requests.items():
        error = " | ".join(f"'{error}'" for error in message["errors"]) or "never"
        types_of = f"fields: {ts_name(name)}Request; reply: {ts_name(name)}Reply"
        yield f"  {name}: {{ {types_of}; error: CommonError | {error} }};"
    yield "}\n"
    yield "export type RequestType = keyof Requests;\n"
    yield "/** Everything that the server says unasked, by its type. */"
    yield "export interface Events {"
    for name in events:
        yield f"  {name}: {ts_name(name)}Event;"
    yield "}\n"
    yield "export type EventType = keyof Events;\n"
    yield "/** An event as it comes: told apart by `type`. */"
    yield "export type ServerEvent = { [T in EventType]: { type: T } & Events[T] }[EventType];\n"
    names = ", ".join(f"'{name}'" for name in events)
    yield f"export const eventTypes: readonly EventType[] = [{names}];\n"
    yield "/** The longest strings of requests, in bytes of UTF-8. */"
    yield "export const limits = {"
    for name, message in requests.items():
        strings = {k: f["max"] for k, f in message["fields"].items() if f["type"] == "string"}
        if strings:
            yield f"  {name}: {{ " + ", ".join(f"{k}: {v}" for k, v in strings.items()) + " },"
    yield "} as const;"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--c", type=pathlib.Path, help="C source to write")
    parser.add_argument("--h", type=pathlib.Path, help="C header to write")
    parser.add_argument("--ts", type=pathlib.Path, help="TypeScript module to write")
    args = parser.parse_args()
    try:
        schema = load(HERE)
        for path, make in ((args.c, c_source), (args.h, c_header), (args.ts, ts_source)):
            if path:
                path.write_text("\n".join(make(*schema)) + "\n")
    except (SchemaError, OSError, KeyError, ValueError) as error:
        sys.exit(f"signaling/schema: {error}")


if __name__ == "__main__":
    main()
