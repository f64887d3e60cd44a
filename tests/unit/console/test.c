/* SPDX-License-Identifier: BSD-2-Clause */
/* The console's multiplexer and its filter, between scripted clients and a recorded terminal. */
#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "terminal.h"

static struct terminal t;

#define SHOWN(expected, rule)                                                                      \
    TAP_OK(strcmp(t.text, expected) == 0, "console/%s", rule);                                     \
    if (strcmp(t.text, expected) != 0) {                                                           \
        printf("# got: %s\n", t.text);                                                             \
    }

static void filtered(const char *input, const char *expected, const char *rule)
{
    struct filter filter = { 0 };
    char shown[200];
    size_t length = 0;

    for (; *input != '\0'; input++) {
        uint8_t out[FILTER_OUTPUT_MAX];
        unsigned count = filter_byte(&filter, (uint8_t)*input, out);

        memcpy(shown + length, out, count);
        length += count;
    }
    shown[length] = '\0';
    TAP_OK(strcmp(shown, expected) == 0, "console/filter: %s", rule);
}

static void test_filter(void)
{
    filtered("plain\ttext\n", "plain\ttext\n", "text, tabs and newlines pass");
    filtered("a\x1b[31;1mred\x1b[0mb", "aredb", "colours disappear");
    filtered("a\x1b[2J\x1b[1;1Hb", "ab", "cursor moves disappear");
    filtered("a\x1b]0;title\x07"
             "b\x1b]0;title\x1b\\c",
             "abc", "titles disappear");
    filtered("a\x1bP1$qm\x1b\\b\x1b_x\x1b\\c\x1b^y\x1b\\d", "abcd", "control strings disappear");
    filtered("a\x1b(Bb\x1b#8c\x1b=d\x1b"
             "7e",
             "abcde", "short escapes disappear");
    filtered("a\x1b[12\x18"
             "b\x1b]x\x1a"
             "c",
             "abc", "CAN and SUB end a sequence");
    filtered("a\x1b[\x1b[31mb", "ab", "an escape inside of a sequence starts anew");
    filtered("a\x1b]never ends\nnext", "a\nnext", "a newline ends what never ends");
    filtered("a\b\b\x07\x0e\x7f\x05z\r\n", "az\n", "other controls disappear");
    filtered("caf\xc3\xa9 \xe2\x80\xa6 \xf0\x9f\x90\xa7",
             "caf\xc3\xa9 \xe2\x80\xa6 \xf0\x9f\x90\xa7", "UTF-8 passes");
    filtered("a\xc2\x9b"
             "31mb\x9b"
             "c",
             "a31mbc", "8-bit controls disappear");
    filtered("a\xe2\x80zb\xff\xc0\x80"
             "c",
             "azbc", "broken UTF-8 disappears");
}

static void test_prefixed(void)
{
    terminal_start(&t);
    terminal_guest(&t, 0, "hello\r\nworld\r\n");
    terminal_vmm(&t, 0, "loaded\n");
    terminal_vmm(&t, 2, "built\n");
    terminal_run(&t);
    SHOWN("[vm0 vmm] loaded\r\n[vm0] hello\r\n[vm0] world\r\n[init] built\r\n",
          "each line carries its source");
    terminal_clear(&t);
    terminal_guest(&t, 0, "login: ");
    terminal_run(&t);
    SHOWN("[vm0] login: ", "a prompt is shown without a newline");
    terminal_guest(&t, 0, "root\r\n");
    terminal_run(&t);
    SHOWN("[vm0] login: root\r\n", "and goes on in its line");
    terminal_clear(&t);
    terminal_guest(&t, 0, "half ");
    terminal_run(&t);
    terminal_guest(&t, 1, "whole\r\n");
    terminal_run(&t);
    terminal_guest(&t, 0, "line\r\n");
    terminal_run(&t);
    SHOWN("[vm0] half \r\n[vm1] whole\r\n[vm0] half line\r\n",
          "whole lines break unfinished ones, which are shown from their start again");
    terminal_clear(&t);
    terminal_guest(&t, 0, "all");
    terminal_run(&t);
    terminal_vmm(&t, 1, "log\n");
    terminal_run(&t);
    terminal_guest(&t, 0, "\r\nnext\r\n");
    terminal_run(&t);
    SHOWN("[vm0] all\r\n[vm1 vmm] log\r\n[vm0] next\r\n", "a line cut at its end is there once");
    terminal_clear(&t);
    terminal_guest(&t, 0, "ha");
    terminal_run(&t);
    terminal_guest(&t, 1, "par");
    terminal_run(&t);
    SHOWN("[vm0] ha", "unfinished lines do not break each other");
    terminal_guest(&t, 0, "lf\r\n");
    terminal_run(&t);
    SHOWN("[vm0] half\r\n[vm1] par", "and wait for their turn");
    terminal_guest(&t, 1, "t\r\n");
    terminal_guest(&t, 0, "login: ");
    terminal_run(&t);
    terminal_clear(&t);
    terminal_guest(&t, 1, "other login: ");
    terminal_run(&t);
    SHOWN("\r\n[vm1] other login: ", "a waiting prompt does not hide another's");
}

