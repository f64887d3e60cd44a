/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values: literals, lists, dictionaries, and operators on them. Everything is computed while it is
 * read, since ADL has no variables.
 */
#include <string.h>

#include "composer/lang/parser.h"

const char *value_kind_name(enum value_kind kind)
{
    static const char *const names[] = {
        [VALUE_NUMBER] = "a number", [VALUE_BOOL] = "a boolean",    [VALUE_STRING] = "a string",
        [VALUE_LIST] = "a list",     [VALUE_DICT] = "a dictionary", [VALUE_QUERY] = "a query",
    };

    return names[kind];
}

static struct value *new_value(struct parser *parser, enum value_kind kind, struct pos pos)
{
    struct value *value = arena_alloc(parser->arena, sizeof(*value));

    value->kind = kind;
    value->pos = pos;
    return value;
}

static struct value *number_value(struct parser *parser, struct pos pos, int64_t number)
{
    struct value *value = new_value(parser, VALUE_NUMBER, pos);

    value->number = number;
    return value;
}

static struct value *bool_value(struct parser *parser, struct pos pos, bool truth)
{
    struct value *value = new_value(parser, VALUE_BOOL, pos);

    value->number = truth;
    return value;
}

static struct value_item **append_item(struct parser *parser, struct value *owner,
                                       struct value_item **tail, struct value *value)
{
    struct value_item *item = arena_alloc(parser->arena, sizeof(*item));

    item->value = value;
    *tail = item;
    owner->count++;
    return &item->next;
}

static struct value *parse_list(struct parser *parser, enum value_kind kind, const char *close)
{
    struct value *list = new_value(parser, kind, parser->token.pos);
    struct value_item **tail = &list->items;

    parse_advance(parser);
    while (!parse_is(parser, close) && parser->token.kind != TOKEN_END) {
        tail = append_item(parser, list, tail, parse_value(parser));
        if (!parse_accept(parser, ",")) {
            break;
        }
    }
    parse_expect(parser, close, "at the end of this list");
    return list;
}

static bool has_key(const struct value *dict, const char *key)
{
    for (const struct value_item *item = dict->items; item; item = item->next) {
        if (!strcmp(item->key, key)) {
            return true;
        }
    }
    return false;
}

static struct value *parse_dict(struct parser *parser)
{
    struct value *dict = new_value(parser, VALUE_DICT, parser->token.pos);
    struct value_item **tail = &dict->items;

    parse_advance(parser);
    while (!parse_is(parser, "}") && parser->token.kind != TOKEN_END) {
        struct token key = parser->token;

        if (key.kind != TOKEN_NAME && key.kind != TOKEN_STRING) {
            parse_error(parser, "a key");
            break;
        }
        parse_advance(parser);
        if (!parse_expect(parser, ":", "after a key")) {
            break;
        }
        struct value *value = parse_value(parser);

        if (has_key(dict, key.text)) {
            diag_error(parser->diag, key.pos, "dict-key", "key '%s' is given twice", key.text);
        } else {
            struct value_item **next = append_item(parser, dict, tail, value);

            (*tail)->key = key.text;
            (*tail)->key_pos = key.pos;
            tail = next;
        }
        if (!parse_accept(parser, ",")) {
            break;
        }
    }
    parse_expect(parser, "}", "at the end of this dictionary");
    return dict;
}

/* Strings that stand side by side are one string, as in C. */
static struct value *parse_strings(struct parser *parser)
{
    struct value *value = new_value(parser, VALUE_STRING, parser->token.pos);

    value->string = parser->token.text;
    parse_advance(parser);
    while (parser->token.kind == TOKEN_STRING) {
        value->string = arena_printf(parser->arena, "%s%s", value->string, parser->token.text);
        parse_advance(parser);
    }
    return value;
}

static struct value *parse_name_value(struct parser *parser)
{
    struct token name = parser->token;

    parse_advance(parser);
    if (!strcmp(name.text, "true") || !strcmp(name.text, "True")) {
        return bool_value(parser, name.pos, true);
    }
    if (!strcmp(name.text, "false") || !strcmp(name.text, "False")) {
        return bool_value(parser, name.pos, false);
    }
    if (parse_is(parser, "(")) {
        struct value *query = parse_list(parser, VALUE_QUERY, ")");

        query->string = name.text;
        query->pos = name.pos;
        return query;
    }
    diag_error(parser->diag, name.pos, "syntax",
               "a value expected, '%s' found (strings need quotes; is a macro missing?)",
               name.text);
    return number_value(parser, name.pos, 0);
}

static struct value *parse_primary(struct parser *parser)
{
    struct pos pos = parser->token.pos;

