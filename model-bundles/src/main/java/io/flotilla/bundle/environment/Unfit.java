package io.flotilla.bundle.environment;

/**
 * One reason why a machine cannot run a model.
 *
 * @param kind what is missing
 * @param message one sentence with what is needed and what is there
 */
public record Unfit(Kind kind, String message) {
  /** What can be missing. */
  public enum Kind {
    /** The version of ONNX Runtime is out of range. */
    RUNTIME_VERSION,
    /** The file format is newer than the runtime reads. */
    IR_VERSION,
    /** An operator set is newer than the runtime knows. */
    OPSET,
    /** The runtime has no kernel for an operator with these types. */
    OPERATOR,
    /** None of the execution providers that would do is there. */
    PROVIDER,
    /** An instruction set is missing. */
    CPU_FEATURE,
    /** The processor architecture is another. */
    ARCHITECTURE,
    /** There is too little memory. */
    MEMORY,
    /** There are too few processors for the threads. */
    THREADS,
    /** The hook interface is missing or of another version. */
    HOOK_ABI,
    /** The runtime was tried with the very file, and refused or crashed. */
    TRIED,
    /** The machine has not said enough to tell. */
    UNKNOWN
  }
}
