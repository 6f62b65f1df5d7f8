/// The points of weighted ketama as libmemcached computes them, rounding in single precision included.
enum KetamaPoints {
    /// The default port of memcached, which libmemcached leaves out of the names that it hashes.
    private static let defaultPort = ":11211"

    static func list(of nodes: [RingNode]) -> PointList {
        let live = nodes.enumerated().filter { $0.element.weight > 0 }
        let total = Float(live.reduce(0) { $0 + $1.element.weight })
        var list = PointList(capacity: 160 * live.count)
        for (index, node) in live {
            let share = Double(Float(node.weight) / total)
            // The conversion to an integer rounds down; `rounded` would need the C library's mathematics.
            let digests = Int(Float(share * (Double(Float(40) * Float(live.count)) + 1e-10)))
            let name =
                node.address.hasSuffix(Self.defaultPort)
                ? String(node.address.dropLast(Self.defaultPort.count)) : node.address
            for number in 0..<digests {
                let digest = MD5.digest(of: Array("\(name)-\(number)".utf8))
                list.append(place: digest.0, node: index)
                list.append(place: digest.1, node: index)
                list.append(place: digest.2, node: index)
                list.append(place: digest.3, node: index)
            }
        }
        return list
    }
}
