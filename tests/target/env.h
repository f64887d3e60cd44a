/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Environment of the kernel's target tests: one root task. Its first thread is the monitor; it
 * runs each test on a second thread (the runner) and learns of its end, of its fault, or, from a
 * third thread of the lowest priority, that nothing runs any more. After each test everything that
 * the test made is revoked and the memory is checked to be whole again.
 */
#ifndef TESTS_TARGET_ENV_H
#define TESTS_TARGET_ENV_H

#include <sel4/sel4.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_BYTES 4096ul
#define FULL_DEPTH seL4_WordBits
/* An address that no guard of the root CNode lets through. */
#define NOWHERE (1ul << 40)
/* Guard of the root CNode. */
#define ROOT_GUARD_BITS (seL4_WordBits - env.info->initThreadCNodeSizeBits)

/* Priorities: tests use helpers between WATCHER + 1 and MONITOR - 1. */
#define PRIO_MONITOR 254
#define PRIO_RUNNER  200
#define PRIO_WATCHER 1

#define ROOT       seL4_CapInitThreadCNode
#define VSPACE     seL4_CapInitThreadVSpace
#define RUNNER_TCB (env.runner_tcb)

/* Addresses at which tests may map; nothing of the image lies there. */
#define SCRATCH_VADDR 0x20000000ul
#define OTHER_VADDR   (SCRATCH_VADDR + 0x400000)
/* Room for two large pages side by side, which no table covers at first. */
#define LARGE_BYTES (1ul << seL4_LargePageBits)
#define LARGE_VADDR (SCRATCH_VADDR + 0x40000000ul)
/* Cacheable memory that may be executed. */
#define ATTR seL4_ARM_Default_VMAttributes
/* Where the monitor keeps the UART. */
#define UART_VADDR 0x10000000ul

/* The register that SetTLSBase sets. */
#ifdef CONFIG_ARM_TLS_REG_TPIDRURO
#define TLS_REGISTER "tpidrro_el0"
#else
#define TLS_REGISTER "tpidr_el0"
#endif

#define CONTEXT_WORDS (sizeof(seL4_UserContext) / sizeof(seL4_Word))

struct test {
    const char *id;
    const char *text;
    void (*run)(void);
};

/*
 * Defines and registers a test: TEST("CNODE-0003", "text") { body }. The file defines AREA, which
 * orders the areas.
 */
#define TEST_JOIN2(a, b) a##b
#define TEST_JOIN(a, b)  TEST_JOIN2(a, b)
#define TEST_AT(body, entry, id, text)                                                             \
    static void body(void);                                                                        \
    static const struct test entry                                                                 \
        __attribute__((used, section(".tests." AREA), aligned(8))) = { id, text, body };           \
    static void body(void)
#define TEST(id, text)                                                                             \
    TEST_AT(TEST_JOIN(test_body_, __LINE__), TEST_JOIN(test_entry_, __LINE__), id, text)

/* A broken promise: reported once, the test ends. */
#define EXPECT(cond)                                                                               \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            test_failed(__FILE__, __LINE__, #cond, 0, 0);                                          \
            return;                                                                                \
        }                                                                                          \
    } while (0)

