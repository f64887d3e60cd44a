/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptions made of arbitrary bytes, as the preprocessor would hand them on: lexer, parser, meaning
 * and, if that was accepted, placement. With a first byte above 127 the rest is a list of picks from
 * the words of the language, which gets deeper than bytes do.
 */
#include <stdlib.h>
#include <string.h>

#include "composer/lang/parser.h"
#include "composer/plan/place.h"
#include "composer/plan/sema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const words[] = {
    "assembly {",
    "composition {",
    "configuration {",
    "}",
    ";",
    "component VM vm0;",
    "component VM vm1;",
    "component VM vm2;",
    "component",
    "VM",
    "connection VirtioLink a(from vm0.x, to vm1.y);",
    "connection VirtioLink b(from vm1.x, to vm2.y);",
    "connection VirtioLink c(from vm2.x, to vm0.y);",
    "vm0.vm_virtio_devices =",
    "vm1.vm_virtio_drivers =",
    "vm1.vm_virtio_devices =",
    "vm0.vm_name =",
    "vm0.ram_size =",
    "vm1.ram_base =",
    "vm0.ram_paddr_base =",
    "vm1.swiotlb_base =",
    "vm1.swiotlb_size =",
    "vm0.num_vcpus =",
    "vm0._priority =",
    "vm0.base_prio =",
    "vm0.irqs =",
    "vm0.mmios =",
    "vm0.dtb =",
    "vm0.vm_image_config =",
    "vm0.vm_address_config =",
    "vm0.pci_devices =",
    "vm1.ram_size <- vm0.ram_size;",
    "[",
    "]",
    "{",
    ",",
    ":",
    "{ type: \"blk\" }",
    "{ type: \"net\", queues: 4 }",
    "{ id: 1, data_base: \"0x50000000\" }",
    "{ id: 0, ctrl_base: 0xc0000000 }",
    "type: \"vsock\"",
    "late: true",
    "target: \"vm1\"",
    "backend: \"0\"",
    "1",
    "0x200000",
    "\"0x40000000\"",
    "\"0x1000:12\"",
    "\"x\"",
    "-",
    "+",
    "*",
    "<<",
    "28",
    "(",
    ")",
    "dtb(",
    "?",
    "true",
    "0x7fffffffffffffff",
};
#define WORD_COUNT (sizeof(words) / sizeof(words[0]))

static char *pick_words(struct arena *arena, const uint8_t *data, size_t size, size_t *length)
{
    char *text = arena_alloc(arena, size * 64 + 1);

    *length = 0;
    for (size_t i = 0; i < size; i++) {
        const char *word = words[data[i] % WORD_COUNT];

        memcpy(text + *length, word, strlen(word));
        *length += strlen(word);
        text[(*length)++] = data[i] & 128 ? ' ' : '\n';
    }
    return text;
}

static void place_model(struct model *model)
{
    struct board board = {
        .ram = { 0x40000000, 0x80000000 },
        .modules = { 0x40000000, 0x20000000 },
        .kernel = { 0x60000000, 0x20000000 },
        .rest = { 0x80000000, 0x40000000 },
    };

    place_schedule(model, 2);
    place_all(model, &board, 0x48000000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = { 0 };
    struct diag diag = { .arena = &arena };
    struct description description = { 0 };
    const char *text = (const char *)data;
    size_t length = size;

    if (size > 0 && size < 4096 && data[0] > 127) {
        text = pick_words(&arena, data + 1, size - 1, &length);
    }
    parse_text(&arena, &diag, "fuzz", text, length, &description);
    if (length < 65536) {
        struct model model = {
            .arena = &arena, .diag = &diag, .file = "fuzz", .is_swiotlb = size & 1
        };

        sema_build(&model, &description);
        if (diag.error_count == 0) {
            place_model(&model);
        }
    }
    arena_free(&arena);
    return 0;
}
