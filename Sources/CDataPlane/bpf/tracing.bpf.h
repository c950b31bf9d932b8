#pragma once

// The few kernel fields the drop program reads, relocated by CO-RE when it is loaded.

#include <linux/types.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
    unsigned int inum;
};

struct net {
    struct ns_common ns;
};

typedef struct {
    struct net *net;
} possible_net_t;

struct net_device {
    unsigned int flags;
    unsigned long state;
    possible_net_t nd_net;
};

struct dst_entry {
    struct net_device *dev;
};

struct skb_shared_info {
    unsigned short gso_size;
    unsigned short gso_segs;
};

struct inet_skb_parm {
    __u16 frag_max_size;
};

struct sk_buff {
    struct net_device *dev;
    unsigned long _skb_refdst;
    unsigned int len;
    int skb_iif;
    char cb[48];
    __u16 tc_index;
    __u32 mark;
    __be16 protocol;
    __u16 network_header;
    unsigned int tail;
    unsigned int end;
    unsigned char *head;
    unsigned char *data;
};

#pragma clang attribute pop

enum skb_drop_reason {
    SKB_DROP_REASON_NETFILTER_DROP = 12,
    SKB_DROP_REASON_PACKET_SOCK_ERROR = 106,
};

#define DEVICE_FLAG_UP 1u
#define DEVICE_STATE_NO_CARRIER (1ul << 2)
