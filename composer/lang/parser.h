/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Recursive-descent parser for CAmkES ADL. Grammar: docs/reference/camkes.md.
 */
#ifndef COMPOSER_LANG_PARSER_H
#define COMPOSER_LANG_PARSER_H

#include "composer/lang/ast.h"
#include "composer/lang/lexer.h"

struct parser {
    struct arena *arena;
    struct diag *diag;
    struct lexer lexer;
    struct token token; /* the one that is looked at */
    unsigned depth;     /* of nested brackets, bounded by PARSE_DEPTH_MAX */
    bool silent;        /* one message per broken statement */
};

#define PARSE_DEPTH_MAX 64u

/*
 * Adds what `length` bytes of preprocessed text declare to `*description` (zero-initialised by the
 * caller before the first file). `file` names the text until its first line marker. Errors (rules
 * syntax, value-type, number-range, dict-key) are reported and parsing goes on at the next
 * statement; the text may be anything at all.
 */
void parse_text(struct arena *arena, struct diag *diag, const char *file, const char *text,
                size_t length, struct description *description);

/* --- between parser.c and expression.c --- */

/* Reads one value (attribute value, default or argument). Never NULL. */
struct value *parse_value(struct parser *parser);

void parse_advance(struct parser *parser);
bool parse_is(const struct parser *parser, const char *punct_or_name);
/* Skips the token and returns true if it is `text`. */
bool parse_accept(struct parser *parser, const char *text);
/* As parse_accept, but reports what was found instead. `where` completes "... expected". */
bool parse_expect(struct parser *parser, const char *text, const char *where);
void parse_error(struct parser *parser, const char *expected);

#endif
