/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One message ring with two doorbells, in a machine whose stores wait in a store buffer: each side's
 * counter has a buffered value that reaches memory at some later time, or at a barrier. Promised: the
 * consumer gets every message once and in order, and no side sleeps for ever: neither a consumer with
 * messages in the ring nor a producer with room in it.
 *
 * Variants that must fail: NO_BARRIER, NO_FULL_RULE (the consumer never rings), EARLY_PUBLISH (slot
 * given back before it was read).
 * Source: contract/rpc/ring.h, link_ring_put, _pending, _get, _publish
 */
#define ENTRIES  2
#define MESSAGES 4

byte head_memory, tail_memory;      /* what the other side sees */
byte head_buffer, tail_buffer;      /* what was stored last */
byte slot[ENTRIES];
bit bell_consumer, bell_producer;
byte received;

#ifdef NO_BARRIER
#define BARRIER(memory, buffer) skip
#else
#define BARRIER(memory, buffer) memory = buffer
#endif

/* The store buffers drain when they like. */
active proctype drain()
{
end_drain:
    do
    :: head_memory != head_buffer -> head_memory = head_buffer
    :: tail_memory != tail_buffer -> tail_memory = tail_buffer
    od
}

active proctype producer()
{
    byte head, used;

    do
    :: head == MESSAGES -> break
    :: else ->
        used = head - tail_memory;
        assert(used <= ENTRIES);
        if
        :: used == ENTRIES ->
end_full:
            bell_producer;              /* sleep */
            bell_producer = 0
        :: else ->
            slot[head % ENTRIES] = head;
            head++;
            head_buffer = head;
            BARRIER(head_memory, head_buffer);
            used = head - tail_memory;
            if
            :: used == 1 ->
                head_memory = head_buffer; /* ringing is a trap: everything before it is visible */
                bell_consumer = 1
            :: else -> skip
            fi
        fi
    od
}

active proctype consumer()
{
    byte tail, published, count, before;

end_sleep:
    do
    :: bell_consumer ->
        bell_consumer = 0;
        count = head_memory - tail;
        do
        :: count == 0 -> break
        :: else ->
            do
            :: count == 0 -> break
            :: else ->
#ifdef EARLY_PUBLISH
                tail_buffer = tail + 1;
                tail_memory = tail_buffer;
#endif
                assert(slot[tail % ENTRIES] == received);
                received++;
                tail++;
                count--
            od;
            before = published;
            published = tail;
            tail_buffer = tail;
            BARRIER(tail_memory, tail_buffer);
            count = head_memory;
            if
            :: count - before == ENTRIES ->
#ifndef NO_FULL_RULE
                tail_memory = tail_buffer;
                bell_producer = 1
#else
                skip
#endif
            :: else -> skip
            fi;
            count = count - tail
        od;
        before = 0
    od
}

active proctype monitor()
{
    timeout -> assert(received == MESSAGES)
}
