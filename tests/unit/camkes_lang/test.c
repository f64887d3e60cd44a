/* SPDX-License-Identifier: BSD-2-Clause */
/* Lexer, expressions and parser of descriptions. Messages are compared by tests/golden. */
#include <string.h>

#include "composer/lang/parser.h"
#include "tap.h"

static struct arena arena;
static struct diag diag;

static void start(void)
{
    diag = (struct diag){ .arena = &arena };
}

static struct description parse(const char *text)
{
    struct description description = { 0 };

    start();
    parse_text(&arena, &diag, "test.camkes", text, strlen(text), &description);
    return description;
}

/* Value of `x.y = <text>;`. */
static const struct value *value_of(const char *text)
{
    struct description d = parse(arena_printf(&arena, "configuration { x.y = %s; }", text));

    return d.assemblies && d.assemblies->settings ? d.assemblies->settings->value : NULL;
}

static int64_t number_of(const char *text)
{
    const struct value *value = value_of(text);

    return value && value->kind == VALUE_NUMBER ? value->number : -12345;
}

static void lexer_tests(void)
{
    static const char text[] =
        "# 7 \"user.camkes\"\n  vm0 0x1F \"a\\\"b\" <- << // end\n/* two\n */ }";
    struct lexer lexer;
    struct token token;

    start();
    lex_start(&lexer, &arena, &diag, "cpp", text, strlen(text));
    token = lex_next(&lexer);
    TAP_OK(token.kind == TOKEN_NAME && !strcmp(token.text, "vm0"), "lexer/name");
    TAP_OK(!strcmp(token.pos.file, "user.camkes") && token.pos.line == 7 && token.pos.col == 3,
           "lexer/line marker moves the position");
    token = lex_next(&lexer);
    TAP_OK(token.kind == TOKEN_NUMBER && token.number == 0x1f, "lexer/hexadecimal number");
    token = lex_next(&lexer);
    TAP_OK(token.kind == TOKEN_STRING && !strcmp(token.text, "a\"b"), "lexer/escaped quote");
    token = lex_next(&lexer);
    TAP_OK(token.kind == TOKEN_PUNCT && !strcmp(token.text, "<-"), "lexer/reference operator");
    token = lex_next(&lexer);
    TAP_OK(token.kind == TOKEN_PUNCT && !strcmp(token.text, "<<"), "lexer/longest operator wins");
    token = lex_next(&lexer);
    TAP_OK(!strcmp(token.text, "}") && token.pos.line == 9 && token.pos.col == 5,
           "lexer/lines inside of comments count");
    token = lex_next(&lexer);
    TAP_OK(token.kind == TOKEN_END && lex_next(&lexer).kind == TOKEN_END, "lexer/end repeats");
    TAP_OK(diag.error_count == 0, "lexer/no message for good text");
    lex_start(&lexer, &arena, &diag, "x", "a\0b", 3);
    TAP_OK(!strcmp(lex_next(&lexer).text, "a") && !strcmp(lex_next(&lexer).text, "b") &&
               diag.error_count == 1,
           "lexer/NUL byte is reported and skipped");
}

static void long_string_test(void)
{
    char text[4000] = "\"";
    struct lexer lexer;

    memset(text + 1, 'x', 3000);
    strcpy(text + 3001, "\"");
    start();
    lex_start(&lexer, &arena, &diag, "x", text, strlen(text));
    struct token token = lex_next(&lexer);

    TAP_OK(token.kind == TOKEN_STRING && strlen(token.text) == 3000 && token.text[2999] == 'x',
           "lexer/long string is whole");
}

static void number_tests(void)
{
    TAP_OK(number_of("1 + 2 * 3") == 7, "expression/multiplication binds tighter");
    TAP_OK(number_of("(1 + 2) * 3 - 4") == 5, "expression/brackets and minus");
    TAP_OK(number_of("10 - 3 - 2") == 5, "expression/minus groups to the left");
    TAP_OK(number_of("1 << 27") == 1 << 27, "expression/shift");
    TAP_OK(number_of("0x40000000 + 256 * 0x100000") == 0x50000000, "expression/address");
    TAP_OK(number_of("-5 + +7") == 2, "expression/unary signs");
    TAP_OK(number_of("7 / 2 % 2") == 1, "expression/division");
    TAP_OK(number_of("6 & 3 | 8 ^ 1") == 11, "expression/bits");
    TAP_OK(number_of("1 < 2 ? 3 : 4") == 3, "expression/condition");
    TAP_OK(number_of("2 ** 10") == 1024, "expression/power");
    TAP_OK(number_of("true + 1") == 2, "expression/a boolean counts as number");
    TAP_OK(number_of("9223372036854775807") == INT64_MAX, "expression/largest number");
    number_of("9223372036854775807 * 2");
    TAP_OK(diag.error_count == 1, "expression/overflow is refused");
    number_of("5 % 0");
    TAP_OK(diag.error_count == 1, "expression/division by zero is refused");
    number_of("1 << 63");
    TAP_OK(diag.error_count == 1, "expression/shift into the sign is refused");
    number_of("-9223372036854775807 - 1");
    TAP_OK(diag.error_count == 0, "expression/smallest number");
    number_of("(-9223372036854775807 - 1) / -1");
    TAP_OK(diag.error_count == 1, "expression/quotient that does not fit is refused");
}

