// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/anymem: what an attacker with a kernel module of its own can do to
 * physical memory that /dev/mem does not offer.
 *
 *   mmap                              any physical address, cacheable (Normal
 *                                     write-back); /dev/mem maps as device
 *                                     memory what the kernel does not know as RAM
 *   echo "wb ADDRESS" > /dev/anymem   reads 8 bytes through memremap(MEMREMAP_WB)
 *   echo "io ADDRESS" > /dev/anymem   reads 8 bytes through ioremap
 *   ... ADDRESS VALUE                 writes them instead
 *
 * A write returns EFAULT if the access took an external abort. In the kernel
 * such an abort is an oops; a die notifier makes this one go on behind the
 * access, so the module tries address after address.
 */
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/kdebug.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/ptrace.h>
#include <linux/uaccess.h>

/* Each returns whether its access was answered. The labels are those of the accesses. */
bool anymem_load(const void *from, u64 *value);
bool anymem_store(void *to, const u64 *value);
extern const char anymem_load_insn[], anymem_store_insn[], anymem_refused[];

asm("	.pushsection .text, \"ax\"\n"
    "anymem_load:\n"
    "anymem_load_insn:\n"
    "	ldr	x2, [x0]\n"
    "	str	x2, [x1]\n"
    "	mov	w0, #1\n"
    "	ret\n"
    "anymem_store:\n"
    "	ldr	x2, [x1]\n"
    "anymem_store_insn:\n"
    "	str	x2, [x0]\n"
    "	mov	w0, #1\n"
    "	ret\n"
    "anymem_refused:\n"
    "	mov	w0, #0\n"
    "	ret\n"
    "	.popsection\n");

static int anymem_die(struct notifier_block *block, unsigned long why, void *data)
{
    struct pt_regs *regs = ((struct die_args *)data)->regs;

    if (!regs || (regs->pc != (unsigned long)anymem_load_insn &&
                  regs->pc != (unsigned long)anymem_store_insn))
        return NOTIFY_DONE;
    regs->pc = (unsigned long)anymem_refused;
    return NOTIFY_STOP;
}

static struct notifier_block anymem_notifier = { .notifier_call = anymem_die };

static bool anymem_access(void *at, bool store, u64 *value)
{
    return store ? anymem_store(at, value) : anymem_load(at, value);
}

static int anymem_try(bool cached, u64 address, bool store, u64 *value)
{
    bool answered;
    void *at;

    if (cached)
        at = memremap(address, sizeof(*value), MEMREMAP_WB);
    else
        at = (void __force *)ioremap(address, sizeof(*value));
    if (!at)
        return -ENOMEM;
    answered = anymem_access(at, store, value);
    if (cached)
        memunmap(at);
    else
        iounmap((void __iomem __force *)at);
    return answered ? 0 : -EFAULT;
}

static ssize_t anymem_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
    u64 address, value = 0;
    char text[64], kind[4];
    int words, ret;

    if (bytes >= sizeof(text))
        return -EINVAL;
    if (copy_from_user(text, from, bytes))
        return -EFAULT;
    text[bytes] = '\0';
    words = sscanf(text, "%3s %llx %llx", kind, &address, &value);
    if (words < 2 || (strcmp(kind, "wb") && strcmp(kind, "io")) || address & 7)
        return -EINVAL;
    ret = anymem_try(!strcmp(kind, "wb"), address, words == 3, &value);
    if (ret)
        return ret;
    pr_info("anymem: 0x%llx: 0x%llx\n", address, value);
    return bytes;
}

static int anymem_mmap(struct file *file, struct vm_area_struct *vma)
{
    return remap_pfn_range(vma, vma->vm_start, vma->vm_pgoff, vma->vm_end - vma->vm_start,
                           vma->vm_page_prot);
}

static const struct file_operations anymem_fops = {
    .owner = THIS_MODULE,
    .write = anymem_write,
    .mmap = anymem_mmap,
};

static struct miscdevice anymem_device = {
    .minor = MISC_DYNAMIC_MINOR,
    .name = "anymem",
    .fops = &anymem_fops,
};

static int __init anymem_init(void)
{
    int ret = register_die_notifier(&anymem_notifier);

    if (!ret)
        ret = misc_register(&anymem_device);
    if (ret)
        unregister_die_notifier(&anymem_notifier);
    return ret;
}

static void __exit anymem_exit(void)
{
    misc_deregister(&anymem_device);
    unregister_die_notifier(&anymem_notifier);
}

module_init(anymem_init);
module_exit(anymem_exit);
MODULE_DESCRIPTION("Hostile test: any physical memory");
MODULE_LICENSE("GPL");
