/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Declarations and statements; values are in expression.c.
 *
 * After an error the parser skips to the end of the statement, so that the next one is judged on
 * its own.
 */
#include "composer/lang/parser.h"

#include <string.h>

void parse_advance(struct parser *parser)
{
    parser->token = lex_next(&parser->lexer);
}

bool parse_is(const struct parser *parser, const char *text)
{
    return (parser->token.kind == TOKEN_PUNCT || parser->token.kind == TOKEN_NAME) &&
           !strcmp(parser->token.text, text);
}

bool parse_accept(struct parser *parser, const char *text)
{
    if (!parse_is(parser, text)) {
        return false;
    }
    parse_advance(parser);
    return true;
}

void parse_error(struct parser *parser, const char *expected)
{
    const struct token *token = &parser->token;

    if (parser->silent) {
        return;
    }
    parser->silent = true;
    if (token->kind == TOKEN_END) {
        diag_error(parser->diag, token->pos, "syntax", "%s expected, end of file found", expected);
    } else if (token->kind == TOKEN_STRING) {
        diag_error(parser->diag, token->pos, "syntax", "%s expected, \"%s\" found", expected,
                   token->text);
    } else {
        diag_error(parser->diag, token->pos, "syntax", "%s expected, '%s' found", expected,
                   token->text);
    }
}

bool parse_expect(struct parser *parser, const char *text, const char *where)
{
    if (parse_accept(parser, text)) {
        return true;
    }
    parse_error(parser, arena_printf(parser->arena, "'%s' %s", text, where));
    return false;
}

static const char *expect_name(struct parser *parser, const char *what)
{
    if (parser->token.kind != TOKEN_NAME) {
        parse_error(parser, what);
        return NULL;
    }
    const char *name = parser->token.text;

    parse_advance(parser);
    return name;
}

/* Skips to behind the next ';' or to the '}' that closes the block around it. */
static void skip_statement(struct parser *parser)
{
    unsigned depth = 0;

    for (; parser->token.kind != TOKEN_END; parse_advance(parser)) {
        if (parse_is(parser, "{")) {
            depth++;
        } else if (parse_is(parser, "}")) {
            if (depth == 0) {
                break;
            }
            depth--;
        } else if (parse_is(parser, ";") && depth == 0) {
            parse_advance(parser);
            break;
        }
    }
    parser->silent = false;
}

static void end_statement(struct parser *parser, const char *where)
{
    if (!parse_expect(parser, ";", where)) {
        skip_statement(parser);
    }
}

/* a.b.c */
static struct name_ref *parse_reference(struct parser *parser)
{
    struct name_ref *ref = arena_alloc(parser->arena, sizeof(*ref));

    ref->pos = parser->token.pos;
    ref->text = expect_name(parser, "a name");
    while (ref->text && parse_accept(parser, ".")) {
        const char *part = expect_name(parser, "a name after '.'");

        if (!part) {
            return NULL;
        }
        ref->text = arena_printf(parser->arena, "%s.%s", ref->text, part);
    }
    return ref->text ? ref : NULL;
}

/* Text up to the closing ';' that has no meaning for a plan: `from Events;`, methods, includes. */
static const char *parse_opaque(struct parser *parser)
{
    const char *text = "";

    while (parser->token.kind != TOKEN_END && !parse_is(parser, ";") && !parse_is(parser, "{") &&
           !parse_is(parser, "}")) {
        text = arena_printf(parser->arena, "%s%s%s", text, *text ? " " : "", parser->token.text);
        if (strlen(text) > 400) {
            parse_error(parser, "';'");
            break;
        }
        parse_advance(parser);
    }
    end_statement(parser, "at the end of this declaration");
    return text;
}

static struct member *parse_fields(struct parser *parser);

