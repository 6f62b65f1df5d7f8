extension ConfigurationLayer {
    /// Flags, later ones over earlier ones.
    init(flags: [ConfigurationFlag]) {
        self.init(name: "flags")
        for flag in flags {
            let path = ConfigurationPath(flag.key)
            let origin = ConfigurationOrigin.flag(flag.name)
            guard let option = ConfigurationSchema.option(at: path) else {
                self.reportUnknown(path, origin)
                continue
            }
            if let refusal = ConfigurationSchema.refusal(ofNameIn: path) {
                self.report(path, origin, refusal)
                continue
            }
            let isList = option.kind == .list
            let items = flag.value.split(separator: ",").map(String.init)
            self.set(path, to: Entry(texts: isList ? items : [flag.value], isList: isList, origin: origin))
        }
    }
}