    if (parser->token.kind == TOKEN_NUMBER) {
        struct value *value = number_value(parser, pos, parser->token.number);

        parse_advance(parser);
        return value;
    }
    if (parser->token.kind == TOKEN_STRING) {
        return parse_strings(parser);
    }
    if (parser->token.kind == TOKEN_NAME) {
        return parse_name_value(parser);
    }
    if (parse_is(parser, "[")) {
        return parse_list(parser, VALUE_LIST, "]");
    }
    if (parse_is(parser, "{")) {
        return parse_dict(parser);
    }
    if (parse_accept(parser, "(")) {
        struct value *value = parse_value(parser);

        parse_expect(parser, ")", "after this expression");
        return value;
    }
    parse_error(parser, "a value");
    return number_value(parser, pos, 0);
}

static bool both_are(const struct value *a, const struct value *b, enum value_kind kind)
{
    return a->kind == kind && b->kind == kind;
}

/* Booleans count as 0 and 1 in arithmetic, as in real ADL. */
static bool is_numeric(const struct value *value)
{
    return value->kind == VALUE_NUMBER || value->kind == VALUE_BOOL;
}

static bool truth(const struct value *value)
{
    switch (value->kind) {
    case VALUE_STRING: return value->string[0] != '\0';
    case VALUE_LIST:
    case VALUE_DICT:
    case VALUE_QUERY: return value->count != 0;
    default: return value->number != 0;
    }
}

static struct value *join_lists(struct parser *parser, const struct value *a, const struct value *b)
{
    struct value *list = new_value(parser, VALUE_LIST, a->pos);
    struct value_item **tail = &list->items;

    for (const struct value_item *item = a->items; item; item = item->next) {
        tail = append_item(parser, list, tail, item->value);
    }
    for (const struct value_item *item = b->items; item; item = item->next) {
        tail = append_item(parser, list, tail, item->value);
    }
    return list;
}

/* Returns false if the result does not exist or does not fit. */
static bool divide(const char *op, int64_t a, int64_t b, int64_t *result)
{
    if (b == 0 || (a == INT64_MIN && b == -1)) {
        return false;
    }
    *result = op[0] == '/' ? a / b : a % b;
    return true;
}

static bool shift(const char *op, int64_t a, int64_t b, int64_t *result)
{
    if (b < 0 || b > 62 || a < 0) {
        return false;
    }
    if (op[0] == '>') {
        *result = a >> b;
        return true;
    }
    *result = (int64_t)((uint64_t)a << b);
    return a <= (INT64_MAX >> b);
}

static bool power(int64_t a, int64_t b, int64_t *result)
{
    *result = 1;
    if (b < 0 || b > 63) {
        return false;
    }
    for (; b > 0; b--) {
        if (__builtin_mul_overflow(*result, a, result)) {
            return false;
        }
    }
    return true;
}

static bool arithmetic(const char *op, int64_t a, int64_t b, int64_t *result)
{
    if (!strcmp(op, "**")) {
        return power(a, b, result);
    }
    switch (op[0]) {
    case '+': return !__builtin_add_overflow(a, b, result);
    case '-': return !__builtin_sub_overflow(a, b, result);
    case '*': return !__builtin_mul_overflow(a, b, result);
    case '/':
    case '%': return divide(op, a, b, result);
    case '<':
    case '>': return shift(op, a, b, result);
    case '&': *result = a & b; return true;
    case '|': *result = a | b; return true;
    default: *result = a ^ b; return true;
    }
}

static int compare(const struct value *a, const struct value *b)
{
    if (a->kind == VALUE_STRING) {
        return strcmp(a->string, b->string);
    }
    return (a->number > b->number) - (a->number < b->number);
}

static bool is_comparison(const char *op)
{
    return !strcmp(op, "==") || !strcmp(op, "!=") || !strcmp(op, "<") || !strcmp(op, ">") ||
           !strcmp(op, "<=") || !strcmp(op, ">=");
}

static bool comparison_holds(const char *op, int order)
{
    switch (op[0]) {
    case '=': return order == 0;
    case '!': return order != 0;
    case '<': return op[1] ? order <= 0 : order < 0;
    default: return op[1] ? order >= 0 : order > 0;
    }
}

static struct value *type_error(struct parser *parser, struct pos pos, const char *op,
                                const struct value *a, const struct value *b)
{
    diag_error(parser->diag, pos, "value-type", "'%s' cannot join %s and %s", op,
               value_kind_name(a->kind), value_kind_name(b->kind));
    return number_value(parser, pos, 0);
}

