package io.flotilla.registry.model;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.bundle.manifest.Manifest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One version of a model. All but {@code deletion} never changes; what does is in {@link
 * VersionDetails}.
 *
 * @param model name of the model
 * @param version counted from 1 without a gap or a repetition, deleted ones included
 * @param bundle root digest of the bundle's content, in hex
 * @param archive the file that devices get
 * @param tags free text that came with it; {@link VersionDetails#tags} has those of now
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

  /** The same, deleted. */
  ModelVersion deleted(Deletion when) {
    return new ModelVersion(
        model, version, bundle, archive, tags, manifest, registration, Optional.of(when));
  }

  /** {@code name:3}. */
  public String reference() {
    return model + ":" + version;
  }

  /** Where the model came from. */
  public Lineage lineage() {
    return manifest.lineage();
  }

  /** What was said about it when it was registered; nothing for versions of earlier releases. */
  public Particulars particulars() {
    return registration.particulars().orElse(Particulars.NONE);
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
   * @param particulars what was said about it; empty for versions of earlier releases
   */
  public record Registration(
      long atMs,
      String by,
      boolean verified,
      Optional<String> publisher,
      Optional<ErrorCode> refusal,
      Optional<Particulars> particulars) {}

  /**
   * What was said about a version when it was registered.
   *
   * @param description what it is; empty text if nobody said
   * @param reason why it was made; empty text if nobody said
   * @param metrics numbers that came with it; {@link VersionDetails#metrics} has those of now
   * @param datasets what it is linked to
   * @param environment {@code name:version} of what it needs to run
   */
  public record Particulars(
      String description,
      String reason,
      Map<String, Double> metrics,
      List<DatasetLink> datasets,
      Optional<String> environment) {
    /** Nothing was said. */
    public static final Particulars NONE =
        new Particulars("", "", Map.of(), List.of(), Optional.empty());

    /** Copies the collections. */
    public Particulars {
      metrics = Map.copyOf(metrics);
      datasets = List.copyOf(datasets);
    }
  }

  /**
   * When a version was deleted.
   *
   * @param atMs Unix time in milliseconds
   * @param by the operator
   * @param reason why; empty if nobody said
   */
  public record Deletion(long atMs, String by, Optional<String> reason) {}
}