/* `attribute` has been read: TYPE NAME [ '[' ']' ] [ = VALUE ] ; */
static void parse_attribute(struct parser *parser, struct member *member)
{
    if (parse_is(parser, "{")) {
        member->type = "struct";
        member->fields = parse_fields(parser);
    } else {
        member->type = expect_name(parser, "an attribute's type");
        if (member->type && !strcmp(member->type, "struct")) {
            member->type = expect_name(parser, "a structure's name");
        }
    }
    member->pos = parser->token.pos;
    member->name = expect_name(parser, "an attribute's name");
    if (member->name && parse_accept(parser, "[")) {
        member->is_array = true;
        parse_expect(parser, "]", "after '['");
    }
    if (member->name && parse_accept(parser, "=")) {
        member->initial = parse_value(parser);
    }
    end_statement(parser, "after this attribute");
}

static struct member *parse_fields(struct parser *parser)
{
    struct member *first = NULL, **tail = &first;

    if (parser->depth >= PARSE_DEPTH_MAX) {
        parse_error(parser, "a less deeply nested structure");
        return NULL;
    }
    parser->depth++;
    parse_advance(parser);
    while (!parse_is(parser, "}") && parser->token.kind != TOKEN_END && !parser->silent) {
        struct member *field = arena_alloc(parser->arena, sizeof(*field));

        field->kind = MEMBER_ATTRIBUTE;
        parse_attribute(parser, field);
        *tail = field;
        tail = &field->next;
    }
    parse_expect(parser, "}", "at the end of this structure");
    parser->depth--;
    return first;
}

/* `uses Type name;`, `dataport Buf(4096) name;` */
static void parse_interface(struct parser *parser, struct member *member)
{
    member->type = expect_name(parser, "an interface type");
    if (member->type && parse_accept(parser, "(")) {
        parse_value(parser);
        parse_expect(parser, ")", "after the size");
    }
    member->pos = parser->token.pos;
    member->name = member->type ? expect_name(parser, "an interface name") : NULL;
    end_statement(parser, "after this interface");
}

static void parse_has(struct parser *parser, struct member *member)
{
    if (parse_accept(parser, "mutex")) {
        member->kind = MEMBER_MUTEX;
    } else if (parse_accept(parser, "semaphore") || parse_accept(parser, "binary_semaphore")) {
        member->kind = MEMBER_SEMAPHORE;
    } else {
        parse_error(parser, "'mutex', 'semaphore' or 'binary_semaphore' after 'has'");
    }
    member->pos = parser->token.pos;
    member->name = parser->silent ? NULL : expect_name(parser, "a name");
    end_statement(parser, "after this declaration");
}

static void parse_composition(struct parser *parser, struct assembly *into);
static void parse_configuration(struct parser *parser, struct assembly *into);

static bool interface_kind(const struct parser *parser, enum member_kind *kind)
{
    static const struct {
        const char *word;
        enum member_kind kind;
    } table[] = {
        { "uses", MEMBER_USES },         { "provides", MEMBER_PROVIDES }, { "emits", MEMBER_EMITS },
        { "consumes", MEMBER_CONSUMES }, { "dataport", MEMBER_DATAPORT },
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (parse_is(parser, table[i].word)) {
            *kind = table[i].kind;
            return true;
        }
    }
    return false;
}

static struct assembly *inner_of(struct parser *parser, struct declaration *declaration)
{
    if (!declaration->inner) {
        declaration->inner = arena_alloc(parser->arena, sizeof(*declaration->inner));
        declaration->inner->pos = declaration->pos;
    }
    return declaration->inner;
}

static void parse_plain_member(struct parser *parser, struct member *member)
{
    if (parse_accept(parser, "control")) {
        member->kind = MEMBER_CONTROL;
        end_statement(parser, "after 'control'");
    } else if (parse_accept(parser, "hardware")) {
        member->kind = MEMBER_HARDWARE;
        end_statement(parser, "after 'hardware'");
    } else if (parse_accept(parser, "include")) {
        member->kind = MEMBER_INCLUDE;
        member->type = parse_opaque(parser);
    } else if (parse_accept(parser, "attribute")) {
        member->kind = MEMBER_ATTRIBUTE;
        parse_attribute(parser, member);
    } else if (parse_accept(parser, "has")) {
        parse_has(parser, member);
    } else {
        parse_error(parser, "a declaration (control, uses, provides, emits, consumes, dataport, "
                            "has, attribute, include, composition, configuration)");
        skip_statement(parser);
    }
}

