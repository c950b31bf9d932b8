public enum KernelDataPlane { public static func problem() -> String? { "not part of this build" } }
