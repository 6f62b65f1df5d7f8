/// How people write a node of the ring: `n1=1@10.0.0.1:8000`, or `n1=1@10.0.0.1:8000 weight=50 zone=a`.
public enum NodeNotation {
    /// A text that is no node.
    public struct Malformation: Error, CustomStringConvertible {
        /// Says what is missing, and what a node looks like.
        public let description: String

        init(_ text: String, _ reason: String) {
            self.description = "\"\(text)\" \(reason); write a node as NAME=ID@HOST:PORT, such as n1=1@10.0.0.1:8000"
        }
    }

    /// Reads a node.
    public static func parse(_ text: String) throws(Malformation) -> RingNode {
        let words = text.split(separator: " ")
        guard let head = words.first, let equals = head.firstIndex(of: "="), let at = head.firstIndex(of: "@"),
            equals < at
        else { throw Malformation(text, "has no id or no address") }
        let name = head[..<equals]
        let address = head[head.index(after: at)...]
        guard let id = UInt32(head[head.index(after: equals)..<at]), id > 0 else {
            throw Malformation(text, "has no id from 1 on")
        }
        guard !name.isEmpty else { throw Malformation(text, "has no name") }
        guard let port = address.split(separator: ":").last.flatMap({ UInt16($0) }), port > 0, address.contains(":")
        else {
            throw Malformation(text, "has no port")
        }
        var weight = 100
        var zone: String?
        for word in words.dropFirst() {
            let parts = word.split(separator: "=", maxSplits: 1)
            switch (parts.first, parts.last.map(String.init)) {
            case ("weight", let value?) where parts.count == 2:
                guard let number = Int(value), (0...256).contains(number) else {
                    throw Malformation(text, "has no weight from 0 to 256")
                }
                weight = number
            case ("zone", let value?) where parts.count == 2:
                zone = value
            default:
                throw Malformation(text, "has the unknown word \(word)")
            }
        }
        return RingNode(name: String(name), id: id, address: String(address), weight: weight, zone: zone)
    }
}
