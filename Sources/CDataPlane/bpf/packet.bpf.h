#pragma once

// From bytes to a five-tuple and sizes. The same parser reads a packet at a device and one the kernel throws away.

#include "../include/weir_dataplane.h"

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define IPV6_HEADERS 6
// Not in every linux/in.h.
#define NEXT_HOP_BY_HOP 0
#define NEXT_ROUTING 43
#define NEXT_FRAGMENT 44
#define NEXT_AUTHENTICATION 51
#define NEXT_DESTINATION 60
#define NEXT_ICMPV6 58
#define DIRECT_BYTES 2048

// Where a packet's bytes are: an skb at a device, or the linear part of one in tracing.
struct bytes {
    void *at;
    // Tracing only: bytes that may be read.
    __u32 limit;
};

struct packet {
    // 4 or 6.
    __u8 family;
    __u8 protocol;
    __u8 tcp_flags;
    __u8 icmp_type;
    // Any fragment, and whether it is one without its own ports.
    __u8 fragment;
    __u8 has_ports;
    __u16 source_port;
    __u16 destination_port;
    // IPv4 in the first four bytes, in network order.
    __u32 source[4];
    __u32 destination[4];
    // Offsets from the start of the bytes: the IP header, the transport header, and what follows it.
    __u32 ip_offset;
    __u32 transport_offset;
    __u32 payload_offset;
    // Wire packets this buffer stands for, and the sum of their IP total lengths.
    __u32 packets;
    __u64 ip_bytes;
};

// In words, although packets lie where they lie: the compiler, left alone, would take single bytes. `to` is aligned.
static __always_inline void copy_words(void *to, const void *from, const __u32 count) {
    __u32 at = 0;
#pragma unroll
    for (; at + 4 <= count; at += 4)
        *(__u32 *)(to + at) = *(const __u32 *)(from + at);
    if (at + 2 <= count) {
        *(__u16 *)(to + at) = *(const __u16 *)(from + at);
        at += 2;
    }
    if (at < count)
        *(__u8 *)(to + at) = *(const __u8 *)(from + at);
}

static __always_inline int load(
    const struct bytes *bytes, __u32 offset, void *to, const __u32 count, const int traced
) {
    if (!traced) {
        // Most packets are at hand; the helper is for those that are not.
        struct __sk_buff *skb = bytes->at;
        void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
        if (offset < DIRECT_BYTES && data + offset + count <= end) {
            copy_words(to, data + offset, count);
            return 0;
        }
        return bpf_skb_load_bytes(skb, offset, to, count);
    }
    if (offset + count > bytes->limit)
        return -1;
    return bpf_probe_read_kernel(to, count, bytes->at + offset);
}

// Wire packets of a buffer: the headers repeat in each. Taps leave gso_segs at 0, so TCP is counted from the sizes.
static __always_inline __u32 wire_packets(
    __u32 length, __u32 headers, __u32 gso_size, __u32 gso_segs, __u8 protocol
) {
    if (gso_size == 0)
        return 1;
    if (protocol != IPPROTO_TCP && gso_segs > 0)
        return gso_segs;
    if (length <= headers)
        return 1;
    return (length - headers + gso_size - 1) / gso_size;
}

static __always_inline void parse_transport(
    const struct bytes *bytes, struct packet *packet, const int traced
) {
    __u32 offset = packet->transport_offset;
    __u8 header[14] __attribute__((aligned(4)));
    packet->payload_offset = offset;
    if (packet->protocol == IPPROTO_TCP) {
        if (load(bytes, offset, header, 14, traced) == 0) {
            packet->tcp_flags = header[13];
            packet->payload_offset = offset + (header[12] >> 4) * 4;
        } else if (load(bytes, offset, header, 4, traced)) {
            // The first fragment may be that short.
            return;
        }
    } else if (packet->protocol == IPPROTO_UDP) {
        if (load(bytes, offset, header, 4, traced))
            return;
        packet->payload_offset = offset + 8;
    } else {
        if ((packet->protocol == IPPROTO_ICMP || packet->protocol == NEXT_ICMPV6) &&
            load(bytes, offset, header, 1, traced) == 0)
            packet->icmp_type = header[0];
        return;
    }
    packet->source_port = header[0] << 8 | header[1];
    packet->destination_port = header[2] << 8 | header[3];
    packet->has_ports = 1;
}

static __always_inline int parse_ipv4(
    const struct bytes *bytes, __u32 start, struct packet *packet, __u32 *total, const int traced
) {
    __u8 header[20] __attribute__((aligned(4)));
    if (load(bytes, start, header, 20, traced))
        return -1;
    __u32 header_length = (header[0] & 15) * 4;
    *total = header[2] << 8 | header[3];
    // A buffer of more than 64 KiB says 0.
    if (header[0] >> 4 != 4 || header_length < 20 || (*total < header_length && *total != 0))
        return -1;
    __u32 fragment = (header[6] & 0x3f) << 8 | header[7];
    packet->family = 4;
    packet->protocol = header[9];
    packet->fragment = fragment != 0;
    __builtin_memcpy(&packet->source[0], header + 12, 4);
    __builtin_memcpy(&packet->destination[0], header + 16, 4);
    packet->transport_offset = start + header_length;
    packet->payload_offset = packet->transport_offset;
    if ((fragment & 0x1fff) == 0)
        parse_transport(bytes, packet, traced);
    return 0;
}