static void parse_component_member(struct parser *parser, struct declaration *declaration,
                                   struct member ***tail)
{
    if (parse_accept(parser, ";")) {
        return;
    }
    if (parse_is(parser, "composition")) {
        parse_composition(parser, inner_of(parser, declaration));
        return;
    }
    if (parse_is(parser, "configuration")) {
        parse_configuration(parser, inner_of(parser, declaration));
        return;
    }
    struct member *member = arena_alloc(parser->arena, sizeof(*member));

    member->pos = parser->token.pos;
    member->maybe = parse_accept(parser, "maybe");
    if (interface_kind(parser, &member->kind)) {
        parse_advance(parser);
        parse_interface(parser, member);
    } else {
        parse_plain_member(parser, member);
    }
    **tail = member;
    *tail = &member->next;
}

/* Connectors and procedures: their bodies have no consequence for a plan, only their shape is checked. */
static void parse_opaque_member(struct parser *parser, struct member ***tail)
{
    struct member *member = arena_alloc(parser->arena, sizeof(*member));

    if (parse_accept(parser, ";")) {
        return;
    }
    member->pos = parser->token.pos;
    if (parse_accept(parser, "attribute")) {
        member->kind = MEMBER_ATTRIBUTE;
        parse_attribute(parser, member);
    } else {
        member->kind = MEMBER_METHOD;
        member->type = parse_opaque(parser);
    }
    **tail = member;
    *tail = &member->next;
}

static void parse_declaration(struct parser *parser, enum declaration_kind kind,
                              struct description *description)
{
    struct declaration *declaration = arena_alloc(parser->arena, sizeof(*declaration));
    struct member **tail = &declaration->members;

    parse_advance(parser);
    declaration->kind = kind;
    declaration->pos = parser->token.pos;
    declaration->name = expect_name(parser, "a name");
    if (!declaration->name || !parse_expect(parser, "{", "after the name")) {
        skip_statement(parser);
        return;
    }
    while (!parse_is(parser, "}") && parser->token.kind != TOKEN_END) {
        if (kind == DECLARE_COMPONENT) {
            parse_component_member(parser, declaration, &tail);
        } else {
            parse_opaque_member(parser, &tail);
        }
    }
    parse_expect(parser, "}", "at the end of this declaration");
    parser->silent = false;

    struct declaration **last = &description->declarations;

    while (*last) {
        last = &(*last)->next;
    }
    *last = declaration;
}

static void parse_instance(struct parser *parser, struct assembly *into)
{
    struct instance *instance = arena_alloc(parser->arena, sizeof(*instance));
    struct instance **tail = &into->instances;

    parse_advance(parser);
    instance->type = expect_name(parser, "a component type");
    instance->pos = parser->token.pos;
    instance->name = instance->type ? expect_name(parser, "an instance name") : NULL;
    end_statement(parser, "after this component");
    if (!instance->name) {
        return;
    }
    while (*tail) {
        tail = &(*tail)->next;
    }
    *tail = instance;
}

static void parse_connection_end(struct parser *parser, struct connection *connection)
{
    struct name_ref **tail = NULL;

    if (parse_accept(parser, "from")) {
        tail = &connection->from;
    } else if (parse_accept(parser, "to")) {
        tail = &connection->to;
    } else {
        parse_error(parser, "'from' or 'to'");
        return;
    }
    while (*tail) {
        tail = &(*tail)->next;
    }
    *tail = parse_reference(parser);
}

