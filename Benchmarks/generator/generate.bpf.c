// Writes one packet after another over the frame that BPF_PROG_TEST_RUN hands in, and passes it to the stack.

#include "packets.h"

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char packets_license[] SEC("license") = "Dual BSD/GPL";

const volatile struct generate_settings settings = {};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct generate_state);
} state SEC(".maps");

static long until_due(__u32 index, __u64 *due) { return bpf_ktime_get_ns() >= *due; }

static __always_inline __u16 checksum(__u64 sum) {
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return ~sum;
}

static __always_inline __u64 words_of(__u64 value) {
    return (value & 0xffff) + (value >> 16 & 0xffff) + (value >> 32 & 0xffff) + (value >> 48);
}

SEC("xdp")
int generate(struct xdp_md *context) {
    void *data = (void *)(long)context->data, *end = (void *)(long)context->data_end;
    struct ethhdr *ethernet = data;
    struct iphdr *ip = data + ETHERNET_BYTES;
    struct udphdr *udp = data + ETHERNET_BYTES + IP_BYTES;
    struct tcphdr *tcp = (void *)udp;
    __u32 zero = 0;
    struct generate_state *now = bpf_map_lookup_elem(&state, &zero);
    __u32 transport_bytes = settings.protocol == IPPROTO_TCP ? TCP_BYTES : UDP_BYTES;
    if (!now || data + ETHERNET_BYTES + IP_BYTES + transport_bytes + 8 > end)
        return XDP_ABORTED;
    __be64 *number_be = data + ETHERNET_BYTES + IP_BYTES + transport_bytes;

    __u64 number = now->packets, rate = settings.rate;
    if (number % BATCH == 0) {
        __u64 time = bpf_ktime_get_ns(), pause = time - now->last_nanoseconds;
        if (number == 0)
            now->first_nanoseconds = time;
        else if (pause > STALL_NANOSECONDS)
            now->stalled_nanoseconds += pause;
        now->last_nanoseconds = time;
    }
    if (rate) {
        __u64 due = now->first_nanoseconds + number * 1000000000ull / rate;
        bpf_loop(1 << 23, until_due, &due, 0);
    }
    __u32 flow = number % settings.flows;
    __u16 source_port = settings.first_source_port + flow % PORTS_PER_ADDRESS;
    __u32 source_address = settings.source_address + flow / PORTS_PER_ADDRESS;
    if (settings.flood) {
        __u64 chance = mixed(number);
        source_port = chance;
        source_address = 11u << 24 | (chance >> 16 & 0xffffff);
    }
    __u32 ip_bytes = settings.frame_bytes - ETHERNET_BYTES;

    // All of it each time: frames come back with what the stack made of them.
    for (int i = 0; i < 6; i++) {
        ethernet->h_dest[i] = settings.destination_mac[i];
        ethernet->h_source[i] = settings.source_mac[i];
    }
    ethernet->h_proto = bpf_htons(ETH_P_IP);
    *(__u8 *)ip = 0x45;
    ip->tos = 0;
    ip->tot_len = bpf_htons(ip_bytes);
    ip->id = 0;
    ip->frag_off = 0;
    ip->ttl = 64;
    ip->protocol = settings.protocol;
    ip->saddr = bpf_htonl(source_address);
    ip->daddr = settings.destination_address_be;
    __u32 variable = (source_address & 0xffff) + (source_address >> 16);
    ip->check = bpf_htons(checksum(settings.ip_sum + variable));
    *number_be = bpf_cpu_to_be64(number);
    __u64 sum = settings.transport_sum + variable + source_port + words_of(number);
    if (settings.protocol == IPPROTO_TCP) {
        __builtin_memset(tcp, 0, sizeof(*tcp));
        tcp->source = bpf_htons(source_port);
        tcp->dest = bpf_htons(settings.destination_port);
        tcp->doff = 5;
        tcp->syn = !!settings.flood;
        tcp->ack = !settings.flood;
        tcp->check = bpf_htons(checksum(sum));
    } else {
        udp->source = bpf_htons(source_port);
        udp->dest = bpf_htons(settings.destination_port);
        udp->len = bpf_htons(ip_bytes - IP_BYTES);
        __u16 check = checksum(sum);
        udp->check = bpf_htons(check ? check : 0xffff);
    }
    now->packets = number + 1;
    now->identity += mixed(number);
    return XDP_PASS;
}