static __always_inline int parse_ipv6(
    const struct bytes *bytes, __u32 start, struct packet *packet, __u32 *total, const int traced
) {
    __u8 header[40] __attribute__((aligned(4)));
    if (load(bytes, start, header, 40, traced) || header[0] >> 4 != 6)
        return -1;
    __u32 payload = header[4] << 8 | header[5];
    __u32 offset = start + 40;
    __u8 next = header[6];
    __u32 later = 0;
    *total = 40 + payload;
    packet->family = 6;
    __builtin_memcpy(packet->source, header + 8, 16);
    __builtin_memcpy(packet->destination, header + 24, 16);
    for (int i = 0; i < IPV6_HEADERS; i++) {
        __u8 extension[4] __attribute__((aligned(4)));
        if (next != NEXT_HOP_BY_HOP && next != NEXT_ROUTING && next != NEXT_DESTINATION && next != NEXT_FRAGMENT &&
            next != NEXT_AUTHENTICATION)
            break;
        if (load(bytes, offset, extension, 4, traced))
            break;
        if (next == NEXT_FRAGMENT) {
            packet->fragment = 1;
            later = (extension[2] << 8 | extension[3]) & 0xfff8;
            offset += 8;
        } else if (next == NEXT_AUTHENTICATION) {
            offset += (extension[1] + 2) * 4;
        } else {
            offset += (extension[1] + 1) * 8;
        }
        next = extension[0];
        if (later)
            break;
    }
    packet->protocol = next;
    packet->transport_offset = offset;
    packet->payload_offset = offset;
    if (!later)
        parse_transport(bytes, packet, traced);
    return 0;
}

// Reads the IP packet at `start`, of a buffer of `length` bytes. 0, or -1 when it is no IP packet.
static __always_inline int parse_ip(
    const struct bytes *bytes, __u32 start, __u32 length, __u16 ethertype, __u32 gso_size, __u32 gso_segs,
    struct packet *packet, const int traced
) {
    __u32 total = 0;
    __builtin_memset(packet, 0, sizeof(*packet));
    packet->ip_offset = start;
    int refused = ethertype == ETH_P_IP     ? parse_ipv4(bytes, start, packet, &total, traced)
                  : ethertype == ETH_P_IPV6 ? parse_ipv6(bytes, start, packet, &total, traced)
                                            : -1;
    if (refused || length < start)
        return -1;
    packet->packets = wire_packets(length, packet->payload_offset, gso_size, gso_segs, packet->protocol);
    // The header of a large buffer says its own length, or 0 for more than 64 KiB.
    if (gso_size > 0) {
        packet->ip_bytes = (__u64)(length - start) + (__u64)(packet->packets - 1) * (packet->payload_offset - start);
        return 0;
    }
    packet->ip_bytes = total;
    // Every receiver throws away what claims to be longer than it is.
    return total > length - start ? -1 : 0;
}

#define LINK_LOCAL_PREFIX 0xa9fe0000u /* 169.254.0.0/16 */
#define LINK_LOCAL_MASK 0xffff0000u
#define LINK_LOCAL_PREFIX6 0xfe800000u /* fe80::/10 */
#define LINK_LOCAL_MASK6 0xffc00000u
// Groups of one link, ff02::/16 and ff12::/16 (RFC 4291).
#define LINK_LOCAL_GROUP6 0xff020000u
#define LINK_LOCAL_GROUP_MASK6 0xffef0000u
// ICMPv6 types of neighbour discovery (RFC 4861), which is what ARP is to IPv4.
#define DISCOVERY_FIRST 133
#define DISCOVERY_LAST 137

// Traffic of the platform itself, in no flow log and mirrored only where everything is: DHCP and link-local services,
// neighbour discovery and what else IPv6 has on one link alone (ARP is no IP).
static __always_inline int is_platform_traffic(const struct packet *packet) {
    __u32 source = bpf_ntohl(packet->source[0]), destination = bpf_ntohl(packet->destination[0]);
    if (packet->family == 6)
        return (source & LINK_LOCAL_MASK6) == LINK_LOCAL_PREFIX6 ||
               (destination & LINK_LOCAL_MASK6) == LINK_LOCAL_PREFIX6 ||
               (destination & LINK_LOCAL_GROUP_MASK6) == LINK_LOCAL_GROUP6 ||
               (packet->protocol == NEXT_ICMPV6 && packet->icmp_type >= DISCOVERY_FIRST &&
                packet->icmp_type <= DISCOVERY_LAST);
    if ((source & LINK_LOCAL_MASK) == LINK_LOCAL_PREFIX || (destination & LINK_LOCAL_MASK) == LINK_LOCAL_PREFIX)
        return 1;
    return packet->protocol == IPPROTO_UDP && packet->has_ports &&
           ((packet->source_port == 68 && packet->destination_port == 67) ||
            (packet->source_port == 67 && packet->destination_port == 68));
}
