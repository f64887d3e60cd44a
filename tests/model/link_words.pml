/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kick and irq words with their doorbell: two setters, each setting its own bit SETS times, one taker.
 * A set is one atomic read-modify-write; ringing is a later step, and a doorbell is a latch (badge of a
 * notification, edge of an interrupt). Promised: when nothing moves any more, the word is empty and
 * whatever preceded a set was seen by a take after it.
 *
 * Variants that must fail: TAKE_BY_STORE (taking by load and store), RING_FIRST (ringing before the
 * set), NO_RING_RULE (never ringing after the first time).
 * Source: contract/rpc/ring.h, link_bits_set and link_bits_take
 */
#define SETS 3

byte word;      /* bit i: setter i */
bit bell;
byte work[2];   /* what setter i has published before its latest set */
byte seen[2];   /* what the taker has acted on */
#ifdef NO_RING_RULE
bit rung;
#endif

inline ring_if_empty(before)
{
#ifdef NO_RING_RULE
    if
    :: before == 0 && !rung -> rung = 1; bell = 1
    :: else -> skip
    fi
#else
    if
    :: before == 0 -> bell = 1
    :: else -> skip
    fi
#endif
}

proctype setter(byte me)
{
    byte i, before;

    for (i : 1 .. SETS) {
        work[me] = i;
#ifdef RING_FIRST
        before = word;
        ring_if_empty(before);
        d_step { word = word | (1 << me) }
#else
        d_step { before = word; word = word | (1 << me) }
        ring_if_empty(before);
#endif
        before = 0;
    }
}

inline act(me)
{
    if
    :: bits & (1 << me) -> seen[me] = work[me]
    :: else -> skip
    fi
}

active proctype taker()
{
    byte bits;

end_sleep:
    do
    :: bell ->
        bell = 0;
        if
        :: word == 0 -> skip    /* the look before the exchange */
        :: else ->
#ifdef TAKE_BY_STORE
            bits = word;
            word = 0;
#else
            d_step { bits = word; word = 0 }
#endif
            act(0);
            act(1);
            bits = 0
        fi
    od
}

active proctype monitor()
{
    timeout -> assert(word == 0 && seen[0] == SETS && seen[1] == SETS)
}

init {
    atomic { run setter(0); run setter(1) }
}
