// swift-tools-version: 6.2
import PackageDescription

// A package of its own: who uses the ring does not build its benchmark.
let package = Package(
    name: "hash-ring-benchmark",
    dependencies: [
        .package(name: "skein", path: "../..")
    ],
    targets: [
        .target(name: "CAllocationCounter"),
        .executableTarget(
            name: "ring-benchmark",
            dependencies: ["CAllocationCounter", .product(name: "HashRing", package: "skein")],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
            ]
        ),
    ]
)
