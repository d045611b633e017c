package io.flotilla.registry.lineage;

import io.flotilla.registry.environment.Environment;
import io.flotilla.registry.model.ModelVersion;
import io.flotilla.registry.run.Run;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is known of a version.
 *
 * @param version the version itself
 * @param run the run that made it, if it is recorded here
 * @param datasets what was linked to it beyond its manifest, or more about what the manifest names
 * @param environment what it needs
 * @param signatures who signed it
 * @param rollouts how it was brought to devices
 * @param intervals where it ran
 */
public record LineageFacts(
    ModelVersion version,
    Optional<Run> run,
    List<DatasetFact> datasets,
    Optional<Environment> environment,
    List<SignatureFact> signatures,
    List<RolloutFact> rollouts,
    List<IntervalFact> intervals) {
  /** Copies the lists. */
  public LineageFacts {
    datasets = List.copyOf(datasets);
    signatures = List.copyOf(signatures);
    rollouts = List.copyOf(rollouts);
    intervals = List.copyOf(intervals);
  }

  /**
   * A dataset.
   *
   * @param reference {@code name:version}, with or without {@code @sha256:…}
   * @param use what it was to the version: {@code training}, {@code validation} or {@code baseline}
   * @param facts more about it, such as its rows
   */
  public record DatasetFact(String reference, String use, Map<String, String> facts) {
    /** Copies the facts. */
    public DatasetFact {
      facts = Map.copyOf(facts);
    }
  }

  /**
   * A signature.
   *
   * @param publisher who is known to have signed; empty if the signature did not verify
   * @param facts more about it, such as the key's id
   */
  public record SignatureFact(Optional<String> publisher, Map<String, String> facts) {
    /** Copies the facts. */
    public SignatureFact {
      facts = Map.copyOf(facts);
    }
  }

  /**
   * A rollout.
   *
   * @param id its id
   * @param state where it stands
   * @param startedAtMs Unix time in milliseconds
   * @param devices how many it is about
   */
  public record RolloutFact(String id, String state, long startedAtMs, int devices) {}

  /**
   * A device running the version.
   *
   * @param device its id
   * @param fromMs Unix time in milliseconds at which the controller heard of it first
   * @param toMs the same at which the controller heard of another version; empty if it runs still
   * @param rollout the rollout that brought the version there; empty if that is not known
   */
  public record IntervalFact(
      String device, long fromMs, OptionalLong toMs, Optional<String> rollout) {}
}
