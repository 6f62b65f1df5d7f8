/// The points of nginx' `hash … consistent`: a chain of CRC-32 from the host and the port, 160 for each unit of weight.
///
/// Where two chains meet, nginx keeps the first of the two points. The list keeps both: the first owns the place, and
/// the other one takes over when its node leaves.
enum NginxPoints {
    static func list(of nodes: [RingNode]) -> PointList {
        var list = PointList(capacity: nodes.reduce(0) { $0 + 160 * $1.weight })
        for (index, node) in nodes.enumerated() where node.weight > 0 {
            let (host, port) = Self.parts(of: node.address)
            let base = CRC32.checksum(
                of: port.utf8,
                after: CRC32.checksum(of: CollectionOfOne(0), after: Self.sum(host))
            )
            var place: UInt32 = 0
            for _ in 0..<160 * node.weight {
                place = CRC32.checksum(ofWord: place, after: base)
                list.append(place: place, node: index)
            }
        }
        return list
    }

    private static func sum(_ text: Substring) -> UInt32 { CRC32.checksum(of: text.utf8) }

    /// Host and port as the text of the `server` directive has them; a socket's path has no port.
    private static func parts(of address: String) -> (host: Substring, port: Substring) {
        if address.hasPrefix("unix:") { return (address.dropFirst("unix:".count), "") }
        guard let colon = address.lastIndex(of: ":") else { return (address[...], "") }
        return (address[..<colon], address[address.index(after: colon)...])
    }
}
