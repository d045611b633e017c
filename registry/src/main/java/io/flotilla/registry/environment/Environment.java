package io.flotilla.registry.environment;

/**
 * One version of an environment; it never changes.
 *
 * @param name of the environment
 * @param version counted from 1 without a gap
 * @param digest SHA-256 of the specification's content, in hex
 * @param spec what it asks for
 * @param description what it is for, for people
 * @param by the operator who registered it
 * @param atMs Unix time in milliseconds
 */
public record Environment(
    String name,
    int version,
    String digest,
    EnvironmentSpec spec,
    String description,
    String by,
    long atMs) {
  /** {@code name:3}. */
  public String reference() {
    return name + ":" + version;
  }
}
