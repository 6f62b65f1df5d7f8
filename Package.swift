// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target compiles with the same settings.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
]

/// Targets that contain no unsafe code, and have to prove it.
let strictlySafe: [SwiftSetting] = strict + [.strictMemorySafety()]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let coreMetrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")

let package = Package(
    name: "skein",
    products: [
        .executable(name: "skein", targets: ["skein"]),
        .library(name: "HashRing", targets: ["HashRing"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift.git", from: "0.2.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit.git", from: "5.7.1"),
    ],
    targets: [
        .target(name: "HashRing", swiftSettings: strictlySafe),
        .target(name: "SkeinCore", swiftSettings: strictlySafe),
        .target(
            name: "SkeinWire",
            dependencies: ["SkeinCore", nioCore, .product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["Centrifuge/client.proto"],
            swiftSettings: strict
        ),
        .target(
            name: "SkeinCluster",
            dependencies: ["SkeinCore", nioCore],
            swiftSettings: strict
        ),
        // Debian's libhiredis-dev. Without pkg-config, whose flags SwiftPM refuses with a warning at every build.
        .systemLibrary(name: "CHiredis"),
        // What the C library's allocator can do and Swift's view of the C library leaves out.
        .systemLibrary(name: "CAllocator"),
        .systemLibrary(name: "CAffinity"),
        .systemLibrary(name: "CPrefetch"),
        .systemLibrary(name: "CSockets"),
        .target(
            name: "SkeinRedis",
            dependencies: [
                "CHiredis", "SkeinCore", "SkeinCluster", nioCore, nioPosix, logging, metrics,
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            resources: [.embedInCode("Functions")],
            swiftSettings: strict
        ),
        .target(
            name: "SkeinTransport",
            dependencies: [
                "CPrefetch", "CSockets", "SkeinCore", "SkeinWire", "SkeinCluster", nioCore, nioPosix, nioHTTP1,
                logging, metrics,
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "SkeinServer",
            dependencies: [
                "CAffinity", "CAllocator", "HashRing", "SkeinCore", "SkeinWire", "SkeinCluster", "SkeinRedis",
                "SkeinTransport",
                nioCore, nioPosix, nioHTTP1, logging, metrics, coreMetrics,
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Yams", package: "Yams"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "JWTKit", package: "jwt-kit"),
            ],
            resources: [.embedInCode("Pages")],
            swiftSettings: strict
        ),
        .target(name: "SkeinBalancer", dependencies: ["HashRing"], swiftSettings: strict),
        .target(
            name: "SkeinBench",
            dependencies: [
                "SkeinCore", "SkeinWire", nioCore, nioPosix, histogram,
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "skein",
            dependencies: [
                "HashRing", "SkeinBalancer", "SkeinBench", "SkeinServer", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .target(name: "CAllocationCounter", path: "Benchmarks/Micro/CAllocationCounter"),
        .executableTarget(
            name: "skein-microbenchmark",
            dependencies: [
                "CAllocationCounter", "HashRing", "SkeinCore", "SkeinWire", "SkeinCluster", "SkeinRedis",
                "SkeinTransport", nioCore, nioPosix, nioHTTP1, logging, coreMetrics,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/Micro/skein-microbenchmark",
            swiftSettings: strict
        ),
        .target(
            name: "SkeinTestKit",
            dependencies: ["SkeinCore", "SkeinWire", "SkeinCluster", nioCore, nioPosix, nioEmbedded],
            swiftSettings: strict
        ),
        .testTarget(name: "HashRingTests", dependencies: ["HashRing"], swiftSettings: strict),
        .testTarget(
            name: "SkeinBalancerTests",
            dependencies: ["SkeinBalancer", "HashRing", "SkeinTestKit"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SkeinBenchTests",
            dependencies: [
                "SkeinBench", "SkeinWire", "SkeinCore", "SkeinTestKit", nioCore, nioEmbedded, nioPosix, histogram,
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "SkeinCoreTests", dependencies: ["SkeinCore", "SkeinTestKit"], swiftSettings: strict),
        .testTarget(
            name: "SkeinWireTests",
            dependencies: [
                "SkeinWire", "SkeinCore", "SkeinTestKit", nioCore,
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SkeinClusterTests",
            dependencies: ["SkeinCluster", "SkeinCore", "SkeinTestKit", nioCore, nioEmbedded, nioPosix],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SkeinRedisTests",
            dependencies: [
                "SkeinRedis", "SkeinCluster", "SkeinCore", "SkeinTestKit", nioCore, nioPosix, logging, metrics,
                coreMetrics,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SkeinTestKitTests",
            dependencies: ["SkeinTestKit", nioCore, nioPosix],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SkeinTransportTests",
            dependencies: [
                "SkeinTransport", "SkeinCluster", "SkeinWire", "SkeinCore", "SkeinTestKit", nioCore, nioEmbedded,
                nioPosix, nioHTTP1, logging, metrics, coreMetrics,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SkeinServerTests",
            dependencies: [
                "SkeinServer", "HashRing", "SkeinTransport", "SkeinCluster", "SkeinWire", "SkeinCore", "SkeinTestKit",
                nioCore, nioPosix, nioHTTP1, logging, metrics, coreMetrics,
                .product(name: "JWTKit", package: "jwt-kit"),
            ],
            swiftSettings: strict
        ),
    ]
)