static struct value *apply(struct parser *parser, struct pos pos, const char *op, struct value *a,
                           struct value *b)
{
    int64_t result = 0;

    if (!strcmp(op, "and") || !strcmp(op, "or")) {
        return bool_value(parser, a->pos,
                          op[0] == 'a' ? truth(a) && truth(b) : truth(a) || truth(b));
    }
    if (is_comparison(op)) {
        if (!both_are(a, b, VALUE_STRING) && !(is_numeric(a) && is_numeric(b))) {
            return type_error(parser, pos, op, a, b);
        }
        return bool_value(parser, a->pos, comparison_holds(op, compare(a, b)));
    }
    if (!strcmp(op, "+") && both_are(a, b, VALUE_STRING)) {
        struct value *joined = new_value(parser, VALUE_STRING, a->pos);

        joined->string = arena_printf(parser->arena, "%s%s", a->string, b->string);
        return joined;
    }
    if (!strcmp(op, "+") && both_are(a, b, VALUE_LIST)) {
        return join_lists(parser, a, b);
    }
    if (!is_numeric(a) || !is_numeric(b)) {
        return type_error(parser, pos, op, a, b);
    }
    if (!arithmetic(op, a->number, b->number, &result)) {
        diag_error(parser->diag, pos, "number-range",
                   "the result of '%s' does not exist or does not fit 63 bits", op);
        result = 0;
    }
    return number_value(parser, a->pos, result);
}

static int binding(const struct parser *parser)
{
    static const struct {
        const char *op;
        int power;
    } table[] = {
        { "or", 1 }, { "and", 2 }, { "==", 3 }, { "!=", 3 }, { "<", 3 },   { "<=", 3 }, { ">", 3 },
        { ">=", 3 }, { "|", 4 },   { "^", 5 },  { "&", 6 },  { "<<", 7 },  { ">>", 7 }, { "+", 8 },
        { "-", 8 },  { "*", 9 },   { "/", 9 },  { "%", 9 },  { "**", 11 },
    };

    if (parser->token.kind != TOKEN_PUNCT && parser->token.kind != TOKEN_NAME) {
        return 0;
    }
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (!strcmp(parser->token.text, table[i].op)) {
            return table[i].power;
        }
    }
    return 0;
}

static struct value *parse_unary(struct parser *parser);

static struct value *apply_unary(struct parser *parser, const struct token *op,
                                 struct value *operand)
{
    if (op->text[0] == '!') {
        return bool_value(parser, op->pos, !truth(operand));
    }
    if (!is_numeric(operand)) {
        diag_error(parser->diag, op->pos, "value-type", "'%s' needs a number, not %s", op->text,
                   value_kind_name(operand->kind));
        return number_value(parser, op->pos, 0);
    }
    /* Literals are never negative, so INT64_MIN cannot be reached by one negation. */
    int64_t number = op->text[0] == '-' && operand->number != INT64_MIN ? -operand->number
                     : op->text[0] == '~'                               ? ~operand->number
                                                                        : operand->number;
    return number_value(parser, op->pos, number);
}

static struct value *parse_unary(struct parser *parser)
{
    if (parse_is(parser, "-") || parse_is(parser, "+") || parse_is(parser, "~") ||
        parse_is(parser, "!")) {
        struct token op = parser->token;

        if (++parser->depth > PARSE_DEPTH_MAX) {
            parse_error(parser, "a less deeply nested value");
            parser->depth--;
            return number_value(parser, op.pos, 0);
        }
        parse_advance(parser);
        struct value *operand = parse_unary(parser);

        parser->depth--;
        return apply_unary(parser, &op, operand);
    }
    return parse_primary(parser);
}

static struct value *parse_binary(struct parser *parser, int least)
{
    struct value *left = parse_unary(parser);

    for (;;) {
        int power_of_op = binding(parser);

        if (power_of_op == 0 || power_of_op < least) {
            return left;
        }
        struct token op = parser->token;

        parse_advance(parser);
        left = apply(parser, op.pos, op.text, left, parse_binary(parser, power_of_op + 1));
    }
}

struct value *parse_value(struct parser *parser)
{
    struct pos pos = parser->token.pos;

    if (parser->depth >= PARSE_DEPTH_MAX) {
        parse_error(parser, "a less deeply nested value");
        return number_value(parser, pos, 0);
    }
    parser->depth++;
    struct value *value = parse_binary(parser, 1);

    if (parse_accept(parser, "?")) {
        struct value *yes = parse_value(parser);

        parse_expect(parser, ":", "in 'condition ? a : b'");
        struct value *no = parse_value(parser);

        value = truth(value) ? yes : no;
    }
    parser->depth--;
    return value;
}
