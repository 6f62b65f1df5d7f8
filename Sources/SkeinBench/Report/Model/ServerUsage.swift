/// What the server's processes (`--pid`) used in the measured time, their sums if there are several.
public struct ServerUsage: Sendable, Equatable, Codable {
    /// CPU seconds outside of the kernel.
    public var userSeconds: Double
    /// CPU seconds in the kernel on behalf of the processes.
    public var systemSeconds: Double
    /// CPU, user and system, for each delivery. `nil` if there were none.
    public var microsecondsPerDelivery: Double?
    /// Resident bytes before the first connection.
    public var residentBefore: Int
    /// Resident bytes at the end of the measured time, with all connections.
    public var residentAfter: Int
    /// Resident bytes after all connections are gone, where the scenario looks at that.
    public var residentAfterDisconnect: Int?
    /// What one connection added to the resident bytes, where the scenario makes that a sensible figure.
    public var bytesPerConnection: Double?

    enum CodingKeys: String, CodingKey {
        case userSeconds = "user_seconds"
        case systemSeconds = "system_seconds"
        case microsecondsPerDelivery = "microseconds_per_delivery"
        case residentBefore = "resident_before_bytes"
        case residentAfter = "resident_after_bytes"
        case residentAfterDisconnect = "resident_after_disconnect_bytes"
        case bytesPerConnection = "bytes_per_connection"
    }

    public init(
        userSeconds: Double,
        systemSeconds: Double,
        microsecondsPerDelivery: Double? = nil,
        residentBefore: Int,
        residentAfter: Int,
        residentAfterDisconnect: Int? = nil,
        bytesPerConnection: Double? = nil
    ) {
        self.userSeconds = userSeconds
        self.systemSeconds = systemSeconds
        self.microsecondsPerDelivery = microsecondsPerDelivery
        self.residentBefore = residentBefore
        self.residentAfter = residentAfter
        self.residentAfterDisconnect = residentAfterDisconnect
        self.bytesPerConnection = bytesPerConnection
    }
}