/* The same for two words; both are printed. */
#define EXPECT_EQ(actual, expected)                                                                \
    do {                                                                                           \
        seL4_Word actual_ = (seL4_Word)(actual);                                                   \
        seL4_Word expected_ = (seL4_Word)(expected);                                               \
        if (actual_ != expected_) {                                                                \
            test_failed(__FILE__, __LINE__, #actual " == " #expected, actual_, expected_);         \
            return;                                                                                \
        }                                                                                          \
    } while (0)

#define EXPECT_OK(call) EXPECT_EQ(call, seL4_NoError)

/* Refusals with the words that come with them: an argument's or capability's number, ... */
#define EXPECT_NUMBER(call, error, number)                                                         \
    do {                                                                                           \
        EXPECT_EQ(call, error);                                                                    \
        EXPECT_EQ(seL4_GetMR(0), number);                                                          \
    } while (0)

/* ... the two ends of a range, ... */
#define EXPECT_RANGE(call, smallest, largest)                                                      \
    do {                                                                                           \
        EXPECT_EQ(call, seL4_RangeError);                                                          \
        EXPECT_EQ(seL4_GetMR(0), smallest);                                                        \
        EXPECT_EQ(seL4_GetMR(1), largest);                                                         \
    } while (0)

/* ... or where a lookup failed (1 in the source's root) and in which way. */
#define EXPECT_LOOKUP(call, is_source, kind)                                                       \
    do {                                                                                           \
        EXPECT_EQ(call, seL4_FailedLookup);                                                        \
        EXPECT_EQ(seL4_GetMR(0), is_source);                                                       \
        EXPECT_EQ(seL4_GetMR(1), kind);                                                            \
    } while (0)

/* The next message there is a fault of this kind; its words are in the IPC buffer then. */
#define EXPECT_FAULT(ep, kind) EXPECT_EQ(seL4_MessageInfo_get_label(seL4_Recv(ep, seL4_Null)), kind)

struct env {
    seL4_BootInfo *info;
    seL4_Word start_registers; /* all registers but x0 and pc at the start, or-ed together */
    seL4_CPtr runner_tcb;
    seL4_CPtr monitor_ep;
    seL4_CPtr park_ntfn;  /* never signalled: finished helpers wait here */
    seL4_CPtr first_slot; /* slots from here on belong to the running test */
    seL4_CPtr next_slot;
    seL4_CPtr test_untyped;   /* RAM of the running test, 2^TEST_UNTYPED_BITS bytes */
    seL4_CPtr device_untyped; /* device untyped of at least 2^21 bytes below 1 GiB, or 0 */
    seL4_Word device_paddr;
    seL4_Word device_bits;
};

#define TEST_UNTYPED_BITS 23

extern struct env env;

void test_failed(const char *file, int line, const char *text, seL4_Word actual,
                 seL4_Word expected);

/* Ends the running test as passed, with a reason why it does not apply to this kernel. */
void test_skip(const char *reason);

void print(const char *text);
void print_hex(seL4_Word value);
void print_dec(seL4_Word value);

/* A free slot of the root CNode; freed by itself after the test. */
seL4_CPtr slot_new(void);

/* A new object from the test's untyped; 0 on error. size_bits as for seL4_Untyped_Retype. */
seL4_CPtr object_new(seL4_Word type, seL4_Word size_bits);

/* Retype of one object into a slot, with all arguments the tests do not vary. */
seL4_Error retype(seL4_CPtr untyped, seL4_Word type, seL4_Word size_bits, seL4_CPtr slot,
                  seL4_Word count);

/* Copy and mint within the root CNode. */
seL4_Error copy_cap(seL4_CPtr to, seL4_CPtr from, seL4_CapRights_t rights);
seL4_Error mint_cap(seL4_CPtr to, seL4_CPtr from, seL4_CapRights_t rights, seL4_Word badge);
/* Whether a slot of the root CNode is empty (found by trying to copy from it). */
bool slot_is_empty(seL4_CPtr slot);

/* Maps a page, making the tables that are missing; returns the kernel's error. */
seL4_Error map_page(seL4_CPtr vspace, seL4_CPtr page, seL4_Word vaddr, seL4_CapRights_t rights,
                    seL4_Word attributes);
/* Makes the tables that a page at vaddr needs: 4 KiB (last_level) or 2 MiB. */
seL4_Error make_tables(seL4_CPtr vspace, seL4_Word vaddr, bool last_level);

/* A new ASID pool, the next free one. 0 on error. */
seL4_CPtr pool_new(void);
/* A new address space with an ASID of the pool; 0 on error. */
seL4_CPtr space_in(seL4_CPtr pool);

/* A page frame of device memory at a physical address; 0 if no untyped covers it. */
seL4_CPtr device_frame(seL4_Word paddr);

/* Helper threads share CSpace and VSpace with the runner. */
struct thread {
    seL4_CPtr tcb;
    seL4_IPCBuffer *buffer;
    unsigned int number;
};

typedef void (*thread_entry)(seL4_Word a, seL4_Word b, seL4_Word c);

#define MAX_THREADS 16

/* Makes a thread, not started, with fault endpoint `fault_ep` (0 = none). Returns its TCB or 0. */
seL4_CPtr thread_new(struct thread *thread, seL4_Word priority, seL4_CPtr fault_ep);
/* Sets registers and resumes; the helper's entry must not return (it calls thread_stop). */
seL4_Error thread_start(struct thread *thread, thread_entry entry, seL4_Word a, seL4_Word b,
                        seL4_Word c);
/* Top of the thread's stack, for tests that write the registers themselves. */
seL4_Word thread_stack(const struct thread *thread);
/* Last action of a helper: blocks it for good. */
void thread_stop(void) __attribute__((noreturn));

/* What helpers note, in this order. A test that looks there empties it first. */
#define LOG_MAX 256
extern volatile seL4_Word log_words[LOG_MAX];
extern volatile seL4_Word log_count; /* goes on counting when there is no more room */
void log_start(void);
void log_add(seL4_Word word);
/* A helper that notes its argument, and that is all. */
void log_once(seL4_Word word, seL4_Word unused1, seL4_Word unused2);

/* Messages of one word: the next one's word (0 if it has none), and an answer to the caller. */
seL4_Word receive_word(seL4_CPtr ep);
void reply_word(seL4_Word word);

/* A call with any label: these words, and `cap_count` times the capability `extra`. */
seL4_MessageInfo_t call_words(seL4_CPtr cap, seL4_Word label, seL4_CPtr extra, seL4_Word cap_count,
                              const seL4_Word *words, seL4_Word word_count);
/* The same when only the answer's label counts. */
seL4_Error call_error(seL4_CPtr cap, seL4_Word label, seL4_CPtr extra, seL4_Word cap_count,
                      const seL4_Word *words, seL4_Word word_count);

/* Raw system call with chosen registers, for what the stubs cannot express. */
struct raw {
    seL4_Word x0, x1, x2, x3, x4, x5, x6, x7;
};
void raw_svc(struct raw *regs);

/*
 * Revokes and deletes all that the running test made, and checks that its untyped is whole again.
 * Done after each test; long tests do it in between.
 */
seL4_Error env_give_back(void);

/* The board's UART, whose interrupt is there whenever its mask has PL011_TX. */
#define UART_IRQ   33
#define PL011_IMSC 0x38
#define PL011_MIS  0x40
#define PL011_ICR  0x44
#define PL011_TX   (1u << 5)

static inline volatile uint32_t *uart_register(unsigned int offset)
{
    return (volatile uint32_t *)(UART_VADDR + offset);
}

/* The cap frame of a page of the image, for static buffers. */
seL4_CPtr image_frame(const void *address);

void bench_run(void);

#endif
