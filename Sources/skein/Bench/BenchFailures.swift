import ArgumentParser
import SkeinBench

/// Turns what is wrong with options into an error of the command line, exit code 64.
enum BenchFailures {
    static func validating<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let failure as BenchmarkFailure {
            throw ValidationError(failure.description)
        }
    }
}
