import ArgumentParser

/// Where the report goes; the same for every scenario.
struct BenchOutputOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Write the report as JSON too; - is standard output.", valueName: "file"))
    var json: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Write the report as an HTML page too; - is standard output.", valueName: "file")
    )
    var html: String?

    @Flag(name: .long, help: "No line of progress.")
    var quiet = false
}
