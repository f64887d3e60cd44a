/* SPDX-License-Identifier: BSD-2-Clause */
/* Output and the memory functions that the compiler asks for. */
#include "env.h"

void *memset(void *to, int value, size_t size);
void *memcpy(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);

void *memset(void *to, int value, size_t size)
{
    volatile unsigned char *d = to;

    while (size--) {
        *d++ = (unsigned char)value;
    }
    return to;
}

void *memcpy(void *to, const void *from, size_t size)
{
    volatile unsigned char *d = to;
    const unsigned char *s = from;

    while (size--) {
        *d++ = *s++;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *x = a;
    const unsigned char *y = b;

    for (size_t i = 0; i < size; i++) {
        if (x[i] != y[i]) {
            return x[i] - y[i];
        }
    }
    return 0;
}

void print_hex(seL4_Word value)
{
    char text[19] = "0x";
    int at = 2;
    int shift = 60;

    while (shift > 0 && (value >> shift) == 0) {
        shift -= 4;
    }
    for (; shift >= 0; shift -= 4) {
        text[at++] = "0123456789abcdef"[(value >> shift) & 15];
    }
    text[at] = '\0';
    print(text);
}

void print_dec(seL4_Word value)
{
    char text[21];
    int at = 20;

    text[at] = '\0';
    do {
        text[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    print(text + at);
}

__asm__(".global raw_svc\n"
        "raw_svc:\n"
        "    mov x9, x0\n"
        "    ldp x0, x1, [x9]\n"
        "    ldp x2, x3, [x9, #16]\n"
        "    ldp x4, x5, [x9, #32]\n"
        "    ldp x6, x7, [x9, #48]\n"
        "    svc #0\n"
        "    stp x0, x1, [x9]\n"
        "    stp x2, x3, [x9, #16]\n"
        "    stp x4, x5, [x9, #32]\n"
        "    stp x6, x7, [x9, #48]\n"
        "    ret\n");
