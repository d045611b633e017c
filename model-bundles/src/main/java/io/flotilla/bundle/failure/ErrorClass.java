package io.flotilla.bundle.failure;

/** Whose problem an error is; retry policy and exit codes follow from it. */
public enum ErrorClass {
  /** The caller asked for something that cannot be done as asked; a retry will not help. */
  REQUEST(2),
  /** Identity, signature or authority was missing or wrong; a retry will not help. */
  PERMISSION(3),
  /** The bundle or a file in it is wrong; another bundle is needed. */
  BUNDLE(4),
  /** The device cannot do it: disk, memory, accelerator. */
  DEVICE(5),
  /** A peer could not be reached or did not answer in time; a retry may help. */
  NETWORK(6),
  /** The controller or its store failed. */
  SERVER(7);

  private final int exitStatus;

  ErrorClass(int exitStatus) {
    this.exitStatus = exitStatus;
  }

  /** Exit status of a command that ends with an error of this class; 2 to 7. */
  public int exitStatus() {
    return exitStatus;
  }
}
