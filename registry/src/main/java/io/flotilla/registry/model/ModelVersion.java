package io.flotilla.registry.model;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.bundle.manifest.Manifest;
import java.util.Map;
import java.util.Optional;

/**
 * One version of a model. All but {@code deletion} never changes.
 *
 * @param model name of the model
 * @param version counted from 1 without a gap or a repetition, deleted ones included
 * @param bundle root digest of the bundle's content, in hex
 * @param archive the file that devices get
 * @param tags free text that came with it
 * @param manifest what the bundle says about itself
 * @param registration how it came here
 * @param deletion when its archive was removed; empty while it can be rolled out
 */
public record ModelVersion(
    String model,
    int version,
    String bundle,
    ArchiveRef archive,
    Map<String, String> tags,
    Manifest manifest,
    Registration registration,
    Optional<Deletion> deletion) {
  /** Copies the tags. */
  public ModelVersion {
    tags = Map.copyOf(tags);
  }

  /** {@code name:3}. */
  public String reference() {
    return model + ":" + version;
  }

  /** Where the model came from. */
  public Lineage lineage() {
    return manifest.lineage();
  }

  /**
   * A bundle archive.
   *
   * @param sizeBytes its size
   * @param digest its SHA-256, in hex
   * @param chunkList SHA-256 of its chunk table, in hex
   */
  public record ArchiveRef(long sizeBytes, String digest, String chunkList) {}

  /**
   * How a version came here.
   *
   * @param atMs Unix time in milliseconds
   * @param by the operator
   * @param verified whether the signature held and the publisher was allowed; false only for what
   *     an attack drill registered
   * @param publisher who signed it, if verified
   * @param refusal what verification said, if not verified
   */
  public record Registration(
      long atMs,
      String by,
      boolean verified,
      Optional<String> publisher,
      Optional<ErrorCode> refusal) {}

  /**
   * When a version was deleted.
   *
   * @param atMs Unix time in milliseconds
   * @param by the operator
   */
  public record Deletion(long atMs, String by) {}
}
