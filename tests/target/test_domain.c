/* SPDX-License-Identifier: BSD-2-Clause */
/* Domains. */
#define AREA "95"
#include "env.h"

TEST("DOM-0001", "a thread can be put into its own domain; errors name the argument")
{
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);

    EXPECT_OK(seL4_DomainSet_Set(seL4_CapDomain, 0, tcb));
    EXPECT_EQ(seL4_DomainSet_Set(seL4_CapDomain, CONFIG_NUM_DOMAINS, tcb), seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 0);
    EXPECT_EQ(seL4_DomainSet_Set(seL4_CapDomain, 0, VSPACE), seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 1);
}

TEST("DOM-0002", "the schedule refuses what it cannot hold")
{
    EXPECT_EQ(seL4_DomainSet_ScheduleConfigure(seL4_CapDomain, CONFIG_NUM_DOMAIN_SCHEDULES, 0, 1),
              seL4_RangeError);
    EXPECT_EQ(seL4_DomainSet_ScheduleConfigure(seL4_CapDomain, 0, CONFIG_NUM_DOMAINS, 1),
              seL4_RangeError);
    EXPECT_EQ(seL4_DomainSet_ScheduleConfigure(seL4_CapDomain, 0, 0, 1ul << 57),
              seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 2);
#if CONFIG_NUM_DOMAINS > 1
    EXPECT_EQ(seL4_DomainSet_ScheduleConfigure(seL4_CapDomain, 1, 1, 0), seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 1);
#endif
    EXPECT_EQ(seL4_DomainSet_ScheduleConfigure(seL4_CapDomain, 0, 0, 0), seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 2);
    EXPECT_EQ(seL4_DomainSet_ScheduleSetStart(seL4_CapDomain, CONFIG_NUM_DOMAIN_SCHEDULES),
              seL4_RangeError);
}

TEST("DOM-0300", "the last entry of the schedule stays an end marker")
{
    const seL4_Word last = CONFIG_NUM_DOMAIN_SCHEDULES - 1;

    EXPECT_EQ(seL4_DomainSet_ScheduleConfigure(seL4_CapDomain, last, 0, 1), seL4_RangeError);
    EXPECT_EQ(seL4_GetMR(0), 0);
    EXPECT_EQ(seL4_GetMR(1), last - 1);
    EXPECT_EQ(seL4_DomainSet_ScheduleSetStart(seL4_CapDomain, last), seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 0);
    EXPECT_OK(seL4_DomainSet_ScheduleSetStart(seL4_CapDomain, 0));
}

TEST("DOM-0004", "the schedule's refusals name the argument or the range")
{
    const seL4_Word longest = (1ul << 56) - 1;
    seL4_Word last = CONFIG_NUM_DOMAIN_SCHEDULES - 1;

    EXPECT_RANGE(seL4_DomainSet_ScheduleConfigure(seL4_CapDomain, last + 1, 0, 1), 0, last - 1);
    EXPECT_RANGE(seL4_DomainSet_ScheduleConfigure(seL4_CapDomain, 0, CONFIG_NUM_DOMAINS, 1), 0,
                 CONFIG_NUM_DOMAINS - 1);
    EXPECT_NUMBER(seL4_DomainSet_ScheduleConfigure(seL4_CapDomain, 0, 0, longest + 1),
                  seL4_InvalidArgument, 2);
    EXPECT_NUMBER(seL4_DomainSet_ScheduleConfigure(seL4_CapDomain, 0, 0, 0), seL4_InvalidArgument,
                  2);
    EXPECT_RANGE(seL4_DomainSet_ScheduleSetStart(seL4_CapDomain, last + 1), 0, last);
    EXPECT_NUMBER(seL4_DomainSet_ScheduleSetStart(seL4_CapDomain, last), seL4_InvalidArgument, 0);
    EXPECT_OK(seL4_DomainSet_ScheduleConfigure(seL4_CapDomain, 0, 0, longest));
    EXPECT_OK(seL4_DomainSet_ScheduleSetStart(seL4_CapDomain, 0));
}

#if CONFIG_NUM_DOMAINS > 1
static volatile seL4_Word ran;

static void in_other_domain(seL4_Word ntfn, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    ran++;
    seL4_Signal(ntfn);
    thread_stop();
}

TEST("DOM-0003", "a thread of another domain runs only in that domain's time")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    struct thread thread;
    seL4_Word badge;

    ran = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(seL4_DomainSet_Set(seL4_CapDomain, 1, thread.tcb));
    EXPECT_OK(thread_start(&thread, in_other_domain, ntfn, 0, 0));
    for (volatile unsigned int i = 0; i < 3000000; i++) {
    }
    EXPECT_EQ(ran, 0);
    /* Both domains take turns, two ticks each; the start index makes it effective. */
    EXPECT_OK(seL4_DomainSet_ScheduleConfigure(seL4_CapDomain, 1, 0, 2));
    EXPECT_OK(seL4_DomainSet_ScheduleConfigure(seL4_CapDomain, 2, 1, 2));
    EXPECT_OK(seL4_DomainSet_ScheduleConfigure(seL4_CapDomain, 3, 0, 0));
    EXPECT_OK(seL4_DomainSet_ScheduleSetStart(seL4_CapDomain, 1));
    seL4_Wait(ntfn, &badge);
    EXPECT_EQ(ran, 1);
    EXPECT_OK(seL4_DomainSet_ScheduleSetStart(seL4_CapDomain, 0));
}
#endif
