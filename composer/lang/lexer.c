/* SPDX-License-Identifier: BSD-2-Clause */
#include "composer/lang/lexer.h"

#include <stdbool.h>
#include <string.h>

/* Longest first: the first match wins. */
static const char *const punctuation[] = {
    "**", "<<", ">>", "<-", "<=", ">=", "==", "!=", "->", "{", "}", "(", ")", "[", "]", ";", ",",
    ":",  ".",  "=",  "+",  "-",  "*",  "/",  "%",  "<",  ">", "?", "!", "~", "&", "|", "^",
};

void lex_start(struct lexer *lexer, struct arena *arena, struct diag *diag, const char *file,
               const char *text, size_t length)
{
    *lexer = (struct lexer){
        .arena = arena,
        .diag = diag,
        .at = text,
        .end = text + length,
        .line_start = text,
        .file = file,
        .line = 1,
    };
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name_char(char c)
{
    return is_name_start(c) || is_digit(c);
}

static struct pos here(const struct lexer *lexer)
{
    return (struct pos){ lexer->file, lexer->line, (unsigned)(lexer->at - lexer->line_start) + 1 };
}

static void next_line(struct lexer *lexer)
{
    lexer->line++;
    lexer->line_start = lexer->at + 1;
}

static bool starts_with(const struct lexer *lexer, const char *text)
{
    size_t length = strlen(text);

    return (size_t)(lexer->end - lexer->at) >= length && memcmp(lexer->at, text, length) == 0;
}

/* `# 12 "file" flags`: what follows is line 12 of `file`. Any other `#` line is skipped. */
static void read_line_marker(struct lexer *lexer)
{
    const char *line_end = memchr(lexer->at, '\n', (size_t)(lexer->end - lexer->at));
    const char *p = lexer->at + 1;
    unsigned line = 0;

    if (!line_end) {
        line_end = lexer->end;
    }
    while (p < line_end && *p == ' ') {
        p++;
    }
    for (; p < line_end && is_digit(*p) && line < 100000000u; p++) {
        line = line * 10 + (unsigned)(*p - '0');
    }
    const char *open = memchr(p, '"', (size_t)(line_end - p));
    const char *close = open ? memchr(open + 1, '"', (size_t)(line_end - open - 1)) : NULL;

    if (line && close) {
        lexer->file = arena_strndup(lexer->arena, open + 1, (size_t)(close - open - 1));
        lexer->line = line - 1;
    }
    lexer->at = line_end;
}

static void skip_block_comment(struct lexer *lexer)
{
    struct pos start = here(lexer);

    for (lexer->at += 2; lexer->at < lexer->end; lexer->at++) {
        if (starts_with(lexer, "*/")) {
            lexer->at += 2;
            return;
        }
        if (*lexer->at == '\n') {
            next_line(lexer);
        }
    }
    diag_error(lexer->diag, start, "lex-comment", "this comment is never closed");
}

static void skip_space(struct lexer *lexer)
{
    while (lexer->at < lexer->end) {
        if (*lexer->at == '\n') {
            next_line(lexer);
            lexer->at++;
        } else if (is_space(*lexer->at)) {
            lexer->at++;
        } else if (*lexer->at == '#' && lexer->at == lexer->line_start) {
            read_line_marker(lexer);
        } else if (starts_with(lexer, "//")) {
            while (lexer->at < lexer->end && *lexer->at != '\n') {
                lexer->at++;
            }
        } else if (starts_with(lexer, "/*")) {
            skip_block_comment(lexer);
        } else {
            return;
        }
    }
}

static int digit_value(char c)
{
    if (is_digit(c)) {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return 99;
}

static struct token read_number(struct lexer *lexer)
{
    struct token token = { .kind = TOKEN_NUMBER, .pos = here(lexer) };
    const char *start = lexer->at;
    int base = 10;
    bool fits = true, well_formed = true;

    if (starts_with(lexer, "0x") || starts_with(lexer, "0X")) {
        base = 16;
        lexer->at += 2;
        well_formed = lexer->at < lexer->end && digit_value(*lexer->at) < 16;
    }
    for (; lexer->at < lexer->end && is_name_char(*lexer->at); lexer->at++) {
        int digit = digit_value(*lexer->at);

        if (digit >= base) {
            well_formed = false;
        } else if (__builtin_mul_overflow(token.number, (int64_t)base, &token.number) ||
                   __builtin_add_overflow(token.number, (int64_t)digit, &token.number)) {
            fits = false;
        }
    }
    token.text = arena_strndup(lexer->arena, start, (size_t)(lexer->at - start));
    if (!well_formed) {
        diag_error(lexer->diag, token.pos, "number-format", "'%s' is not a number", token.text);
    } else if (!fits) {
        diag_error(lexer->diag, token.pos, "number-range", "%s does not fit 63 bits", token.text);
        token.number = 0;
    }
    return token;
}

static char escaped(char c)
{
    switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    default: return c;
    }
}

static struct token read_string(struct lexer *lexer)
{
    struct token token = { .kind = TOKEN_STRING, .pos = here(lexer) };
    char *text = arena_alloc(lexer->arena, 64);
    size_t length = 0, capacity = 64;

    for (lexer->at++; lexer->at < lexer->end && *lexer->at != '\n'; lexer->at++) {
        char c = *lexer->at;

        if (c == '"') {
            lexer->at++;
            text[length] = '\0';
            token.text = text;
            return token;
        }
        if (c == '\\' && lexer->at + 1 < lexer->end && lexer->at[1] != '\n') {
            c = escaped(*++lexer->at);
        }
        if (c == '\0') {
            diag_error(lexer->diag, here(lexer), "lex-character", "NUL byte in a string");
            continue;
        }
        text = arena_grow(lexer->arena, text, length + 1, &capacity, 1);
        text[length++] = c;
    }
    diag_error(lexer->diag, token.pos, "lex-string", "this string has no closing quote");
    text[length] = '\0';
    token.text = text;
    return token;
}

static struct token read_name(struct lexer *lexer)
{
    struct token token = { .kind = TOKEN_NAME, .pos = here(lexer) };
    const char *start = lexer->at;

    while (lexer->at < lexer->end && is_name_char(*lexer->at)) {
        lexer->at++;
    }
    token.text = arena_strndup(lexer->arena, start, (size_t)(lexer->at - start));
    return token;
}

static const char *match_punctuation(const struct lexer *lexer)
{
    for (size_t i = 0; i < sizeof(punctuation) / sizeof(punctuation[0]); i++) {
        if (starts_with(lexer, punctuation[i])) {
            return punctuation[i];
        }
    }
    return NULL;
}

/* One message per run of strange bytes, or a binary file would drown the user. */
static void skip_strange(struct lexer *lexer)
{
    struct pos start = here(lexer);
    unsigned char first = (unsigned char)*lexer->at;

    while (lexer->at < lexer->end && !is_space(*lexer->at) && !is_name_char(*lexer->at) &&
           *lexer->at != '"' && !match_punctuation(lexer)) {
        lexer->at++;
    }
    if (first > ' ' && first < 0x7f) {
        diag_error(lexer->diag, start, "lex-character", "'%c' has no meaning here", first);
    } else {
        diag_error(lexer->diag, start, "lex-character", "byte 0x%02x has no meaning here", first);
    }
}

struct token lex_next(struct lexer *lexer)
{
    for (;;) {
        skip_space(lexer);
        if (lexer->at >= lexer->end) {
            return (struct token){ .kind = TOKEN_END, .pos = here(lexer), .text = "end of file" };
        }
        char c = *lexer->at;

        if (is_name_start(c)) {
            return read_name(lexer);
        }
        if (is_digit(c)) {
            return read_number(lexer);
        }
        if (c == '"') {
            return read_string(lexer);
        }
        const char *punct = match_punctuation(lexer);

        if (punct) {
            struct token token = { .kind = TOKEN_PUNCT, .pos = here(lexer), .text = punct };

            lexer->at += strlen(punct);
            return token;
        }
        skip_strange(lexer);
    }
}

struct token lex_next_import(struct lexer *lexer)
{
    skip_space(lexer);
    if (lexer->at >= lexer->end || *lexer->at != '<') {
        return lex_next(lexer);
    }
    struct token token = { .kind = TOKEN_ANGLE, .pos = here(lexer) };
    const char *start = lexer->at + 1;
    const char *p = start;

    while (p < lexer->end && *p != '>' && *p != '\n') {
        p++;
    }
    if (p >= lexer->end || *p != '>') {
        diag_error(lexer->diag, token.pos, "lex-string", "this import has no closing '>'");
    }
    token.text = arena_strndup(lexer->arena, start, (size_t)(p - start));
    lexer->at = p < lexer->end && *p == '>' ? p + 1 : p;
    return token;
}
