/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a description says, before anybody asks what it means. Lists are singly linked in source
 * order; everything lives in the parser's arena.
 */
#ifndef COMPOSER_LANG_AST_H
#define COMPOSER_LANG_AST_H

#include <stdbool.h>
#include <stdint.h>

#include "composer/lang/diag.h"

enum value_kind {
    VALUE_NUMBER,
    VALUE_BOOL,
    VALUE_STRING,
    VALUE_LIST,
    VALUE_DICT,
    VALUE_QUERY, /* dtb(...): `string` is the name, `items` its arguments */
};

struct value_item {
    const char *key; /* dictionaries only */
    struct pos key_pos;
    struct value *value;
    struct value_item *next;
};

struct value {
    enum value_kind kind;
    struct pos pos;
    int64_t number; /* VALUE_NUMBER; VALUE_BOOL: 0 or 1 */
    const char *string;
    struct value_item *items;
    unsigned count;
};

/* "a string", "a number", ...: for messages. */
const char *value_kind_name(enum value_kind kind);

enum member_kind {
    MEMBER_CONTROL,
    MEMBER_HARDWARE,
    MEMBER_USES,
    MEMBER_PROVIDES,
    MEMBER_EMITS,
    MEMBER_CONSUMES,
    MEMBER_DATAPORT,
    MEMBER_MUTEX,
    MEMBER_SEMAPHORE,
    MEMBER_INCLUDE,
    MEMBER_ATTRIBUTE,
    MEMBER_METHOD,
};

struct member {
    enum member_kind kind;
    const char *type; /* as written, may be NULL */
    const char *name; /* may be NULL */
    struct pos pos;
    bool maybe;
    bool is_array;
    struct value *initial; /* attributes: default value or NULL */
    struct member *fields; /* attributes of structure type */
    struct member *next;
};

/* `a.b.c`, stored as "a.b.c". */
struct name_ref {
    const char *text;
    struct pos pos;
    struct name_ref *next;
};

struct instance {
    const char *type;
    const char *name;
    struct pos pos;
    struct instance *next;
};

struct connection {
    const char *type;
    const char *name;
    struct pos pos;
    struct name_ref *from;
    struct name_ref *to;
    struct connection *next;
};

struct setting {
    const char *instance; /* all but the last part of the name */
    const char *attribute;
    struct pos pos;
    struct value *value;     /* `=` */
    struct name_ref *source; /* `<-`, exclusive with value */
    struct setting *next;
};

/* Body of an assembly, or of a component that contains others. */
struct assembly {
    struct pos pos;
    struct instance *instances;
    struct connection *connections;
    struct name_ref *groups;
    struct setting *settings;
    struct assembly *next;
};

enum declaration_kind {
    DECLARE_COMPONENT,
    DECLARE_CONNECTOR,
    DECLARE_PROCEDURE,
};

struct declaration {
    enum declaration_kind kind;
    const char *name;
    struct pos pos;
    struct member *members;
    struct assembly *inner; /* composition and configuration inside a component, or NULL */
    struct declaration *next;
};

struct import {
    const char *path;
    bool is_system; /* <...> */
    struct pos pos;
    struct import *next;
};

struct description {
    struct import *imports;
    struct declaration *declarations;
    struct assembly *assemblies;
};

#endif
