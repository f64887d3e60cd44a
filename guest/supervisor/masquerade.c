/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One nf_tables transaction per subnet, as netlink messages: table "peervisor", chain
 * "postrouting" (both are no error if they exist), and one rule
 *     ip saddr & mask == network, oifname != tap: masquerade
 * Source: Linux include/uapi/linux/netfilter/nf_tables.h; a rule is a list of expressions over
 * numbered registers.
 */
#include "masquerade.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define TABLE      "peervisor"
#define CHAIN      "postrouting"
#define SNAT_ORDER 100 /* priority of source address translation */
#define IP_SADDR   12  /* offset in the IPv4 header */
#define NAME_BYTES 16

struct batch {
    uint8_t bytes[4096];
    size_t used;
    uint32_t sequence;
};

static void *reserve(struct batch *b, size_t bytes)
{
    void *at = b->bytes + b->used;

    /* Everything here has a fixed small size; see the sum in masquerade(). */
    memset(at, 0, NLMSG_ALIGN(bytes));
    b->used += NLMSG_ALIGN(bytes);
    return at;
}

static struct nlmsghdr *begin_message(struct batch *b, uint16_t type, uint16_t flags,
                                      uint8_t family)
{
    struct nlmsghdr *header = reserve(b, NLMSG_HDRLEN);
    struct nfgenmsg *generic = reserve(b, sizeof(*generic));

    header->nlmsg_type = type;
    header->nlmsg_flags = NLM_F_REQUEST | flags;
    header->nlmsg_seq = b->sequence++;
    generic->nfgen_family = family;
    generic->version = NFNETLINK_V0;
    return header;
}

static void end_message(struct batch *b, struct nlmsghdr *header)
{
    header->nlmsg_len = (uint32_t)(b->bytes + b->used - (uint8_t *)header);
}

static void batch_mark(struct batch *b, uint16_t type)
{
    struct nlmsghdr *header = begin_message(b, type, 0, AF_UNSPEC);
    struct nfgenmsg *generic = NLMSG_DATA(header);

    generic->res_id = htons(NFNL_SUBSYS_NFTABLES);
    end_message(b, header);
}

static void put(struct batch *b, uint16_t type, const void *data, size_t bytes)
{
    struct nlattr *attribute = reserve(b, NLA_HDRLEN);

    attribute->nla_type = type;
    attribute->nla_len = (uint16_t)(NLA_HDRLEN + bytes);
    memcpy(reserve(b, bytes), data, bytes);
}

static void put_string(struct batch *b, uint16_t type, const char *text)
{
    put(b, type, text, strlen(text) + 1);
}

static void put_u32(struct batch *b, uint16_t type, uint32_t value)
{
    value = htonl(value);
    put(b, type, &value, sizeof(value));
}

static struct nlattr *nest(struct batch *b, uint16_t type)
{
    struct nlattr *attribute = reserve(b, NLA_HDRLEN);

    attribute->nla_type = type | NLA_F_NESTED;
    return attribute;
}

static void unnest(struct batch *b, struct nlattr *attribute)
{
    attribute->nla_len = (uint16_t)(b->bytes + b->used - (uint8_t *)attribute);
}

static void put_value(struct batch *b, uint16_t type, const void *data, size_t bytes)
{
    struct nlattr *value = nest(b, type);

    put(b, NFTA_DATA_VALUE, data, bytes);
    unnest(b, value);
}

struct expression {
    struct nlattr *element, *data;
};

static struct expression begin_expression(struct batch *b, const char *name)
{
    struct expression e;

    e.element = nest(b, NFTA_LIST_ELEM);
    put_string(b, NFTA_EXPR_NAME, name);
    e.data = nest(b, NFTA_EXPR_DATA);
    return e;
}

static void end_expression(struct batch *b, struct expression e)
{
    unnest(b, e.data);
    unnest(b, e.element);
}

static void add_table(struct batch *b)
{
    struct nlmsghdr *m =
        begin_message(b, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE, NLM_F_CREATE, NFPROTO_IPV4);

    put_string(b, NFTA_TABLE_NAME, TABLE);
    end_message(b, m);
}

static void add_chain(struct batch *b)
{
    struct nlmsghdr *m =
        begin_message(b, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN, NLM_F_CREATE, NFPROTO_IPV4);
    struct nlattr *hook;

    put_string(b, NFTA_CHAIN_TABLE, TABLE);
    put_string(b, NFTA_CHAIN_NAME, CHAIN);
    hook = nest(b, NFTA_CHAIN_HOOK);
    put_u32(b, NFTA_HOOK_HOOKNUM, NF_INET_POST_ROUTING);
    put_u32(b, NFTA_HOOK_PRIORITY, SNAT_ORDER);
    unnest(b, hook);
    put_string(b, NFTA_CHAIN_TYPE, "nat");
    end_message(b, m);
}

