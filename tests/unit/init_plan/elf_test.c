/* SPDX-License-Identifier: BSD-2-Clause */
#include "elf_test.h"

#include <elf.h>
#include <stdint.h>
#include <string.h>

#include "elf_image.h"
#include "tap.h"

#define LOW  0x400000u
#define HIGH 0x10000000u

static struct {
    Elf64_Ehdr header;
    Elf64_Phdr phdrs[3];
    uint8_t bytes[64];
} file;

static void good_file(void)
{
    memset(&file, 0, sizeof(file));
    memcpy(file.header.e_ident, ELFMAG, SELFMAG);
    file.header.e_ident[EI_CLASS] = ELFCLASS64;
    file.header.e_ident[EI_DATA] = ELFDATA2LSB;
    file.header.e_type = ET_EXEC;
    file.header.e_machine = EM_AARCH64;
    file.header.e_entry = LOW;
    file.header.e_phoff = sizeof(file.header);
    file.header.e_phentsize = sizeof(Elf64_Phdr);
    file.header.e_phnum = 3;
    file.phdrs[0] = (Elf64_Phdr){ .p_type = PT_LOAD,
                                  .p_flags = PF_R | PF_X,
                                  .p_vaddr = LOW,
                                  .p_offset = sizeof(file) - 64,
                                  .p_filesz = 64,
                                  .p_memsz = 64 };
    file.phdrs[1] = (Elf64_Phdr){
        .p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_vaddr = LOW + 0x1000, .p_memsz = 0x3000
    };
    file.phdrs[2] = (Elf64_Phdr){ .p_type = PT_NOTE, .p_offset = UINT64_MAX };
}

static int read_file(size_t size, struct elf_image *image)
{
    last_line[0] = '\0';
    return elf_image_read(&file, size, LOW, HIGH, "x.elf", image);
}

#define REFUSES(rule, text, change)                                                                \
    do {                                                                                           \
        struct elf_image image_;                                                                   \
        good_file();                                                                               \
        change;                                                                                    \
        TAP_OK(read_file(sizeof(file), &image_) == RT_ERR_FORMAT &&                                \
                   strstr(last_line, text) != NULL,                                                \
               "plan/ELF %s: '%s'", rule, last_line);                                              \
    } while (0)

int elf_test(int *run)
{
    struct elf_image image;

    tap_run_count = *run;
    good_file();
    TAP_OK(read_file(sizeof(file), &image) == RT_OK && image.segment_count == 2 &&
               image.entry == LOW && image.segments[0].executable && !image.segments[0].writable &&
               image.segments[0].data == file.bytes && image.segments[1].writable &&
               image.segments[1].file_bytes == 0 && image.segments[1].mem_bytes == 0x3000,
           "plan/ELF segments are read");
    TAP_OK(read_file(10, &image) == RT_ERR_FORMAT, "plan/ELF a stub is refused");
    REFUSES("magic", "not an ELF", file.header.e_ident[0] = 0);
    REFUSES("machine", "not an ELF", file.header.e_machine = EM_X86_64);
    REFUSES("headers outside", "program headers", file.header.e_phoff = UINT64_MAX - 8);
    REFUSES("too many headers", "program headers", file.header.e_phnum = 4000);
    REFUSES("segment outside", "outside of the file", file.phdrs[0].p_offset = sizeof(file));
    REFUSES("segment wraps", "outside of the file", file.phdrs[0].p_offset = UINT64_MAX - 1);
    REFUSES("file larger", "larger in the file", file.phdrs[0].p_memsz = 1);
    REFUSES("unaligned", "on a page", file.phdrs[0].p_vaddr++);
    REFUSES("too low", "range for", file.phdrs[0].p_vaddr = 0x1000);
    REFUSES("too high", "range for", file.phdrs[1].p_memsz = HIGH);
    REFUSES("writable code", "writable and executable", file.phdrs[0].p_flags |= PF_W);
    REFUSES("shared page", "share a page", file.phdrs[1].p_vaddr = LOW);
    REFUSES("entry", "entry point", file.header.e_entry = LOW + 0x1000);
    *run = tap_run_count;
    return tap_failed_count;
}