static void parse_connection(struct parser *parser, struct assembly *into)
{
    struct connection *connection = arena_alloc(parser->arena, sizeof(*connection));
    struct connection **tail = &into->connections;

    parse_advance(parser);
    connection->type = expect_name(parser, "a connector type");
    connection->pos = parser->token.pos;
    connection->name = connection->type ? expect_name(parser, "a connection name") : NULL;
    if (!connection->name || !parse_expect(parser, "(", "after the name")) {
        skip_statement(parser);
        return;
    }
    do {
        parse_connection_end(parser, connection);
    } while (!parser->silent && parse_accept(parser, ","));
    if (!parser->silent) {
        parse_expect(parser, ")", "after the ends of this connection");
    }
    end_statement(parser, "after this connection");
    while (*tail) {
        tail = &(*tail)->next;
    }
    *tail = connection;
}

static void parse_composition_body(struct parser *parser, struct assembly *into);

static void parse_group(struct parser *parser, struct assembly *into)
{
    struct name_ref *group = arena_alloc(parser->arena, sizeof(*group));

    parse_advance(parser);
    group->pos = parser->token.pos;
    group->text = expect_name(parser, "a group's name");
    if (!group->text || parser->depth >= PARSE_DEPTH_MAX) {
        parse_error(parser, "a less deeply nested group");
        skip_statement(parser);
        return;
    }
    group->next = into->groups;
    into->groups = group;
    parser->depth++;
    parse_composition_body(parser, into);
    parser->depth--;
}

static void parse_composition_statement(struct parser *parser, struct assembly *into)
{
    if (parse_accept(parser, ";")) {
        return;
    }
    if (parse_is(parser, "component")) {
        parse_instance(parser, into);
    } else if (parse_is(parser, "connection")) {
        parse_connection(parser, into);
    } else if (parse_is(parser, "group")) {
        parse_group(parser, into);
    } else if (parse_is(parser, "export")) {
        parse_opaque(parser);
    } else {
        parse_error(parser, "'component' or 'connection' (is the macro's #include missing?)");
        skip_statement(parser);
    }
}

static void parse_composition_body(struct parser *parser, struct assembly *into)
{
    if (!parse_expect(parser, "{", "at the start of this block")) {
        skip_statement(parser);
        return;
    }
    while (!parse_is(parser, "}") && parser->token.kind != TOKEN_END) {
        parse_composition_statement(parser, into);
    }
    parse_expect(parser, "}", "at the end of this block");
    parser->silent = false;
}

static void parse_composition(struct parser *parser, struct assembly *into)
{
    parse_advance(parser);
    if (parser->token.kind == TOKEN_NAME) {
        parse_advance(parser);
    }
    parse_composition_body(parser, into);
}

/* "a.b.attr" becomes instance "a.b" and attribute "attr". */
static bool split_setting(struct parser *parser, const struct name_ref *ref,
                          struct setting *setting)
{
    const char *dot = strrchr(ref->text, '.');

    setting->pos = ref->pos;
    if (!dot) {
        diag_error(parser->diag, ref->pos, "syntax", "'instance.attribute' expected, '%s' found",
                   ref->text);
        return false;
    }
    setting->instance = arena_strndup(parser->arena, ref->text, (size_t)(dot - ref->text));
    setting->attribute = dot + 1;
    return true;
}

static void parse_setting(struct parser *parser, struct setting ***tail)
{
    struct setting *setting = arena_alloc(parser->arena, sizeof(*setting));
    struct name_ref *ref = parse_reference(parser);

    if (!ref) {
        skip_statement(parser);
        return;
    }
    bool is_whole = split_setting(parser, ref, setting);

    if (parse_accept(parser, "<-")) {
        setting->source = parse_reference(parser);
    } else if (parse_expect(parser, "=", "or '<-' after an attribute's name")) {
        setting->value = parse_value(parser);
    }
    end_statement(parser, "after this setting");
    if (is_whole && (setting->value || setting->source)) {
        **tail = setting;
        *tail = &setting->next;
    }
}

