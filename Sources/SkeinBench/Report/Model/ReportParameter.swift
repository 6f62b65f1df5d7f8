/// One thing that was asked for, as text for people: `subscribers`, `1,000`.
public struct ReportParameter: Sendable, Equatable, Codable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