static void value_tests(void)
{
    const struct value *value = value_of("\"a\" \"b\" + \"c\"");

    TAP_OK(value->kind == VALUE_STRING && !strcmp(value->string, "abc"), "value/strings join");
    value = value_of("[1, \"x\", [2,],] + [3]");
    TAP_OK(value->kind == VALUE_LIST && value->count == 4 && diag.error_count == 0,
           "value/lists nest, join and may end with a comma");
    value = value_of("{ bare: 1, \"quoted\": { inner: true }, }");
    TAP_OK(value->kind == VALUE_DICT && value->count == 2 &&
               !strcmp(value->items->next->key, "quoted"),
           "value/keys are bare or quoted");
    value = value_of("dtb([{ path: \"/a\" }])");
    TAP_OK(value->kind == VALUE_QUERY && !strcmp(value->string, "dtb") && value->count == 1,
           "value/query");
    value = value_of("\"a\" == \"a\" and !false");
    TAP_OK(value->kind == VALUE_BOOL && value->number == 1, "value/logic");
}

static void depth_tests(void)
{
    char text[5000] = "configuration { x.y = ";

    memset(text + strlen(text), '[', 2000);
    parse(text);
    TAP_OK(diag.error_count > 0, "parser/2000 open brackets are refused, not followed");
    memset(text, '-', 4000);
    memcpy(text, "configuration { x.y = ", 22);
    parse(text);
    TAP_OK(diag.error_count > 0, "parser/4000 signs are refused, not followed");
    text[0] = '\0';
    for (int i = 0; i < 400; i++) {
        strcat(text, "group g { ");
    }
    parse(arena_printf(&arena, "composition { %s", text));
    TAP_OK(diag.error_count > 0, "parser/400 groups are refused, not followed");
}

static void parser_tests(void)
{
    struct description d = parse("import <a.camkes>; import \"b.camkes\";\n"
                                 "component VM { control; attribute int n = 3; maybe uses A b; }\n"
                                 "assembly { composition { component VM vm0; component VM vm1;\n"
                                 "  connection L c(from vm0.a, from g.vm2.b, to vm1.c); }\n"
                                 "configuration { g.vm0.x = 1; vm1.y <- vm0.x; } }");

    TAP_OK(diag.error_count == 0, "parser/good text gives no message");
    TAP_OK(d.imports->is_system && !d.imports->next->is_system &&
               !strcmp(d.imports->next->path, "b.camkes"),
           "parser/imports");
    TAP_OK(d.declarations->members->kind == MEMBER_CONTROL &&
               d.declarations->members->next->initial->number == 3 &&
               d.declarations->members->next->next->maybe,
           "parser/members");
    TAP_OK(!strcmp(d.assemblies->instances->next->name, "vm1"),
           "parser/instances keep their order");
    TAP_OK(!strcmp(d.assemblies->connections->from->next->text, "g.vm2.b") &&
               !strcmp(d.assemblies->connections->to->text, "vm1.c"),
           "parser/connection ends");
    TAP_OK(!strcmp(d.assemblies->settings->instance, "g.vm0") &&
               !strcmp(d.assemblies->settings->attribute, "x") &&
               !strcmp(d.assemblies->settings->next->source->text, "vm0.x"),
           "parser/settings");
}

static void recovery_tests(void)
{
    struct description d = parse("assembly { composition { component ; component VM vm0; }\n"
                                 "configuration { vm0.a 1; vm0.b = [1, }; vm0.c = 3; } }\n"
                                 "component X { nonsense here; control; }");

    TAP_OK(diag.error_count >= 4, "recovery/each broken statement is reported");
    TAP_OK(d.assemblies->instances && !strcmp(d.assemblies->instances->name, "vm0"),
           "recovery/the statement after a broken one is read");
    TAP_OK(d.declarations && !strcmp(d.declarations->name, "X"),
           "recovery/declarations after a broken assembly are read");
}

static void diag_tests(void)
{
    struct pos pos = { "f", 3, 4 };
    char text[200] = "";

    start();
    diag_error(&diag, pos, "rule", "second");
    diag_error(&diag, (struct pos){ "f", 2, 9 }, "rule", "first");
    diag_error(&diag, pos, "rule", "second");
    diag_warning(&diag, (struct pos){ "f", 0, 0 }, "other", "whole file");
    FILE *out = fmemopen(text, sizeof(text), "w");

    diag_print(&diag, out);
    fclose(out);
    TAP_OK(
        !strcmp(text, "f: other: warning: whole file\nf:2:9: rule: first\nf:3:4: rule: second\n"),
        "diag/sorted by place, repeats dropped");
    TAP_OK(diag.error_count == 3, "diag/errors are counted, warnings are not");
}

int main(void)
{
    lexer_tests();
    long_string_test();
    number_tests();
    value_tests();
    depth_tests();
    parser_tests();
    recovery_tests();
    diag_tests();
    arena_free(&arena);
    return TAP_DONE();
}
