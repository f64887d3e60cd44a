/* SPDX-License-Identifier: BSD-2-Clause */
/* One line for whoever watches the device VM's console. */
#ifndef SUPERVISOR_SAY_H
#define SUPERVISOR_SAY_H

/* Prints "supervisor: " and the text as one line, in one write. Safe with any bytes in arguments:
   what is not printable becomes '?'. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
