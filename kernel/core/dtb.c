/* SPDX-License-Identifier: BSD-2-Clause */
/* Bound of every loop: the size of the blob, which was checked. Runs once, at boot. */
#include "core/dtb.h"

#define MAGIC            0xd00dfeedu
#define TOKEN_BEGIN_NODE 1u
#define TOKEN_END_NODE   2u
#define TOKEN_PROPERTY   3u
#define TOKEN_NOP        4u
#define TOKEN_END        9u
#define HEADER_BYTES     40u
#define MAX_DEPTH        32

enum header_word {
    HEADER_MAGIC,
    HEADER_TOTAL_SIZE,
    HEADER_STRUCTURE,
    HEADER_STRINGS,
    HEADER_RESERVE_MAP,
    HEADER_VERSION,
    HEADER_LAST_COMPATIBLE,
    HEADER_BOOT_CPU,
    HEADER_STRINGS_SIZE,
    HEADER_STRUCTURE_SIZE,
};

/* What kind of node the walk is in; children of others do not matter. */
enum node_kind {
    NODE_OTHER,
    NODE_ROOT,
    NODE_MEMORY,
    NODE_RESERVED_MEMORY,
    NODE_RESERVED_CHILD,
    NODE_CPUS,
    NODE_CPUS_CHILD,
};

struct walk {
    const uint8_t *blob;
    uint32_t structure_end;
    uint32_t at;
    uint32_t strings;
    uint32_t strings_end;
    int depth;
    enum node_kind kind[MAX_DEPTH];
    /* Cells of the root and of /reserved-memory; for the children of each. */
    uint32_t address_cells[2];
    uint32_t size_cells[2];
    /* Properties of the node being read, used when its first child or its end comes. */
    uint32_t reg_offset;
    uint32_t reg_bytes;
    bool no_map;
    bool is_disabled;
    struct dtb_memory *out;
};

static uint32_t load32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint64_t load64(const uint8_t *at)
{
    return (uint64_t)load32(at) << 32 | load32(at + 4);
}

static bool add(struct dtb_range *ranges, unsigned *count, unsigned limit, uint64_t base,
                uint64_t size)
{
    if (size == 0) {
        return true;
    }
    if (*count == limit || base + size < base) {
        return false;
    }
    ranges[(*count)++] = (struct dtb_range){ base, size };
    return true;
}

static bool string_is(const uint8_t *string, const uint8_t *end, const char *expected)
{
    for (; *expected; string++, expected++) {
        if (string >= end || *string != (uint8_t)*expected) {
            return false;
        }
    }
    return string < end && *string == 0;
}

/* "memory" and "memory@..." but not "memory-controller@...". */
static bool node_name_is(const uint8_t *name, const uint8_t *end, const char *expected)
{
    for (; *expected; name++, expected++) {
        if (name >= end || *name != (uint8_t)*expected) {
            return false;
        }
    }
    return name < end && (*name == 0 || *name == '@');
}

static uint64_t read_cells(const struct walk *walk, uint32_t offset, uint32_t cells)
{
    return cells == 1 ? load32(walk->blob + offset) : load64(walk->blob + offset);
}

static bool are_readable(uint32_t cells)
{
    return cells == 1 || cells == 2;
}

/* The node's own properties are complete: use its `reg`. */
static bool finish_properties(struct walk *walk)
{
    enum node_kind kind = walk->kind[walk->depth];
    unsigned parent = kind == NODE_RESERVED_CHILD ? 1 : 0;
    uint32_t address_cells = walk->address_cells[parent];
    uint32_t size_cells = walk->size_cells[parent];
    uint32_t entry = (address_cells + size_cells) * 4;
    uint32_t bytes = walk->reg_bytes;

    walk->reg_bytes = 0;
    if (walk->is_disabled ||
        !(kind == NODE_MEMORY || (kind == NODE_RESERVED_CHILD && walk->no_map))) {
        return true;
    }
    if (!are_readable(address_cells) || !are_readable(size_cells)) {
        return false;
    }
    for (uint32_t at = 0; bytes - at >= entry; at += entry) {
        uint32_t offset = walk->reg_offset + at;
        uint64_t base = read_cells(walk, offset, address_cells);
        uint64_t size = read_cells(walk, offset + address_cells * 4, size_cells);
        bool fits = kind == NODE_MEMORY ? add(walk->out->memory, &walk->out->memory_count,
                                              DTB_MAX_MEMORY, base, size)
                                        : add(walk->out->reserved, &walk->out->reserved_count,
                                              DTB_MAX_RESERVED, base, size);

        if (!fits) {
            return false;
        }
    }
    return true;
}

static enum node_kind classify(const struct walk *walk, const uint8_t *name, const uint8_t *end)
{
    if (walk->depth < 0) {
        return NODE_ROOT;
    }
    switch (walk->kind[walk->depth]) {
    case NODE_ROOT:
        if (node_name_is(name, end, "memory")) {
            return NODE_MEMORY;
        }
        if (node_name_is(name, end, "cpus")) {
            return NODE_CPUS;
        }
        return node_name_is(name, end, "reserved-memory") ? NODE_RESERVED_MEMORY : NODE_OTHER;
    case NODE_RESERVED_MEMORY: return NODE_RESERVED_CHILD;
    case NODE_CPUS: return NODE_CPUS_CHILD;
    default: return NODE_OTHER;
    }
}

