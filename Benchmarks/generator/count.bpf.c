// Counts the packets that arrive at a device for one port, and what is inside when they are mirror copies.

#include "packets.h"

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char packets_license[] SEC("license") = "Dual BSD/GPL";

const volatile struct count_settings settings = {};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct count_values);
} values SEC(".maps");

#define CHUNK_BYTES 512
#define CHUNKS 20

struct chunk {
    __u8 bytes[CHUNK_BYTES + 4];
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct chunk);
} chunks SEC(".maps");

struct header {
    struct iphdr ip;
    __be16 source_port;
    __be16 destination_port;
    __be16 udp_length;
    __be16 udp_checksum;
};

static __always_inline __u16 folded(__u64 sum) {
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (sum & 0xffff) + (sum >> 16);
}

// Sum of the frame's bytes from `start`, as 16-bit words in network order; -1 when they are not there.
static __always_inline __s64 sum_of(struct __sk_buff *skb, __u32 start, __u32 length, __u32 seed) {
    __u32 zero = 0;
    __u64 sum = seed;
    struct chunk *chunk = bpf_map_lookup_elem(&chunks, &zero);
    if (!chunk)
        return -1;
    for (int i = 0; i < CHUNKS && length > 0; i++) {
        __u32 part = length < CHUNK_BYTES ? length : CHUNK_BYTES;
        // For the verifier: never 0, never more than a chunk.
        part = (part - 1) & (CHUNK_BYTES - 1);
        if (bpf_skb_load_bytes(skb, start, chunk->bytes, part + 1))
            return -1;
        part += 1;
        __builtin_memset(chunk->bytes + part, 0, 4);
        sum = folded(sum + bpf_csum_diff(0, 0, (__be32 *)chunk->bytes, (part + 3) & ~3u, 0));
        start += part;
        length -= part;
    }
    return length ? -1 : (__s64)sum;
}

// Packets of the generator carry their number; others go to other ports.
static __always_inline void add_number(struct __sk_buff *skb, __u32 transport, __u8 protocol, struct count_values *to) {
    __be16 ports[2];
    __be64 number_be;
    __u32 payload = transport + (protocol == IPPROTO_TCP ? TCP_BYTES : UDP_BYTES);
    if (bpf_skb_load_bytes(skb, transport, ports, 4) || ports[1] != bpf_htons(settings.numbered_port) ||
        bpf_skb_load_bytes(skb, payload, &number_be, 8))
        return;
    to->numbered += 1;
    to->identity += mixed(bpf_be64_to_cpu(number_be));
}

// The frame inside a copy, at `start`. 0 when it is one.
static __always_inline int look_inside(struct __sk_buff *skb, __u32 start, struct count_values *to) {
    struct iphdr ip;
    __be16 ethertype;
    __u32 inner_bytes = skb->len - start, network = start + ETHERNET_BYTES;
    if (skb->len < network + IP_BYTES || bpf_skb_load_bytes(skb, start + 12, &ethertype, 2) ||
        bpf_skb_load_bytes(skb, network, &ip, sizeof(ip)))
        return -1;
    if (ethertype != bpf_htons(ETH_P_IP) || *(__u8 *)&ip != 0x45)
        return -1;
    to->inner_bytes += inner_bytes;
    if (sum_of(skb, network, IP_BYTES, 0) != 0xffff)
        return -1;
    __u32 total = bpf_ntohs(ip.tot_len), transport = network + IP_BYTES;
    if (total < IP_BYTES + UDP_BYTES)
        return -1;
    int is_first = (ip.frag_off & bpf_htons(0x3fff)) == 0, is_cut = total > inner_bytes - ETHERNET_BYTES;
    if (is_cut)
        to->cut += 1;
    if (!is_first || (ip.protocol != IPPROTO_UDP && ip.protocol != IPPROTO_TCP))
        return 0;
    add_number(skb, transport, ip.protocol, to);
    if (is_cut || !settings.verify)
        return 0;
    __u32 length = total - IP_BYTES;
    __u64 pseudo = (ip.saddr & 0xffff) + (ip.saddr >> 16) + (ip.daddr & 0xffff) + (ip.daddr >> 16) +
                   bpf_htons(ip.protocol) + bpf_htons(length);
    to->checked += 1;
    if (sum_of(skb, transport, length, folded(pseudo)) != 0xffff)
        to->bad_checksum += 1;
    return 0;
}

SEC("tc")
int count(struct __sk_buff *skb) {
    struct header header;
    __u32 zero = 0;
    struct count_values *to = bpf_map_lookup_elem(&values, &zero);
    if (!to || skb->protocol != bpf_htons(ETH_P_IP) ||
        bpf_skb_load_bytes(skb, ETHERNET_BYTES, &header, sizeof(header)))
        return TC_ACT_UNSPEC;
    if (header.ip.protocol != settings.protocol || header.destination_port != bpf_htons(settings.port))
        return TC_ACT_UNSPEC;
    __u32 total = bpf_ntohs(header.ip.tot_len);
    to->packets += 1;
    to->bytes += total;
    if (settings.copies) {
        __be64 vxlan;
        __u32 start = ETHERNET_BYTES + IP_BYTES + UDP_BYTES;
        // No options, not a fragment, lengths that agree, and only the I flag (RFC 7348, section 5).
        int is_wrong = *(__u8 *)&header.ip != 0x45 || header.ip.frag_off & bpf_htons(0x3fff) ||
                       total + ETHERNET_BYTES != skb->len || bpf_ntohs(header.udp_length) + IP_BYTES != total ||
                       header.udp_checksum || bpf_skb_load_bytes(skb, start, &vxlan, 8);
        if (!is_wrong)
            is_wrong = (bpf_be64_to_cpu(vxlan) & 0xffffffff000000ffull) != 0x0800000000000000ull ||
                       look_inside(skb, start + VXLAN_BYTES, to);
        if (!is_wrong && settings.verify)
            is_wrong = sum_of(skb, ETHERNET_BYTES, IP_BYTES, 0) != 0xffff;
        if (is_wrong)
            to->malformed += 1;
    } else {
        add_number(skb, ETHERNET_BYTES + IP_BYTES, header.ip.protocol, to);
    }
    // Consumed, not dropped: nobody on this machine shall take them for losses.
    return settings.take ? TC_ACT_STOLEN : TC_ACT_UNSPEC;
}