/* Register 1 = the packet's source address & mask; goes on if it is the network. */
static void match_source(struct batch *b, uint32_t network, uint32_t mask)
{
    uint32_t zero = 0;
    struct expression e;

    e = begin_expression(b, "payload");
    put_u32(b, NFTA_PAYLOAD_DREG, NFT_REG_1);
    put_u32(b, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
    put_u32(b, NFTA_PAYLOAD_OFFSET, IP_SADDR);
    put_u32(b, NFTA_PAYLOAD_LEN, sizeof(network));
    end_expression(b, e);

    e = begin_expression(b, "bitwise");
    put_u32(b, NFTA_BITWISE_SREG, NFT_REG_1);
    put_u32(b, NFTA_BITWISE_DREG, NFT_REG_1);
    put_u32(b, NFTA_BITWISE_LEN, sizeof(mask));
    mask = htonl(mask);
    put_value(b, NFTA_BITWISE_MASK, &mask, sizeof(mask));
    put_value(b, NFTA_BITWISE_XOR, &zero, sizeof(zero));
    end_expression(b, e);

    e = begin_expression(b, "cmp");
    put_u32(b, NFTA_CMP_SREG, NFT_REG_1);
    put_u32(b, NFTA_CMP_OP, NFT_CMP_EQ);
    network = htonl(network);
    put_value(b, NFTA_CMP_DATA, &network, sizeof(network));
    end_expression(b, e);
}

static void match_other_interface(struct batch *b, const char *tap)
{
    char name[NAME_BYTES] = { 0 };
    struct expression e;

    e = begin_expression(b, "meta");
    put_u32(b, NFTA_META_DREG, NFT_REG_1);
    put_u32(b, NFTA_META_KEY, NFT_META_OIFNAME);
    end_expression(b, e);

    e = begin_expression(b, "cmp");
    put_u32(b, NFTA_CMP_SREG, NFT_REG_1);
    put_u32(b, NFTA_CMP_OP, NFT_CMP_NEQ);
    strncpy(name, tap, sizeof(name) - 1);
    put_value(b, NFTA_CMP_DATA, name, sizeof(name));
    end_expression(b, e);
}

static void add_rule(struct batch *b, uint32_t network, uint32_t mask, const char *tap)
{
    struct nlmsghdr *m = begin_message(b, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE,
                                       NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK, NFPROTO_IPV4);
    struct nlattr *list;

    put_string(b, NFTA_RULE_TABLE, TABLE);
    put_string(b, NFTA_RULE_CHAIN, CHAIN);
    list = nest(b, NFTA_RULE_EXPRESSIONS);
    match_source(b, network, mask);
    match_other_interface(b, tap);
    end_expression(b, begin_expression(b, "masq"));
    unnest(b, list);
    end_message(b, m);
}

/* The first error that the kernel reports, or the acknowledgement of the rule. */
static int answer(int fd)
{
    uint8_t bytes[4096] __attribute__((aligned(8)));
    ssize_t length = recv(fd, bytes, sizeof(bytes), 0);
    struct nlmsghdr *header = (struct nlmsghdr *)bytes;

    for (; length > 0 && NLMSG_OK(header, (size_t)length); header = NLMSG_NEXT(header, length)) {
        if (header->nlmsg_type == NLMSG_ERROR) {
            const struct nlmsgerr *error = NLMSG_DATA(header);

            errno = -error->error;
            return error->error ? -1 : 0;
        }
    }
    errno = length < 0 ? errno : EPROTO;
    return -1;
}

int masquerade(uint32_t network, uint32_t mask, const char *tap)
{
    /* About 700 bytes in all. */
    static struct batch b;
    struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
    struct timeval limit = { .tv_sec = 5 };
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER), ret = -1, error;

    if (fd < 0) {
        return -1;
    }
    b.used = 0;
    b.sequence = 1;
    batch_mark(&b, NFNL_MSG_BATCH_BEGIN);
    add_table(&b);
    add_chain(&b);
    add_rule(&b, network, mask, tap);
    batch_mark(&b, NFNL_MSG_BATCH_END);
    if (!setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) &&
        sendto(fd, b.bytes, b.used, 0, (struct sockaddr *)&kernel, sizeof(kernel)) ==
            (ssize_t)b.used) {
        ret = answer(fd);
    }
    error = errno;
    close(fd);
    errno = error;
    return ret;
}