static bool begin_node(struct walk *walk)
{
    const uint8_t *name = walk->blob + walk->at;
    const uint8_t *end = walk->blob + walk->structure_end;
    const uint8_t *stop = name;

    while (stop < end && *stop) {
        stop++;
    }
    if (stop == end || walk->depth + 1 >= MAX_DEPTH) {
        return false;
    }
    if (walk->depth >= 0 && !finish_properties(walk)) {
        return false;
    }
    enum node_kind kind = classify(walk, name, end);

    walk->kind[++walk->depth] = kind;
    walk->reg_bytes = 0;
    walk->no_map = false;
    walk->is_disabled = false;
    walk->at += ((uint32_t)(stop - name) + 4) & ~3u;
    return true;
}

static void take_property(struct walk *walk, const uint8_t *name, uint32_t offset, uint32_t bytes)
{
    const uint8_t *end = walk->blob + walk->strings_end;
    enum node_kind kind = walk->kind[walk->depth];

    if ((kind == NODE_ROOT || kind == NODE_RESERVED_MEMORY) && bytes == 4) {
        unsigned level = kind == NODE_ROOT ? 0 : 1;

        if (string_is(name, end, "#address-cells")) {
            walk->address_cells[level] = load32(walk->blob + offset);
        } else if (string_is(name, end, "#size-cells")) {
            walk->size_cells[level] = load32(walk->blob + offset);
        }
    } else if (kind == NODE_CPUS_CHILD && string_is(name, end, "device_type")) {
        walk->out->core_count += string_is(walk->blob + offset, walk->blob + offset + bytes, "cpu");
    } else if (string_is(name, end, "reg")) {
        walk->reg_offset = offset;
        walk->reg_bytes = bytes;
    } else if (string_is(name, end, "no-map")) {
        walk->no_map = true;
    } else if (string_is(name, end, "status")) {
        walk->is_disabled = bytes >= 1 && walk->blob[offset] == 'd';
    }
}

static bool property(struct walk *walk)
{
    if (walk->structure_end - walk->at < 8 || walk->depth < 0) {
        return false;
    }
    uint32_t bytes = load32(walk->blob + walk->at);
    uint32_t name = load32(walk->blob + walk->at + 4);
    uint32_t offset = walk->at + 8;

    if (bytes > walk->structure_end - offset || name >= walk->strings_end - walk->strings) {
        return false;
    }
    take_property(walk, walk->blob + walk->strings + name, offset, bytes);
    /* The padding may end right behind the block: the next token check catches it. */
    walk->at = offset + ((bytes + 3) & ~3u);
    return walk->at <= walk->structure_end;
}

/* Bound: every token moves `at` forward by at least 4 bytes. */
static bool walk_structure(struct walk *walk)
{
    while (walk->structure_end - walk->at >= 4) {
        uint32_t token = load32(walk->blob + walk->at);

        walk->at += 4;
        switch (token) {
        case TOKEN_BEGIN_NODE:
            if (!begin_node(walk) || walk->at > walk->structure_end) {
                return false;
            }
            break;
        case TOKEN_END_NODE:
            if (walk->depth < 0 || !finish_properties(walk)) {
                return false;
            }
            walk->depth--;
            break;
        case TOKEN_PROPERTY:
            if (!property(walk)) {
                return false;
            }
            break;
        case TOKEN_NOP: break;
        case TOKEN_END: return walk->depth == -1;
        default: return false;
        }
    }
    return false;
}

static bool read_reserve_map(const uint8_t *blob, uint32_t total, uint32_t at,
                             struct dtb_memory *memory)
{
    while (at <= total && total - at >= 16) {
        uint64_t base = load64(blob + at);
        uint64_t size = load64(blob + at + 8);

        if (base == 0 && size == 0) {
            return true;
        }
        if (!add(memory->reserved, &memory->reserved_count, DTB_MAX_RESERVED, base, size)) {
            return false;
        }
        at += 16;
    }
    return false;
}

static bool block_fits(uint32_t total, uint32_t offset, uint32_t size)
{
    return offset <= total && size <= total - offset;
}

bool dtb_read_memory(const void *blob, size_t size, struct dtb_memory *memory)
{
    const uint8_t *bytes = blob;
    uint32_t header[HEADER_STRUCTURE_SIZE + 1];

    memory->core_count = 0;
    memory->memory_count = 0;
    memory->reserved_count = 0;
    if (size < HEADER_BYTES) {
        return false;
    }
    for (unsigned i = 0; i <= HEADER_STRUCTURE_SIZE; i++) {
        header[i] = load32(bytes + 4 * i);
    }
    uint32_t total = header[HEADER_TOTAL_SIZE];

    if (header[HEADER_MAGIC] != MAGIC || total > size || total < HEADER_BYTES ||
        !block_fits(total, header[HEADER_STRUCTURE], header[HEADER_STRUCTURE_SIZE]) ||
        !block_fits(total, header[HEADER_STRINGS], header[HEADER_STRINGS_SIZE])) {
        return false;
    }
    struct walk walk = {
        .blob = bytes,
        .at = header[HEADER_STRUCTURE],
        .structure_end = header[HEADER_STRUCTURE] + header[HEADER_STRUCTURE_SIZE],
        .strings = header[HEADER_STRINGS],
        .strings_end = header[HEADER_STRINGS] + header[HEADER_STRINGS_SIZE],
        .depth = -1,
        .address_cells = { 2, 2 },
        .size_cells = { 1, 1 },
        .out = memory,
    };

    return read_reserve_map(bytes, total, header[HEADER_RESERVE_MAP], memory) &&
           walk_structure(&walk);
}
