// SPDX-License-Identifier: GPL-2.0-only
/*
 * Platform driver for "peervisor,link" nodes
 * (docs/reference/device-tree.md, device side of a link).
 */
#include <linux/ctype.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/slab.h>

#include "virt.h"

static int read_range(struct sel4_link *link, const char *property, u64 *base, u64 *bytes)
{
	struct device_node *np = link->dev->of_node;

	if (of_property_read_u64_index(np, property, 0, base) ||
	    of_property_read_u64_index(np, property, 1, bytes))
		return dev_err_probe(link->dev, -EINVAL, "no %s = <base size>\n", property);
	if (*base + *bytes < *base)
		return dev_err_probe(link->dev, -EINVAL, "%s wraps around\n", property);
	return 0;
}

/* The peer's name becomes a file name. */
static bool name_ok(const char *name)
{
	const char *c;

	for (c = name; *c; c++)
		if (!isalnum(*c) && *c != '-' && *c != '_')
			return false;
	return c > name && c - name < sizeof_field(struct sel4_virt_info, name);
}

static int read_node(struct sel4_link *link)
{
	struct sel4_virt_info *info = &link->info;
	struct device_node *np = link->dev->of_node, *region;
	const char *peer;
	int ret;

	if (of_property_read_string(np, "peervisor,peer", &peer) || !name_ok(peer))
		return dev_err_probe(link->dev, -EINVAL, "no usable peervisor,peer name\n");
	strscpy(info->name, peer, sizeof(info->name));
	ret = read_range(link, "peervisor,pool", &info->pool_base, &info->pool_bytes);
	if (!ret)
		ret = read_range(link, "peervisor,ecam", &info->ecam_base, &info->ecam_bytes);
	if (!ret)
		ret = read_range(link, "peervisor,mmio", &info->mmio_base, &info->mmio_bytes);
	if (ret)
		return ret;
	if (of_property_read_u32(np, "peervisor,vectors", &info->vector_count) ||
	    !info->vector_count || info->vector_count > LINK_IRQ_COUNT)
		return dev_err_probe(link->dev, -EINVAL, "peervisor,vectors must be 1 to %u\n",
				     LINK_IRQ_COUNT);
	info->msi_frame = LINK_MSI_FRAME;

	region = of_parse_phandle(np, "memory-region", 0);
	if (!region)
		return dev_err_probe(link->dev, -EINVAL, "no memory-region\n");
	ret = sel4_pool_init(link, region);
	of_node_put(region);
	return ret;
}

static int map_area(struct platform_device *pdev, struct sel4_link *link)
{
	struct resource *res;

	res = platform_get_resource_byname(pdev, IORESOURCE_MEM, "iobuf");
	if (!res || resource_size(res) < LINK_AREA_BYTES)
		return dev_err_probe(link->dev, -EINVAL, "no message area of %u bytes\n",
				     LINK_AREA_BYTES);
	link->area = devm_memremap(link->dev, res->start, LINK_AREA_BYTES, MEMREMAP_WB);
	if (IS_ERR(link->area))
		return dev_err_probe(link->dev, PTR_ERR(link->area), "message area\n");
	link->doorbell = devm_platform_ioremap_resource_byname(pdev, "doorbell");
	if (IS_ERR(link->doorbell))
		return dev_err_probe(link->dev, PTR_ERR(link->doorbell), "doorbell\n");
	return 0;
}

static int add_node(struct sel4_link *link, struct link_node *node, const char *name)
{
	int ret;

	node->link = link;
	node->misc.minor = MISC_DYNAMIC_MINOR;
	node->misc.name = name;
	node->misc.fops = &sel4_link_fops;
	node->misc.groups = sel4_link_groups;
	node->misc.parent = link->dev;
	node->misc.mode = 0600;
	ret = misc_register(&node->misc);
	if (ret)
		return dev_err_probe(link->dev, ret, "cannot make /dev/%s\n", name);
	node->registered = true;
	return 0;
}

static void remove_nodes(struct sel4_link *link)
{
	if (link->alias.registered)
		misc_deregister(&link->alias.misc);
	if (link->node.registered)
		misc_deregister(&link->node.misc);
}

static bool only_link(struct sel4_link *link)
{
	struct device_node *np;
	int links = 0;

	for_each_compatible_node(np, NULL, "peervisor,link")
		links += of_device_is_available(np);
	return links == 1;
}

static int add_nodes(struct sel4_link *link)
{
	int ret;

	snprintf(link->node_name, sizeof(link->node_name), "sel4-%s", link->info.name);
	ret = add_node(link, &link->node, link->node_name);
	if (!ret && only_link(link))
		ret = add_node(link, &link->alias, "sel4");
	if (ret)
		remove_nodes(link);
	return ret;
}

static void init_link(struct sel4_link *link)
{
	spin_lock_init(&link->lock);
	mutex_init(&link->backend_lock);
	INIT_LIST_HEAD(&link->events);
	INIT_LIST_HEAD(&link->irqfds);
	sel4_session_init(link);
	sel4_request_init(link);
}

static int link_probe(struct platform_device *pdev)
{
	struct sel4_link *link;
	int ret;

	link = devm_kzalloc(&pdev->dev, sizeof(*link), GFP_KERNEL);
	if (!link)
		return -ENOMEM;
	link->dev = &pdev->dev;
	link->backlog = devm_kcalloc(link->dev, BACKLOG_ENTRIES, sizeof(*link->backlog),
				     GFP_KERNEL);
	if (!link->backlog)
		return -ENOMEM;
	init_link(link);
	platform_set_drvdata(pdev, link);
	ret = read_node(link);
	if (!ret)
		ret = map_area(pdev, link);
	if (ret)
		return ret;
	link->irq = platform_get_irq(pdev, 0);
	if (link->irq < 0)
		return link->irq;
	ret = request_irq(link->irq, sel4_session_irq, 0, dev_name(link->dev), link);
	if (ret)
		return dev_err_probe(link->dev, ret, "interrupt\n");
	ret = add_nodes(link);
	if (ret) {
		free_irq(link->irq, link);
		sel4_session_stop(link);
		return ret;
	}
	sel4_session_start(link);
	return 0;
}

/* No node is open: an open file holds the module, and unbinding is not offered. */
static void link_remove(struct platform_device *pdev)
{
	struct sel4_link *link = platform_get_drvdata(pdev);

	remove_nodes(link);
	free_irq(link->irq, link);
	sel4_session_stop(link);
}

static const struct of_device_id link_ids[] = {
	{ .compatible = "peervisor,link" },
	{ }
};
MODULE_DEVICE_TABLE(of, link_ids);

static struct platform_driver link_driver = {
	.probe = link_probe,
	.remove_new = link_remove,
	.driver = {
		.name = "sel4_virt",
		.of_match_table = link_ids,
		.suppress_bind_attrs = true,
	},
};
module_platform_driver(link_driver);

MODULE_DESCRIPTION("Device side of Peervisor links");
MODULE_LICENSE("GPL");
