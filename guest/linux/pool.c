// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DMA pool: memory of the driver VM, reserved in our device tree without
 * "no-map", so that it has struct pages and a cacheable kernel mapping. User
 * mappings of such pages can be pinned, which O_DIRECT, io_uring and vhost's
 * zero-copy transmission need.
 */
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/slab.h>

#include "virt.h"

/* References of a reserved page that nobody uses. */
#define BASE_REFS	1
#define BATCH		(PAGE_SIZE / sizeof(struct page *))

static struct page *pool_page(const struct sel4_link *link, unsigned long i)
{
	return pfn_to_page(PHYS_PFN(link->pool_phys) + i);
}

int sel4_pool_init(struct sel4_link *link, struct device_node *region)
{
	unsigned long i, pages = link->info.pool_bytes >> PAGE_SHIFT;
	struct resource res;

	if (of_address_to_resource(region, 0, &res))
		return dev_err_probe(link->dev, -EINVAL, "memory-region has no address\n");
	if (of_property_present(region, "no-map"))
		return dev_err_probe(link->dev, -EINVAL, "memory-region must not be no-map\n");
	if (!pages || !PAGE_ALIGNED(link->info.pool_bytes) || !PAGE_ALIGNED(res.start) ||
	    resource_size(&res) != link->info.pool_bytes)
		return dev_err_probe(link->dev, -EINVAL,
				     "memory-region %pR is not the pool of 0x%llx bytes\n", &res,
				     link->info.pool_bytes);
	link->pool_phys = res.start;
	for (i = 0; i < pages; i++)
		if (!pfn_valid(PHYS_PFN(res.start) + i) || !PageReserved(pool_page(link, i)))
			return dev_err_probe(link->dev, -EINVAL,
					     "pool %pR is not reserved memory\n", &res);
	return 0;
}

unsigned long sel4_pool_busy(struct sel4_link *link)
{
	unsigned long i, busy = 0;

	for (i = 0; i < link->info.pool_bytes >> PAGE_SHIFT; i++)
		if (page_ref_count(pool_page(link, i)) != BASE_REFS)
			busy++;
	return busy;
}

bool sel4_pool_pinned(struct sel4_link *link)
{
	unsigned long i;

	for (i = 0; i < link->info.pool_bytes >> PAGE_SHIFT; i++)
		if (folio_maybe_dma_pinned(page_folio(pool_page(link, i))))
			return true;
	return false;
}

int sel4_pool_mmap(struct sel4_link *link, struct vm_area_struct *vma)
{
	unsigned long pages = link->info.pool_bytes >> PAGE_SHIFT;
	unsigned long first = vma->vm_pgoff, todo = vma_pages(vma);
	unsigned long addr = vma->vm_start, n, left, i;
	struct page **batch;
	int ret = 0;

	if (!(vma->vm_flags & VM_SHARED) || first > pages || todo > pages - first)
		return -EINVAL;
	batch = (struct page **)__get_free_page(GFP_KERNEL);
	if (!batch)
		return -ENOMEM;
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP | VM_DONTCOPY);
	while (todo && !ret) {
		n = min(todo, BATCH);
		for (i = 0; i < n; i++)
			batch[i] = pool_page(link, first + i);
		left = n;
		ret = vm_insert_pages(vma, addr, batch, &left);
		first += n;
		addr += n << PAGE_SHIFT;
		todo -= n;
	}
	free_page((unsigned long)batch);
	return ret;
}