static void parse_configuration(struct parser *parser, struct assembly *into)
{
    struct setting **tail = &into->settings;

    parse_advance(parser);
    if (parser->token.kind == TOKEN_NAME) {
        parse_advance(parser);
    }
    if (!parse_expect(parser, "{", "at the start of this block")) {
        skip_statement(parser);
        return;
    }
    while (*tail) {
        tail = &(*tail)->next;
    }
    while (!parse_is(parser, "}") && parser->token.kind != TOKEN_END) {
        if (!parse_accept(parser, ";")) {
            parse_setting(parser, &tail);
        }
    }
    parse_expect(parser, "}", "at the end of this block");
    parser->silent = false;
}

static struct assembly *add_assembly(struct parser *parser, struct description *description)
{
    struct assembly *assembly = arena_alloc(parser->arena, sizeof(*assembly));
    struct assembly **tail = &description->assemblies;

    assembly->pos = parser->token.pos;
    while (*tail) {
        tail = &(*tail)->next;
    }
    *tail = assembly;
    return assembly;
}

static void parse_assembly(struct parser *parser, struct description *description)
{
    struct assembly *assembly = add_assembly(parser, description);

    parse_advance(parser);
    if (parser->token.kind == TOKEN_NAME) {
        parse_advance(parser);
    }
    if (!parse_expect(parser, "{", "after 'assembly'")) {
        skip_statement(parser);
        return;
    }
    while (!parse_is(parser, "}") && parser->token.kind != TOKEN_END) {
        if (parse_is(parser, "composition")) {
            parse_composition(parser, assembly);
        } else if (parse_is(parser, "configuration")) {
            parse_configuration(parser, assembly);
        } else if (!parse_accept(parser, ";")) {
            parse_error(parser, "'composition' or 'configuration'");
            skip_statement(parser);
        }
    }
    parse_expect(parser, "}", "at the end of the assembly");
    parser->silent = false;
}

static void parse_import(struct parser *parser, struct description *description)
{
    struct import *import = arena_alloc(parser->arena, sizeof(*import));
    struct import **tail = &description->imports;

    parser->token = lex_next_import(&parser->lexer);
    import->pos = parser->token.pos;
    import->path = parser->token.text;
    import->is_system = parser->token.kind == TOKEN_ANGLE;
    if (!import->is_system && parser->token.kind != TOKEN_STRING) {
        parse_error(parser, "<file> or \"file\" after 'import'");
        skip_statement(parser);
        return;
    }
    parse_advance(parser);
    end_statement(parser, "after this import");
    while (*tail) {
        tail = &(*tail)->next;
    }
    *tail = import;
}

static void parse_top_level(struct parser *parser, struct description *description)
{
    if (parse_accept(parser, ";")) {
        return;
    }
    if (parse_is(parser, "import")) {
        parse_import(parser, description);
    } else if (parse_is(parser, "component")) {
        parse_declaration(parser, DECLARE_COMPONENT, description);
    } else if (parse_is(parser, "connector")) {
        parse_declaration(parser, DECLARE_CONNECTOR, description);
    } else if (parse_is(parser, "procedure")) {
        parse_declaration(parser, DECLARE_PROCEDURE, description);
    } else if (parse_is(parser, "assembly")) {
        parse_assembly(parser, description);
    } else if (parse_is(parser, "composition")) {
        parse_composition(parser, add_assembly(parser, description));
    } else if (parse_is(parser, "configuration")) {
        parse_configuration(parser, add_assembly(parser, description));
    } else {
        parse_error(parser, "'import', 'component', 'connector', 'procedure' or 'assembly'");
        if (parse_accept(parser, "}")) {
            parser->silent = false; /* one bracket too many; what follows may well be good */
        } else {
            skip_statement(parser);
        }
    }
}

void parse_text(struct arena *arena, struct diag *diag, const char *file, const char *text,
                size_t length, struct description *description)
{
    struct parser parser = { .arena = arena, .diag = diag };

    lex_start(&parser.lexer, arena, diag, file, text, length);
    parse_advance(&parser);
    while (parser.token.kind != TOKEN_END) {
        parse_top_level(&parser, description);
    }
}
