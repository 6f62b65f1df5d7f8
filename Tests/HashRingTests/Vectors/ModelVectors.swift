/// Owners of the keys of `HAProxyVectors` from models in Python, each of which agreed with the real balancer: HAProxy
/// 3.4.0 on 3,000 of 3,000 keys for each mode, 3.0.0 for `id-3.0`, nginx 1.22.1 on 5,000 of 5,000.
enum ModelVectors {
    /// Nodes as name,id,address,weight,guid; the guid may be empty.
    static let cases: [RingVector] = [
        RingVector(
            profile: "haproxy(crc32,avalanche,id-3.0)",
            nodes: """
                m1,1,10.0.0.1:8000,4,guid-one m2,2,10.0.0.1:8001,8,a-guid-with-more-than-sixteen-bytes \
                m3,77,192.168.255.254:65535,1, m4,1048575,[2001:db8::1:2]:443,12,x \
                m5,4294967295,[::ffff:10.1.2.3]:80,3,0123456789abcdef
                """,
            owners: """
                4 1 0 3 1 1 0 4 0 3 3 1 1 3 1 1 3 3 0 4 3 1 1 3 0 3 3 3 4 3 1 1 3 3 1 1 3 3 0 2 3 3 1 0 0 3 1 2 \
                3 0 4 3 3 1 0 3 3 3 1 3 0 3 1 0
                """
        ),
        RingVector(
            profile: "haproxy(crc32,avalanche,id32)",
            nodes: """
                m1,1,10.0.0.1:8000,4,guid-one m2,2,10.0.0.1:8001,8,a-guid-with-more-than-sixteen-bytes \
                m3,77,192.168.255.254:65535,1, m4,1048575,[2001:db8::1:2]:443,12,x \
                m5,4294967295,[::ffff:10.1.2.3]:80,3,0123456789abcdef
                """,
            owners: """
                1 0 3 3 0 3 1 4 3 3 2 1 3 0 1 0 3 0 3 1 3 3 1 1 1 1 1 0 4 3 3 0 4 1 1 1 0 3 1 3 0 3 3 3 3 3 1 3 \
                3 1 4 3 3 3 1 1 1 3 1 3 1 0 3 3
                """
        ),
        RingVector(
            profile: "haproxy(crc32,avalanche,addr)",
            nodes: """
                m1,1,10.0.0.1:8000,4,guid-one m2,2,10.0.0.2:8000,8, m3,77,192.168.255.254:65535,1, \
                m4,1048575,[2001:db8::1:2]:443,12,x m5,4294967295,[::ffff:10.1.2.3]:80,3,0123456789abcdef
                """,
            owners: """
                1 4 1 3 4 1 3 3 3 4 4 4 3 1 3 4 1 1 0 1 1 1 3 0 4 3 1 3 3 3 3 3 4 1 3 0 4 3 1 3 3 3 0 1 3 1 3 1 \
                1 1 0 3 4 1 1 3 3 3 3 1 2 1 3 1
                """
        ),
        RingVector(
            profile: "haproxy(crc32,avalanche,addr-port)",
            nodes: """
                m1,1,10.0.0.1:8000,4,guid-one m2,2,10.0.0.1:8001,8,a-guid-with-more-than-sixteen-bytes \
                m3,77,192.168.255.254:65535,1, m4,1048575,[2001:db8::1:2]:443,12,x \
                m5,4294967295,[::ffff:10.1.2.3]:80,3,0123456789abcdef
                """,
            owners: """
                0 2 3 1 2 3 1 4 3 1 4 3 4 0 3 2 2 1 3 1 1 3 3 3 3 3 1 3 1 3 1 3 3 1 1 1 1 3 1 3 4 3 3 2 3 3 3 3 \
                1 1 1 3 1 4 3 3 3 3 4 0 1 3 3 3
                """
        ),
        RingVector(
            profile: "haproxy(crc32,avalanche,guid)",
            nodes: """
                m1,1,10.0.0.1:8000,4,guid-one m2,2,10.0.0.1:8001,8,a-guid-with-more-than-sixteen-bytes \
                m3,77,192.168.255.254:65535,1, m4,1048575,[2001:db8::1:2]:443,12,x \
                m5,4294967295,[::ffff:10.1.2.3]:80,3,0123456789abcdef
                """,
            owners: """
                1 1 4 3 1 3 3 3 1 1 1 4 3 3 3 4 1 1 3 3 1 4 3 3 2 3 1 1 3 1 3 3 3 4 1 4 1 3 1 0 1 3 3 1 3 1 3 3 \
                3 1 1 3 3 1 4 3 3 3 1 1 3 1 3 1
                """
        ),
        RingVector(
            profile: "nginx",
            nodes: """
                n1,1,127.0.0.1:9001,1, n2,2,127.0.0.1:9002,3, n3,3,backend.example,1, n4,4,unix:/run/n4.sock,2,
                """,
            owners: """
                0 3 3 1 3 1 2 0 2 3 1 2 1 2 3 1 1 1 0 3 1 3 1 1 3 1 3 3 1 0 3 1 3 3 0 1 3 1 3 0 2 1 2 3 2 1 2 1 \
                1 1 2 1 1 0 1 0 1 1 1 0 3 2 1 2
                """
        ),
    ]

    /// The preference lists of the first 16 keys among p0 to p6 with ids 1 to 7 and weights 1, 2, 3, 0, 5, 100, 7
    /// (HAProxy).
    static let preferences: [[Int]] = [
        [5, 6, 2, 4, 1, 0],
        [5, 6, 2, 4, 1, 0],
        [5, 6, 0, 1, 2, 4],
        [5, 1, 6, 2, 4, 0],
        [5, 6, 2, 4, 1, 0],
        [5, 2, 4, 1, 6, 0],
        [5, 6, 2, 4, 0, 1],
        [5, 4, 6, 2, 0, 1],
        [5, 6, 0, 4, 2, 1],
        [5, 1, 4, 6, 0, 2],
        [5, 6, 4, 2, 0, 1],
        [5, 4, 6, 1, 0, 2],
        [5, 0, 6, 4, 2, 1],
        [5, 2, 4, 6, 1, 0],
        [5, 4, 6, 2, 1, 0],
        [6, 5, 2, 4, 1, 0],
    ]
}