static void test_no_forgery(void)
{
    terminal_start(&t);
    terminal_guest(&t, 1, "x\r[vm0] fake\r\n\x1b[1A[vm0] fake\r\n");
    terminal_run(&t);
    TAP_OK(strstr(t.text, "\n[vm0]") == NULL && strncmp(t.text, "[vm1] ", 6) == 0,
           "console/a guest cannot begin a line with another's prefix");
}

static void test_attached(void)
{
    terminal_start(&t);
    terminal_guest(&t, 1, "old screen\r\n$ ");
    terminal_run(&t);
    terminal_clear(&t);
    terminal_type(&t, "\x1d"
                      "1");
    SHOWN("\r\n[console] attached to vm1 (Ctrl-] ? for help)\r\nold screen\r\n$ ",
          "attaching shows the end of the history");
    terminal_clear(&t);
    terminal_guest(&t, 1, "\x1b[1mbold\x1b[0m");
    terminal_guest(&t, 0, "not shown\r\n");
    terminal_run(&t);
    SHOWN("\x1b[1mbold\x1b[0m", "the attached guest's bytes pass raw, others' not at all");
    terminal_clear(&t);
    terminal_vmm(&t, 0, "warning: x\n");
    terminal_run(&t);
    SHOWN("\r\n[vm0 vmm] warning: x\r\n", "VMM lines appear on lines of their own");
    terminal_type(&t, "ls\r\x1d\x1d");
    TAP_OK(strcmp(terminal_received(&t, 1), "ls\r\x1d") == 0 && mux_take_wake(&t.mux, 1) &&
               !mux_take_wake(&t.mux, 1),
           "console/keys reach the attached guest, which is signalled once");
    TAP_OK(strcmp(terminal_received(&t, 0), "") == 0, "console/and nobody else");
    terminal_clear(&t);
    terminal_type(&t, "\x1d"
                      "0");
    TAP_OK(strstr(t.text, "not shown\r\n") != NULL && t.mux.attached == 0,
           "console/what was not shown is in the history");
    terminal_type(&t, "\x1dn");
    TAP_OK(t.mux.attached == 1, "console/next");
    terminal_type(&t, "\x1dn");
    TAP_OK(t.mux.attached == 0, "console/next skips log-only clients and wraps");
    terminal_type(&t, "\x1dp");
    TAP_OK(t.mux.attached == 1, "console/previous");
    terminal_clear(&t);
    terminal_type(&t, "\x1d"
                      "2\x1d"
                      "9");
    TAP_OK(t.mux.attached == 1 && strstr(t.text, "no such VM") != NULL,
           "console/clients that take no input, or do not exist, cannot be attached");
    terminal_clear(&t);
    terminal_type(&t, "\x1dl");
    TAP_OK(strstr(t.text, " 0  vm0\r\n") != NULL && strstr(t.text, "*1  vm1\r\n") != NULL &&
               strstr(t.text, " 2  init  (log only)\r\n") != NULL,
           "console/the list shows numbers, names and the attached one");
    terminal_type(&t, "\x1d"
                      "a");
    TAP_OK(t.mux.attached == MUX_NONE, "console/back to all");
    terminal_clear(&t);
    terminal_type(&t, "xyz");
    TAP_OK(strstr(t.text, "no VM is attached") != NULL &&
               strstr(strstr(t.text, "no VM") + 1, "no VM") == NULL,
           "console/keys without a VM give one hint");
}

