package io.flotilla.protocol.message;

/**
 * A model version and the bundle that is its content.
 *
 * @param model model name
 * @param version version number, from 1
 * @param bundle the bundle's digest, 64 hexadecimal digits
 */
public record VersionRef(String model, int version, String bundle) {
  /** Checks the version number. */
  public VersionRef {
    if (version < 1) {
      throw new IllegalArgumentException("versions count from 1, not " + version);
    }
  }

  /** {@code name:version}. */
  @Override
  public String toString() {
    return model + ":" + version;
  }
}
