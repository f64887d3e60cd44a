/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tokens of CAmkES ADL, read from preprocessed text. Line markers that the preprocessor left
 * behind (`# 12 "file"`) keep positions pointing into the user's own files.
 */
#ifndef COMPOSER_LANG_LEXER_H
#define COMPOSER_LANG_LEXER_H

#include <stdint.h>

#include "composer/lang/arena.h"
#include "composer/lang/diag.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NAME, /* identifier or keyword */
    TOKEN_NUMBER,
    TOKEN_STRING, /* "..." with escapes resolved */
    TOKEN_ANGLE,  /* <...>, only after `import` */
    TOKEN_PUNCT,  /* one operator or bracket, in `text` */
};

struct token {
    enum token_kind kind;
    struct pos pos;
    const char *text; /* NUL-terminated, in the arena; for TOKEN_END "end of file" */
    int64_t number;
};

struct lexer {
    struct arena *arena;
    struct diag *diag;
    const char *at;
    const char *end;
    const char *line_start;
    const char *file;
    unsigned line;
};

/*
 * Starts reading `length` bytes at `text`, chosen by the user's file. The bytes must stay valid
 * until the last token was read; they may hold anything, NUL included.
 */
void lex_start(struct lexer *lexer, struct arena *arena, struct diag *diag, const char *file,
               const char *text, size_t length);

/*
 * Reads the next token. Bytes that belong to no token are reported (rules lex-character, lex-string,
 * lex-comment, number-range) and skipped. At the end it returns TOKEN_END for ever.
 */
struct token lex_next(struct lexer *lexer);

/* Reads `<name>` as one token, for `import <name>;`. Call instead of lex_next. */
struct token lex_next_import(struct lexer *lexer);

#endif
