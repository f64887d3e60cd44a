/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Included before every source that Frama-C reads: what it does not know of the compiler, with the
 * contracts that the proofs assume. Nothing here is compiled into anything.
 */
#ifndef TESTS_PROVE_FRAMA_C_H
#define TESTS_PROVE_FRAMA_C_H

#include <stdint.h>

/* The compiler has checked these. */
#define _Static_assert(...)
#define __builtin_expect(condition, usual) (condition)

/* Shifts by an unknown number of bits, which provers do not look into: proven case by case. */
/*@ lemma one_shifted: \forall integer n; 0 <= n < 64 ==> 0 < (1 << n) <= 0x8000000000000000;
    lemma shifted_down: \forall integer x, n; 0 <= x && 0 <= n < 64 ==> 0 <= (x >> n) <= x; */

/* Bit scans: which bit it is, not that it is the first. Undefined for 0, as the compiler says. */
/*@ requires word != 0;
    assigns \nothing;
    ensures 0 <= \result <= 63;
    ensures word < (1 << (64 - \result)); */
int __builtin_clzll(unsigned long long word);
/*@ requires word != 0;
    assigns \nothing;
    ensures 0 <= \result <= 63; */
int __builtin_ctzll(unsigned long long word);
/*@ requires word != 0;
    assigns \nothing;
    ensures 0 <= \result <= 31; */
int __builtin_ctz(unsigned word);

/*
 * Memory shared with a peer: a load gives anything, whatever was stored before. That is weaker than
 * the truth and just what an untrusted peer may do.
 */
/*@ assigns \nothing; */
uint32_t prove_any32(void);
/*@ assigns \nothing; */
uint64_t prove_any64(void);
/*@ assigns \nothing; ensures \result == 0 || \result == 1; */
int prove_any_bool(void);

#define __atomic_load_n(place, order)                                                              \
    ((__typeof__(*(place)))(sizeof(*(place)) == 8 ? prove_any64() : prove_any32()))
#define __atomic_store_n(place, value, order)                            ((void)(value))
#define __atomic_thread_fence(order)                                     ((void)0)
#define __atomic_compare_exchange_n(place, seen, fresh, weak, good, bad) prove_any_bool()

/* A CHECK that could fail is a goal that cannot be proven. */
/*@ requires \false; assigns \nothing; ensures \false; */
void check_failed(const char *condition, const char *file, int line);
/*@ requires \false; assigns \nothing; ensures \false; */
void rt_check_failed(const char *file, int line, const char *condition);

#endif