static void test_bounds(void)
{
    char flood[CONSOLE_OUT_BYTES + 1];
    unsigned i;
    size_t at_vm1;

    terminal_start(&t);
    memset(flood, '\n', CONSOLE_OUT_BYTES);
    flood[CONSOLE_OUT_BYTES] = '\0';
    terminal_guest(&t, 0, flood);
    terminal_guest(&t, 1, "still heard\r\n");
    mux_step(&t.mux);
    terminal_drain(&t);
    at_vm1 = (size_t)(strstr(t.text, "still heard") - t.text);
    TAP_OK(at_vm1 < 64 * 8 + 32, "console/a flood does not delay others beyond one quantum");

    terminal_start(&t);
    for (i = 0; i < 1000; i++) {
        terminal_guest(&t, 0, flood);
        if (!mux_step(&t.mux)) {
            break;
        }
    }
    TAP_OK(i < 1000 && t.mux.queue_head - t.mux.queue_tail <= MUX_QUEUE_BYTES,
           "console/a terminal that takes nothing stops the pump, not the console");
    terminal_type(&t, "\x1dl");
    TAP_OK(strstr(t.text, "(log only)") != NULL, "console/keys still answer then");

    terminal_start(&t);
    terminal_type(&t, "\x1d"
                      "0");
    for (i = 0; i < 5000; i++) {
        mux_key(&t.mux, 'k');
    }
    TAP_OK(strlen(terminal_received(&t, 0)) == CONSOLE_IN_BYTES,
           "console/a guest that does not read loses keys, nothing else");

    terminal_start(&t);
    t.channels[0].out.head.value = 123456;
    t.channels[0].log.head.value = 0x80000000;
    t.channels[1].in.tail.value = 99999;
    terminal_guest(&t, 1, "fine\r\n");
    TAP_OK(terminal_run(&t) < 10 && strcmp(t.text, "[vm1] fine\r\n") == 0,
           "console/nonsense counters cost only their owner");
}

/* Hostile clients rewrite their counters and bytes at random between steps. */
static void test_hostile(void)
{
    bool bounded = true;

    terminal_start(&t);
    srand(4);
    for (int round = 0; round < 20000; round++) {
        struct console_channel *channel = &t.channels[rand() % TERMINAL_CLIENTS];

        channel->out.head.value = (uint32_t)rand();
        channel->out.tail.value = (uint32_t)rand();
        channel->log.head.value += (uint32_t)rand() % 200;
        channel->in.tail.value = (uint32_t)rand();
        channel->out_bytes[rand() % CONSOLE_OUT_BYTES] = (uint8_t)rand();
        channel->log_bytes[rand() % CONSOLE_LOG_BYTES] = (uint8_t)rand();
        mux_step(&t.mux);
        mux_key(&t.mux, round % 7 == 0 ? 0x1d : (uint8_t)rand());
        bounded = bounded && t.mux.queue_head - t.mux.queue_tail <= MUX_QUEUE_BYTES;
        if (round % 3 == 0) {
            terminal_clear(&t);
            terminal_drain(&t);
        }
    }
    TAP_OK(bounded, "console/survives clients that write anything anywhere");
}

static void test_table(void)
{
    static struct console_channel channel;
    int error = RT_OK;
    unsigned count = 0;

    terminal_start(&t);
    while (error == RT_OK && count < 100) {
        error = mux_add_client(&t.mux, "a very long name that does not fit into brackets", &channel,
                               true);
        count++;
    }
    TAP_OK(error == RT_ERR_NO_SLOT && t.mux.client_count == CONSOLE_CLIENTS_MAX,
           "console/%u clients and no more", t.mux.client_count);
    TAP_OK(strlen(t.mux.clients[5].name) == MUX_NAME_BYTES - 1, "console/long names are cut");
}

int main(void)
{
    test_filter();
    test_prefixed();
    test_no_forgery();
    test_attached();
    test_bounds();
    test_hostile();
    test_table();
    return TAP_DONE();
}
