/* SPDX-License-Identifier: BSD-2-Clause */
#include "composer/lang/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "composer/lang/parser.h"

#define IMPORTS_MAX       64u
#define CPP_ARGUMENTS_MAX 256u

static char *load_stream(struct arena *arena, FILE *stream, size_t *length)
{
    size_t capacity = 1 << 16, used = 0;
    char *text = arena_alloc(arena, capacity);
    size_t got;

    while ((got = fread(text + used, 1, capacity - used - 1, stream)) > 0) {
        used += got;
        if (capacity - used < 2) {
            char *bigger = arena_alloc(arena, capacity * 2);

            memcpy(bigger, text, used);
            text = bigger;
            capacity *= 2;
        }
    }
    *length = used;
    return ferror(stream) ? NULL : text;
}

char *source_load(struct arena *arena, const char *path, size_t *length)
{
    FILE *stream = fopen(path, "rb");

    if (!stream) {
        return NULL;
    }
    char *text = load_stream(arena, stream, length);

    fclose(stream);
    return text;
}

static const char *find_in_dirs(struct arena *arena, const struct source_options *options,
                                const char *name)
{
    for (size_t i = 0; i < options->include_count; i++) {
        const char *path = arena_printf(arena, "%s/%s", options->include_dirs[i], name);

        if (access(path, R_OK) == 0) {
            return path;
        }
    }
    return NULL;
}

static void build_arguments(struct arena *arena, const struct source_options *options,
                            const char *path, const char **argv)
{
    const char *prelude = options->prelude ? find_in_dirs(arena, options, options->prelude) : NULL;
    size_t n = 0;

    /* -undef: names such as `linux` and `unix` are VM names here, not macros. */
    argv[n++] = "cpp";
    argv[n++] = "-undef";
    argv[n++] = "-nostdinc";
    argv[n++] = "-xc";
    argv[n++] = "-std=gnu11";
    argv[n++] = "-fno-diagnostics-show-caret";
    argv[n++] = "-fdiagnostics-color=never";
    for (size_t i = 0; i < options->define_count && n < CPP_ARGUMENTS_MAX - 8; i++) {
        argv[n++] = arena_printf(arena, "-D%s", options->defines[i]);
    }
    for (size_t i = 0; i < options->include_count && n < CPP_ARGUMENTS_MAX - 8; i++) {
        argv[n++] = arena_printf(arena, "-I%s", options->include_dirs[i]);
    }
    if (prelude) {
        argv[n++] = "-imacros";
        argv[n++] = prelude;
    }
    argv[n++] = path;
    argv[n] = NULL;
}

/* Runs cpp with its output in two temporary files (no pipe can fill up and block it). */
static int run_cpp(const char **argv, FILE *out, FILE *err)
{
    pid_t child = fork();
    int status;

    if (child < 0) {
        return -1;
    }
    if (child == 0) {
        dup2(fileno(out), STDOUT_FILENO);
        dup2(fileno(err), STDERR_FILENO);
        setenv("LC_ALL", "C", 1);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* `file:line:col: error: text` becomes one of our messages; context lines are dropped. */
static void report_cpp_line(struct arena *arena, struct diag *diag, char *line)
{
    char *kind = strstr(line, ": error: ");
    bool is_error = true;
    unsigned line_number = 0, col = 0;

    if (!kind) {
        kind = strstr(line, ": fatal error: ");
    }
    if (!kind) {
        kind = strstr(line, ": warning: ");
        is_error = false;
    }
    if (!kind) {
        return;
    }
    const char *text = strstr(kind + 2, ": ") + 2;
    const char *colon = memchr(line, ':', (size_t)(kind - line));

    if (colon) {
        sscanf(colon, ":%u:%u", &line_number, &col);
    }
    size_t name_length = colon ? (size_t)(colon - line) : (size_t)(kind - line);
    struct pos pos = { arena_strndup(arena, line, name_length), line_number, col };

    if (is_error) {
        diag_error(diag, pos, "preprocessor", "%s", arena_strndup(arena, text, strlen(text)));
    } else {
        diag_warning(diag, pos, "preprocessor", "%s", arena_strndup(arena, text, strlen(text)));
    }
}

static void report_cpp(struct arena *arena, struct diag *diag, FILE *err)
{
    char line[1024];

    rewind(err);
    while (fgets(line, sizeof(line), err)) {
        line[strcspn(line, "\n")] = '\0';
        report_cpp_line(arena, diag, line);
    }
}

static char *preprocess(struct arena *arena, struct diag *diag,
                        const struct source_options *options, const char *path, size_t *length)
{
    const char *argv[CPP_ARGUMENTS_MAX];
    FILE *out = tmpfile(), *err = tmpfile();
    struct pos pos = { .file = path };
    char *text = NULL;

    if (!out || !err) {
        diag_error(diag, pos, "preprocessor", "no temporary file: %s", strerror(errno));
    } else {
        build_arguments(arena, options, path, argv);
        int status = run_cpp(argv, out, err);

        if (status == 127 || status < 0) {
            diag_error(diag, pos, "preprocessor", "the C preprocessor (cpp) could not be run");
        } else {
            rewind(out);
            text = load_stream(arena, out, length);
            report_cpp(arena, diag, err);
        }
    }
    if (out) {
        fclose(out);
    }
    if (err) {
        fclose(err);
    }
    return text;
}

static const char *directory_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? arena_strndup(arena, path, (size_t)(slash - path)) : ".";
}

static const char *resolve_import(struct arena *arena, const struct source_options *options,
                                  const struct import *import)
{
    const char *beside =
        arena_printf(arena, "%s/%s", directory_of(arena, import->pos.file), import->path);

    if (!import->is_system && access(beside, R_OK) == 0) {
        return beside;
    }
    return find_in_dirs(arena, options, import->path);
}

static bool is_seen(const char *const *seen, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(seen[i], path)) {
            return true;
        }
    }
    return false;
}

static bool read_one(struct arena *arena, struct diag *diag, const struct source_options *options,
                     const char *path, struct description *description)
{
    size_t length;
    char *text = preprocess(arena, diag, options, path, &length);

    if (!text) {
        return false;
    }
    parse_text(arena, diag, path, text, length, description);
    return true;
}

bool source_read(struct arena *arena, struct diag *diag, const struct source_options *options,
                 const char *path, struct description *description)
{
    const char *seen[IMPORTS_MAX];
    size_t seen_count = 0;

    if (access(path, R_OK) != 0) {
        diag_error(diag, (struct pos){ .file = path }, "file-missing", "%s", strerror(errno));
        return false;
    }
    if (!read_one(arena, diag, options, path, description)) {
        return false;
    }
    /* Imports of imported files are appended to the same list, so this loop sees them too. */
    for (const struct import *import = description->imports; import; import = import->next) {
        const char *file = resolve_import(arena, options, import);

        if (!file) {
            diag_error(diag, import->pos, "file-missing", "cannot find '%s' to import",
                       import->path);
        } else if (!is_seen(seen, seen_count, file)) {
            if (seen_count == IMPORTS_MAX) {
                diag_error(diag, import->pos, "syntax", "more than %u imports", IMPORTS_MAX);
                break;
            }
            seen[seen_count++] = file;
            read_one(arena, diag, options, file, description);
        }
    }
    return true;
}
