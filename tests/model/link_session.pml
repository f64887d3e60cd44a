/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sessions: the module in the device VM may crash and start again at any point (CRASHES times), and so
 * may the driver VM's VMM (RESTARTS times). An interrupt that was pending in a rebooted device VM may be
 * lost. Promised: when nothing moves any more, both sides are in the same session and the message that
 * the module sends at its start was received in it; no side ever takes a message of another session for
 * one of its own, and no counter is out of range.
 *
 * Variants that must fail: LATE_GENERATION (the module loads the generation after it stored its session),
 * LATE_NOTE (the VMM notes the session it finds after it announced itself), SAME_NUMBER (the module
 * does not change the number), NO_ZERO (counters are not zeroed).
 * Source: contract/rpc/link.h, SESSIONS; user/vmm/link/session.c; guest/linux/session.c
 */
#define CRASHES  2
#define RESTARTS 2

/* The message area. */
byte generation;
byte driver_session, device_session;
byte head;              /* to_driver, published by the module */
byte message_of;        /* ghost: session in which the message was sent */

bit bell_driver, bell_device;
byte crashes, restarts;

/* Private state that the promise talks about. */
bit device_up;
byte device_number, driver_number, received_in;
bit driver_up;

inline maybe_crash()
{
    if
    :: crashes < CRASHES ->
        crashes++;
        if
        :: bell_device = 0      /* the reboot drops a pending interrupt */
        :: skip
        fi;
        goto load_module
    :: true -> skip
    fi
}

active proctype module()
{
    byte known, number;

load_module:
    atomic { device_up = 0; device_number = 0; known = 0; number = 0 }
start_session:
    device_up = 0;
#ifndef LATE_GENERATION
    known = generation;
#endif
    maybe_crash();
    if
    :: generation == 0 -> known = 0; goto sleep     /* nobody there yet */
    :: else -> skip
    fi;
#ifdef SAME_NUMBER
    number = 1;
#else
    number = device_session + 1;
    if
    :: number == driver_session -> number++
    :: else -> skip
    fi;
#endif
    maybe_crash();
    device_session = number;
    device_number = number;
#ifdef LATE_GENERATION
    known = generation;
#endif
    maybe_crash();
    bell_driver = 1;
end_sleep:
sleep:
    do
    :: bell_device ->
        bell_device = 0;
        maybe_crash();
        if
        :: generation != known -> goto start_session
        :: else -> skip
        fi;
        if
        :: number != 0 && !device_up && driver_session == number ->
            device_up = 1;
            maybe_crash();
            message_of = number;
            head = 1;           /* its own counter, from zero */
            maybe_crash();
            bell_driver = 1
        :: else -> skip
        fi
    od
}

inline maybe_restart()
{
    if
    :: restarts < RESTARTS -> restarts++; goto start_vmm
    :: true -> skip
    fi
}

active proctype vmm()
{
    byte tail, seen, session_found;

start_vmm:
    atomic { driver_up = 0; tail = 0; seen = 0; received_in = 0 }
#ifndef LATE_NOTE
    driver_number = device_session;
#endif
    maybe_restart();
    driver_session = 0;
    maybe_restart();
    generation++;
#ifdef LATE_NOTE
    driver_number = device_session;
#endif
    maybe_restart();
    bell_device = 1;
end_sleep:
    do
    :: bell_driver ->
        bell_driver = 0;
        session_found = device_session;
        if
        :: session_found != driver_number && session_found != 0 ->
            driver_up = 0;
            received_in = 0;
            driver_number = session_found;
            maybe_restart();
#ifndef NO_ZERO
            head = 0;
#endif
            tail = 0;
            driver_up = 1;
            maybe_restart();
            driver_session = driver_number;
            maybe_restart();
            bell_device = 1
        :: else ->
            if
            :: driver_up ->
                seen = head;
                assert(seen >= tail && seen - tail <= 1);
                if
                :: seen != tail ->
                    assert(message_of == driver_number);
                    received_in = driver_number;
                    tail = seen
                :: else -> skip
                fi
            :: else -> skip
            fi
        fi;
        session_found = 0
    od
}

active proctype monitor()
{
    timeout -> assert(device_up && driver_up && device_number == driver_number &&
                      driver_session == device_number && received_in == device_number)
}
