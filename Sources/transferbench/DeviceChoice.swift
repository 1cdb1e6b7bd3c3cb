public import ArgumentParser
public import Perception

extension Device: ExpressibleByArgument {}

/// Which device networks run on.
enum DeviceChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, cpu, cuda

    /// nil for the best there is.
    var device: Device? { Device(rawValue: rawValue) }
}
