public import ArgumentParser
public import SkeinServer

/// `skein docs`: reference pages, written from the tables that the server runs with.
struct Docs: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print a generated reference page.")

    @Argument(help: "configuration, metrics or codes")
    var page: ReferencePage

    func run() {
        print(self.page.markdown, terminator: "")
    }
}

extension ReferencePage: ExpressibleByArgument {}
